#pragma once

#include <variant>
#include <vector>

#include "merge/counter.hpp"
#include "merge/element_set.hpp"
#include "merge/group.hpp"
#include "merge/text.hpp"
#include "merge/version.hpp"
#include "schema/pack.hpp"

/// Merge of one cell: pure functions on states, the same on phones and at the office. Every `join` is
/// commutative, associative and idempotent (docs/merge.md states and the tests prove it).
namespace doorstep {

/// What a composite cell is made of; monostate when one version wrote all of it, so that its value and
/// version tell.
using CellParts = std::variant<std::monostate, CounterState, SetState, TextState>;

/// One written cell of a row, as rows keep it: the version that shows, and other heads that wrote the same
/// value (agreement is no conflict, but a reader has read them all). `contested` when losers are open. Of a
/// composite cell `version` is the largest that touched it.
struct Cell {
  ColumnId column{};
  Version version;
  Value value;
  bool contested = false;
  std::vector<Version> agreeing;
  CellParts parts{};

  /// Names of the heads, repetitions possible.
  template <typename Visit>
  void each_head(Visit visit) const;
};

// --- Kinds that show one of the written values -----------------------------------------------------------

/// One written value that nothing known has superseded.
struct Head {
  Version version;
  Value value;
  std::vector<VersionName> bases;  ///< The versions its writer had read.
};

/// A version that a write of some round named as base.
struct Superseded {
  VersionName name;
  std::uint32_t by_round = 0;

  friend bool operator==(const Superseded& a, const Superseded& b) {
    return a.name == b.name && a.by_round == b.by_round;
  }
};

/// A cell as a set of versions: its heads, and the names that known writes superseded. A single write is
/// the state with one head and its bases as `superseded`. The set of versions decides everything else, so
/// the order of arrival cannot matter.
struct CellState {
  std::vector<Head> heads;             ///< Largest version first.
  std::vector<Superseded> superseded;  ///< By name, the largest round of each. Names may be dropped once
                                       ///< their version was delivered.
};

CellState written(const CellWrite& write, const Version& version);

CellState join(MergeKind kind, const CellState& a, const CellState& b);

/// The head that shows, or nullptr for a cell that was never written.
const Head* shown(const Column& column, const CellState& cell);

/// Conflict losers: heads other than the shown one whose value differs from it.
std::vector<const Head*> losers(const Column& column, const CellState& cell);

// --- Composite kinds: what shows is made of many writes ----------------------------------------------------

/// counter, set and text.
bool is_composite(MergeKind kind);

/// Whether a write of a composite cell makes sense by itself: of its type, and in round 0.
bool is_sound(MergeKind kind, const CellWrite& write);

/// Whether a sound write can be joined into `cell` (nullptr: nobody wrote it): a text has bounds, and an edit
/// names characters that must be there.
tl::expected<void, TextRefusal> fits(MergeKind kind, const Cell* cell, const CellWrite& write,
                                     const VersionName& name);

/// The cell's parts in full, also when one version wrote all of it.
CellParts parts_of(MergeKind kind, const Cell& cell);

/// Joins a sound write that fits and was not delivered before into `cell`; a cell of no version yet is begun
/// by it.
void add_write(MergeKind kind, Cell& cell, const CellWrite& write, const Version& version);

/// What each version brought, as the ledger would tell it: of a set what still stands, of a text all that was
/// inserted (without stamps, which a text does not keep), of a counter nothing.
std::vector<Head> brought(MergeKind kind, const Cell& cell);
/// The same of one write; null for nothing.
Value brought_by(MergeKind kind, const CellWrite& write);

// ---------------------------------------------------------------------------------------------------------

/// SQLite's order of values: null, numbers, text (bytewise), blobs.
bool value_less(const Value& a, const Value& b);

template <typename Visit>
void Cell::each_head(Visit visit) const {
  visit(version.name);
  for (const Version& other : agreeing) visit(other.name);
  if (const auto* counter = std::get_if<CounterState>(&parts))
    for (const Tally& tally : counter->tallies) visit(tally.last);
  if (const auto* set = std::get_if<SetState>(&parts))
    for (const Element& element : set->elements)
      for (const Version& added : element.added) visit(added.name);
  if (const auto* text = std::get_if<TextState>(&parts))
    for (const TextVersion& inserted : text->versions) {
      visit(inserted.name);
      for (const VersionName& alias : inserted.aliases) visit(alias);
    }
}

}  // namespace doorstep
