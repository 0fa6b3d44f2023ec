#pragma once

#include "merge/cell.hpp"

/// What a writer who had read `cell` writes so that it shows `value`. The same for everybody who writes: a
/// phone's plain SQL, its drafts, the office.
namespace doorstep {

/// A cell of a new row, or one that nobody had written.
CellWrite first_write(const Column& column, Value value);

/// `cell` may be nullptr: nobody had written it. Of a composite cell the write holds what changes.
CellWrite write_over(const Column& column, const Cell* cell, const Value& value);

/// The same as a person's decision, after which older writes no longer count: the next round. `losers` are
/// the values that it settles.
CellWrite decide_over(const Column& column, const Cell& cell, const std::vector<VersionName>& losers,
                      const Value& value);

/// What a cell that shows `shown` comes to show when its reader wants again what `write` brought: of a
/// composite cell its part is added.
Value wanted_again(const Column& column, const Value& shown, const CellWrite& write);

/// The stored form of a value where a kind has one: the elements of a set in their order, no text as null.
Value canonical_value(const Column& column, Value value);

}  // namespace doorstep
