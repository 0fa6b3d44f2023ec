#pragma once

#include <cstddef>
#include <doorstep/error.hpp>
#include <doorstep/value.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace doorstep::server::tabular {

struct SheetColumn {
  enum class Format {
    text,  ///< What is typed into it stays as it is: ID numbers, codes, 3-2.
    number,
    date  ///< Texts like 2026-11-22 become dates.
  };
  std::string heading;
  Format format = Format::text;
  std::string note;                  ///< Shown at the heading.
  std::vector<std::string> choices;  ///< To choose from in the cells beneath. In CSV neither.
};

/// A table to be written: headings and rows, whatever they are of.
struct Sheet {
  std::string name;
  std::vector<SheetColumn> columns;
  std::vector<std::vector<Value>> rows;  ///< As many values as columns; NULL is an empty cell.
  std::set<std::pair<std::size_t, std::size_t>> marked;  ///< Row and column, from 0: coloured in a workbook.
  std::string day{};     ///< Of which it tells: stands beside the name on each page of a workbook.
  bool to_sign = false;  ///< A workbook has an empty column to sign in at the right, as wide as a signature.
};

/// A file that opens cleanly in Excel. Numbers as they are, texts with the marks of spreadsheet_text.hpp.
std::string to_csv(const Sheet& sheet);

/// A workbook: texts are text cells, whatever they look like, numbers are numbers where 15 digits hold them,
/// the heading stays in view. It prints on A4 across, as wide as a page, name, page number and heading on
/// each. read_sheet() gives each cell back as to_csv() has it. Errors: format, too_large, for more rows than
/// a sheet has or a text longer than a cell takes; storage_failed without room for temporary files.
Result<std::string> to_xlsx(const Sheet& sheet);

/// The same of several, a sheet each, in this order; two of one name are told apart by a number.
Result<std::string> to_xlsx(const std::vector<Sheet>& sheets);

/// `value` as a cell of CSV has it, before marks: a number in the fewest digits that give it back.
std::string cell_text(const Value& value);

}  // namespace doorstep::server::tabular
