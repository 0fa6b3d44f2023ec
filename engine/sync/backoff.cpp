#include "sync/backoff.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace doorstep {

std::int64_t retry_delay_ms(unsigned failures, std::int64_t asked_ms, std::uint64_t random) {
  std::int64_t delay = limits::kRetryFirstMs;
  for (unsigned i = 1; i < failures && delay < limits::kRetryCapMs; ++i) delay *= 2;
  delay = std::min(delay, limits::kRetryCapMs);
  const std::int64_t jitter = static_cast<std::int64_t>(random % static_cast<std::uint64_t>(delay / 2));
  return std::max(delay - jitter, asked_ms);
}

}  // namespace doorstep
