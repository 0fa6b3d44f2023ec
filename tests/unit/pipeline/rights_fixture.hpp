#pragma once

#include "unit/pipeline/town.hpp"
#include "wire/row_meta.hpp"

/// What tests of rights have in common: people with ID numbers, and everything that an answer says.
namespace doorstep::server::test {

inline constexpr const char* kNumber = "11010519491231002X";
inline constexpr const char* kOther = "440524188001010014";

inline Table& table_of(Pack& pack, std::string_view name) {
  for (Table& table : pack.tables)
    if (table.name == name) return table;
  throw std::logic_error("no such table");
}

inline ColumnId column_of(const Table& table, std::string_view name) { return table.find(name)->id; }

inline RoleRights leaders(std::initializer_list<bool RoleRights::*> verbs) {
  RoleRights rights;
  rights.role = "leader";
  rights.read = rights.add = rights.edit_own = rights.edit = false;
  for (const auto verb : verbs) rights.*verb = true;
  return rights;
}

inline Cells home_at(Town& town, const std::string& door) {
  return {{"place", to_text(town.place_id(door))}, {"number", std::int64_t{1}}};
}

/// A resident as the office imports her, with her ID number, behind a door.
inline RowId resident_at(Town& town, const std::string& door, const std::string& number = kNumber) {
  const RowId home = town.put("household", {{"place", to_text(town.place_id(door))}});
  const RowId row = town.put(
      "resident",
      {{"name", std::string("Sun")}, {"id_number", number}, {"birth_date", std::string("1949-12-31")}});
  town.put("residency", {{"resident", to_text(row)}, {"household", to_text(home)}});
  return row;
}

/// Everything that an answer says, in letters.
inline std::string in_letters(const wire::SyncResponse& response) { return wire::to_json(response); }

/// Pulls everything from the beginning, and returns what was said.
inline std::string everything(Town& town, Phone& phone, PackVersion spoken) {
  std::string said;
  wire::SyncRequest request = phone.request();
  request.push.reset();
  request.pack = spoken;
  request.cursor = {};
  request.cursor.incarnation = phone.cursor.incarnation;
  for (;;) {
    const wire::SyncResponse response = must(town.pipeline().exchange(request));
    said += in_letters(response);
    request.cursor = response.next;
    if (response.checkpoint) return said;
  }
}

inline bool knows(const Phone& phone, Town& town, const RowId& row, const char* column) {
  const Table& table = town.table("resident");
  const auto at = phone.rows().find({table.id, row});
  if (at == phone.rows().end()) return false;
  const RowState state = must(wire::decode_meta(table, at->second.meta, at->second.values));
  return state.find(column_of(table, column)) != nullptr;
}

/// The verdict about one group of one op.
inline wire::Verdict told(Phone& phone, const Op& op) {
  phone.open_group().ops.push_back(op);
  phone.close_group();
  return phone.push().verdicts.back();
}

inline bool alike(const wire::Verdict& a, const wire::Verdict& b) {
  return a.kind == b.kind && a.reason == b.reason && a.detail == b.detail && !a.admitted && !b.admitted;
}

}  // namespace doorstep::server::test
