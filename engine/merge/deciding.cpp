#include "merge/deciding.hpp"

#include <algorithm>

#include "merge/writing.hpp"

namespace doorstep {
namespace {

using Chosen = Decision::Choice;
using Ops = tl::expected<std::vector<Op>, Undecidable>;

Op update_of(const RowKey& key, Birth birth) { return {OpKind::update, key, birth, {}, {}}; }

Op removal_of(const RowKey& key, const RowState& row) {
  return {OpKind::remove, key, row.birth, {}, row.heads()};
}

/// The open losers of a column: a decision settles them all.
std::vector<const Loser*> losers_of(const RowState& row, ColumnId column) {
  std::vector<const Loser*> out;
  for (const Loser& loser : row.losers)
    if (loser.birth == row.birth && loser.column == column &&
        (loser.kind == LoserKind::concurrent || loser.kind == LoserKind::review))
      out.push_back(&loser);
  return out;
}

/// Columns that merge as one cell are decided together: the other value of one comes with the others of the
/// same writer.
Op decide_cell(const Table& table, const RowKey& key, const RowState& row, const Loser& loser,
               const Decision& decision) {
  Op op = update_of(key, row.birth);
  const ColumnId group = table.find(loser.column)->cell;
  for (const Column& column : table.columns) {
    const Cell* cell = column.cell == group ? row.find(column.id) : nullptr;
    if (cell == nullptr) continue;
    Value value = cell->value;
    std::vector<VersionName> settled;
    for (const Loser* other : losers_of(row, column.id)) {
      settled.push_back(other->head.version.name);
      const bool is_chosen =
          decision.choice == Chosen::other && other->head.version.name == loser.head.version.name;
      if (is_chosen) value = other->head.value;
    }
    if (decision.choice == Chosen::value && column.id == loser.column) value = decision.value;
    op.cells.push_back(decide_over(column, *cell, settled, value));
  }
  return op;
}

Ops decide_late(const Table& table, const RowKey& key, const RowState& row, const Loser& loser,
                const Decision& decision) {
  std::vector<Op> ops;
  if (decision.choice != Chosen::shown) {
    if (!row.alive()) return tl::unexpected(Undecidable::row_gone);
    Op edit = update_of(key, row.birth);
    const Column& column = *table.find(loser.column);
    const Value& value = decision.choice == Chosen::other ? loser.head.value : decision.value;
    edit.cells.push_back(write_over(column, row.find(column.id), value));
    ops.push_back(std::move(edit));
  }
  Op settled = update_of(key, loser.birth);
  settled.seen.push_back(loser.head.version.name);
  ops.push_back(std::move(settled));
  return ops;
}

/// A delete against edits that had not seen it: the row stays, or goes.
Ops decide_delete(const RowKey& key, const RowState& row, const Decision& decision, bool stays) {
  if (decision.choice == Chosen::value) return tl::unexpected(Undecidable::no_value);
  if (!stays) return std::vector<Op>{removal_of(key, row)};
  if (row.deaths.empty()) return tl::unexpected(Undecidable::not_known);
  Op op = update_of(key, row.birth);
  for (const Death& death : row.deaths) op.seen.push_back(death.version.name);
  std::sort(op.seen.begin(), op.seen.end());
  return std::vector<Op>{std::move(op)};
}

}  // namespace

Ops decide(const Table& table, const RowKey& key, const RowState& row, const Loser& loser,
           const Decision& decision) {
  switch (loser.kind) {
    case LoserKind::concurrent:
    case LoserKind::review:
      if (row.find(loser.column) == nullptr || table.find(loser.column) == nullptr)
        return tl::unexpected(Undecidable::row_gone);
      return std::vector<Op>{decide_cell(table, key, row, loser, decision)};
    case LoserKind::late:
      if (table.find(loser.column) == nullptr) return tl::unexpected(Undecidable::row_gone);
      return decide_late(table, key, row, loser, decision);
    case LoserKind::kept_alive:
      return decide_delete(key, row, decision, decision.choice == Chosen::shown);
    case LoserKind::deleted:
      return decide_delete(key, row, decision, decision.choice != Chosen::shown);
  }
  return tl::unexpected(Undecidable::not_known);
}

}  // namespace doorstep
