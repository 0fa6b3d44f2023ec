#pragma once

#include <cstddef>
#include <doorstep/error.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"

/// Tables as offices exchange them with Excel, WPS and LibreOffice: CSV files and workbooks (.xlsx).
namespace doorstep::server::tabular {

/// What is read is held in memory.
struct Limits {
  std::size_t file_bytes = 64 * 1024 * 1024;       ///< A CSV file of half a million people.
  std::size_t rows = 1'048'576;                    ///< Excel's own bound.
  std::size_t cells = doorstep::limits::kColumns;  ///< Of one row.
  std::size_t cell_bytes = doorstep::limits::kValueBytes;
  std::size_t all_cells = 16'777'216;  ///< Of the sheet: half a million people with 32 columns.
  std::size_t text_bytes =
      256 * 1024 * 1024;                      ///< Of all cells together: one shared string may stand in many.
  std::size_t part_bytes = 64 * 1024 * 1024;  ///< Of a workbook's sheet, unpacked: 60,000 rows of 25 columns.
  std::size_t part_ratio = 200;               ///< Packing spreadsheets pack 5 to 30 times; a zip bomb 1,000.
  std::size_t parts = 4'096;                  ///< Files in a workbook, pictures included.
  std::size_t sheets = 64;                    ///< Looked at.
  std::size_t formats = 65'536;               ///< Cell formats; Excel's own bound.
  std::size_t merged = 65'536;                ///< Merged ranges.
};

struct Row {
  std::size_t row = 0;  ///< As a spreadsheet counts, from 1: blank rows count, line breaks in a cell do not.
  std::vector<std::string> cells;
};

/// Which sheet of a workbook is meant.
struct SheetChoice {
  std::string name;                            ///< Empty: the first visible one whose first row `fits`,
  std::function<bool(const Row& first)> fits;  ///< or else the first visible one that has rows.
};

/// All rows that have a non-empty cell. Rows may differ in length.
struct SheetRows {
  std::string name;  ///< Empty for CSV.
  std::vector<Row> rows;
};

/// Reads a workbook or a CSV file (csv.hpp), whichever the bytes are. Of a workbook:
/// - texts are exact; numbers have 15 digits, as Excel does; longer ones read `1.10105199001011E+17`;
/// - dates and times, which are numbers with a format of dates, read `2026-11-22`, `2026-11-22 09:01:02`;
/// - formulas count as the value that was saved with them, errors as `#N/A` and the like;
/// - a cell merged over several rows counts in each of them that has cells of its own.
/// Errors (format: malformed, too_large; usage for a sheet that is not there) say what to do.
Result<SheetRows> read_sheet(std::string_view bytes, const SheetChoice& choice = {},
                             const Limits& limits = {});

/// The same of a file. Further errors: not_found when it cannot be opened or read.
Result<SheetRows> read_sheet_file(const std::filesystem::path& file, const SheetChoice& choice = {},
                                  const Limits& limits = {});

}  // namespace doorstep::server::tabular
