#pragma once

#include <cstdint>
#include <string>

#include "clock/stamp.hpp"
#include "ports/clock.hpp"

namespace doorstep {

/// The part of the clock that is persisted, in the transaction whose stamps it gave.
struct ClockState {
  Stamp last;              ///< The largest stamp given or observed.
  bool contacted = false;  ///< Whether the offset has ever been measured.
  std::int64_t contact_office_ms = 0;
  std::int64_t contact_wall_ms = 0;
  std::int64_t contact_monotonic_ms = 0;
  std::string contact_boot;
};

/// Corrected time, as the office's clock would read it.
struct OfficeTime {
  std::int64_t ms = 0;
  bool in_doubt = false;  ///< The offset was never measured, or the clock stepped back past the contact.
};

/// Hybrid logical clock with the office as its reference. Within one boot the monotonic clock carries
/// office time from the last contact; across boots the wall clock plus the measured offset does.
/// Not thread-safe: it lives inside the store's write transaction.
class HybridClock {
 public:
  explicit HybridClock(ClockState state = {}) : state_(std::move(state)) {}

  OfficeTime estimate(const ClockReading& reading) const;

  /// The stamp of a new change group: larger than every stamp given or observed before.
  Stamp tick(const ClockReading& reading);

  /// A canonical stamp arrived; later stamps must be larger.
  void observe(Stamp stamp);

  /// The office's time was measured (`office_ms` is the office's clock at the middle of the round trip).
  /// A clock that ran ahead comes back to the larger of office time and `largest_canonical`.
  void contact(const ClockReading& reading, std::int64_t office_ms, Stamp largest_canonical);

  const ClockState& state() const { return state_; }

 private:
  ClockState state_;
};

/// The stamp under which the office admits a group: `claimed`, unless it is further ahead of the office
/// than limits::kStampLeadMs; never at or below `floor` (the actor's previous admitted stamp and the
/// stamps of the group's bases), so that order within an actor and along a chain of edits holds.
Stamp admit(Stamp claimed, std::int64_t office_ms, Stamp floor);

}  // namespace doorstep
