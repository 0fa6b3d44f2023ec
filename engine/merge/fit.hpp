#pragma once

#include "merge/group.hpp"
#include "merge/row.hpp"

namespace doorstep {

/// Brings values that were written under an older version of the pack into the form of `table` (see
/// schema/fitted.hpp). Versions stay.
void fit(const Table& table, RowState& row);
/// The same for what a group writes; cells that `pack` does not know stay as they are.
void fit(const Pack& pack, Group& group);

}  // namespace doorstep
