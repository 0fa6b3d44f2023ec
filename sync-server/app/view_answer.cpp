#include "app/view_answer.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace doorstep::server {

Result<ViewAnswer> ViewAnswer::ask(const Pack& pack, const std::string& database, std::string_view name,
                                   const std::vector<NamedValue>& given, std::int64_t now_ms,
                                   std::initializer_list<const char*> needed) {
  DOORSTEP_TRY(view, need_view(pack, name));
  for (const char* column : needed)
    if (std::none_of(view->columns.begin(), view->columns.end(),
                     [&](const ViewColumn& one) { return one.name == column; }))
      return fail_usage(
          "这个街道的视图 " + view->name + " 没有“" + column + "”这一列,请先升级表格包。",
          "The office's view " + view->name + " has no column '" + column + "': upgrade the pack first.");
  DOORSTEP_TRY(arguments, view_arguments(*view, given, {now_ms, std::nullopt}));
  DOORSTEP_TRY(result, view_office_file(database, *view, arguments));
  return ViewAnswer(pack, *view, std::move(result.rows));
}

std::size_t ViewAnswer::position(std::string_view column) const {
  const auto found = std::find_if(view_->columns.begin(), view_->columns.end(),
                                  [&](const ViewColumn& one) { return one.name == column; });
  return static_cast<std::size_t>(found - view_->columns.begin());
}

std::string ViewAnswer::text(std::size_t row, std::string_view column) const {
  const auto* text = std::get_if<std::string>(&at(row, column));
  return text == nullptr ? std::string() : *text;
}

bool ViewAnswer::is_true(std::size_t row, std::string_view column) const {
  return at(row, column) == Value(std::int64_t{1});
}

std::optional<RowId> ViewAnswer::id(std::size_t row, std::string_view column) const {
  return parse_row_id(text(row, column));
}

Label ViewAnswer::label(std::size_t row, std::string_view column) const {
  const std::string value = text(row, column);
  for (const Choice& choice : pack_->choices_of(view_->columns[position(column)]))
    if (choice.value == value) return choice.label;
  return {value, value};
}

}  // namespace doorstep::server
