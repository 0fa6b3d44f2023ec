#include "schema/calendar.hpp"

#include <algorithm>
#include <cstdint>

#include "schema/validation.hpp"

namespace doorstep {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = 24 * 60 * kMinuteMs;
constexpr std::int64_t kChinaOffsetMinutes = 8 * 60;
constexpr std::int64_t kFirstTimeMs = -62'167'219'200'000;  // 0000-01-01T00:00:00.000Z
constexpr std::int64_t kLastTimeMs = 253'402'300'799'999;   // 9999-12-31T23:59:59.999Z
// People mean these years; "0206" and "1026" are slips of the finger.
constexpr int kFirstTypedYear = 1800;
constexpr int kLastTypedYear = 2199;

struct Date {
  int year = 0;
  int month = 0;
  int day = 0;
};

bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

/// Days from 0000-03-01 to March 1 of `year`: counted from March, a year ends with its leap day.
std::int64_t days_before_march(std::int64_t year) { return year * 365 + year / 4 - year / 100 + year / 400; }

constexpr std::int64_t kMarchZeroTo1970 = 719'468;  // 0000-03-01 to 1970-01-01

std::int64_t day_number(const Date& date) {
  // One era (400 years) up, so that January of year 0 does not go below zero.
  const std::int64_t year = date.year + 400 - (date.month <= 2 ? 1 : 0);
  const int month_from_march = (date.month + 9) % 12;
  return days_before_march(year) - 146'097 + (153 * month_from_march + 2) / 5 + date.day - 1 -
         kMarchZeroTo1970;
}

Date date_of_day(std::int64_t day_from_1970) {
  const std::int64_t day = day_from_1970 + kMarchZeroTo1970 + 146'097;
  std::int64_t year = day * 400 / 146'097;  // Never too late, at most two too early.
  while (days_before_march(year + 1) <= day) ++year;
  const auto day_of_year = static_cast<int>(day - days_before_march(year));
  const int month_from_march = (5 * day_of_year + 2) / 153;
  Date date;
  date.day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  date.month = (month_from_march + 2) % 12 + 1;
  date.year = static_cast<int>(year) - 400 + (date.month <= 2 ? 1 : 0);
  return date;
}

void write_digits(char* out, int value, int width) {
  for (int i = width - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

std::string date_text(const Date& date) {
  std::string text = "0000-00-00";
  write_digits(&text[0], date.year, 4);
  write_digits(&text[5], date.month, 2);
  write_digits(&text[8], date.day, 2);
  return text;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The number in `text[at, at + width)`, or -1.
int fixed_digits(std::string_view text, std::size_t at, std::size_t width) {
  int value = 0;
  for (std::size_t i = at; i < at + width; ++i) {
    if (i >= text.size() || !is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::optional<Date> canonical_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const Date date{fixed_digits(text, 0, 4), fixed_digits(text, 5, 2), fixed_digits(text, 8, 2)};
  if (!is_real_date(date.year, date.month, date.day)) return std::nullopt;
  return date;
}

/// Reads typed text from the left.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool take(std::string_view token) {
    if (rest_.substr(0, token.size()) != token) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  bool take_spaces() {
    bool any = false;
    while (take(" ")) any = true;
    return any;
  }
  std::size_t digits_ahead() const {
    std::size_t n = 0;
    while (n < rest_.size() && is_digit(rest_[n])) ++n;
    return n;
  }
  /// `least` to `most` digits as a number, or -1.
  int digits(std::size_t least, std::size_t most) {
    const std::size_t n = std::min(digits_ahead(), most);
    if (n < least) return -1;
    const int value = fixed_digits(rest_, 0, n);
    rest_.remove_prefix(n);
    return value;
  }

 private:
  std::string_view rest_;
};

std::optional<Date> scan_date(Scanner& in) {
  Date date;
  if (in.digits_ahead() == 8) {
    date.year = in.digits(4, 4);
    date.month = in.digits(2, 2);
    date.day = in.digits(2, 2);
  } else {
    date.year = in.digits(4, 4);
    const bool chinese = in.take("年");
    const std::string_view separator = in.take("-") ? "-" : in.take("/") ? "/" : ".";
    if (!chinese && separator == "." && !in.take(".")) return std::nullopt;
    date.month = in.digits(1, 2);
    if (!in.take(chinese ? "月" : separator)) return std::nullopt;
    date.day = in.digits(1, 2);
    if (chinese && !in.take("日") && !in.take("号")) return std::nullopt;
  }
  if (date.year < kFirstTypedYear || date.year > kLastTypedYear) return std::nullopt;
  if (!is_real_date(date.year, date.month, date.day)) return std::nullopt;
  return date;
}

/// Milliseconds since midnight.
std::optional<std::int64_t> scan_time_of_day(Scanner& in) {
  const int hour = in.digits(1, 2);
  if (!in.take(":")) return std::nullopt;
  const int minute = in.digits(2, 2);
  int second = 0;
  int millisecond = 0;
  if (in.take(":")) {
    second = in.digits(2, 2);
    if (in.take(".")) {
      const std::size_t width = in.digits_ahead();
      if (width == 0 || width > 9) return std::nullopt;
      for (int scale = 100; in.digits_ahead() > 0; scale /= 10) millisecond += in.digits(1, 1) * scale;
    }
  }
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  return (hour * 60 + minute) * kMinuteMs + second * 1000 + millisecond;
}

/// Minutes east of UTC.
std::optional<std::int64_t> scan_offset(Scanner& in) {
  in.take_spaces();
  if (in.done()) return kChinaOffsetMinutes;
  if (in.take("Z") || in.take("z")) return 0;
  const bool west = in.take("-");
  if (!west && !in.take("+")) return std::nullopt;
  const int hours = in.digits(2, 2);
  const bool colon = in.take(":");
  const int minutes = colon || !in.done() ? in.digits(2, 2) : 0;
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return std::nullopt;
  return (west ? -1 : 1) * (hours * 60 + minutes);
}

}  // namespace

bool is_real_date(int year, int month, int day) {
  return year >= 0 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
         day <= days_in_month(year, month);
}

bool is_canonical_date(std::string_view text) { return canonical_date(text).has_value(); }

std::optional<std::int64_t> day_of(std::string_view canonical) {
  const std::optional<Date> date = canonical_date(canonical);
  return date ? std::optional(day_number(*date)) : std::nullopt;
}

std::string date_of(std::int64_t day) {
  return date_text(date_of_day(std::clamp(day, kFirstTimeMs / kDayMs, kLastTimeMs / kDayMs)));
}

std::optional<std::string> read_date(std::string_view plain) {
  Scanner in(plain);
  const std::optional<Date> date = scan_date(in);
  if (!date) return std::nullopt;
  if (!in.done()) {
    if (!in.take_spaces() || scan_time_of_day(in) != 0 || !in.done()) return std::nullopt;
  }
  return date_text(*date);
}

std::optional<std::string> read_time(std::string_view plain) {
  if (parse_canonical_time(plain)) return std::string(plain);
  Scanner in(plain);
  const std::optional<Date> date = scan_date(in);
  if (!date) return std::nullopt;
  std::int64_t time_of_day_ms = 0;
  std::int64_t offset_minutes = kChinaOffsetMinutes;
  if (!in.done()) {
    if (!in.take("T") && !in.take("t") && !in.take_spaces()) return std::nullopt;
    const auto scanned = scan_time_of_day(in);
    if (!scanned) return std::nullopt;
    const auto offset = scan_offset(in);
    if (!offset || !in.done()) return std::nullopt;
    time_of_day_ms = *scanned;
    offset_minutes = *offset;
  }
  return format_time(day_number(*date) * kDayMs + time_of_day_ms - offset_minutes * kMinuteMs);
}

std::string local_date(std::int64_t ms) {
  return format_time(ms + kChinaOffsetMinutes * kMinuteMs).substr(0, 10);
}

std::int64_t local_midnight(std::int64_t ms) {
  const std::int64_t local = ms + kChinaOffsetMinutes * kMinuteMs;
  const std::int64_t in_day = (local % kDayMs + kDayMs) % kDayMs;
  return ms - in_day;
}

std::string format_time(std::int64_t ms) {
  ms = std::clamp(ms, kFirstTimeMs, kLastTimeMs);
  std::int64_t day = ms / kDayMs;
  if (ms % kDayMs < 0) --day;
  const auto in_day = static_cast<int>(ms - day * kDayMs);
  std::string text = date_text(date_of_day(day)) + "T00:00:00.000Z";
  write_digits(&text[11], in_day / 3'600'000, 2);
  write_digits(&text[14], in_day / 60'000 % 60, 2);
  write_digits(&text[17], in_day / 1'000 % 60, 2);
  write_digits(&text[20], in_day % 1'000, 3);
  return text;
}

std::optional<std::int64_t> parse_canonical_time(std::string_view text) {
  if (text.size() != 24 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != '.' ||
      text[23] != 'Z')
    return std::nullopt;
  const std::optional<Date> date = canonical_date(text.substr(0, 10));
  const int hour = fixed_digits(text, 11, 2);
  const int minute = fixed_digits(text, 14, 2);
  const int second = fixed_digits(text, 17, 2);
  const int millisecond = fixed_digits(text, 20, 3);
  if (!date || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 ||
      millisecond < 0)
    return std::nullopt;
  return day_number(*date) * kDayMs + (hour * 60 + minute) * kMinuteMs + second * 1000 + millisecond;
}

}  // namespace doorstep
