#pragma once

#include <cstddef>
#include <string>

namespace doorstep::server {

/// At most `limit` bytes, cut at a whole character, so that the text stays valid.
inline std::string cut_text(const std::string& text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

}  // namespace doorstep::server
