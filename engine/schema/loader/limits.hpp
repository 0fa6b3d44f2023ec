#pragma once

#include <cstddef>

namespace doorstep::limits {

/// Faults of a pack that are told at once: about a screen. The rest is counted.
inline constexpr std::size_t kPackFaults = 20;

}  // namespace doorstep::limits
