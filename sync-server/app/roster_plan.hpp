#pragma once

#include <string>
#include <vector>

#include "app/roster.hpp"
#include "tabular/sheet.hpp"

namespace doorstep::server {

/// Compares a file with the office's rows and says what has to be written, without writing it. All that is
/// wrong in the file is in the plan's problems; errors are those of reading the office's data. `now_ms`:
/// since 1970. An empty cell leaves the office's value as it is.
Result<RosterPlan> plan_import(const Pack& pack, const RowId& office, const Table& table,
                               const std::vector<tabular::Row>& file, RowSource& source, std::int64_t now_ms);

}  // namespace doorstep::server
