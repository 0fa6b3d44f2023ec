#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "simulation/checks.hpp"
#include "simulation/network.hpp"
#include "simulation/workload.hpp"

namespace doorstep::simulation {

struct Outcome {
  std::uint64_t hash = 0;             ///< Of the trace and every disk: same seed, same hash.
  std::vector<std::string> failures;  ///< What is wrong, in words.
  std::uint64_t groups = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t held = 0;
  std::uint64_t power_cycles = 0;
  std::uint64_t cut = 0;          ///< Groups whose content the office dropped.
  std::uint64_t forgotten = 0;    ///< Deleted rows of which it kept only the birth.
  std::uint64_t checkpoints = 0;  ///< Compared with the office as they were installed.
  std::int64_t virtual_ms = 0;
};

/// One office and a handful of phones over some virtual hours, everything drawn from one seed: what people
/// do, what the network, disks and clocks do. Then faults end, everyone syncs until nothing moves, and the
/// checks speak.
Outcome run_world(std::uint64_t seed, const Pack& pack, bool print);

}  // namespace doorstep::simulation
