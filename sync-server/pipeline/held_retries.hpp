#pragma once

#include <doorstep/error.hpp>

#include "pipeline/office.hpp"

namespace doorstep::server {

/// Tries held groups again whose wait is over, in order of admission, in one transaction of bounded size.
/// What that makes ready comes within the bound too. True when some are left.
Result<bool> retry_some_held(Office& office);

/// The same until none is left.
Status retry_held_groups(Office& office);

}  // namespace doorstep::server
