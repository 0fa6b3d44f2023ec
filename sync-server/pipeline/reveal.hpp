#pragma once

#include <doorstep/error.hpp>

#include "pipeline/office.hpp"
#include "wire/messages.hpp"

namespace doorstep::server {

/// Tells the holder of a device the plain value of one cell that is hidden from her (docs/rights.md,
/// "Reveal"), once who asked for what and why is in the audit trail; refused attempts are there too. May be
/// repeated; each time counts. Errors: `invalid_argument` (the reason); `overloaded` (too often today);
/// `refused`, of everything that she may not be told, whether it is there or not; `unauthorized`.
Result<wire::Revealed> reveal(Office& office, ActorId device, const wire::RevealRequest& request);

}  // namespace doorstep::server
