#pragma once

#include <doorstep/error.hpp>
#include <vector>

#include "app/roster.hpp"
#include "pipeline/office.hpp"

namespace doorstep::server {

/// Writes planned rows as the office, in their order, a few hundred a transaction, also while the office is
/// served. After an Error some of them may be written; planning again finds those unchanged.
Status write_rows(Office& office, const std::vector<PlannedRow>& rows);

}  // namespace doorstep::server
