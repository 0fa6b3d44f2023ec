#include "simulation/pack_versions.hpp"

#include <algorithm>

#include "base/ensure.hpp"

namespace doorstep::simulation {
namespace {

Table& table_of(Pack& pack, std::string_view name) {
  for (Table& table : pack.tables)
    if (table.name == name) return table;
  throw InvariantBroken("the pack has the table");
}

Column& column_of(Pack& pack, std::string_view table, std::string_view name) {
  for (Column& column : table_of(pack, table).columns)
    if (column.name == name) return column;
  throw InvariantBroken("the table has the column");
}

Column& add_column(Table& table, std::uint32_t id, const std::string& name, ColumnType type,
                   MergeKind merge = MergeKind::latest) {
  Column column;
  column.id = column.cell = ColumnId{id};
  column.name = name;
  column.label = {name, name};
  column.type = type;
  column.merge = merge;
  table.columns.push_back(std::move(column));
  return table.columns.back();
}

/// One meter a door, read by whoever is there.
Table meter(const Pack& pack) {
  Table table;
  table.id = TableId{1200};
  table.name = "meter";
  table.label = {"燃气表", "Gas meter"};
  Column& place = add_column(table, 1, "place", ColumnType::reference);
  place.target = pack.find(kPlaceTable)->id;
  place.required = place.indexed = true;
  add_column(table, 2, "reading", ColumnType::real, MergeKind::max);
  add_column(table, 3, "note", ColumnType::text);
  table.natural_key = {ColumnId{1}};
  table.place_rule = PlaceRule::column;
  table.place_column = ColumnId{1};
  return table;
}

/// Leaders neither read nor write these columns of a household.
void hide(Pack& pack, std::initializer_list<const char*> columns) {
  Table& household = table_of(pack, "household");
  RoleRights rights;
  rights.role = "leader";
  for (const char* column : columns) rights.hidden.push_back(household.find(column)->id);
  std::sort(rights.hidden.begin(), rights.hidden.end());
  household.rights = {rights};
}

Pack first(Pack pack) {
  pack.version = PackVersion{1};
  Table& household = table_of(pack, "household");
  add_column(household, 1001, "rooms", ColumnType::integer);
  add_column(household, 1002, "floors", ColumnType::integer, MergeKind::max);
  add_column(household, 1003, "doorbell", ColumnType::text);
  return pack;
}

Pack second(Pack pack) {
  pack.version = PackVersion{2};
  column_of(pack, "household", "rooms").type = ColumnType::real;
  column_of(pack, "household", "doorbell").retired = true;
  column_of(pack, "household", "status").choices.push_back({"shop", {"商用", "Shop"}});
  column_of(pack, "household", "head_name").label = {"户主", "Head of household"};
  Column& pets = add_column(table_of(pack, "household"), 1004, "pets", ColumnType::text);
  pets.choices = {{"cat", {"猫", "Cat"}}, {"dog", {"狗", "Dog"}}};
  add_column(table_of(pack, "household"), 1005, "bell_code", ColumnType::text, MergeKind::review);
  add_column(table_of(pack, "visit"), 1000, "mood", ColumnType::text);
  Table added = meter(pack);
  const auto at = std::find_if(pack.tables.begin(), pack.tables.end(),
                               [&](const Table& table) { return added.id < table.id; });
  pack.tables.insert(at, std::move(added));
  return pack;
}

Pack third(Pack pack) {
  pack.version = PackVersion{3};
  column_of(pack, "household", "floors").type = ColumnType::real;
  column_of(pack, "household", "doorbell").retired = false;
  column_of(pack, "household", "pets").choices.clear();
  Column& car = add_column(table_of(pack, "household"), 1006, "car", ColumnType::text);
  car.required = true;
  car.default_rule = DefaultRule::constant;
  car.default_value = std::string("none");
  add_column(table_of(pack, "meter"), 4, "seal", ColumnType::text);
  return pack;
}

}  // namespace

std::vector<Pack> pack_versions(const Pack& base) {
  std::vector<Pack> versions{first(base)};
  versions.push_back(second(versions.back()));
  versions.push_back(third(versions.back()));
  return versions;
}

std::vector<Pack> with_changing_rights(std::vector<Pack> versions) {
  hide(versions.at(1), {"tags", "head_name", "bell_code"});
  hide(versions.at(2), {"note", "bell_code", "floors"});
  return versions;
}

}  // namespace doorstep::simulation
