#include "wire/iso_time.hpp"

namespace doorstep::wire {
namespace {

/// The two digits at `at`, or -1000 (so that sums of several stay negative).
int two_digits(const char* at) {
  const int tens = at[0] - '0';
  const int ones = at[1] - '0';
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1000 : tens * 10 + ones;
}

void put_two(char* at, int n) {
  at[0] = static_cast<char>('0' + n / 10);
  at[1] = static_cast<char>('0' + n % 10);
}

int days_in_month(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[month - 1];
}

// days_from_civil and civil_from_days: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
std::int64_t day_number(int year, int month, int day) {
  const int y = year - (month <= 2 ? 1 : 0);
  const int era = (y >= 0 ? y : y - 399) / 400;
  const int year_of_era = y - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return std::int64_t{era} * 146'097 + day_of_era - 719'468;
}

void put_date(char* out, std::int64_t day_from_1970) {
  const auto days = static_cast<int>(day_from_1970 + 719'468);
  const int era = (days >= 0 ? days : days - 146'096) / 146'097;
  const int day_of_era = days - era * 146'097;
  const int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int month_from_march = (5 * day_of_year + 2) / 153;
  const int month = month_from_march + (month_from_march < 10 ? 3 : -9);
  const int year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  put_two(out, year / 100);
  put_two(out + 2, year % 100);
  put_two(out + 5, month);
  put_two(out + 8, day_of_year - (153 * month_from_march + 2) / 5 + 1);
}

}  // namespace

std::optional<std::int64_t> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int century = two_digits(&text[0]);
  const int year = two_digits(&text[2]);
  const int month = two_digits(&text[5]);
  const int day = two_digits(&text[8]);
  if (century < 0 || year < 0 || month < 1 || month > 12 || day < 1) return std::nullopt;
  if (day > days_in_month(century * 100 + year, month)) return std::nullopt;
  return day_number(century * 100 + year, month, day);
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  if (text.size() != 24 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != '.' ||
      text[23] != 'Z')
    return std::nullopt;
  const auto day = parse_date(text.substr(0, 10));
  const int hour = two_digits(&text[11]);
  const int minute = two_digits(&text[14]);
  const int second = two_digits(&text[17]);
  const int hundredth = two_digits(&text[20]);
  const int thousandth = text[22] - '0';
  if (!day || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 ||
      hundredth < 0 || thousandth < 0 || thousandth > 9)
    return std::nullopt;
  return *day * kDayMs + ((hour * 60 + minute) * 60 + second) * 1000 + hundredth * 10 + thousandth;
}

std::string date_text(std::int64_t day) {
  std::string text = "0000-00-00";
  put_date(&text[0], day);
  return text;
}

std::string time_text(std::int64_t ms) {
  std::string text = "0000-00-00T00:00:00.000Z";
  const std::int64_t day = (ms - kFirstDay * kDayMs) / kDayMs + kFirstDay;  // Rounds down, also before 1970.
  const auto in_day = static_cast<int>(ms - day * kDayMs);
  put_date(&text[0], day);
  put_two(&text[11], in_day / 3'600'000);
  put_two(&text[14], in_day / 60'000 % 60);
  put_two(&text[17], in_day / 1'000 % 60);
  put_two(&text[20], in_day / 10 % 100);
  text[22] = static_cast<char>('0' + in_day % 10);
  return text;
}

}  // namespace doorstep::wire
