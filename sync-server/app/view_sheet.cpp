#include "app/view_sheet.hpp"

#include "app/roster_export.hpp"
#include "base/error.hpp"

namespace doorstep::server {
namespace {

Column as_column(const Pack& pack, const ViewColumn& of) {
  Column column;
  column.name = of.name;
  column.label = of.label;
  column.type = of.type;
  column.target = of.target;
  column.choices = pack.choices_of(of);
  return column;
}

}  // namespace

Result<tabular::Sheet> view_sheet(const Pack& pack, References& references, const View& view,
                                  QueryRows answer) {
  tabular::Sheet sheet;
  sheet.name = view.label.zh;
  sheet.rows = std::move(answer.rows);
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    const Column column = as_column(pack, view.columns[i]);
    if (column.target) DOORSTEP_CHECK(references.load(*pack.find(*column.target)));
    sheet.columns.push_back(heading_of(column));
    for (auto& row : sheet.rows) row[i] = cell_value(pack, references, column, row[i]);
  }
  return sheet;
}

}  // namespace doorstep::server
