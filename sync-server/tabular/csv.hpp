#pragma once

#include <cstddef>
#include <doorstep/error.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"

/// Comma-separated values (RFC 4180) as offices exchange them with Excel, WPS and LibreOffice.
namespace doorstep::server::tabular {

struct CsvLimits {
  std::size_t file_bytes = 64 * 1024 * 1024;  ///< A roster of half a million people; it is held in memory.
  std::size_t rows = 1'048'576;               ///< Excel's own bound.
  std::size_t cells = doorstep::limits::kColumns;  ///< Of one row.
  std::size_t cell_bytes = doorstep::limits::kValueBytes;
};

struct CsvRow {
  std::size_t row = 0;   ///< As a spreadsheet counts, from 1: blank rows count, line breaks in a cell do not.
  std::size_t line = 0;  ///< As a text editor counts, from 1: where the row begins.
  std::vector<std::string> cells;
};

/// All rows that have a non-empty cell. Takes UTF-8 with or without byte order mark, and GB18030; CRLF, LF or
/// CR. Cells are the text that was meant: the marks of spreadsheet_text.hpp are taken off, blanks are kept.
/// Rows may differ in length. Errors (format: malformed, too_large) name the row.
Result<std::vector<CsvRow>> read_csv(std::string_view bytes, const CsvLimits& limits = {});

/// The same of a file. Further errors: not_found when it cannot be opened or read.
Result<std::vector<CsvRow>> read_csv_file(const std::filesystem::path& file, const CsvLimits& limits = {});

/// What a file to be written starts with: Excel reads UTF-8 only after a byte order mark.
inline constexpr std::string_view kCsvStart = "\xEF\xBB\xBF";

/// Appends one row of UTF-8 cells, with the marks of spreadsheet_text.hpp and CRLF at its end, so that a
/// spreadsheet shows each cell as it is and read_csv gives it back exactly.
void append_csv_row(std::string& out, const std::vector<std::string>& cells);

}  // namespace doorstep::server::tabular
