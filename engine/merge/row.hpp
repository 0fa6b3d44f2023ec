#pragma once

#include <optional>
#include <tl/expected.hpp>
#include <vector>

#include "merge/cell.hpp"
#include "merge/group.hpp"

/// Merge of one row: births, deletes, and its cells. Pure; the only merge code, on both sides.
namespace doorstep {

/// One written cell of a row: the version that shows, and other heads that wrote the same value (agreement
/// is no conflict, but a reader has read them all). `contested` when losers are open.
struct Cell {
  ColumnId column{};
  Version version;
  Value value;
  bool contested = false;
  std::vector<Version> agreeing;
};

/// Deletes of the current birth, joined: the largest, and every version any of them had seen.
struct Death {
  Version version;
  std::vector<VersionName> seen;  ///< Sorted.
};

enum class LoserKind : std::uint8_t {
  concurrent = 1,  ///< Lost against the shown value of the same cell.
  review = 2,      ///< The same, in a column whose conflicts the office must look at.
  late = 3,        ///< Written to an older birth of the row.
  kept_alive = 4   ///< A delete that a concurrent edit overruled (no column, no value).
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
  std::optional<Death> death;
  std::vector<Loser> losers;  ///< Open ledger entries of this row, every kind.

  const Cell* find(ColumnId column) const;
  /// Born, and not deleted by people who together had seen all of its heads.
  bool alive() const;

  /// Names of all heads of the current birth, sorted: what a delete made now has seen.
  std::vector<VersionName> heads() const;
};

enum class Refusal : std::uint8_t {
  unknown_row = 1,   ///< An edit or delete of a row that does not exist here.
  future_birth = 2,  ///< Names a birth that has not happened.
  future_round = 3,  ///< Past the current round + 1.
  append_only = 4    ///< Edit or delete in an append-only table.
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
