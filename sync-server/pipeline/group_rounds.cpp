#include <algorithm>

#include "base/error.hpp"
#include "pipeline/group_merge.hpp"
#include "schema/workflow.hpp"

// What may open the next round of a cell: a workflow that begins again, and those who decide. And where a
// workflow may go. Judged by what the writer had read, never by what others did meanwhile.
namespace doorstep::server {
namespace {

/// A version that a write names as base, as far as it is known.
struct Read {
  Value value;
  std::uint32_t round = 0;
};

std::optional<Read> find_in(const RowState& row, ColumnId column, const VersionName& name) {
  if (const Cell* cell = row.find(column)) {
    if (cell->version.name == name) return Read{cell->value, cell->version.round};
    for (const Version& version : cell->agreeing)
      if (version.name == name) return Read{cell->value, version.round};
  }
  for (const Loser& loser : row.losers)
    if (loser.column == column && loser.head.version.name == name)
      return Read{loser.head.value, loser.head.version.round};
  return std::nullopt;
}

}  // namespace

/// Whether a post that the author held on the day of recording lets her settle what others wrote there.
bool GroupMerge::may_decide(const WorkRow& row) const {
  return scope_.everything || work_.plan().rights().may(row.key.table, roles_before(row), Verb::decide);
}

/// What the writer had read: from the row as it stands, or from the group that wrote it.
Result<GroupMerge::ReadCells> GroupMerge::read_by(const WorkRow& row, const CellWrite& write) {
  ReadCells out;
  for (const VersionName& name : write.bases) {
    if (const auto known = find_in(row.before, write.column, name)) {
      out.cells.push_back({known->value, known->round});
      continue;
    }
    // Of another row's version it says nothing, whoever may have written it.
    DOORSTEP_TRY(logged, work_.log().find(work_.tx(), name.actor, name.group));
    const bool is_this_row =
        logged != nullptr && name.op < logged->group.ops.size() && logged->group.ops[name.op].key == row.key;
    const CellWrite* base = is_this_row ? logged->find(name.op, write.column) : nullptr;
    if (base != nullptr) out.cells.push_back({base->value, base->round});
    out.is_cut |= logged != nullptr && logged->is_cut;
  }
  return out;
}

GroupMerge::Check GroupMerge::check_rounds(const PackPlan& written_under) {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Op& op = group_.ops[i];
    const Table& table = *written_under.find(op.key.table)->table;
    const bool settles = op.kind == OpKind::update && !op.seen.empty();
    if (settles && !may_decide(rows_[i])) return hold(wire::HoldReason::may_not_decide, table, op);
    for (const CellWrite& write : op.cells) {
      const Column& column = *table.find(write.column);
      if (column.merge != MergeKind::workflow && write.round == 0) continue;
      DOORSTEP_TRY(refused, check_round(rows_[i], table, op, write, column));
      if (refused) return refused;
    }
  }
  return std::nullopt;
}

GroupMerge::Check GroupMerge::check_round(const WorkRow& row, const Table& table, const Op& op,
                                          const CellWrite& write, const Column& column) {
  DOORSTEP_TRY(found, read_by(row, write));
  // What cannot be judged any more, people judge.
  if (found.is_cut && (author_.is_office || author_.scope_waived)) return std::nullopt;
  if (found.is_cut) return hold(wire::HoldReason::read_long_ago, table, op, &column);
  std::vector<ReadCell>& read = found.cells;
  if (read.empty()) read.push_back({});
  std::uint32_t round = 0;
  bool is_move = false;
  for (const ReadCell& cell : read) {
    round = std::max(round, cell.round);
    const std::uint32_t due = cell.round + (reopens(column, cell.value, write.value) ? 1 : 0);
    is_move |= write.round == due && may_move(column, cell.value, write.value);
  }
  if (column.merge == MergeKind::workflow && is_move) return std::nullopt;
  if (write.round > round)
    return may_decide(row) ? std::optional<Hold>{}
                           : hold(wire::HoldReason::may_not_decide, table, op, &column);
  if (column.merge == MergeKind::workflow) return hold(wire::HoldReason::illegal_move, table, op, &column);
  return std::nullopt;
}

}  // namespace doorstep::server
