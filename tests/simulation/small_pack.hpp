#pragma once

#include "schema/pack.hpp"

namespace doorstep::simulation {

/// Of the neighbourhood, or of a pack that extends it, what every office begins with: places, people,
/// households, visits and safety. Tests that make hundreds of offices need no more.
Pack small_pack(Pack pack);

}  // namespace doorstep::simulation
