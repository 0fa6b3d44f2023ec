#pragma once

#include <cstdint>
#include <string>

namespace doorstep {

/// What a device's clocks say at one moment.
struct ClockReading {
  std::int64_t wall_ms = 0;       ///< Wall clock, milliseconds since 1970; may be years off.
  std::int64_t monotonic_ms = 0;  ///< Never steps back within one boot; counts through sleep.
  std::string boot;               ///< Differs after a reboot; "" when the platform cannot tell.
};

/// The only way core code learns the time.
class ClockPort {
 public:
  virtual ~ClockPort() = default;
  virtual ClockReading read() = 0;
};

}  // namespace doorstep
