#pragma once

#include <vector>

#include "schema/pack.hpp"

/// What may become of a pack in its next version. Phones that were offline for a year still write by the
/// version they have, so a change that would make their writes mean something else is refused (docs/packs.md,
/// "What may change").
namespace doorstep {

/// Why `newer` cannot follow `older`: one entry a reason, each naming the table and column and saying what to
/// do. Empty when it can. What holds from one version to the next, and from that to a third, holds from the
/// first to the third.
std::vector<Label> check_evolution(const Pack& older, const Pack& newer);

/// What `newer`, which may follow, brings: a sentence for every table and column it adds, retires or changes.
std::vector<Label> describe_changes(const Pack& older, const Pack& newer);

/// Whether rows of the table are stored and sent alike under both: the same columns with the same types.
bool same_layout(const Table& a, const Table& b);
/// The same for every table of both packs.
bool same_layout(const Pack& a, const Pack& b);

}  // namespace doorstep
