#pragma once

#include <doorstep/error.hpp>
#include <string>
#include <string_view>

namespace doorstep::server::tabular {

/// The bytes of a text file as UTF-8 without a byte order mark. Takes UTF-8, and GB18030 (which includes GBK
/// and GB2312), as Chinese Excel saves it. Errors (format, malformed) say what the file is instead: an Excel
/// workbook, UTF-16, or text with damaged characters and in which line.
Result<std::string> decode_text(std::string_view bytes);

}  // namespace doorstep::server::tabular
