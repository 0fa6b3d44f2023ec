#include "app/roster.hpp"

#include "base/error.hpp"
#include "schema/choices.hpp"

namespace doorstep::server {
namespace {

/// English plurals as people type them: places, people, households, safety_checks, residencies.
std::string plural(const std::string& name) {
  if (name == "person") return "people";
  if (name.size() > 1 && name.back() == 'y') return name.substr(0, name.size() - 1) + "ies";
  return name + "s";
}

}  // namespace

Result<const Table*> find_table(const Pack& pack, std::string_view name) {
  if (const Table* table = pack.find(name)) return table;
  const std::string typed = choice_form(name);
  std::string zh;
  std::string en;
  for (const Table& table : pack.tables) {
    if (typed == table.name || typed == plural(table.name) || typed == choice_form(table.label.zh) ||
        typed == choice_form(table.label.en))
      return &table;
    zh += (zh.empty() ? "" : "、") + table.name + "(" + table.label.zh + ")";
    en += (en.empty() ? "" : ", ") + table.name;
  }
  return fail_usage("没有“" + std::string(name) + "”这个表。可以用的有:" + zh + "。",
                    "There is no table '" + std::string(name) + "'. There are: " + en + ".");
}

std::vector<ColumnId> all_columns(const Table& table) {
  std::vector<ColumnId> ids;
  for (const Column& column : table.columns) ids.push_back(column.id);
  return ids;
}

std::optional<ResidencyTables> residency_tables(const Pack& pack, const Table& table) {
  if (table.name != "resident") return std::nullopt;
  ResidencyTables found;
  found.residency = pack.find("residency");
  found.household = pack.find("household");
  if (found.residency == nullptr || found.household == nullptr) return std::nullopt;
  found.resident = found.residency->find("resident");
  found.home = found.residency->find("household");
  found.moved_in = found.residency->find("moved_in");
  found.moved_out = found.residency->find("moved_out");
  found.place = found.household->find("place");
  found.number = found.household->find("number");
  for (const Column* column :
       {found.resident, found.home, found.moved_in, found.moved_out, found.place, found.number})
    if (column == nullptr) return std::nullopt;
  return found;
}

}  // namespace doorstep::server
