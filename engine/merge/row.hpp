#pragma once

#include <tl/expected.hpp>
#include <vector>

#include "merge/cell.hpp"
#include "merge/group.hpp"

/// Merge of one row: births, deletes, and its cells. Pure; the only merge code, on both sides.
namespace doorstep {

/// A delete of the current birth.
struct Death {
  Version version;
  std::vector<VersionName> seen;  ///< Every head its writer had read, sorted.
  bool wins = false;              ///< Of a table in which a delete beats an edit.
  bool overruled = false;         ///< A person decided that the row stays.

  friend bool operator==(const Death& a, const Death& b) {
    return a.version == b.version && a.seen == b.seen && a.wins == b.wins && a.overruled == b.overruled;
  }
};

enum class LoserKind : std::uint8_t {
  concurrent = 1,  ///< Lost against the shown value of the same cell.
  review = 2,      ///< The same, in a column whose conflicts the office must look at.
  late = 3,        ///< Written to an older birth of the row.
  kept_alive = 4,  ///< A delete that a concurrent edit overruled (no column, no value).
  deleted = 5      ///< Written to a row that a concurrent delete took away.
};

/// An entry of the conflict ledger as merge sees it. `head.bases` is empty when the value once showed: the
/// group that wrote it has them.
struct Loser {
  LoserKind kind = LoserKind::concurrent;
  Birth birth{1};
  ColumnId column{};
  Head head;
};

/// Everything merge needs to know about a row. `cells` in column order.
struct RowState {
  Birth birth{0};  ///< 0: nobody ever registered it.
  std::vector<Cell> cells;
  std::vector<Death> deaths;  ///< In order of versions.
  std::vector<Loser> losers;  ///< Open ledger entries of this row, every kind.

  const Cell* find(ColumnId column) const;
  /// Born, and not deleted by people who together had seen all of its heads, nor by one whose delete wins.
  bool alive() const;

  /// Names of all heads of the current birth, sorted: what a delete made now has seen.
  std::vector<VersionName> heads() const;
};

/// The value of a row's cell; null when it has none.
const Value& value_in(const RowState& row, ColumnId column);

enum class Refusal : std::uint8_t {
  unknown_row = 1,   ///< An edit or delete of a row that does not exist here.
  future_birth = 2,  ///< Names a birth that has not happened.
  future_round = 3,  ///< Past the current round + 1.
  append_only = 4,   ///< Edit or delete in an append-only table.
  malformed = 5,     ///< A value that is no write of its column's merge kind.
  too_large = 6      ///< A text past its bounds.
};

struct MergeOutcome {
  bool changed = false;     ///< The row or its losers differ from before.
  bool concurrent = false;  ///< Met other people's work: the group's verdict is `merged`.
  bool review = false;      ///< Left an open review item.
};

/// Applies `op` of a group (admitted under `stamp`) to `row`. Either the whole op is applied, or a Refusal
/// is returned and `row` is untouched. The caller delivers every op once, and after the ops whose versions it
/// names (the office's verdict memory sees to both); the result is then the same for every such order.
tl::expected<MergeOutcome, Refusal> apply(const Table& table, RowState& row, const Op& op,
                                          const VersionName& name, Stamp stamp);

/// The row as its own user sees it while `op` has no verdict yet: pending values lie on top of canonical
/// ones; max, min and once merge. Never fails: an op that cannot apply leaves the row as it is.
void overlay(const Table& table, RowState& row, const Op& op, const VersionName& name, Stamp stamp);

}  // namespace doorstep
