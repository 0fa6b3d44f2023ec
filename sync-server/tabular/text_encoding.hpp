#pragma once

#include <doorstep/error.hpp>
#include <string>
#include <string_view>

namespace doorstep::server::tabular {

/// Whether a text file begins with the mark of UTF-16.
bool is_utf16(std::string_view bytes);

/// The bytes of a text file as UTF-8 without a byte order mark. Takes UTF-8, UTF-16 with its mark, and
/// GB18030 (which includes GBK and GB2312), as Chinese Excel saves it. Errors (format, malformed) name the
/// line of the damaged character.
Result<std::string> decode_text(std::string_view bytes);

}  // namespace doorstep::server::tabular
