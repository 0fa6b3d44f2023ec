#pragma once

#include <cstdint>

namespace doorstep {

/// How long to wait after `failures` failures in a row: doubling from limits::kRetryFirstMs to kRetryCapMs,
/// minus up to half of it by `random`, so that a thousand phones that lost one cell tower do not come back
/// together; never sooner than `asked_ms`, which the office named (Retry-After).
std::int64_t retry_delay_ms(unsigned failures, std::int64_t asked_ms, std::uint64_t random);

}  // namespace doorstep
