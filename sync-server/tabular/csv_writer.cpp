#include <csv.h>

#include <charconv>

#include "tabular/csv.hpp"
#include "tabular/sheet_writer.hpp"
#include "tabular/spreadsheet_text.hpp"

namespace doorstep::server::tabular {
namespace {

/// Line breaks, separators and blanks at the ends survive in quotes only.
bool needs_quotes(const std::string& cell) {
  return cell.find_first_of(",\"\r\n\t;") != std::string::npos ||
         (!cell.empty() && (cell.front() == ' ' || cell.back() == ' '));
}

void append_quoted(std::string& out, const std::string& cell) {
  const std::size_t before = out.size();
  out.resize(before + 2 * cell.size() + 2);
  out.resize(before + csv_write(out.data() + before, out.size() - before, cell.data(), cell.size()));
}

}  // namespace

void append_csv_row(std::string& out, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    const std::string cell = to_spreadsheet(cells[i]);
    if (needs_quotes(cell)) {
      append_quoted(out, cell);
    } else {
      out += cell;
    }
  }
  out += "\r\n";
}

std::string cell_text(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&value)) {
    char digits[64];
    return {digits, std::to_chars(digits, digits + sizeof digits, *real).ptr};
  }
  return {};
}

std::string to_csv(const Sheet& sheet) {
  std::string out(kCsvStart);
  std::vector<std::string> cells;
  for (const SheetColumn& column : sheet.columns) cells.push_back(column.heading);
  append_csv_row(out, cells);
  for (const std::vector<Value>& row : sheet.rows) {
    cells.clear();
    for (const Value& value : row) cells.push_back(cell_text(value));
    append_csv_row(out, cells);
  }
  return out;
}

}  // namespace doorstep::server::tabular
