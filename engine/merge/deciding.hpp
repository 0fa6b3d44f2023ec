#pragma once

#include <doorstep/decision.hpp>
#include <tl/expected.hpp>
#include <vector>

#include "merge/row.hpp"

namespace doorstep {

enum class Undecidable : std::uint8_t {
  row_gone = 1,   ///< There is no row that the value could stand in.
  no_value = 2,   ///< The entry has no value of its own to choose another for.
  not_known = 3,  ///< The deletes that took the row away are not known here; the office knows them.
};

/// The ops that make `decision` about an open ledger entry of `row`, each for a group of its own, in this
/// order. `row` is the row as the decider sees it, with the losers that she has been told of. A value stands
/// in its column's stored form.
tl::expected<std::vector<Op>, Undecidable> decide(const Table& table, const RowKey& key, const RowState& row,
                                                  const Loser& loser, const Decision& decision);

}  // namespace doorstep
