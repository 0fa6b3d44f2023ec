#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Canonical dates (`2026-11-22`) and times (`2026-11-22T01:02:03.004Z`) as numbers and back, without
/// allocation: half of a page's columns are times. Private to the room; what people type is the schema
/// room's business.
namespace doorstep::wire {

inline constexpr std::int64_t kDayMs = 86'400'000;
inline constexpr std::int64_t kFirstDay = -719'528;  ///< 0000-01-01
inline constexpr std::int64_t kLastDay = 2'932'896;  ///< 9999-12-31

/// Days since 1970-01-01; nullopt for anything but a real date in canonical form.
std::optional<std::int64_t> parse_date(std::string_view text);
/// Milliseconds since 1970; nullopt for anything but canonical form.
std::optional<std::int64_t> parse_time(std::string_view text);

/// `day` is between kFirstDay and kLastDay; `ms` lies within those days.
std::string date_text(std::int64_t day);
std::string time_text(std::int64_t ms);

}  // namespace doorstep::wire
