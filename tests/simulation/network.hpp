#pragma once

#include <cstdint>
#include <functional>

#include "base/random.hpp"
#include "simulation/scheduler.hpp"

namespace doorstep::simulation {

/// Chances per mille, delays in milliseconds.
struct NetworkFaults {
  unsigned lose = 0;
  unsigned duplicate = 0;
  std::int64_t least_delay_ms = 5;
  std::int64_t most_delay_ms = 400;  ///< Unequal delays reorder messages.
};

/// Carries messages: late, twice, out of order, or never.
class Network {
 public:
  Network(Scheduler& scheduler, std::uint64_t seed) : scheduler_(scheduler), random_(seed) {}

  void set(const NetworkFaults& faults) { faults_ = faults; }

  void carry(const std::function<void()>& deliver) {
    if (random_.chance(faults_.lose)) return;
    scheduler_.after(delay(), deliver);
    if (random_.chance(faults_.duplicate)) scheduler_.after(delay(), deliver);
  }

 private:
  std::int64_t delay() {
    return faults_.least_delay_ms + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(
                                        faults_.most_delay_ms - faults_.least_delay_ms + 1)));
  }

  Scheduler& scheduler_;
  SeededRandom random_;
  NetworkFaults faults_;
};

}  // namespace doorstep::simulation
