#include "paper/paper_code.hpp"

#include <cstdint>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "schema/unicode_text.hpp"

namespace doorstep::server::paper {
namespace {

/// Crockford's base 32: no I, L, O, U. https://www.crockford.com/base32.html
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view kDomain = "doorstep paper code 1\n";
constexpr std::size_t kLength = 10;
constexpr std::size_t kDashAfter = 5;
constexpr unsigned kBits = 5;  ///< Of a character.

/// The check character: the pure system of ISO/IEC 7064 with radix 2, reckoned in the field GF(32) =
/// GF(2)[x]/(x^5 + x^2 + 1) instead of modulo a number. An alphabet of 32 has no such modulus: those of the
/// standard (11, 37, 97) need further characters. In a field each place has a weight of its own, a power of
/// x, so any one wrong character and any two exchanged ones show.
unsigned check_value(std::string_view characters) {
  unsigned sum = 0;
  for (const char c : characters) {
    sum = (sum ^ static_cast<unsigned>(kAlphabet.find(c))) << 1;
    if ((sum & 0x20U) != 0) sum ^= 0x25U;
  }
  return sum;
}

tl::unexpected<Error> fail_code(std::string zh, std::string en) {
  return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never, std::move(zh), std::move(en));
}

char canonical(char c) {
  if (c == 'O') return '0';
  if (c == 'I' || c == 'L') return '1';
  return c;
}

}  // namespace

std::string paper_code(const RowId& campaign, const RowId& door) {
  std::string rows;
  for (const RowId* id : {&campaign, &door})
    for (const std::uint8_t byte : id->bytes) rows += static_cast<char>(byte);
  const Digest digest = sha256(kDomain, rows);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 8; ++i) bits = (bits << 8) | digest[i];
  std::string code;
  while (code.size() < kLength - 1) {
    code += kAlphabet[bits >> (64 - kBits)];
    bits <<= kBits;
  }
  code += kAlphabet[check_value(code)];
  return code.insert(kDashAfter, 1, '-');
}

Result<std::string> parse_paper_code(std::string_view typed) {
  std::string code;
  for (const char c : to_ascii_upper(plain_form(without_invisible(typed)))) {
    if (c == '-' || c == ' ' || c == '_') continue;
    code += canonical(c);
  }
  // Dashes of Chinese keyboards that are no compatibility form of "-".
  for (const std::string_view dash : {"\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u2212"})
    for (std::size_t at = code.find(dash); at != std::string::npos; at = code.find(dash, at))
      code.erase(at, dash.size());
  if (code.size() != kLength || code.find_first_not_of(kAlphabet) != std::string::npos)
    return fail_code(
        "“" + std::string(typed) + "”不是纸质编号。编号有10个字母或数字,如 6EF2V-4X98C,没有字母U。",
        "\"" + std::string(typed) +
            "\" is no paper code. A code has 10 letters or digits, like 6EF2V-4X98C, and no U.");
  const std::string_view all = code;
  if (kAlphabet[check_value(all.substr(0, kLength - 1))] != all.back())
    return fail_code("编号“" + std::string(typed) + "”的校验位不对,请对照纸面再看一遍每个字母和数字。",
                     "The check character of the code \"" + std::string(typed) +
                         "\" does not fit. Compare each character with the paper.");
  return code.insert(kDashAfter, 1, '-');
}

}  // namespace doorstep::server::paper
