#include "app/erasure_journal.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.hpp"
#include "pipeline/erasure.hpp"
#include "schema/validation.hpp"

namespace doorstep::server {
namespace {

using nlohmann::ordered_json;

std::string to_line(const RowId& office, const Table& table, const ErasureRecord& erasure) {
  const ordered_json line{{"office", to_text(office)},        {"table", table.name},
                          {"row", to_text(erasure.key.row)},  {"birth", raw(erasure.birth)},
                          {"at", format_time(erasure.at_ms)}, {"by", erasure.by},
                          {"reason", erasure.reason}};
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

/// The line's erasure; none of another office, or of a table that a restored pack does not have yet.
Result<std::optional<ErasureRecord>> from_line(const std::string& text, std::size_t number,
                                               const RowId& office, const Pack& pack) {
  const auto line = ordered_json::parse(text, nullptr, false);
  const auto word = [&](const char* key) {
    return line.is_object() && line.contains(key) && line[key].is_string() ? line[key].get<std::string>()
                                                                           : std::string();
  };
  const auto row = parse_row_id(word("row"));
  const auto at = parse_canonical_time(word("at"));
  const bool has_birth = line.is_object() && line.contains("birth") && line["birth"].is_number_unsigned();
  if (!row || !at || !has_birth || word("table").empty() || word("office").empty())
    return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
                "删除记录的第" + std::to_string(number) + "行读不出来,请换一份完好的 erasures.jsonl。",
                "Line " + std::to_string(number) +
                    " of the journal of erasures cannot be read. Use an undamaged copy of erasures.jsonl.");
  const Table* table = pack.find(word("table"));
  if (word("office") != to_text(office) || table == nullptr) return std::nullopt;
  ErasureRecord erasure;
  erasure.key = {table->id, *row};
  erasure.birth = Birth{line["birth"].get<std::uint32_t>()};
  erasure.at_ms = *at;
  erasure.by = word("by");
  erasure.reason = word("reason");
  return erasure;
}

/// Lines of the file that are about other offices; nothing when it is not there.
std::string others_in(const std::filesystem::path& file, const RowId& office) {
  std::string kept;
  const auto text = read_file(file);
  if (!text) return kept;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);)
    if (!line.empty() && line.find(to_text(office)) == std::string::npos) kept += line + '\n';
  return kept;
}

}  // namespace

std::filesystem::path journal_beside(const std::filesystem::path& backup) {
  return backup.parent_path() / "erasures.jsonl";
}

Status write_journal(OpenOffice& opened, const std::filesystem::path& file) {
  const RowId office = opened.office().record().office;
  DOORSTEP_TRY(pack, opened.pack());
  DOORSTEP_TRY(snapshot, opened.store().snapshot());
  std::string lines = others_in(file, office);
  DOORSTEP_CHECK(snapshot->each_erasure(false, [&](const ErasureRecord& erasure) {
    const Table* table = pack->find(erasure.key.table);
    if (table != nullptr && erasure.cause == ErasureCause::request) lines += to_line(office, *table, erasure);
    return true;
  }));
  return lines.empty() ? Status{} : write_secret_file(file, lines);
}

Result<std::size_t> apply_journal(OpenOffice& opened, const std::filesystem::path& file) {
  DOORSTEP_TRY(text, read_file(file));
  DOORSTEP_TRY(pack, opened.pack());
  std::vector<ErasureRecord> erasures;
  std::istringstream lines(text);
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty()) continue;
    DOORSTEP_TRY(erasure, from_line(line, number, opened.office().record().office, *pack));
    if (erasure) erasures.push_back(*std::move(erasure));
  }
  DOORSTEP_TRY(again, erase_again(opened.office(), erasures));
  DOORSTEP_TRY(swept, sweep(opened.office()));
  static_cast<void>(swept);
  return again;
}

}  // namespace doorstep::server
