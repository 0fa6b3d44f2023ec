#include <map>
#include <set>

#include "schema/choices.hpp"
#include "schema/column_type.hpp"
#include "schema/loader/draft.hpp"

namespace doorstep {
namespace {

struct NeededColumn {
  std::string_view table;  ///< The overlays' is looked at where a pack has one.
  std::string_view column;
  ColumnType type;
  std::string_view target;
};

/// Scope is computed from these: who holds which post, at which place of the tree, from when to when.
constexpr NeededColumn kNeeded[] = {
    {kPlaceTable, "code", ColumnType::text, ""},
    {kPlaceTable, "parent", ColumnType::reference, kPlaceTable},
    {kPlaceTable, "level", ColumnType::text, ""},
    {kPlaceTable, "name", ColumnType::text, ""},
    {kPersonTable, "name", ColumnType::text, ""},
    {kPersonTable, "phone", ColumnType::text, ""},
    {kAssignmentTable, "person", ColumnType::reference, kPersonTable},
    {kAssignmentTable, "place", ColumnType::reference, kPlaceTable},
    {kAssignmentTable, "role", ColumnType::text, ""},
    {kAssignmentTable, "starts", ColumnType::date, ""},
    {kAssignmentTable, "ends", ColumnType::date, ""},
    {kOverlayTable, "place", ColumnType::reference, kPlaceTable},
    {kOverlayTable, "overlay", ColumnType::reference, kPlaceTable},
    {kOverlayTable, "active", ColumnType::boolean, ""},
};

const TableDraft& draft_of(const PackDraft& draft, const Table& table) {
  for (const TableDraft& candidate : draft.tables)
    if (candidate.table.id == table.id) return candidate;
  return draft.tables.front();
}

void check_needed(const PackDraft& draft, const Pack& pack) {
  for (const NeededColumn& needed : kNeeded) {
    const std::string table_name(needed.table);
    const std::string column_name(needed.column);
    const Table* table = pack.find(needed.table);
    if (table == nullptr && needed.table == kOverlayTable) continue;
    if (table == nullptr)
      refuse(draft.where,
             "包里缺少表 " + table_name + ":请写 tables/" + table_name + ".toml,或扩展 neighbourhood。",
             "the pack lacks the table '" + table_name + "': write tables/" + table_name +
                 ".toml, or extend 'neighbourhood'.");
    std::string want = "type = \"" + std::string(word_of(needed.type)) + "\"";
    if (!needed.target.empty()) want += ", target = \"" + std::string(needed.target) + "\"";
    const Where& where = draft_of(draft, *table).where;
    const Column* column = table->find(needed.column);
    if (column == nullptr)
      refuse(where, "表 " + table_name + " 缺少列 " + column_name + "(" + want + ")。",
             "the table '" + table_name + "' lacks the column '" + column_name + "' (" + want + ").");
    const bool same_target = needed.target.empty() || column->target == pack.find(needed.target)->id;
    if (column->type != needed.type || !same_target)
      refuse(where, "列 " + table_name + "." + column_name + " 应为 " + want + "。",
             "the column '" + table_name + "." + column_name + "' must be " + want + ".");
  }
}

/// Follows a table's rule until it stands on a place.
void check_place_path(const PackDraft& draft, const Pack& pack, const Table& table) {
  const Table* at = &table;
  for (std::size_t steps = 0; at->place_rule != PlaceRule::self; ++steps) {
    if (steps > pack.tables.size())
      refuse(draft_of(draft, table).place_where,
             "表 " + table.name + " 的地点规则绕成了圈,到不了 place。请让其中一张表直接引用 place。",
             "the place rule of '" + table.name +
                 "' goes in a circle and never reaches 'place'. Let one of the tables refer to 'place'.");
    at = pack.find(at->place_rule == PlaceRule::children ? at->place_table
                                                         : *at->find(at->place_column)->target);
  }
}

/// Column names and labels are headers of import files: one header must mean one column.
void check_headers(const PackDraft& draft, const Table& table) {
  std::map<std::string, std::string> owner;
  for (const Column& column : table.columns) {
    for (const std::string& header : {column.name, column.label.zh, column.label.en}) {
      const auto [at, fresh] = owner.emplace(choice_form(header), column.name);
      if (!fresh && at->second != column.name)
        refuse(draft_of(draft, table).where,
               "表 " + table.name + " 的两列 " + at->second + " 和 " + column.name + " 都叫“" + header +
                   "”,请改一个名称。",
               "in the table '" + table.name + "' the columns '" + at->second + "' and '" + column.name +
                   "' are both called '" + header + "'; change one label.");
    }
  }
}

/// In SQLite and PostgreSQL tables and indexes share one set of names.
void check_sql_names(const PackDraft& draft, const Pack& pack) {
  std::set<std::string> names;
  for (const Table& table : pack.tables) names.insert(table.name);
  for (const Table& table : pack.tables)
    for (const Column& column : table.columns)
      if (column.indexed && !names.insert(table.name + '_' + column.name).second)
        refuse(draft_of(draft, table).where,
               "列 " + table.name + "." + column.name + " 的索引与另一个表或索引重名,请改名或删去 indexed。",
               "the index of '" + table.name + "." + column.name +
                   "' has the name of another table or index; rename one, or remove 'indexed'.");
}

}  // namespace

void check_whole(const PackDraft& draft, const Pack& pack, PackFaults& faults) {
  faults.gather([&] { check_needed(draft, pack); });
  for (const Table& table : pack.tables) {
    faults.gather([&] { check_place_path(draft, pack, table); });
    faults.gather([&] { check_headers(draft, table); });
  }
  faults.gather([&] { check_sql_names(draft, pack); });
}

}  // namespace doorstep
