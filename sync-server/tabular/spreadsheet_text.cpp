#include "tabular/spreadsheet_text.hpp"

#include <algorithm>

namespace doorstep::server::tabular {
namespace {

/// General format shows whole numbers up to this length as they are; longer ones turn into 1.1E+11.
constexpr std::size_t kWholeDigits = 11;
/// Doubles hold this many decimal digits.
constexpr std::size_t kExactDigits = 15;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Also the full-width signs, which a Chinese or Japanese spreadsheet takes for the plain ones.
bool starts_formula(std::string_view text) {
  if (text.empty()) return false;
  if (std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos) return true;
  const std::string_view wide = text.substr(0, 3);
  return wide == "＝" || wide == "＋" || wide == "－" || wide == "＠";
}

std::size_t count_digits(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
}

std::string_view after_apostrophes(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of('\''), text.size()));
}

/// A number that a spreadsheet shows, sorts and gives back without harm: -12, 0.5, 13800138000.
bool is_plain_number(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  const std::size_t whole = count_digits(text);
  if (whole == 0 || whole > kWholeDigits || (whole > 1 && text.front() == '0')) return false;
  text.remove_prefix(whole);
  if (text.empty()) return true;
  const std::size_t fraction = count_digits(text.substr(1));
  return text.front() == '.' && fraction > 0 && fraction + 1 == text.size() &&
         whole + fraction <= kExactDigits;
}

/// 2026-11-22, which spreadsheets take for the date that it is.
bool is_date(std::string_view text) {
  return text.size() == 10 && count_digits(text) == 4 && text[4] == '-' &&
         count_digits(text.substr(5)) == 2 && text[7] == '-' && count_digits(text.substr(8)) == 2;
}

/// Starts with a digit and consists of what numbers, dates, times and fractions are made of.
bool looks_numeric(std::string_view text) {
  return !text.empty() && is_digit(text.front()) &&
         text.find_first_not_of("0123456789.-/:eE+") == std::string_view::npos;
}

/// Text before which a leading apostrophe in a file is a mark, and not a character of the text.
bool may_follow_mark(std::string_view text) {
  const std::string_view rest = after_apostrophes(text);
  return !rest.empty() && (starts_formula(rest) || is_digit(rest.front()));
}

}  // namespace

std::string to_spreadsheet(std::string_view text) {
  if (text.empty() || is_plain_number(text) || is_date(text)) return std::string(text);
  if (looks_numeric(text)) return '\t' + std::string(text);
  const bool reads_as_marked = text.front() == '\'' && may_follow_mark(text);
  if (starts_formula(text) || reads_as_marked) return '\'' + std::string(text);
  return std::string(text);
}

std::string_view from_spreadsheet(std::string_view cell) {
  if (cell.empty()) return cell;
  const bool marked = cell.front() == '\t' || (cell.front() == '\'' && may_follow_mark(cell));
  return marked ? cell.substr(1) : cell;
}

bool is_scientific_notation(std::string_view cell) {
  if (count_digits(cell) != 1) return false;
  std::string_view rest = cell.substr(1);
  if (!rest.empty() && rest.front() == '.') rest.remove_prefix(1 + count_digits(rest.substr(1)));
  if (rest.size() < 3 || (rest[0] != 'E' && rest[0] != 'e') || rest[1] != '+') return false;
  return count_digits(rest.substr(2)) == rest.size() - 2;
}

bool is_spreadsheet_error(std::string_view cell) {
  if (cell.size() >= 3 && cell.find_first_not_of('#') == std::string_view::npos) return true;
  for (const char* error : {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!",
                            "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#GETTING_DATA"})
    if (cell == error) return true;
  return false;
}

std::string column_letters(std::size_t column) {
  std::string letters;
  for (; column > 0; column = (column - 1) / 26)
    letters.insert(0, 1, static_cast<char>('A' + (column - 1) % 26));
  return letters;
}

}  // namespace doorstep::server::tabular
