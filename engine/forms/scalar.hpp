#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// What expressions compute with, and how kinds become each other (XPath 1.0, section 4, and JavaRosa's
/// dates).
namespace doorstep::forms {

/// A date, or a date with a time of day, as the clock on the wall shows it.
struct Moment {
  std::int64_t ms = 0;  ///< Since 1970-01-01T00:00 on that clock.
  int offset_minutes = 0;
  bool has_time = false;
};

/// The empty text is what nobody answered.
using Scalar = std::variant<std::string, double, bool, Moment>;

inline constexpr std::int64_t kMinuteMs = 60'000;
inline constexpr std::int64_t kDayMs = 24 * 60 * kMinuteMs;

std::int64_t day_of(const Moment& moment);
std::int64_t time_of_day_ms(const Moment& moment);

bool to_boolean(const Scalar& scalar);
double to_number(const Scalar& scalar);
std::string to_text(const Scalar& scalar);
/// Of ISO 8601 text or of days since 1970; nullopt when it is neither. Text without an offset is on the clock
/// of `offset_minutes`, other text is put on it.
std::optional<Moment> to_moment(const Scalar& scalar, int offset_minutes);

/// The empty text, and what is not a number.
bool is_empty(const Scalar& scalar);
bool equal(const Scalar& a, const Scalar& b);

/// Digits with at most one sign and one point or comma, white space around them; else NaN.
double number_of(std::string_view text);
/// Without exponent, as short as reads back the same.
std::string number_text(double number);
/// Halves upwards; NaN for places past 30.
double round_to(double number, int places);

/// `09:30` or `09:30:15` of what somebody typed in plain form: 9:30, 0930; nullopt for anything else.
std::optional<std::string> read_time_of_day(std::string_view plain);
/// Milliseconds since midnight of that form, also with a fraction.
std::optional<std::int64_t> time_of_day(std::string_view text);

}  // namespace doorstep::forms
