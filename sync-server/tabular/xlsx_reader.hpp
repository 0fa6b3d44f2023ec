#pragma once

#include "tabular/sheet.hpp"

namespace doorstep::server::tabular {

/// Reads one sheet of a workbook (ECMA-376, both variants), as read_sheet() says. `bytes` are a ZIP file
/// within limits.file_bytes.
Result<SheetRows> read_xlsx(std::string_view bytes, const SheetChoice& choice, const Limits& limits);

}  // namespace doorstep::server::tabular
