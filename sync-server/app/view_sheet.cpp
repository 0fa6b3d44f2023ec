#include "app/view_sheet.hpp"

#include <algorithm>

#include "app/roster_export.hpp"
#include "app/terminal.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "schema/calendar.hpp"
#include "schema/column_type.hpp"
#include "schema/list_text.hpp"
#include "schema/validation.hpp"

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

bool is_of(ColumnType type, const Value& value) {
  if (is_null(value)) return true;
  const auto* number = std::get_if<std::int64_t>(&value);
  const auto* text = std::get_if<std::string>(&value);
  switch (type) {
    case ColumnType::integer:
      return number != nullptr;
    case ColumnType::boolean:
      return number != nullptr && (*number == 0 || *number == 1);
    case ColumnType::real:
      return number != nullptr || std::holds_alternative<double>(value);
    case ColumnType::date:
      return text != nullptr && is_canonical_date(*text);
    case ColumnType::time:
      return text != nullptr && parse_canonical_time(*text).has_value();
    case ColumnType::reference:
      return text != nullptr && parse_row_id(*text).has_value();
    case ColumnType::list:
      return text != nullptr && parse_json_list(*text).has_value();
    case ColumnType::text:
      break;
  }
  return text != nullptr;
}

/// What the SQL computes has its type only now. A value that is of another is shown as it is, and whoever
/// looks after the pack is told.
void tell_types(const View& view, const std::vector<std::vector<Value>>& rows) {
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    const ViewColumn& column = view.columns[i];
    const auto wrong =
        std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return !is_of(column.type, row[i]); });
    if (wrong == rows.end()) continue;
    const std::string at = std::to_string(wrong - rows.begin() + 1);
    const std::string type(word_of(column.type));
    warn("视图 " + view.name + " 的列 " + column.name + " 写的是 " + type + ",第" + at +
             "行却不是。请改表格包里 views/" + view.name + ".toml 这一列的 type。",
         "The column '" + column.name + "' of the view " + view.name + " says " + type + ", and row " + at +
             " is none. Correct its type in views/" + view.name + ".toml of the pack.");
  }
}

}  // namespace

Result<tabular::Sheet> view_sheet(const Pack& pack, References& references, const View& view,
                                  QueryRows answer) {
  tell_types(view, answer.rows);
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
