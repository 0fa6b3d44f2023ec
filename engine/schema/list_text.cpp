#include "schema/list_text.hpp"

#include <algorithm>
#include <cstdint>

#include "schema/unicode_text.hpp"

namespace doorstep {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

class JsonListParser {
 public:
  explicit JsonListParser(std::string_view json) : rest_(json) {}

  std::optional<std::vector<std::string>> parse() {
    std::vector<std::string> items;
    skip_spaces();
    if (!take('[')) return std::nullopt;
    skip_spaces();
    if (!take(']')) {
      do {
        skip_spaces();
        auto item = parse_string();
        if (!item) return std::nullopt;
        items.push_back(std::move(*item));
        skip_spaces();
      } while (take(','));
      if (!take(']')) return std::nullopt;
    }
    skip_spaces();
    if (!rest_.empty()) return std::nullopt;
    return items;
  }

 private:
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip_spaces() {
    while (take(' ') || take('\t') || take('\n') || take('\r')) {
    }
  }

  std::optional<std::string> parse_string() {
    if (!take('"')) return std::nullopt;
    std::string out;
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return out;
      if (static_cast<unsigned char>(c) < 0x20) return std::nullopt;
      if (c != '\\')
        out += c;
      else if (!parse_escape(out))
        return std::nullopt;
    }
    return std::nullopt;
  }

  bool parse_escape(std::string& out) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kCharacters = "\"\\/\b\f\n\r\t";
    const std::size_t at = kNames.find(c);
    if (at != std::string_view::npos) {
      out += kCharacters[at];
      return true;
    }
    std::uint32_t character = 0;
    if (c != 'u' || !parse_unit(character)) return false;
    if (character >= 0xD800 && character < 0xDC00) {
      std::uint32_t low = 0;
      if (!take('\\') || !take('u') || !parse_unit(low) || low < 0xDC00 || low > 0xDFFF) return false;
      character = 0x10000 + ((character - 0xD800) << 10) + (low - 0xDC00);
    } else if (character >= 0xDC00 && character <= 0xDFFF) {
      return false;
    }
    append_utf8(out, character);
    return true;
  }

  bool parse_unit(std::uint32_t& unit) {
    if (rest_.size() < 4) return false;
    for (int i = 0; i < 4; ++i) {
      const int digit = hex_digit(rest_[static_cast<std::size_t>(i)]);
      if (digit < 0) return false;
      unit = unit << 4 | static_cast<std::uint32_t>(digit);
    }
    rest_.remove_prefix(4);
    return true;
  }

  std::string_view rest_;
};

/// Length of the separator that `text` begins with, or 0.
std::size_t separator_size(std::string_view text) {
  for (const std::string_view separator : {",", ";", "\n", "、", "，", "；"})
    if (text.substr(0, separator.size()) == separator) return separator.size();
  return 0;
}

void add_item(std::vector<std::string>& items, std::string_view item) {
  item = trim(item);
  if (!item.empty() && std::find(items.begin(), items.end(), item) == items.end()) items.emplace_back(item);
}

}  // namespace

std::optional<std::vector<std::string>> parse_json_list(std::string_view json) {
  return JsonListParser(json).parse();
}

std::string to_json_list(const std::vector<std::string>& items) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "[";
  for (const std::string& item : items) {
    if (out.size() > 1) out += ',';
    out += '"';
    for (const char c : item) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
      } else if (byte < 0x20) {
        out += "\\u00";
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
      } else {
        out += c;
      }
    }
    out += '"';
  }
  return out + ']';
}

std::optional<std::vector<std::string>> read_list(std::string_view typed) {
  std::vector<std::string> items;
  const std::string_view text = trim(typed);
  if (!text.empty() && text.front() == '[') {
    const auto parsed = parse_json_list(text);
    if (!parsed) return std::nullopt;
    for (const std::string& item : *parsed) add_item(items, item);
    return items;
  }
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = separator_size(text.substr(at));
    if (size == 0) {
      ++at;
      continue;
    }
    add_item(items, text.substr(begin, at - begin));
    at += size;
    begin = at;
  }
  add_item(items, text.substr(begin));
  return items;
}

}  // namespace doorstep
