#include "table_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace field {
namespace {

using doorstep::Value;

struct Range {
  std::uint32_t first, last;
};

/// Unicode 15 EastAsianWidth W and F, in blocks.
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},
                           {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
                           {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
                           {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
constexpr Range kNoWidth[] = {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}};

template <std::size_t N>
bool within(const Range (&ranges)[N], std::uint32_t point) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const Range& range) { return point >= range.first && point <= range.last; });
}

/// The code point at `at`, which moves past it. A byte that begins none counts as one character.
std::uint32_t next_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  std::uint32_t point = more == 0 ? lead : lead & (0x3Fu >> more);
  for (int i = 0; i < more && at < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((byte & 0xC0) != 0x80) break;
    point = (point << 6) | (byte & 0x3F);
    ++at;
  }
  return point;
}

std::string without_controls(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return text;
}

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

constexpr std::string_view kGap = "  ";

void append_cell(std::string& line, const std::string& text, std::size_t width, bool right, bool last) {
  const std::string padding(width - display_width(text), ' ');
  if (right) line += padding;
  line += text;
  if (!right && !last) line += padding;
  if (!last) line += kGap;
}

}  // namespace

std::string text_of(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&value)) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, *real).ptr;
    return std::string(buffer, end);
  }
  if (const auto* text = std::get_if<std::string>(&value)) return without_controls(*text);
  if (const auto* bytes = std::get_if<doorstep::Bytes>(&value)) return hex(*bytes);
  return {};
}

std::string hex(const doorstep::Bytes& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::uint32_t point = next_point(text, at);
    width += within(kNoWidth, point) ? 0 : within(kWide, point) ? 2 : 1;
  }
  return width;
}

std::string table_text(const doorstep::ResultSet& rows) {
  const std::size_t columns = rows.columns.size();
  std::vector<std::string> headings;
  std::vector<std::size_t> widths;
  for (const std::string& name : rows.columns) {
    headings.push_back(without_controls(name));
    widths.push_back(display_width(headings.back()));
  }
  std::vector<std::vector<std::string>> cells;
  for (const auto& row : rows.rows) {
    std::vector<std::string>& line = cells.emplace_back();
    for (std::size_t i = 0; i < columns; ++i) {
      line.push_back(text_of(row[i]));
      widths[i] = std::max(widths[i], display_width(line.back()));
    }
  }
  std::string out;
  std::string rule;
  for (std::size_t i = 0; i < columns; ++i) {
    const bool last = i + 1 == columns;
    append_cell(out, headings[i], widths[i], false, last);
    for (std::size_t n = 0; n < widths[i]; ++n) rule += "─";
    if (!last) rule += kGap;
  }
  out += '\n' + rule + '\n';
  for (std::size_t r = 0; r < cells.size(); ++r) {
    for (std::size_t i = 0; i < columns; ++i)
      append_cell(out, cells[r][i], widths[i], is_number(rows.rows[r][i]), i + 1 == columns);
    out += '\n';
  }
  return out;
}

}  // namespace field
