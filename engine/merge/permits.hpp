#pragma once

#include "merge/group.hpp"
#include "schema/rights.hpp"

/// What roles allow of a change (docs/rights.md). Phones ask before they record it, the office before it
/// applies it.
namespace doorstep {

/// Whether some role has the verb, and for every cell one that may write it. What settles a conflict takes
/// `decide` instead.
bool permits(const Rights& rights, RoleSet roles, Verb change, const Op& op);

/// The first cell that is too much; none when the verb itself is, or nothing.
const CellWrite* too_much(const Rights& rights, RoleSet roles, Verb change, const Op& op);

}  // namespace doorstep
