#pragma once

#include <vector>

#include "simulation/checks.hpp"
#include "simulation/world.hpp"

/// Adds up what happened in a world.
namespace doorstep::simulation {

void count_phone(const SimPhone& phone, Outcome& out);
void count_office(const SimOffice& office, server::ReadSnapshot& snapshot, Outcome& out);
/// Files that were copied, and what their holders had put away.
void count_copies(server::ReadSnapshot& snapshot, const std::vector<Enrolled>& everybody, Outcome& out);

}  // namespace doorstep::simulation
