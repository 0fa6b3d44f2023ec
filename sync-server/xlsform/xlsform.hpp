#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "forms/definition.hpp"

/// Questionnaires as people write them in spreadsheets (docs/forms.md, "XLSForm import").
namespace doorstep::server::xlsform {

struct Row {
  std::size_t row = 0;  ///< As a spreadsheet counts, from 1.
  std::vector<std::string> cells;
};

struct Sheet {
  std::string name;
  std::vector<Row> rows;         ///< The headings first.
  std::size_t first_column = 0;  ///< How many columns of the file stand before the first cell.
};

/// One thing that is wrong, where the clerk finds it.
struct Problem {
  std::string sheet;
  std::size_t row = 0;  ///< 0: the sheet as a whole.
  std::string column;   ///< Its letter; empty: the row as a whole.
  FormText message;
};

/// `json` is the form's canonical encoding; empty when there are problems.
struct Reading {
  std::string json;
  std::vector<Problem> problems;  ///< In the order of the sheets and rows.
};

/// The sheets of a CSV: a row whose first cell is not empty begins one, of that name.
std::vector<Sheet> split_sheets(const std::vector<Row>& rows);

/// Reads all, then says all that is wrong. `name` is what the form is called when its settings do not say.
Reading read_xlsform(const std::vector<Sheet>& sheets, std::string_view name);

}  // namespace doorstep::server::xlsform
