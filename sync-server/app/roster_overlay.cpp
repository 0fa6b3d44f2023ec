#include "app/roster_overlay.hpp"

namespace doorstep::server {

void OverlayRows::add(const std::vector<PlannedRow>& rows) {
  for (const PlannedRow& row : rows) {
    Planned& planned = planned_[row.table->id][row.id];
    planned.is_new = planned.is_new || row.is_new;
    for (const auto& [column, value] : row.cells) planned.cells[column] = value;
  }
}

Status OverlayRows::each_row(const Table& table, const std::vector<ColumnId>& columns, const Visitor& visit) {
  const auto planned = planned_.find(table.id);
  if (planned == planned_.end()) return beneath_.each_row(table, columns, visit);
  const auto put = [&](const Planned& row, std::vector<Value>& values) {
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (const auto cell = row.cells.find(columns[i]); cell != row.cells.end()) values[i] = cell->second;
  };
  Status read = beneath_.each_row(table, columns, [&](const RowId& id, std::vector<Value>& values) {
    if (const auto row = planned->second.find(id); row != planned->second.end()) put(row->second, values);
    visit(id, values);
  });
  if (!read) return read;
  for (const auto& [id, row] : planned->second) {
    if (!row.is_new) continue;
    std::vector<Value> values(columns.size());
    put(row, values);
    visit(id, values);
  }
  return {};
}

}  // namespace doorstep::server
