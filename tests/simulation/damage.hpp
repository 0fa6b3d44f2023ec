#pragma once

#include <string>

#include "base/random.hpp"
#include "simulation/sim_phone.hpp"

namespace doorstep::simulation {

/// Harms what a phone's file holds of the office's rows, behind the engine's back: a bit flips in a value, in
/// a row's metadata or in what lies beneath own work; a row is lost, or one stands there that nobody wrote.
/// The pages of the file stay sound: what SQLite finds by itself is another story (`storage_damaged`). Own
/// work is left alone. Returns what it did, nothing when there was nothing to harm.
std::string harm(SimPhone& phone, SeededRandom& random);

}  // namespace doorstep::simulation
