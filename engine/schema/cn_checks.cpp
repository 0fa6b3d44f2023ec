#include "schema/cn_checks.hpp"

#include "schema/calendar.hpp"
#include "schema/unicode_text.hpp"
#include "schema/validation.hpp"

namespace doorstep {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view text) {
  for (const char c : text)
    if (!is_digit(c)) return false;
  return !text.empty();
}

bool is_mobile(std::string_view digits) {
  return digits.size() == 11 && digits[0] == '1' && digits[1] >= '3';
}

/// Area codes have two digits after the 0 in 010 and 02x, else three; subscriber numbers begin with 2-8.
bool is_landline(std::string_view digits) {
  if (digits.size() < 11 || digits.size() > 12 || digits[0] != '0' || digits[1] == '0') return false;
  const bool short_area = digits[1] == '1' || digits[1] == '2';
  if (digits[1] == '1' && digits[2] != '0') return false;
  const std::string_view subscriber = digits.substr(short_area ? 3 : 4);
  if (short_area ? subscriber.size() != 8 : subscriber.size() < 7) return false;
  return subscriber[0] >= '2' && subscriber[0] <= '8';
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

bool is_cn_phone(std::string_view text) { return all_digits(text) && (is_mobile(text) || is_landline(text)); }

std::optional<std::string> read_cn_phone(std::string_view plain) {
  std::string digits;
  for (std::size_t at = 0; at < plain.size();) {
    const std::string_view rest = plain.substr(at);
    std::size_t decoration = 0;
    for (const std::string_view mark : {" ", "-", "(", ")", ".", "‐", "‑", "–", "—", "−"})
      if (starts_with(rest, mark)) decoration = mark.size();
    if (decoration == 0) {
      if (!is_digit(plain[at]) && !(plain[at] == '+' && digits.empty())) return std::nullopt;
      digits += plain[at];
      decoration = 1;
    }
    at += decoration;
  }
  bool abroad_prefix = true;
  if (starts_with(digits, "+86"))
    digits.erase(0, 3);
  else if (starts_with(digits, "0086"))
    digits.erase(0, 4);
  else if (digits.size() == 13 && starts_with(digits, "861"))
    digits.erase(0, 2);
  else
    abroad_prefix = false;
  // Written for callers from abroad, an area code has no leading 0.
  if (abroad_prefix && !is_cn_phone(digits)) digits.insert(0, "0");
  if (!is_cn_phone(digits)) return std::nullopt;
  return digits;
}

bool is_cn_resident_id(std::string_view text) {
  constexpr int kWeights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  constexpr std::string_view kCheckCharacters = "10X98765432";
  if (text.size() != 18 || !all_digits(text.substr(0, 17)) || text[0] == '0') return false;
  std::size_t sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum += static_cast<std::size_t>((text[i] - '0') * kWeights[i]);
  if (text[17] != kCheckCharacters[sum % 11]) return false;
  const std::string birth = std::string(text.substr(6, 4)) + '-' + std::string(text.substr(10, 2)) + '-' +
                            std::string(text.substr(12, 2));
  return is_canonical_date(birth);
}

std::string read_document_number(std::string_view plain) {
  std::string number;
  for (const char c : plain)
    if (c != ' ') number += c;
  return to_ascii_upper(number);
}

bool is_scientific_notation(std::string_view plain) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < plain.size() && is_digit(plain[at])) ++at;
    return at > begin;
  };
  if (!digits()) return false;
  if (at < plain.size() && plain[at] == '.') {
    ++at;
    digits();
  }
  if (at == plain.size() || (plain[at] != 'E' && plain[at] != 'e')) return false;
  ++at;
  if (at < plain.size() && plain[at] == '+') ++at;
  return digits() && at == plain.size();
}

}  // namespace doorstep
