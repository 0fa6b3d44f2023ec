#include "tabular/number_format.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>

namespace doorstep::server::tabular {
namespace {

constexpr double kDaySeconds = 86'400;
/// 9999-12-31 in the system of 1900.
constexpr double kLastSerial = 2'958'465;
/// What Excel keeps of a number.
constexpr int kExactDigits = 15;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_whole(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit) &&
         (text.size() == 1 || text[0] != '0');
}

std::string date_of_days(int days, bool from_1904) {
  using namespace std::chrono;
  // Lotus 1-2-3 took 1900 for a leap year, and every spreadsheet after it does.
  if (!from_1904 && days == 60) return "1900-02-29";
  if (!from_1904 && days == 0) return "1900-01-00";
  sys_days first = sys_days(year{1899} / 12 / (days < 60 ? 31 : 30));
  if (from_1904) first = sys_days(year{1904} / 1 / 1);
  const year_month_day date(first + std::chrono::days(days));
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

std::string serial_text(double serial, const NumberFormat& format, bool from_1904) {
  const auto seconds = static_cast<long long>(std::llround(serial * kDaySeconds));
  const auto days = static_cast<int>(seconds / static_cast<int>(kDaySeconds));
  const auto rest = static_cast<int>(seconds % static_cast<int>(kDaySeconds));
  if (!format.clock) return date_of_days(days, from_1904);
  char clock[40];
  std::snprintf(clock, sizeof clock, "%02d:%02d:%02d", rest / 3600, rest / 60 % 60, rest % 60);
  if (!format.date && days == 0) return clock;
  return date_of_days(days, from_1904) + " " + clock;
}

}  // namespace

NumberFormat built_in_format(unsigned id) {
  NumberFormat format;
  const auto within = [&](unsigned first, unsigned last) { return id >= first && id <= last; };
  format.date = within(14, 17) || id == 22 || within(27, 31) || id == 36 || within(50, 54) || within(57, 58);
  format.clock = within(18, 22) || within(32, 35) || within(45, 47) || within(55, 56);
  return format;
}

NumberFormat read_format(std::string_view code) {
  NumberFormat format;
  const std::string_view all = code;
  bool months = false;
  for (std::size_t i = 0; i < code.size() && code[i] != ';'; ++i) {
    const char c = code[i];
    if (c == '"') {
      i = std::min(code.find('"', i + 1), code.size() - 1);
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '[') {
      const std::size_t end = std::min(code.find(']', i), code.size() - 1);
      // [h], [mm] and [ss] are elapsed time; everything else in brackets is a colour, a place or a condition.
      const std::string_view inside = code.substr(i + 1, end - i - 1);
      if (!inside.empty() && inside.find_first_not_of("hHmMsS") == std::string_view::npos)
        format.clock = true;
      i = end;
    } else if (std::string_view("yYdD").find(c) != std::string_view::npos) {
      format.date = true;
    } else if (std::string_view("hHsS").find(c) != std::string_view::npos) {
      format.clock = true;
    } else if (c == 'm' || c == 'M') {
      months = true;
    } else if (code.substr(i, 7) == "General") {
      i += 6;
    }
  }
  // m is minutes beside hours or seconds, months elsewhere.
  if (months && !format.clock) format.date = true;
  if (!all.empty() && all.find_first_not_of('0') == std::string_view::npos) format.digits = all.size();
  return format;
}

std::optional<std::string> number_text(std::string_view number, const NumberFormat& format, bool from_1904) {
  double value = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
  if (read.ec != std::errc() || read.ptr != number.data() + number.size() || !std::isfinite(value))
    return std::nullopt;
  if ((format.date || format.clock) && value >= 0 && value <= kLastSerial + 1 - 0.5 / kDaySeconds)
    return serial_text(value, format, from_1904);
  std::string text;
  if (is_whole(number) && number != "-0") {
    text = number;  // Programs other than Excel write all the digits that they have.
  } else {
    char digits[64];
    const auto end = std::to_chars(digits, digits + sizeof digits, value == 0 ? 0.0 : value,
                                   std::chars_format::general, kExactDigits);
    text.assign(digits, end.ptr);
    std::replace(text.begin(), text.end(), 'e', 'E');
  }
  if (text.size() < format.digits && is_whole(text) && text.front() != '-')
    text.insert(0, format.digits - text.size(), '0');
  return text;
}

}  // namespace doorstep::server::tabular
