#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace doorstep {

/// A real day of the Gregorian calendar, years 0000 to 9999.
bool is_real_date(int year, int month, int day);

/// `2026-01-05`, a real date.
bool is_canonical_date(std::string_view text);

/// Days from 1970-01-01 to a canonical date, and back; years past 9999 and before 0000 become those.
std::optional<std::int64_t> day_of(std::string_view canonical_date);
std::string date_of(std::int64_t day);

/// Canonical date of what a person typed: 2026-1-5, 2026/1/5, 2026.1.5, 2026年1月5日, 20260105, also with the
/// midnight that Excel adds. `plain` is in plain_form. nullopt when it is none of these.
std::optional<std::string> read_date(std::string_view plain);

/// Canonical UTC time of a date as above, alone or with a time of day (9:30, 09:30:15.250) and an offset
/// (Z, +08:00). Without an offset it is China Standard Time. `plain` is in plain_form.
std::optional<std::string> read_time(std::string_view plain);

/// The date in China at a time in milliseconds since 1970.
std::string local_date(std::int64_t ms);

/// When that date began there, in milliseconds since 1970.
std::int64_t local_midnight(std::int64_t ms);

}  // namespace doorstep
