#include "clock/hybrid_clock.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace doorstep {

OfficeTime HybridClock::estimate(const ClockReading& reading) const {
  if (!state_.contacted) return {reading.wall_ms, true};
  const bool same_boot = !reading.boot.empty() && reading.boot == state_.contact_boot &&
                         reading.monotonic_ms >= state_.contact_monotonic_ms;
  const std::int64_t ms =
      same_boot ? state_.contact_office_ms + (reading.monotonic_ms - state_.contact_monotonic_ms)
                : reading.wall_ms + (state_.contact_office_ms - state_.contact_wall_ms);
  if (ms < state_.contact_office_ms) return {state_.contact_office_ms, true};
  return {ms, false};
}

Stamp HybridClock::tick(const ClockReading& reading) {
  const Stamp physical = Stamp::at(estimate(reading).ms);
  state_.last = std::max(state_.last.next(), physical);
  return state_.last;
}

void HybridClock::observe(Stamp stamp) { state_.last = std::max(state_.last, stamp); }

void HybridClock::contact(const ClockReading& reading, std::int64_t office_ms, Stamp largest_canonical) {
  state_.contacted = true;
  state_.contact_office_ms = office_ms;
  state_.contact_wall_ms = reading.wall_ms;
  state_.contact_monotonic_ms = reading.monotonic_ms;
  state_.contact_boot = reading.boot;
  state_.last = std::min(state_.last, std::max(Stamp::at(office_ms), largest_canonical));
  observe(largest_canonical);
}

Stamp admit(Stamp claimed, std::int64_t office_ms, Stamp floor) {
  const Stamp latest{Stamp::at(office_ms + limits::kStampLeadMs).bits};
  const Stamp bounded = latest < claimed ? Stamp::at(office_ms) : claimed;
  return floor < bounded ? bounded : floor.next();
}

}  // namespace doorstep
