#pragma once

#include <vector>

#include "pipeline/office.hpp"

namespace doorstep::server {

/// What a device may hold although its holder answers for it no longer: it has not said otherwise since.
struct StillHeld {
  std::vector<Assignment> posts;  ///< That are over, by date or because they were deleted.
  std::size_t places = 0;         ///< That left what her other posts cover.
};

Result<StillHeld> still_held(Office& office, ReadSnapshot& snapshot, const ActorRecord& device);

}  // namespace doorstep::server
