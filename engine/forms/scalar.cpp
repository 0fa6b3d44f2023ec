#include "forms/scalar.hpp"

#include <rapidjson/document.h>
#include <rapidjson/internal/dtoa.h>

#include <cmath>
#include <limits>

#include "schema/calendar.hpp"

namespace doorstep::forms {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// JavaRosa takes numbers this near for equal.
constexpr double kNear = 1e-12;
constexpr double kLargestDay = 2'147'483'647.0;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `digits` times ten to the `exponent`.
struct Decimal {
  std::string digits;
  int exponent = 0;
};

Decimal decimal_of(double positive) {
  char buffer[32];
  int length = 0;
  int exponent = 0;
  rapidjson::internal::Grisu2(positive, buffer, &length, &exponent);
  return {std::string(buffer, static_cast<std::size_t>(length)), exponent};
}

/// Of a JSON number: correctly rounded, whatever the process's locale.
double parse(const std::string& json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseFullPrecisionFlag>(json.data(), json.size());
  return document.HasParseError() || !document.IsNumber() ? std::numeric_limits<double>::infinity()
                                                          : document.GetDouble();
}

std::string text_of(const Decimal& decimal) {
  const int point = static_cast<int>(decimal.digits.size()) + decimal.exponent;
  if (decimal.exponent >= 0)
    return decimal.digits + std::string(static_cast<std::size_t>(decimal.exponent), '0');
  if (point <= 0) return "0." + std::string(static_cast<std::size_t>(-point), '0') + decimal.digits;
  return decimal.digits.substr(0, static_cast<std::size_t>(point)) + "." +
         decimal.digits.substr(static_cast<std::size_t>(point));
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

int two_digits(std::string_view text, std::size_t at) {
  if (at + 2 > text.size() || !is_digit(text[at]) || !is_digit(text[at + 1])) return -1;
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

/// Takes `+08:00`, `+08`, `Z` or nothing from the end.
std::optional<int> take_offset(std::string_view& text, int otherwise) {
  if (!text.empty() && text.back() == 'Z') {
    text.remove_suffix(1);
    return 0;
  }
  const std::size_t sign = text.find_last_of("+-");
  if (sign == std::string_view::npos) return otherwise;
  const std::string_view offset = text.substr(sign + 1);
  const int hours = two_digits(offset, 0);
  const int minutes = offset.size() == 5 && offset[2] == ':' ? two_digits(offset, 3) : 0;
  if ((offset.size() != 2 && offset.size() != 5) || hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
    return std::nullopt;
  text.remove_suffix(offset.size() + 1);
  return (text.data()[text.size()] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

std::optional<Moment> parse_moment(std::string_view text, int offset_minutes) {
  text = trimmed(text);
  const auto day = doorstep::day_of(text.substr(0, 10));
  if (!day) return std::nullopt;
  Moment moment{*day * kDayMs, offset_minutes, false};
  if (text.size() == 10) return moment;
  if (text[10] != 'T' && text[10] != ' ') return std::nullopt;
  std::string_view clock = text.substr(11);
  const auto offset = take_offset(clock, offset_minutes);
  const auto ms = time_of_day(clock);
  if (!offset || !ms) return std::nullopt;
  moment.ms += *ms + (offset_minutes - *offset) * kMinuteMs;
  moment.has_time = true;
  return moment;
}

std::string padded(std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
}

std::string moment_text(const Moment& moment) {
  std::string text = date_of(day_of(moment));
  if (!moment.has_time) return text;
  const std::int64_t ms = time_of_day_ms(moment);
  text += "T" + padded(ms / 3'600'000, 2) + ":" + padded(ms / 60'000 % 60, 2) + ":" +
          padded(ms / 1'000 % 60, 2) + "." + padded(ms % 1'000, 3);
  const int offset = moment.offset_minutes < 0 ? -moment.offset_minutes : moment.offset_minutes;
  return text + (moment.offset_minutes < 0 ? "-" : "+") + padded(offset / 60, 2) + ":" +
         padded(offset % 60, 2);
}

}  // namespace

std::int64_t day_of(const Moment& moment) { return moment.ms / kDayMs - (moment.ms % kDayMs < 0 ? 1 : 0); }

std::int64_t time_of_day_ms(const Moment& moment) { return moment.ms - day_of(moment) * kDayMs; }

bool to_boolean(const Scalar& scalar) {
  if (const auto* truth = std::get_if<bool>(&scalar)) return *truth;
  if (const auto* number = std::get_if<double>(&scalar)) return std::fabs(*number) > kNear;
  if (const auto* text = std::get_if<std::string>(&scalar)) return !text->empty();
  return true;
}

double to_number(const Scalar& scalar) {
  if (const auto* truth = std::get_if<bool>(&scalar)) return *truth ? 1 : 0;
  if (const auto* number = std::get_if<double>(&scalar)) return *number;
  if (const auto* text = std::get_if<std::string>(&scalar)) return number_of(*text);
  return static_cast<double>(day_of(std::get<Moment>(scalar)));
}

std::string to_text(const Scalar& scalar) {
  if (const auto* truth = std::get_if<bool>(&scalar)) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<double>(&scalar)) return number_text(*number);
  if (const auto* text = std::get_if<std::string>(&scalar)) return *text;
  return moment_text(std::get<Moment>(scalar));
}

std::optional<Moment> to_moment(const Scalar& scalar, int offset_minutes) {
  if (const auto* moment = std::get_if<Moment>(&scalar)) return *moment;
  if (const auto* text = std::get_if<std::string>(&scalar)) return parse_moment(*text, offset_minutes);
  if (std::holds_alternative<bool>(scalar)) return std::nullopt;
  const double days = std::get<double>(scalar);
  if (!(std::fabs(days) <= kLargestDay)) return std::nullopt;
  return Moment{static_cast<std::int64_t>(std::floor(days * static_cast<double>(kDayMs) + 0.5)),
                offset_minutes, true};
}

bool is_empty(const Scalar& scalar) {
  if (const auto* number = std::get_if<double>(&scalar)) return std::isnan(*number);
  const auto* text = std::get_if<std::string>(&scalar);
  return text != nullptr && text->empty();
}

bool equal(const Scalar& a, const Scalar& b) {
  if (std::holds_alternative<bool>(a) || std::holds_alternative<bool>(b))
    return to_boolean(a) == to_boolean(b);
  if (std::holds_alternative<double>(a) || std::holds_alternative<double>(b)) {
    const double x = to_number(a);
    const double y = to_number(b);
    return x == y || std::fabs(x - y) < kNear;
  }
  return to_text(a) == to_text(b);
}

double number_of(std::string_view text) {
  text = trimmed(text);
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  std::string whole;
  std::string fraction;
  bool point = false;
  for (const char c : text) {
    if (c == '.' || c == ',') {
      if (point) return kNaN;
      point = true;
    } else if (!is_digit(c)) {
      return kNaN;
    } else if (point) {
      fraction += c;
    } else if (!whole.empty() || c != '0') {
      whole += c;
    }
  }
  if (text.size() == (point ? 1U : 0U)) return kNaN;
  std::string json = whole.empty() ? "0" : whole;
  if (!fraction.empty()) json += "." + fraction;
  const double number = parse(json);
  return negative ? -number : number;
}

std::string number_text(double number) {
  if (std::isnan(number)) return "NaN";
  const std::string sign = number < 0 ? "-" : "";
  const double size = std::fabs(number);
  if (size < kNear) return "0";
  if (std::isinf(number)) return sign + "Infinity";
  const double whole = std::round(size);
  if (whole < 1e15 && std::fabs(size - whole) < kNear)
    return sign + std::to_string(static_cast<std::int64_t>(whole));
  return sign + text_of(decimal_of(size));
}

double round_to(double number, int places) {
  if (!std::isfinite(number) || number == 0) return number;
  if (places > 30 || places < -30) return kNaN;
  Decimal decimal = decimal_of(std::fabs(number));
  const int dropped = -decimal.exponent - places;
  if (dropped <= 0) return number;
  const auto count = static_cast<std::size_t>(dropped);
  if (count > decimal.digits.size()) return 0;
  const std::string rest = decimal.digits.substr(decimal.digits.size() - count);
  decimal.digits.resize(decimal.digits.size() - count);
  decimal.exponent += dropped;
  // Upwards: a half goes away from zero when positive, towards it when negative.
  const std::string half = "5" + std::string(count - 1, '0');
  if (number > 0 ? rest >= half : rest > half) {
    std::size_t i = decimal.digits.size();
    while (i > 0 && decimal.digits[i - 1] == '9') decimal.digits[--i] = '0';
    if (i == 0)
      decimal.digits.insert(0, "1");
    else
      ++decimal.digits[i - 1];
  }
  if (decimal.digits.empty()) return 0;
  const double size = number_of(text_of(decimal));
  return number < 0 ? -size : size;
}

std::optional<std::int64_t> time_of_day(std::string_view text) {
  const int hour = two_digits(text, 0);
  const int minute = two_digits(text, 3);
  if (text.size() < 5 || text[2] != ':' || hour < 0 || hour > 23 || minute < 0 || minute > 59)
    return std::nullopt;
  std::int64_t ms = (hour * 60 + minute) * kMinuteMs;
  if (text.size() == 5) return ms;
  const int second = two_digits(text, 6);
  if (text[5] != ':' || second < 0 || second > 59) return std::nullopt;
  ms += second * 1'000;
  if (text.size() == 8) return ms;
  if (text[8] != '.' || text.size() == 9 || text.size() > 12) return std::nullopt;
  int scale = 100;
  for (std::size_t i = 9; i < text.size(); ++i, scale /= 10) {
    if (!is_digit(text[i])) return std::nullopt;
    ms += (text[i] - '0') * scale;
  }
  return ms;
}

std::optional<std::string> read_time_of_day(std::string_view plain) {
  std::string text(plain);
  if (text.size() == 4 && text.find(':') == std::string::npos) text.insert(2, ":");
  if (text.size() > 1 && text[1] == ':') text.insert(0, "0");
  if (text.size() != 5 && text.size() != 8) return std::nullopt;
  return time_of_day(text) ? std::optional(text) : std::nullopt;
}

}  // namespace doorstep::forms
