#include "views/pack_views.hpp"

#include <set>
#include <string>

#include "base/error.hpp"
#include "folding/views.hpp"
#include "schema/ddl.hpp"
#include "sql/reading.hpp"
#include "views/calendar_table.hpp"

namespace doorstep {
namespace {

tl::unexpected<Error> refuse(const View& view, const std::string& zh, const std::string& en) {
  const std::string where = "views/" + view.name + ".toml: ";
  return fail(ErrorDomain::usage, ErrorCode::pack_invalid, Retry::never, where + zh, where + en);
}

/// Where SQLite says nothing, the mistake is the engine's to name.
std::string without_code(const std::string& message) { return message.substr(0, message.rfind(" [")); }

class Allowed {
 public:
  explicit Allowed(const Pack& pack) {
    for (const Table& table : pack.tables) {
      tables_.insert(table.name);
      views_.insert(each_view(table));
    }
    tables_.insert(kCalendarTable);
  }

  /// What an each_ view reads is its own business.
  bool operator()(std::string_view table, std::string_view column, std::string_view through) const {
    if (views_.count(through) != 0) return true;
    return (tables_.count(table) != 0 && column != kMetaColumn) || views_.count(table) != 0;
  }

 private:
  std::set<std::string, std::less<>> tables_;
  std::set<std::string, std::less<>> views_;
};

Status check_parameters(const View& view, const sql::Statement& statement) {
  for (int i = 1; i <= statement.parameter_count(); ++i) {
    const std::string_view name = statement.parameter_name(i);
    if (name.empty() || view.find_parameter(name.substr(1)) == nullptr)
      return refuse(view, "参数 " + std::string(name) + " 没有在 [[parameters]] 里写明。",
                    "the parameter '" + std::string(name) + "' is not among the [[parameters]].");
  }
  if (static_cast<std::size_t>(statement.parameter_count()) != view.parameters.size())
    return refuse(view, "[[parameters]] 里有 SQL 没用到的参数。",
                  "there are [[parameters]] that the SQL does not use.");
  return {};
}

Status check_columns(const View& view, const sql::Statement& statement) {
  const auto count = static_cast<std::size_t>(statement.column_count());
  if (count != view.columns.size())
    return refuse(view,
                  "SQL 给出 " + std::to_string(count) + " 列,[[columns]] 写了 " +
                      std::to_string(view.columns.size()) + " 列,请改成一样。",
                  "the SQL gives " + std::to_string(count) + " columns and [[columns]] lists " +
                      std::to_string(view.columns.size()) + "; make them the same.");
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view given = statement.column_name(static_cast<int>(i));
    if (given != view.columns[i].name)
      return refuse(
          view,
          "第" + std::to_string(i + 1) + "列在 SQL 里叫 " + std::string(given) + ",在 [[columns]] 里叫 " +
              view.columns[i].name + ";请在 SQL 里写 AS " + view.columns[i].name + "。",
          "column " + std::to_string(i + 1) + " is called '" + std::string(given) + "' by the SQL and '" +
              view.columns[i].name + "' in [[columns]]; write AS " + view.columns[i].name + " in the SQL.");
  }
  return {};
}

Status check_view(sql::Connection& connection, const Pack& pack, const View& view) {
  sql::Reading reading(connection, Allowed(pack));
  auto statement = connection.prepare(view.sql);
  if (!reading.refused().empty())
    return refuse(view,
                  "SQL 不能读 " + reading.refused() + ":只能读这个包的表、它们的 each_ 视图和 " +
                      std::string(kCalendarTable) + "。",
                  "the SQL cannot read " + reading.refused() +
                      ": only the pack's tables, their each_ views and " + std::string(kCalendarTable) + ".");
  if (!statement)
    return refuse(view, "SQL 写错了:" + without_code(statement.error().en),
                  "the SQL does not prepare: " + without_code(statement.error().en));
  if (!*statement || !statement->only_reads() || statement->column_count() == 0)
    return refuse(view, "SQL 只能是一条 SELECT。", "the SQL must be one SELECT.");
  DOORSTEP_CHECK(check_parameters(view, *statement));
  return check_columns(view, *statement);
}

}  // namespace

Status check_views(sql::Connection& connection, const Pack& pack) {
  for (const View& view : pack.views) DOORSTEP_CHECK(check_view(connection, pack, view));
  return {};
}

std::vector<Value> values_for(const sql::Statement& statement, const View& view,
                              const std::vector<Value>& arguments) {
  std::vector<Value> values(static_cast<std::size_t>(statement.parameter_count()));
  for (std::size_t at = 0; at < values.size(); ++at) {
    const std::string_view name = statement.parameter_name(static_cast<int>(at) + 1);
    const ViewParameter* parameter = name.empty() ? nullptr : view.find_parameter(name.substr(1));
    if (parameter != nullptr)
      values[at] = arguments[static_cast<std::size_t>(parameter - view.parameters.data())];
  }
  return values;
}

}  // namespace doorstep
