#pragma once

#include "schema/pack.hpp"

namespace doorstep::simulation {

/// Of the neighbourhood, or of a pack that extends it, what every office begins with: places, people,
/// households, visits and safety. Tests that make hundreds of offices need no more.
Pack small_pack(Pack pack);

/// With it matters, questionnaires and rounds, and what views say of them: what the random worlds record.
Pack working_pack(Pack pack);

}  // namespace doorstep::simulation
