#include "base/id.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <cstring>

namespace doorstep {
namespace {

constexpr char kHex[] = "0123456789abcdef";
constexpr int kDashAfter[] = {3, 5, 7, 9};

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

void write_text(const RowId& id, char* out) {
  int dash = 0;
  for (int i = 0; i < 16; ++i) {
    *out++ = kHex[id.bytes.data[i] >> 4];
    *out++ = kHex[id.bytes.data[i] & 15];
    if (dash < 4 && kDashAfter[dash] == i) {
      *out++ = '-';
      ++dash;
    }
  }
}

std::string to_text(const RowId& id) {
  std::string text(36, '\0');
  write_text(id, text.data());
  return text;
}

std::optional<RowId> parse_row_id(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  RowId id;
  std::size_t at = 0;
  for (int i = 0; i < 16; ++i) {
    if (at == 8 || at == 13 || at == 18 || at == 23) {
      if (text[at] != '-') return std::nullopt;
      ++at;
    }
    const int high = nibble(text[at]);
    const int low = nibble(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes.data[i] = static_cast<std::uint8_t>(high << 4 | low);
    at += 2;
  }
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
