#include "merge/row.hpp"

#include <algorithm>
#include <iterator>

namespace doorstep {
namespace {

const Column& column_of(const Table& table, ColumnId id) {
  static const Column unknown{};
  const Column* known = table.find(id);
  return known != nullptr ? *known : unknown;
}

/// Extremes and tallies need nobody's decision, also when they were written to a birth that is over.
bool leaves_losers(MergeKind kind) {
  return kind != MergeKind::max && kind != MergeKind::min && kind != MergeKind::counter;
}

bool needs_review(MergeKind kind) { return kind == MergeKind::review || kind == MergeKind::once; }

/// Kinds in which one's own pending value shows whatever others wrote.
bool is_own_word(MergeKind kind) {
  return kind == MergeKind::latest || kind == MergeKind::review || kind == MergeKind::workflow;
}

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

/// Replaces the cell's shown version and open losers by what `state` says.
void store_cell(RowState& row, const Column& column, const CellState& state) {
  const Head* winner = shown(column, state);
  const std::vector<const Head*> lost = losers(column, state);
  row.losers.erase(std::remove_if(row.losers.begin(), row.losers.end(),
                                  [&](const Loser& l) { return is_cell_loser(l, row.birth, column.id); }),
                   row.losers.end());
  const LoserKind loser_kind = needs_review(column.merge) ? LoserKind::review : LoserKind::concurrent;
  for (const Head* head : lost) row.losers.push_back({loser_kind, row.birth, column.id, *head});
  Cell cell{column.id, winner->version, winner->value, !lost.empty(), {}};
  for (const Head& head : state.heads)
    if (&head != winner && head.value == winner->value) cell.agreeing.push_back(head.version);
  *cell_at(row, column.id) = std::move(cell);
}

Cell first_cell(const Column& column, const CellWrite& write, const Version& version) {
  if (!is_composite(column.merge)) return {write.column, version, write.value, false, {}};
  Cell cell;
  cell.column = write.column;
  add_write(column.merge, cell, write, version);
  return cell;
}

/// Returns whether the write met another head that its writer had not read.
bool merge_cell(const Column& column, RowState& row, const CellWrite& write, const Version& version) {
  const auto at = cell_at(row, write.column);
  if (at == row.cells.end() || at->column != write.column) {
    row.cells.insert(at, first_cell(column, write, version));
    return false;
  }
  if (is_composite(column.merge)) {
    add_write(column.merge, *at, write, version);
    return false;
  }
  const bool has_read =
      std::find(write.bases.begin(), write.bases.end(), at->version.name) != write.bases.end();
  const CellState before = cell_state(row, *at);
  store_cell(row, column, join(column.merge, before, written(write, version)));
  return !has_read;
}

std::vector<VersionName> seen_by_deletes(const RowState& row, bool overruled_too) {
  std::vector<VersionName> seen;
  for (const Death& death : row.deaths)
    if (overruled_too || !death.overruled) seen.insert(seen.end(), death.seen.begin(), death.seen.end());
  std::sort(seen.begin(), seen.end());
  return seen;
}

void forget(RowState& row, LoserKind kind) {
  row.losers.erase(std::remove_if(row.losers.begin(), row.losers.end(),
                                  [&](const Loser& l) { return l.kind == kind && l.birth == row.birth; }),
                   row.losers.end());
}

/// What shows in a cell, as the ledger would tell it, were it to go.
std::vector<Head> standing(const Column& column, const Cell& cell) {
  if (is_composite(column.merge)) return brought(column.merge, cell);
  std::vector<Head> heads;
  for (const Version& version : cell.agreeing) heads.push_back({version, cell.value, {}});
  heads.push_back({cell.version, cell.value, {}});
  return heads;
}

/// What shows and no delete had seen.
void add_unseen(const Table& table, const RowState& row, LoserKind kind, std::vector<Loser>& out) {
  const std::vector<VersionName> seen = seen_by_deletes(row, true);
  for (const Cell& cell : row.cells) {
    const Column& column = column_of(table, cell.column);
    if (!leaves_losers(column.merge)) continue;
    for (Head& head : standing(column, cell))
      if (!contains(seen, head.version.name)) out.push_back({kind, row.birth, cell.column, std::move(head)});
  }
}

/// A delete that did not take the row away is noted; of one that did, what it had not seen.
void note_deaths(const Table& table, RowState& row) {
  if (row.deaths.empty()) return;
  forget(row, LoserKind::kept_alive);
  forget(row, LoserKind::deleted);
  if (!row.alive()) {
    if (table.deletes == DeletePolicy::delete_beats_edit)
      add_unseen(table, row, LoserKind::deleted, row.losers);
    return;
  }
  for (const Death& death : row.deaths)
    if (!death.overruled)
      row.losers.push_back({LoserKind::kept_alive, row.birth, ColumnId{}, {death.version, {}, {}}});
}

/// Heads of the ending birth that no delete had seen would be forgotten by the next birth: they go to the
/// ledger.
void begin_birth(const Table& table, RowState& row, Birth birth) {
  const std::vector<VersionName> seen = seen_by_deletes(row, true);
  std::vector<Loser> kept;
  add_unseen(table, row, LoserKind::late, kept);
  for (Loser& loser : row.losers) {
    if (loser.kind == LoserKind::late)
      kept.push_back(std::move(loser));
    else if (is_cell_loser(loser, row.birth, loser.column) && !contains(seen, loser.head.version.name))
      kept.push_back({LoserKind::late, row.birth, loser.column, std::move(loser.head)});
  }
  row = RowState{birth, {}, {}, std::move(kept)};
}

tl::expected<void, Refusal> admissible(const Table& table, const RowState& row, const Op& op,
                                       const VersionName& name) {
  if (op.kind != OpKind::insert && table.deletes == DeletePolicy::append_only)
    return tl::unexpected(Refusal::append_only);
  if (op.kind != OpKind::insert && row.birth == Birth{0}) return tl::unexpected(Refusal::unknown_row);
  const std::uint32_t next_birth = raw(row.birth) + 1;
  if (raw(op.birth) > next_birth || (op.kind != OpKind::insert && op.birth > row.birth))
    return tl::unexpected(Refusal::future_birth);
  for (const CellWrite& write : op.cells) {
    const MergeKind kind = column_of(table, write.column).merge;
    if (is_composite(kind) && !is_sound(kind, write)) return tl::unexpected(Refusal::malformed);
  }
  if (op.birth < row.birth) return {};  // Its rounds are history.
  for (const CellWrite& write : op.cells) {
    const Cell* cell = op.birth == row.birth ? row.find(write.column) : nullptr;
    if (const auto fit = fits(column_of(table, write.column).merge, cell, write, name); !fit)
      return tl::unexpected(fit.error() == TextRefusal::too_large ? Refusal::too_large : Refusal::malformed);
    const std::uint32_t round = cell != nullptr ? cell->version.round : 0;
    if (write.round > round + 1) return tl::unexpected(Refusal::future_round);
  }
  return {};
}

template <typename Test>
void forget_late(RowState& row, Birth birth, const std::vector<VersionName>& names, Test test) {
  const auto is_named = [&](const Loser& l) {
    return l.kind == LoserKind::late && l.birth == birth && test(l) &&
           std::find(names.begin(), names.end(), l.head.version.name) != names.end();
  };
  row.losers.erase(std::remove_if(row.losers.begin(), row.losers.end(), is_named), row.losers.end());
}

/// Elements that a late write takes out of what late writes had put into a set.
void shrink_late_sets(RowState& row, Birth birth, const CellWrite& write) {
  const auto change = read_set_change(write.value);
  for (auto loser = row.losers.begin(); loser != row.losers.end();) {
    const bool is_base =
        loser->kind == LoserKind::late && loser->birth == birth && loser->column == write.column &&
        std::find(write.bases.begin(), write.bases.end(), loser->head.version.name) != write.bases.end();
    if (is_base) {
      std::vector<std::string> left;
      const auto there = read_set_change(loser->head.value);
      std::set_difference(there->added.begin(), there->added.end(), change->removed.begin(),
                          change->removed.end(), std::back_inserter(left));
      loser->head.value = set_value(std::move(left));
    }
    loser = is_base && is_null(loser->head.value) ? row.losers.erase(loser) : loser + 1;
  }
}

/// Work on a birth that is over: writes go to the ledger, unless their own successors or a delete follow, or
/// a person has decided about them.
MergeOutcome keep_late(const Table& table, RowState& row, const Op& op, const VersionName& name,
                       Stamp stamp) {
  forget_late(row, op.birth, op.seen, [](const Loser&) { return true; });
  for (const CellWrite& write : op.cells) {
    const MergeKind kind = column_of(table, write.column).merge;
    if (!leaves_losers(kind)) continue;
    const Version version{name, stamp, write.round};
    if (is_composite(kind)) {
      if (kind == MergeKind::set) shrink_late_sets(row, op.birth, write);
      Value value = brought_by(kind, write);
      if (!is_null(value))
        row.losers.push_back({LoserKind::late, op.birth, write.column, {version, std::move(value), {}}});
      continue;
    }
    // As in join(): only a later round supersedes a write of a `once` cell.
    forget_late(row, op.birth, write.bases, [&](const Loser& l) {
      return l.column == write.column && (kind != MergeKind::once || l.head.version.round < write.round);
    });
    row.losers.push_back({LoserKind::late, op.birth, write.column, {version, write.value, write.bases}});
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
    const Column& column = column_of(table, write.column);
    outcome.concurrent |= merge_cell(column, row, write, {name, stamp, write.round});
    outcome.review |= row.find(write.column)->contested && needs_review(column.merge);
  }
  for (Death& death : row.deaths) death.overruled |= contains(op.seen, death.version.name);
  outcome.concurrent |= meets;
  outcome.changed = true;
  return outcome;
}

void merge_death(const Table& table, RowState& row, const Op& op, const VersionName& name, Stamp stamp) {
  Death death{{name, stamp, 0}, op.seen, table.deletes == DeletePolicy::delete_beats_edit, false};
  std::sort(death.seen.begin(), death.seen.end());
  const auto at = std::upper_bound(row.deaths.begin(), row.deaths.end(), death,
                                   [](const Death& a, const Death& b) { return a.version < b.version; });
  row.deaths.insert(at, std::move(death));
}

}  // namespace

const Cell* RowState::find(ColumnId column) const {
  const auto at = std::lower_bound(cells.begin(), cells.end(), column,
                                   [](const Cell& c, ColumnId id) { return c.column < id; });
  return at == cells.end() || at->column != column ? nullptr : &*at;
}

const Value& value_in(const RowState& row, ColumnId column) {
  static const Value null;
  const Cell* cell = row.find(column);
  return cell == nullptr ? null : cell->value;
}

std::vector<VersionName> RowState::heads() const {
  std::vector<VersionName> names;
  for (const Cell& cell : cells) cell.each_head([&](const VersionName& name) { names.push_back(name); });
  for (const Loser& loser : losers)
    if (is_cell_loser(loser, birth, loser.column)) names.push_back(loser.head.version.name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool RowState::alive() const {
  if (birth == Birth{0}) return false;
  bool deleted = false;
  for (const Death& death : deaths) {
    if (death.overruled) continue;
    if (death.wins) return false;
    deleted = true;
  }
  if (!deleted) return true;
  const std::vector<VersionName> known = heads();
  const std::vector<VersionName> seen = seen_by_deletes(*this, false);
  return !std::includes(seen.begin(), seen.end(), known.begin(), known.end());
}

tl::expected<MergeOutcome, Refusal> apply(const Table& table, RowState& row, const Op& op,
                                          const VersionName& name, Stamp stamp) {
  if (auto allowed = admissible(table, row, op, name); !allowed) return tl::unexpected(allowed.error());
  if (op.birth < row.birth) return keep_late(table, row, op, name, stamp);
  if (op.birth > row.birth) begin_birth(table, row, op.birth);
  MergeOutcome outcome;
  const bool was_dead = !row.deaths.empty() && !row.alive();
  if (op.kind == OpKind::remove) {
    merge_death(table, row, op, name, stamp);
    outcome.changed = true;
  } else {
    outcome = merge_writes(table, row, op, name, stamp);
  }
  note_deaths(table, row);
  // A delete that did not take the row away, a write that brought it back or that came too late: they had not
  // seen each other.
  const bool was_delete = op.kind == OpKind::remove;
  outcome.concurrent |= row.alive() ? was_delete || was_dead : !was_delete;
  return outcome;
}

void overlay(const Table& table, RowState& row, const Op& op, const VersionName& name, Stamp stamp) {
  if (op.birth < row.birth) return;
  if (op.birth > row.birth) row = RowState{op.birth, {}, {}, {}};
  if (op.kind == OpKind::remove) {
    merge_death(table, row, op, name, stamp);
    return;
  }
  for (Death& death : row.deaths) death.overruled |= contains(op.seen, death.version.name);
  for (const CellWrite& write : op.cells) {
    const Column& column = column_of(table, write.column);
    const Version version{name, stamp, write.round};
    const auto at = cell_at(row, write.column);
    const bool is_there = at != row.cells.end() && at->column == write.column;
    if (is_composite(column.merge) &&
        (!is_sound(column.merge, write) || !fits(column.merge, is_there ? &*at : nullptr, write, name)))
      continue;
    if (!is_there) {
      row.cells.insert(at, first_cell(column, write, version));
    } else if (is_composite(column.merge)) {
      add_write(column.merge, *at, write, version);
    } else if (is_own_word(column.merge)) {
      at->version = version;
      at->value = write.value;
      at->agreeing.clear();
    } else {
      store_cell(row, column, join(column.merge, cell_state(row, *at), written(write, version)));
    }
  }
}

}  // namespace doorstep
