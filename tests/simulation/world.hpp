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
  std::uint64_t restores = 0;      ///< Of the office, from a backup.
  std::uint64_t sent_again = 0;    ///< Groups that phones had handed over before one.
  std::uint64_t readmissions = 0;  ///< Of devices enrolled after the backup.
  std::uint64_t checkpoints = 0;   ///< Compared with the office as they were installed.
  std::int64_t virtual_ms = 0;
};

/// One office and a handful of phones over some virtual hours, everything drawn from one seed: what people
/// do, what the network, disks and clocks do. Then faults end, everyone syncs until nothing moves, and the
/// checks speak.
Outcome run_world(std::uint64_t seed, const Pack& pack, bool print);

}  // namespace doorstep::simulation
