#pragma once

#include <doorstep/error.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "duplicates/proposal.hpp"
#include "pipeline/pack_plan.hpp"
#include "store/store.hpp"

namespace doorstep::server {

/// Rows that look like one thing, the likeliest first; never those that were declared one, or were said not
/// to be. Works on a snapshot and keeps nothing. `key`: the office's secret, under which ID numbers are
/// compared.
Result<std::vector<Proposal>> find_duplicates(ReadSnapshot& snapshot, const PackPlan& plan,
                                              std::string_view key);

/// What people call a proposal: the same as long as it is about the same two rows.
std::string code_of(const Proposal& proposal);

}  // namespace doorstep::server
