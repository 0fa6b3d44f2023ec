#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/roster.hpp"
#include "app/roster_headers.hpp"
#include "app/roster_references.hpp"

namespace doorstep::server {

/// One row of a file, read but not yet compared with the office's.
struct RosterRow {
  std::size_t row = 0;
  std::optional<RowId> given_id;            ///< The file names the row by id.
  std::vector<std::optional<Value>> cells;  ///< By position in the table's columns; absent when left empty.
  std::optional<RowId> household;           ///< Of a resident who comes with a door.
  std::optional<Value> moved_in;
  std::vector<bool> faulty;  ///< By position: told already.
  bool bad = false;          ///< Has a problem of any kind.

  const Value* cell(const Table& table, ColumnId id) const;
  const Value* cell(const Table& table, std::string_view name) const;
};

/// The rows of a file, with references resolved. What is wrong is added to `problems`, all of it.
/// `references` has the names of every table that the file refers to when this returns.
Result<std::vector<RosterRow>> read_rows(const Pack& pack, const RowId& office, const Table& table,
                                         const std::vector<tabular::Row>& file, References& references,
                                         std::vector<RosterProblem>& problems);

/// `values` of a new row: its cells, and what the pack fills in where they are left out (`now`: canonical
/// time).
std::vector<Value> new_row_values(const Table& table, const RosterRow& row, const std::string& now);

}  // namespace doorstep::server
