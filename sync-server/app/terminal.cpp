#include "app/terminal.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/crypto.hpp"
#include "wire/codec.hpp"

namespace doorstep::server {
namespace {

constexpr std::size_t kGap = 2;

/// Calls `each(character, bytes)` for every character; bytes that are not UTF-8 count as U+FFFD.
template <typename Each>
void for_each_character(std::string_view text, Each each) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t character = 0xFFFD;
    const auto size =
        utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &character);
    if (size <= 0) {
      each(0xFFFD, std::string_view("\xEF\xBF\xBD"));
      ++at;
      continue;
    }
    each(character, text.substr(at, static_cast<std::size_t>(size)));
    at += static_cast<std::size_t>(size);
  }
}

bool moves_cursor(std::int32_t c) {
  const auto category = utf8proc_category(c);
  // Besides controls: marks that reverse the direction of the rest of the line.
  return category == UTF8PROC_CATEGORY_CC || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
         category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

void append_cell(std::string& out, const std::string& text, std::size_t width, bool to_right) {
  const std::string blanks(width - std::min(width, display_width(text)), ' ');
  out += to_right ? blanks + text : text + blanks;
  out.append(kGap, ' ');
}

void end_line(std::string& out) {
  out.erase(out.find_last_not_of(' ') + 1);
  out += '\n';
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for_each_character(text, [&](std::int32_t c, std::string_view) {
    width += static_cast<std::size_t>(std::max(0, utf8proc_charwidth(c)));
  });
  return width;
}

std::string for_terminal(std::string_view text) {
  std::string out;
  for_each_character(text, [&](std::int32_t c, std::string_view bytes) {
    if (c == '\n' || c == '\r' || c == '\t')
      out += ' ';
    else if (!moves_cursor(c))
      out += bytes;
  });
  return out;
}

std::string display_text(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* number = std::get_if<double>(&value)) return nlohmann::json(*number).dump();
  if (const auto* text = std::get_if<std::string>(&value)) return for_terminal(*text);
  if (const auto* blob = std::get_if<Bytes>(&value)) return "[" + std::to_string(blob->size()) + " B]";
  return {};
}

std::string format_table(const std::vector<std::string>& headings,
                         const std::vector<std::vector<Value>>& rows) {
  std::vector<std::size_t> widths;
  widths.reserve(headings.size());
  std::vector<bool> to_right(headings.size(), !rows.empty());
  for (const std::string& heading : headings) widths.push_back(display_width(for_terminal(heading)));
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(display_text(row[i])));
      if (!is_number(row[i]) && !is_null(row[i])) to_right[i] = false;
    }
  std::string out;
  for (std::size_t i = 0; i < headings.size(); ++i)
    append_cell(out, for_terminal(headings[i]), widths[i], to_right[i]);
  end_line(out);
  for (const std::size_t width : widths) append_cell(out, std::string(width, '-'), width, false);
  end_line(out);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      append_cell(out, display_text(row[i]), widths[i], to_right[i]);
    end_line(out);
  }
  return out;
}

nlohmann::json to_json_value(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* blob = std::get_if<Bytes>(&value))
    return to_base64url({reinterpret_cast<const char*>(blob->data()), blob->size()});
  return nullptr;
}

void say(const std::string& zh, const std::string& en) {
  std::fprintf(stdout, "%s\n%s\n", zh.c_str(), en.c_str());
  std::fflush(stdout);
}

void warn(const std::string& zh, const std::string& en) {
  std::fprintf(stderr, "%s\n%s\n", zh.c_str(), en.c_str());
}

int report(const Error& error, bool as_json) {
  if (as_json)
    std::fprintf(stderr, "%s\n", wire::to_json(wire::ErrorMessage{error}).c_str());
  else
    warn(error.zh, error.en);
  const bool usage = error.domain == ErrorDomain::usage && error.code == ErrorCode::invalid_argument;
  return usage ? kExitUsage : kExitFailed;
}

}  // namespace doorstep::server
