#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What JSON needs to know about text. Private to the room.
namespace doorstep::wire {

/// Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

/// `text` with every ill-formed byte replaced by U+FFFD.
std::string as_utf8(std::string_view text);

/// How deep objects and arrays nest, without parsing: an upper bound also for text that is no JSON.
std::size_t nesting_depth(std::string_view json);

}  // namespace doorstep::wire
