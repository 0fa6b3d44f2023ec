#pragma once

#include <vector>

#include "merge/version.hpp"
#include "schema/pack.hpp"

/// Merge of one cell: pure functions on states, the same on phones and at the office. `join` is
/// commutative, associative and idempotent for every kind (docs/merge.md states and the tests prove it).
namespace doorstep {

/// One written value that nothing known has superseded.
struct Head {
  Version version;
  Value value;
  std::vector<VersionName> bases;  ///< The versions its writer had read.
};

/// A cell as a set of versions: its heads, and the names that known writes superseded. A single write is
/// the state with one head and its bases as `superseded`. The set of versions decides everything else, so
/// the order of arrival cannot matter.
struct CellState {
  std::vector<Head> heads;              ///< Largest version first.
  std::vector<VersionName> superseded;  ///< Sorted. Names may be dropped once their version was delivered.
};

CellState join(MergeKind kind, const CellState& a, const CellState& b);

/// The head that shows, or nullptr for a cell that was never written.
const Head* shown(MergeKind kind, const CellState& cell);

/// Conflict losers: heads other than the shown one whose value differs from it.
std::vector<const Head*> losers(MergeKind kind, const CellState& cell);

/// SQLite's order of values: null, numbers, text (bytewise), blobs.
bool value_less(const Value& a, const Value& b);

}  // namespace doorstep
