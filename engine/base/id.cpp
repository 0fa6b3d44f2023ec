#include "base/id.hpp"

#include <array>
#include <boost/uuid/name_generator_sha1.hpp>
#include <cstring>

namespace doorstep {
namespace {

constexpr char kHex[] = "0123456789abcdef";

/// Where the two digits of each byte stand in canonical text, and the dashes.
constexpr std::uint8_t kDigitsAt[16] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
constexpr std::uint8_t kDashAt[4] = {8, 13, 18, 23};

constexpr std::uint8_t kNoDigit = 0xFF;

/// The value of every character as a hexadecimal digit.
constexpr std::array<std::uint8_t, 256> make_digits() {
  std::array<std::uint8_t, 256> digits{};
  for (std::uint8_t& digit : digits) digit = kNoDigit;
  for (std::uint8_t i = 0; i < 16; ++i) digits[static_cast<unsigned char>(kHex[i])] = i;
  return digits;
}
constexpr std::array<std::uint8_t, 256> kDigits = make_digits();

}  // namespace

void write_text(const RowId& id, char* out) {
  for (const std::uint8_t at : kDashAt) out[at] = '-';
  for (int i = 0; i < 16; ++i) {
    out[kDigitsAt[i]] = kHex[id.bytes.data[i] >> 4];
    out[kDigitsAt[i] + 1] = kHex[id.bytes.data[i] & 15];
  }
}

std::string to_text(const RowId& id) {
  std::string text(36, '\0');
  write_text(id, text.data());
  return text;
}

std::optional<RowId> parse_row_id(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  for (const std::uint8_t at : kDashAt)
    if (text[at] != '-') return std::nullopt;
  RowId id;
  std::uint8_t any = 0;
  for (int i = 0; i < 16; ++i) {
    const std::uint8_t high = kDigits[static_cast<unsigned char>(text[kDigitsAt[i]])];
    const std::uint8_t low = kDigits[static_cast<unsigned char>(text[kDigitsAt[i] + 1])];
    any = static_cast<std::uint8_t>(any | high | low);
    id.bytes.data[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  if (any == kNoDigit) return std::nullopt;
  return id;
}

RowId make_time_ordered_id(std::uint64_t time_ms, const std::uint8_t entropy[16]) {
  RowId id;
  std::memcpy(id.bytes.data, entropy, 16);
  for (int i = 0; i < 6; ++i) id.bytes.data[i] = static_cast<std::uint8_t>(time_ms >> (40 - 8 * i));
  id.bytes.data[6] = static_cast<std::uint8_t>(0x70 | (id.bytes.data[6] & 0x0F));
  id.bytes.data[8] = static_cast<std::uint8_t>(0x80 | (id.bytes.data[8] & 0x3F));
  return id;
}

RowId make_name_based_id(const RowId& space, std::string_view name) {
  return RowId{boost::uuids::name_generator_sha1(space.bytes)(name.data(), name.size())};
}

}  // namespace doorstep
