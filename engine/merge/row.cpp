#include "merge/row.hpp"

#include <algorithm>

namespace doorstep {
namespace {

const Column kUnknownColumn{};

MergeKind kind_of(const Table& table, ColumnId column) {
  const Column* known = table.find(column);
  return known != nullptr ? known->merge : kUnknownColumn.merge;
}

/// An extreme needs nobody's decision, also when it was written to a birth that is over.
bool leaves_losers(MergeKind kind) { return kind != MergeKind::max && kind != MergeKind::min; }

bool needs_review(MergeKind kind) { return kind == MergeKind::review || kind == MergeKind::once; }

bool contains(const std::vector<VersionName>& sorted, const VersionName& name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

bool is_cell_loser(const Loser& loser, Birth birth, ColumnId column) {
  return loser.birth == birth && loser.column == column &&
         (loser.kind == LoserKind::concurrent || loser.kind == LoserKind::review);
}

std::vector<Cell>::iterator cell_at(RowState& row, ColumnId column) {
  return std::lower_bound(row.cells.begin(), row.cells.end(), column,
                          [](const Cell& c, ColumnId id) { return c.column < id; });
}

/// The cell's set of versions: what shows, what agrees with it, and the open losers.
CellState cell_state(const RowState& row, const Cell& cell) {
  CellState state;
  state.heads.push_back({cell.version, cell.value, {}});
  for (const Version& version : cell.agreeing) state.heads.push_back({version, cell.value, {}});
  for (const Loser& loser : row.losers)
    if (is_cell_loser(loser, row.birth, cell.column)) state.heads.push_back(loser.head);
  return state;
}

CellState write_state(const CellWrite& write, const Version& version) {
  CellState state;
  state.heads.push_back({version, write.value, write.bases});
  state.superseded = write.bases;
  std::sort(state.superseded.begin(), state.superseded.end());
  return state;
}

/// Replaces the cell's shown version and open losers by what `state` says.
void store_cell(RowState& row, const Table& table, ColumnId column, const CellState& state) {
  const MergeKind kind = kind_of(table, column);
  const Head* winner = shown(kind, state);
  const std::vector<const Head*> lost = losers(kind, state);
  row.losers.erase(std::remove_if(row.losers.begin(), row.losers.end(),
                                  [&](const Loser& l) { return is_cell_loser(l, row.birth, column); }),
                   row.losers.end());
  const LoserKind loser_kind = needs_review(kind) ? LoserKind::review : LoserKind::concurrent;
  for (const Head* head : lost) row.losers.push_back({loser_kind, row.birth, column, *head});
  Cell cell{column, winner->version, winner->value, !lost.empty(), {}};
  for (const Head& head : state.heads)
    if (&head != winner && head.value == winner->value) cell.agreeing.push_back(head.version);
  const auto at = cell_at(row, column);
  if (at != row.cells.end() && at->column == column)
    *at = std::move(cell);
  else
    row.cells.insert(at, std::move(cell));
}

/// Returns whether the write met another head that its writer had not read.
bool merge_cell(const Table& table, RowState& row, const CellWrite& write, const Version& version) {
  const auto at = cell_at(row, write.column);
  if (at == row.cells.end() || at->column != write.column) {
    row.cells.insert(at, {write.column, version, write.value, false, {}});
    return false;
  }
  const bool has_read =
      std::find(write.bases.begin(), write.bases.end(), at->version.name) != write.bases.end();
  const CellState before = cell_state(row, *at);
  store_cell(row, table, write.column,
             join(kind_of(table, write.column), before, write_state(write, version)));
  return !has_read;
}

bool any_unseen(const RowState& row, const std::vector<VersionName>& seen) {
  const std::vector<VersionName> heads = row.heads();
  return !std::includes(seen.begin(), seen.end(), heads.begin(), heads.end());
}

/// A delete that did not take the row away is noted; one that did, after all, is no longer a loser.
void note_death(RowState& row) {
  if (!row.death) return;
  const bool beaten = any_unseen(row, row.death->seen);
  row.losers.erase(
      std::remove_if(row.losers.begin(), row.losers.end(),
                     [&](const Loser& l) { return l.kind == LoserKind::kept_alive && l.birth == row.birth; }),
      row.losers.end());
  if (beaten)
    row.losers.push_back({LoserKind::kept_alive, row.birth, ColumnId{}, {row.death->version, {}, {}}});
}

/// Heads of the ending birth that no delete had seen would be forgotten by the next birth: they go to the
/// ledger.
void begin_birth(const Table& table, RowState& row, Birth birth) {
  const std::vector<VersionName> seen = row.death ? row.death->seen : std::vector<VersionName>{};
  std::vector<Loser> kept;
  const auto keep = [&](ColumnId column, Head head) {
    if (leaves_losers(kind_of(table, column)) && !contains(seen, head.version.name))
      kept.push_back({LoserKind::late, row.birth, column, std::move(head)});
  };
  for (Cell& cell : row.cells) {
    for (const Version& version : cell.agreeing) keep(cell.column, {version, cell.value, {}});
    keep(cell.column, {cell.version, std::move(cell.value), {}});
  }
  for (Loser& loser : row.losers) {
    if (loser.kind == LoserKind::late)
      kept.push_back(std::move(loser));
    else if (loser.kind != LoserKind::kept_alive)
      keep(loser.column, std::move(loser.head));
  }
  row = RowState{birth, {}, std::nullopt, std::move(kept)};
}

tl::expected<void, Refusal> admissible(const Table& table, const RowState& row, const Op& op) {
  if (op.kind != OpKind::insert && table.deletes == DeletePolicy::append_only)
    return tl::unexpected(Refusal::append_only);
  if (op.kind != OpKind::insert && row.birth == Birth{0}) return tl::unexpected(Refusal::unknown_row);
  const std::uint32_t next_birth = raw(row.birth) + 1;
  if (raw(op.birth) > next_birth || (op.kind != OpKind::insert && op.birth > row.birth))
    return tl::unexpected(Refusal::future_birth);
  if (op.birth < row.birth) return {};  // Its rounds are history.
  for (const CellWrite& write : op.cells) {
    const Cell* cell = op.birth == row.birth ? row.find(write.column) : nullptr;
    const std::uint32_t round = cell != nullptr ? cell->version.round : 0;
    if (write.round > round + 1) return tl::unexpected(Refusal::future_round);
  }
  return {};
}

/// Work on a birth that is over: writes go to the ledger, unless their own successors or a delete follow.
MergeOutcome keep_late(const Table& table, RowState& row, const Op& op, const VersionName& name,
                       Stamp stamp) {
  const auto forget = [&](ColumnId column, bool any_column, const std::vector<VersionName>& names) {
    row.losers.erase(std::remove_if(row.losers.begin(), row.losers.end(),
                                    [&](const Loser& l) {
                                      return l.kind == LoserKind::late && l.birth == op.birth &&
                                             (any_column || l.column == column) &&
                                             std::find(names.begin(), names.end(), l.head.version.name) !=
                                                 names.end();
                                    }),
                     row.losers.end());
  };
  forget(ColumnId{}, true, op.seen);
  for (const CellWrite& write : op.cells) {
    const MergeKind kind = kind_of(table, write.column);
    if (!leaves_losers(kind)) continue;
    // As in join(): a later write of a `once` cell supersedes nothing.
    if (kind != MergeKind::once) forget(write.column, false, write.bases);
    row.losers.push_back(
        {LoserKind::late, op.birth, write.column, {{name, stamp, write.round}, write.value, write.bases}});
  }
  MergeOutcome outcome;
  outcome.changed = outcome.concurrent = true;
  return outcome;
}

MergeOutcome merge_writes(const Table& table, RowState& row, const Op& op, const VersionName& name,
                          Stamp stamp) {
  MergeOutcome outcome;
  const bool meets = op.kind == OpKind::insert && !row.cells.empty();
  for (const CellWrite& write : op.cells) {
    outcome.concurrent |= merge_cell(table, row, write, {name, stamp, write.round});
    outcome.review |= row.find(write.column)->contested && needs_review(kind_of(table, write.column));
  }
  outcome.concurrent |= meets;
  outcome.changed = true;
  return outcome;
}

void merge_death(RowState& row, const Op& op, const VersionName& name, Stamp stamp) {
  Death death = row.death.value_or(Death{});
  const Version version{name, stamp, 0};
  if (death.version < version) death.version = version;
  std::vector<VersionName> seen;
  std::set_union(death.seen.begin(), death.seen.end(), op.seen.begin(), op.seen.end(),
                 std::back_inserter(seen));
  death.seen = std::move(seen);
  row.death = std::move(death);
}

}  // namespace

const Cell* RowState::find(ColumnId column) const {
  const auto at = std::lower_bound(cells.begin(), cells.end(), column,
                                   [](const Cell& c, ColumnId id) { return c.column < id; });
  return at == cells.end() || at->column != column ? nullptr : &*at;
}

std::vector<VersionName> RowState::heads() const {
  std::vector<VersionName> names;
  for (const Cell& cell : cells) {
    names.push_back(cell.version.name);
    for (const Version& version : cell.agreeing) names.push_back(version.name);
  }
  for (const Loser& loser : losers)
    if (loser.birth == birth && loser.kind != LoserKind::kept_alive && loser.kind != LoserKind::late)
      names.push_back(loser.head.version.name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool RowState::alive() const { return birth != Birth{0} && (!death || any_unseen(*this, death->seen)); }

tl::expected<MergeOutcome, Refusal> apply(const Table& table, RowState& row, const Op& op,
                                          const VersionName& name, Stamp stamp) {
  if (auto allowed = admissible(table, row, op); !allowed) return tl::unexpected(allowed.error());
  if (op.birth < row.birth) return keep_late(table, row, op, name, stamp);
  if (op.birth > row.birth) begin_birth(table, row, op.birth);
  MergeOutcome outcome;
  const bool was_dead = row.death && !row.alive();
  if (op.kind == OpKind::remove) {
    merge_death(row, op, name, stamp);
    outcome.changed = true;
  } else {
    outcome = merge_writes(table, row, op, name, stamp);
  }
  note_death(row);
  // A delete that did not take the row away, or a write that brought it back: they had not seen each other.
  outcome.concurrent |= row.alive() && (op.kind == OpKind::remove || was_dead);
  return outcome;
}

void overlay(const Table& table, RowState& row, const Op& op, const VersionName& name, Stamp stamp) {
  if (op.birth < row.birth) return;
  if (op.birth > row.birth) row = RowState{op.birth, {}, std::nullopt, {}};
  if (op.kind == OpKind::remove) {
    merge_death(row, op, name, stamp);
    return;
  }
  for (const CellWrite& write : op.cells) {
    const MergeKind kind = kind_of(table, write.column);
    const Version version{name, stamp, write.round};
    const auto at = cell_at(row, write.column);
    if (at == row.cells.end() || at->column != write.column) {
      row.cells.insert(at, {write.column, version, write.value, false, {}});
    } else if (kind == MergeKind::latest || kind == MergeKind::review) {
      at->version = version;
      at->value = write.value;
      at->agreeing.clear();
    } else {
      store_cell(row, table, write.column, join(kind, cell_state(row, *at), write_state(write, version)));
    }
  }
}

}  // namespace doorstep
