#include "schema/unicode_text.hpp"

#include <utf8proc.h>

#include <cstdint>
#include <cstdlib>
#include <memory>

namespace doorstep {
namespace {

const std::uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

/// Decodes the character at `at` and moves past it; -1 for bytes that are not UTF-8.
std::int32_t next_character(std::string_view text, std::size_t& at) {
  utf8proc_int32_t character = -1;
  const auto size =
      utf8proc_iterate(bytes(text) + at, static_cast<utf8proc_ssize_t>(text.size() - at), &character);
  if (size <= 0) return -1;
  at += static_cast<std::size_t>(size);
  return character;
}

bool is_white_space(std::int32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

bool is_ascii(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  return true;
}

bool is_invisible(std::int32_t c) {
  if (c == '\t' || c == '\n' || c == '\r') return false;
  // Joiners shape emoji and some scripts; in prose they are part of what was typed.
  return utf8proc_category(c) == UTF8PROC_CATEGORY_CC || c == 0x200B || c == 0x200E || c == 0x200F ||
         (c >= 0x202A && c <= 0x202E) || c == 0x2060 || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

/// A look at lead bytes that clears nearly all text: controls, and the blocks that hold invisible marks.
bool may_hold_invisible(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F || byte == 0xC2) return true;
    if (byte != 0xE2 && byte != 0xEF) continue;
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    if (byte == 0xE2 ? next <= 0x81 : next == 0xBB) return true;
  }
  return false;
}

/// Size of the well-formed character at the start of `text` (Unicode, table 3-7), or 0.
std::size_t utf8_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t size = lead < 0x80   ? 1
                           : lead < 0xC2 ? 0
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                           : lead < 0xF5 ? 4
                                         : 0;
  if (size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool outside = (lead == 0xED && byte(1) > 0x9F) || (lead == 0xF4 && byte(1) > 0x8F);
  return overlong || outside ? 0 : size;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  while (!text.empty()) {
    const unsigned char lead = byte(0);
    std::size_t size = 0;
    if (lead < 0x80)
      size = 1;
    else if (lead > 0xE0 && lead < 0xED && text.size() >= 3)  // Nearly all Chinese; no special cases here.
      size = (byte(1) & 0xC0) == 0x80 && (byte(2) & 0xC0) == 0x80 ? 3 : 0;
    else
      size = utf8_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string_view trim(std::string_view text) {
  while (!text.empty()) {
    std::size_t size = 0;
    if (!is_white_space(next_character(text, size))) break;
    text.remove_prefix(size);
  }
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) --start;
    std::size_t at = start;
    if (!is_white_space(next_character(text, at)) || at != text.size()) break;
    text.remove_suffix(text.size() - start);
  }
  return text;
}

std::string nfkc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  utf8proc_uint8_t* out = nullptr;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
  const auto size = utf8proc_map(bytes(text), static_cast<utf8proc_ssize_t>(text.size()), &out, options);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(out, &std::free);
  if (size < 0) return std::string(text);
  return std::string(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size));
}

std::string plain_form(std::string_view typed) {
  if (is_ascii(typed)) return std::string(trim(typed));
  return std::string(trim(nfkc(typed)));
}

std::string without_invisible(std::string_view typed) {
  if (!may_hold_invisible(typed)) return std::string(typed);
  std::string out;
  out.reserve(typed.size());
  for (std::size_t at = 0; at < typed.size();) {
    const std::size_t start = at;
    const std::int32_t c = next_character(typed, at);
    if (c < 0) ++at;
    if (c < 0 || !is_invisible(c)) out.append(typed.substr(start, at - start));
  }
  return out;
}

bool is_stable_visible(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::int32_t c = next_character(text, at);
    if (c < 0) return false;
    switch (utf8proc_category(c)) {
      case UTF8PROC_CATEGORY_CN:
      case UTF8PROC_CATEGORY_CC:
      case UTF8PROC_CATEGORY_CF:
      case UTF8PROC_CATEGORY_CS:
      case UTF8PROC_CATEGORY_CO:
        return false;
      default:
        break;
    }
  }
  return true;
}

std::size_t first_grapheme_size(std::string_view text) {
  std::size_t size = 0;
  std::int32_t last = next_character(text, size);
  if (last < 0) return 1;
  utf8proc_int32_t state = 0;
  while (size < text.size()) {
    std::size_t end = size;
    const std::int32_t next = next_character(text, end);
    if (next < 0 || utf8proc_grapheme_break_stateful(last, next, &state)) break;
    last = next;
    size = end;
  }
  return size;
}

std::string to_ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string to_ascii_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

}  // namespace doorstep
