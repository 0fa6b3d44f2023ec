#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "app/roster.hpp"

/// What a file's faults look like to the person who has to correct it.
namespace doorstep::server {

/// On standard error, the first ones one by one, with their rows.
void tell_problems(const std::vector<RosterProblem>& problems);

/// [{"row", "column", "zh", "en"}, ...]
nlohmann::json to_json(const std::vector<RosterProblem>& problems);

/// Rows that have at least one; `problems` is in row order.
std::size_t count_faulty_rows(const std::vector<RosterProblem>& problems);

}  // namespace doorstep::server
