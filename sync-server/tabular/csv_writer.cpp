#include <csv.h>

#include "tabular/csv.hpp"
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

}  // namespace doorstep::server::tabular
