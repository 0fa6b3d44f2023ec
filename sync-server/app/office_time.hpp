#pragma once

#include <cstdint>
#include <string>

/// The office's clock: China Standard Time, UTC+8 without daylight saving.
namespace doorstep::server {

/// `2026-11-22`
std::string office_date(std::int64_t ms);

/// `2026-11-22 09:01`
std::string office_minute(std::int64_t ms);

/// `2026-11-22 09:01:02`, with milliseconds if there are any: nothing is lost when it is read back.
std::string office_time(std::int64_t ms);

}  // namespace doorstep::server
