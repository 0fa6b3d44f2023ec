#include "merge/fit.hpp"

#include "schema/fitted.hpp"

namespace doorstep {
namespace {

void fit_value(const Table& table, ColumnId column, Value& value) {
  if (const Column* known = table.find(column)) value = fitted(*known, std::move(value));
}

}  // namespace

void fit(const Table& table, RowState& row) {
  for (Cell& cell : row.cells) fit_value(table, cell.column, cell.value);
  for (Loser& loser : row.losers) fit_value(table, loser.column, loser.head.value);
}

void fit(const Pack& pack, Group& group) {
  for (Op& op : group.ops) {
    const Table* table = pack.find(op.key.table);
    if (table == nullptr) continue;
    for (CellWrite& write : op.cells) fit_value(*table, write.column, write.value);
  }
}

}  // namespace doorstep
