#pragma once

#include "tabular/sheet.hpp"

/// Comma-separated values (RFC 4180).
namespace doorstep::server::tabular {

/// All rows that have a non-empty cell. Takes UTF-8 with or without byte order mark, GB18030, and UTF-16 with
/// one, between commas or tabs (Excel's "Unicode text"); CRLF, LF or CR. Cells are the text that was meant:
/// the marks of spreadsheet_text.hpp are taken off, blanks are kept. Rows may differ in length. Errors
/// (format: malformed, too_large) name the row.
Result<std::vector<Row>> read_csv(std::string_view bytes, const Limits& limits = {});

/// What a file to be written starts with: Excel reads UTF-8 only after a byte order mark.
inline constexpr std::string_view kCsvStart = "\xEF\xBB\xBF";

/// Appends one row of UTF-8 cells, with the marks of spreadsheet_text.hpp and CRLF at its end, so that a
/// spreadsheet shows each cell as it is and read_csv gives it back exactly.
void append_csv_row(std::string& out, const std::vector<std::string>& cells);

}  // namespace doorstep::server::tabular
