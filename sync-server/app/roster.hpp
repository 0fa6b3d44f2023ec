#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/types.hpp"
#include "schema/pack.hpp"

/// What the import and the export of rosters share.
namespace doorstep::server {

/// The office's rows as they stand, for looking up who and what a file means.
class RowSource {
 public:
  /// `values` are those of the columns that were asked for, in that order; the visitor may move them away.
  using Visitor = std::function<void(const RowId& id, std::vector<Value>& values)>;

  virtual ~RowSource() = default;
  virtual Status each_row(const Table& table, const std::vector<ColumnId>& columns, const Visitor& visit) = 0;
};

/// One thing that is wrong in a file. `row` counts as a spreadsheet does.
struct RosterProblem {
  std::size_t row = 0;
  std::string column;  ///< The column's name in the pack; empty when the whole row is meant.
  Error error;
  std::size_t cell = 0;   ///< Of the row, from 1; 0 when the row is meant, or the file has no such column.
  std::string heading{};  ///< Of that cell, as the file has it.
};

/// One row as the office is to have it. Cells that stay as they are do not appear.
struct PlannedRow {
  const Table* table = nullptr;
  RowId id;
  bool is_new = false;
  std::vector<std::pair<ColumnId, Value>> cells;  ///< In column order.
  std::size_t row = 0;                            ///< Of the file.
};

struct RosterCounts {
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t unchanged = 0;
};

struct RosterPlan {
  std::vector<PlannedRow> rows;         ///< In the order they must be written: places from the top down.
  std::vector<RosterProblem> problems;  ///< In row order. Rows that have one are not in `rows`.
  RosterCounts counts;                  ///< Of the table that was imported.
  RosterCounts residencies;             ///< When residents came with their doors.
};

/// The pack's table of this name; also plurals and labels, because people type them. Errors list the tables.
Result<const Table*> find_table(const Pack& pack, std::string_view name);

/// All columns of a table, in its order.
std::vector<ColumnId> all_columns(const Table& table);

/// The tables behind the columns that a file of residents may have besides its own: the door, its occupancy
/// and the day they moved in. nullopt for other tables, and for packs that keep homes otherwise.
struct ResidencyTables {
  const Table* residency = nullptr;
  const Table* household = nullptr;
  const Column* resident = nullptr;   ///< Of residency.
  const Column* home = nullptr;       ///< Of residency: the household.
  const Column* moved_in = nullptr;   ///< Of residency.
  const Column* moved_out = nullptr;  ///< Of residency.
  const Column* place = nullptr;      ///< Of household.
  const Column* number = nullptr;     ///< Of household.
};
std::optional<ResidencyTables> residency_tables(const Pack& pack, const Table& table);

}  // namespace doorstep::server
