#pragma once

#include <algorithm>
#include <sstream>
#include <vector>

#include "merge/writing.hpp"
#include "unit/draw.hpp"
#include "unit/merge/reference_model.hpp"

/// Random histories of one row, written concurrently by a few replicas that meet now and then.
namespace doorstep::test {

/// One column of every merge kind.
inline Table history_table(DeletePolicy deletes = DeletePolicy::edit_beats_delete) {
  Table table;
  table.id = TableId{7};
  table.deletes = deletes;
  const MergeKind kinds[] = {MergeKind::latest,   MergeKind::latest, MergeKind::review, MergeKind::max,
                             MergeKind::min,      MergeKind::once,   MergeKind::set,    MergeKind::counter,
                             MergeKind::workflow, MergeKind::text};
  std::uint32_t id = 0;
  for (const MergeKind kind : kinds) {
    Column column;
    column.id = ColumnId{++id};
    column.merge = kind;
    if (kind == MergeKind::workflow)
      for (const char* state : {"open", "told", "fixed"}) column.choices.push_back({state, {}});
    table.columns.push_back(column);
  }
  return table;
}

/// One phone: the ops it knows, in the order they reached it, and the row as it merged them.
struct Replica {
  ActorId actor{};
  std::uint64_t groups = 0;
  std::uint64_t skew = 0;  ///< How far its clock is ahead.
  Stamp last;
  std::vector<std::size_t> known;  ///< Indexes into History::ops.
  RowState row;
};

struct History {
  std::vector<Written> ops;
  std::vector<Replica> replicas;
};

class HistoryMaker {
 public:
  HistoryMaker(Draw& draw, const Table& table) : draw_(draw), table_(table) {}

  History make() {
    const std::size_t replicas = 2 + draw_.below(4);
    for (std::size_t i = 0; i < replicas; ++i) {
      Replica replica;
      replica.actor = make_actor(1, static_cast<std::uint32_t>(2 + i));
      replica.skew = draw_.below(3) * 40;
      history_.replicas.push_back(replica);
    }
    const std::size_t steps = 1 + draw_.below(28);
    for (std::size_t step = 0; step < steps; ++step) {
      Replica& replica = history_.replicas[draw_.below(replicas)];
      if (draw_.chance(40))
        meet(replica, history_.replicas[draw_.below(replicas)]);
      else
        write(replica, step);
    }
    return history_;
  }

 private:
  void meet(Replica& to, const Replica& from) {
    for (const std::size_t index : from.known)
      if (std::find(to.known.begin(), to.known.end(), index) == to.known.end()) receive(to, index);
  }

  void receive(Replica& replica, std::size_t index) {
    const Written& written = history_.ops[index];
    RC_ASSERT(apply(table_, replica.row, written.op, written.name, written.stamp).has_value());
    replica.known.push_back(index);
    if (replica.last < written.stamp && draw_.chance(50)) replica.last = written.stamp;
  }

  void write(Replica& replica, std::size_t step) {
    Written written;
    written.op.key.table = table_.id;
    Stamp floor = replica.last;
    const bool exists = replica.row.alive();
    if (!exists) {
      written.op.kind = OpKind::insert;
      written.op.birth = Birth{raw(replica.row.birth) + 1};
      write_cells(written.op, nullptr);
    } else if (draw_.chance(15) && settle(written.op, replica.row)) {
      floor = std::max(floor, replica.last);
    } else if (draw_.chance(20)) {
      written.op.kind = OpKind::remove;
      written.op.birth = replica.row.birth;
      written.op.seen = replica.row.heads();
    } else {
      written.op.kind = OpKind::update;
      written.op.birth = replica.row.birth;
      write_cells(written.op, &replica.row);
      floor = std::max(floor, largest_base(replica.row, written.op));
    }
    written.name = {replica.actor, GroupNumber{++replica.groups}, static_cast<std::uint32_t>(draw_.below(2))};
    if (!written.op.seen.empty())
      for (const std::size_t index : replica.known) written.after.insert(history_.ops[index].name);
    written.stamp = std::max(floor.next(), Stamp{step + replica.skew});
    replica.last = written.stamp;
    history_.ops.push_back(written);
    receive(replica, history_.ops.size() - 1);
  }

  /// At least one cell, with the versions that this replica shows as bases.
  void write_cells(Op& op, const RowState* row) {
    const std::size_t first = draw_.below(table_.columns.size());
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      if (i != first && !draw_.chance(30)) continue;
      const Column& column = table_.columns[i];
      const Cell* cell = row != nullptr ? row->find(column.id) : nullptr;
      const Value value = some_value(column);
      if (cell != nullptr && !is_composite(column.merge) && draw_.chance(8))
        op.cells.push_back(decide_over(column, *cell, open_losers(*row, column.id), value));
      else
        op.cells.push_back(write_over(column, cell, value));
    }
  }

  Value some_value(const Column& column) {
    switch (column.merge) {
      case MergeKind::set: {
        std::vector<std::string> elements;
        for (const char* element : {"elder", "pet", "child"})
          if (draw_.chance(40)) elements.push_back(element);
        return set_value(elements);
      }
      case MergeKind::workflow:
        return draw_.pick(column.choices).value;
      case MergeKind::text: {
        std::string text;
        for (const char* word : {"周三", "送", "菜", "。"})
          if (draw_.chance(60)) text += word;
        return canonical_value(column, text);
      }
      case MergeKind::counter:
        return static_cast<std::int64_t>(draw_.below(5)) - 2;
      default:
        if (draw_.chance(10)) return {};
        return static_cast<std::int64_t>(draw_.below(3));
    }
  }

  static std::vector<VersionName> open_losers(const RowState& row, ColumnId column) {
    std::vector<VersionName> names;
    for (const Loser& loser : row.losers)
      if (loser.birth == row.birth && loser.column == column) names.push_back(loser.head.version.name);
    return names;
  }

  /// A delete of this birth, or late work, that somebody puts aside.
  bool settle(Op& op, const RowState& row) {
    for (const Loser& loser : row.losers) {
      const bool is_late = loser.kind == LoserKind::late;
      if ((!is_late && loser.kind != LoserKind::kept_alive) || draw_.chance(50)) continue;
      op.kind = OpKind::update;
      op.birth = loser.birth;
      op.seen = {loser.head.version.name};
      return true;
    }
    return false;
  }

  static Stamp largest_base(const RowState& row, const Op& op) {
    Stamp largest;
    for (const CellWrite& write : op.cells) {
      const Cell* cell = row.find(write.column);
      if (cell == nullptr) continue;
      largest = std::max(largest, cell->version.stamp);
      for (const Version& version : cell->agreeing) largest = std::max(largest, version.stamp);
    }
    return largest;
  }

  Draw& draw_;
  const Table& table_;
  History history_;
};

/// Delivers all ops in a random order in which an op follows the ops whose versions it names and the ops of
/// its actor before it. An op that is refused because an earlier birth has not arrived is held and released
/// later, as the office does.
inline RowState deliver_in_random_order(Draw& draw, const Table& table, const std::vector<Written>& ops) {
  RowState row;
  std::vector<std::size_t> left(ops.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  std::set<VersionName> delivered;
  const auto is_ready = [&](const Written& written) {
    for (const Written& other : ops)
      if (other.name.actor == written.name.actor && other.name.group < written.name.group &&
          delivered.count(other.name) == 0)
        return false;
    for (const CellWrite& cell : written.op.cells)
      for (const VersionName& base : cell.bases)
        if (delivered.count(base) == 0) return false;
    const auto is_delivered = [&](const VersionName& name) { return delivered.count(name) != 0; };
    return std::all_of(written.op.seen.begin(), written.op.seen.end(), is_delivered) &&
           (written.op.kind != OpKind::update ||
            std::all_of(written.after.begin(), written.after.end(), is_delivered));
  };
  while (!left.empty()) {
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < left.size(); ++i)
      if (is_ready(ops[left[i]])) ready.push_back(i);
    RC_ASSERT(!ready.empty());
    bool moved = false;
    while (!moved && !ready.empty()) {
      const std::size_t choice = draw.below(ready.size());
      const Written& written = ops[left[ready[choice]]];
      const RowState before = row;
      if (apply(table, row, written.op, written.name, written.stamp)) {
        delivered.insert(written.name);
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(ready[choice]));
        moved = true;
      } else {
        ready.erase(ready.begin() + static_cast<std::ptrdiff_t>(choice));
      }
    }
    RC_ASSERT(moved);
  }
  return row;
}

}  // namespace doorstep::test
