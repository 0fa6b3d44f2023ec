#pragma once

#include <memory>

#include "ports/clock.hpp"
#include "ports/entropy.hpp"

/// Ports of Linux, Android and Apple systems.
namespace doorstep {

/// The system's clocks. `monotonic_ms` counts through sleep (CLOCK_BOOTTIME on Linux and Android,
/// CLOCK_MONOTONIC on Apple). `boot` is "" where an app sandbox hides it. Thread-safe.
std::unique_ptr<ClockPort> make_posix_clock();

/// The system's randomness. Thread-safe.
std::unique_ptr<EntropyPort> make_posix_entropy();

}  // namespace doorstep
