#include "bench/office.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <unordered_map>

#include "base/id.hpp"
#include "bench/phone.hpp"
#include "tabular/csv.hpp"

namespace doorstep::bench {
namespace {

/// What a file calls a row that others refer to, by id: a person's name, or the parts of the natural key as
/// in g1/3号楼/2/501.
using Names = std::unordered_map<std::string, std::string>;

std::string cell_text(const Value& value, const Names& names) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return {};
  const auto name = names.find(*text);
  return name == names.end() ? *text : name->second;
}

Names names_of(const Pack& pack, const std::vector<TableRows>& roster) {
  Names names;
  for (const TableRows& table : roster) {
    const Table& shape = *pack.find(table.table);
    const std::vector<ColumnId>& naming = shape.natural_key.empty() ? shape.names : shape.natural_key;
    if (naming.empty()) continue;
    for (const Row& row : table.rows) {
      std::string name;
      for (const ColumnId column : naming) {
        if (!name.empty()) name += '/';
        name += cell_text(row.values[static_cast<std::size_t>(shape.position(column))], names);
      }
      names.emplace(to_text(row.id), std::move(name));
    }
  }
  return names;
}

void write_csv(const std::string& path, const Table& shape, const TableRows& table, const Names& names) {
  std::string text(server::tabular::kCsvStart);
  std::vector<std::string> cells;
  for (const Column& column : shape.columns) cells.push_back(column.name);
  server::tabular::append_csv_row(text, cells);
  for (const Row& row : table.rows) {
    cells.clear();
    for (const Value& value : row.values) cells.push_back(cell_text(value, names));
    server::tabular::append_csv_row(text, cells);
  }
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

Office::Office(const std::string& program, const std::string& folder, const std::vector<TableRows>& roster,
               const std::vector<std::string>& tables)
    : program_(program), folder_(folder), log_(folder + ".log") {
  if (!std::filesystem::exists(program)) throw std::runtime_error("there is no server program at " + program);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(std::filesystem::path(folder).parent_path());
  const Pack pack = bench_pack();
  std::vector<std::string> init = command("init");
  init.insert(init.end(), {"--pack", DOORSTEP_SOURCE_DIR "/tests/bench/pack", "--office", "bench"});
  run_program(init, log_);
  const Names names = names_of(pack, roster);
  for (const TableRows& table : roster) {
    if (std::find(tables.begin(), tables.end(), table.table) == tables.end()) continue;
    const std::string csv = folder + '/' + table.table + ".csv";
    write_csv(csv, *pack.find(table.table), table, names);
    std::vector<std::string> import = command("import");
    import.insert(import.end(), {table.table, csv});
    run_program(import, log_);
  }
  // As after every large import: until then phones carry parts of it (docs/wire.md, "Parcels").
  std::vector<std::string> backup = command("backup");
  backup.push_back(folder + ".backup");
  std::filesystem::remove(backup.back());
  run_program(backup, log_);
  std::vector<std::string> serve = command("serve");
  serve.insert(serve.end(), {"--listen", "127.0.0.1:0"});
  server_ = std::make_unique<Child>(serve, log_);
  const std::string line = server_->read_line();
  const std::size_t scheme = line.find("https://");
  if (scheme == std::string::npos) throw std::runtime_error("the server does not listen: " + line);
  address_ = line.substr(scheme + 8);
}

Office::~Office() {
  if (server_) server_->stop();
}

std::vector<std::string> Office::command(const std::string& name) const {
  return {program_, name, "--data", folder_};
}

std::vector<std::string> Office::invite(int phones) {
  std::string list(server::tabular::kCsvStart);
  server::tabular::append_csv_row(list, {"name", "role", "place"});
  for (int i = 0; i < phones; ++i)
    server::tabular::append_csv_row(list, {kWorker + std::to_string(i), kRole, kRootPlace});
  const std::string in = folder_ + "/leaders.csv", out = folder_ + "/invitations.csv";
  std::ofstream(in, std::ios::binary) << list;
  std::vector<std::string> invite = command("invite");
  invite.insert(invite.end(), {"--file", in, "--out", out, "--host", address_});
  run_program(invite, log_);
  const std::vector<server::tabular::Row> rows = must(server::tabular::read_sheet_file(out)).rows;
  std::vector<std::string> urls;
  for (std::size_t i = 1; i < rows.size(); ++i) urls.push_back(rows[i].cells.back());
  if (urls.size() != static_cast<std::size_t>(phones)) throw std::runtime_error("invitations are missing");
  return urls;
}

}  // namespace doorstep::bench
