#pragma once

#include <doorstep/decision.hpp>
#include <doorstep/error.hpp>

#include "pipeline/office.hpp"

namespace doorstep::server {

/// The office settles an open ledger entry, by a group of its own that everybody receives. A value is what a
/// person typed. Errors: `not_found`; `already_exists` when it was settled before; `invalid_argument` when
/// there is nothing to choose.
Status decide(Office& office, const RowId& entry, const Decision& decision);

}  // namespace doorstep::server
