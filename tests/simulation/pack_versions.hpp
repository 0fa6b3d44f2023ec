#pragma once

#include <vector>

#include "schema/pack.hpp"

namespace doorstep::simulation {

/// Three versions of one pack, for offices that upgrade in the middle of the day. What each adds to `base`
/// and to the version before: 1: household.rooms and household.floors, integers; household.doorbell, text. 2:
/// rooms is real; new: household.pets (closed), household.bell_code, visit.mood, the table meter; doorbell is
///    retired; one more choice of household.status; another label.
/// 3: floors is real; new: household.car (required, with a default) and meter.seal; pets is open; doorbell is
/// in
///    use again.
std::vector<Pack> pack_versions(const Pack& base);

/// The same, where leaders read and write some columns of a household in one version and not in another.
std::vector<Pack> with_changing_rights(std::vector<Pack> versions);

}  // namespace doorstep::simulation
