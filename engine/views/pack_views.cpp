#include "views/pack_views.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "base/error.hpp"
#include "folding/views.hpp"
#include "schema/ddl.hpp"
#include "sql/reading.hpp"
#include "views/calendar_table.hpp"
#include "views/column_source.hpp"
#include "views/sql_mistake.hpp"

namespace doorstep {
namespace {

ViewFault in_sql(const View& view, std::size_t at, std::string zh, std::string en) {
  return {view.name, std::nullopt, at, {std::move(zh), std::move(en)}};
}

ViewFault at_column(const View& view, std::size_t column, std::string zh, std::string en) {
  return {view.name, column, 0, {std::move(zh), std::move(en)}};
}

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

std::optional<ViewFault> check_parameters(const View& view, const sql::Statement& statement) {
  for (int i = 1; i <= statement.parameter_count(); ++i) {
    const std::string_view name = statement.parameter_name(i);
    if (name.empty() || view.find_parameter(name.substr(1)) == nullptr)
      return in_sql(view, 0, "参数 " + std::string(name) + " 没有在 [[parameters]] 里写明。",
                    "the parameter '" + std::string(name) + "' is not among the [[parameters]].");
  }
  if (static_cast<std::size_t>(statement.parameter_count()) != view.parameters.size())
    return in_sql(view, 0, "[[parameters]] 里有 SQL 没用到的参数。",
                  "there are [[parameters]] that the SQL does not use.");
  return std::nullopt;
}

std::optional<ViewFault> check_names(const View& view, const sql::Statement& statement) {
  const auto count = static_cast<std::size_t>(statement.column_count());
  for (std::size_t i = 0; i < std::min(count, view.columns.size()); ++i) {
    const std::string_view given = statement.column_name(static_cast<int>(i));
    if (given != view.columns[i].name)
      return at_column(
          view, i,
          "第" + std::to_string(i + 1) + "列在 SQL 里叫 " + std::string(given) + ",在 [[columns]] 里叫 " +
              view.columns[i].name + ";请在 SQL 里写 AS " + view.columns[i].name + "。",
          "column " + std::to_string(i + 1) + " is called '" + std::string(given) + "' by the SQL and '" +
              view.columns[i].name + "' in [[columns]]; write AS " + view.columns[i].name + " in the SQL.");
  }
  if (count == view.columns.size()) return std::nullopt;
  return in_sql(view, 0,
                "SQL 给出 " + std::to_string(count) + " 列,[[columns]] 写了 " +
                    std::to_string(view.columns.size()) + " 列,请改成一样。",
                "the SQL gives " + std::to_string(count) + " columns and [[columns]] lists " +
                    std::to_string(view.columns.size()) + "; make them the same.");
}

std::optional<ViewFault> check_types(const Pack& pack, const View& view, const sql::Statement& statement) {
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    const ViewColumn& declared = view.columns[i];
    const auto source = source_of(pack, statement.origin(static_cast<int>(i)));
    if (!source || shows(declared, *source)) continue;
    return at_column(view, i,
                     "列 " + declared.name + " 写的是 " + type_text(pack, declared.type, declared.target) +
                         ",SQL 给出的 " + source->name + " 是 " +
                         type_text(pack, source->type, source->target) + "。请把 type 改成一样的。",
                     "the column '" + declared.name + "' says " +
                         type_text(pack, declared.type, declared.target) + ", and " + source->name +
                         " that the SQL gives is " + type_text(pack, source->type, source->target) +
                         "; make the type the same.");
  }
  return std::nullopt;
}

std::optional<ViewFault> fault_of(sql::Connection& connection, const Pack& pack, const View& view) {
  sql::Reading reading(connection, Allowed(pack));
  const auto statement = connection.prepare(view.sql);
  if (!reading.refused().empty())
    return in_sql(view, place_of(view.sql, reading.refused().substr(0, reading.refused().find('.'))),
                  "SQL 不能读 " + reading.refused() + ":只能读这个包的表、它们的 each_ 视图和 " +
                      std::string(kCalendarTable) + "。",
                  "the SQL cannot read " + reading.refused() +
                      ": only the pack's tables, their each_ views and " + std::string(kCalendarTable) + ".");
  if (!statement) {
    const SqlMistake mistake = mistake_of(statement.error().en);
    return in_sql(view, connection.error_offset().value_or(place_of(view.sql, mistake.word)), mistake.why.zh,
                  mistake.why.en);
  }
  if (!*statement || !statement->only_reads() || statement->column_count() == 0)
    return in_sql(view, 0, "SQL 只能是一条 SELECT。", "the SQL must be one SELECT.");
  if (auto fault = check_parameters(view, *statement)) return fault;
  if (auto fault = check_names(view, *statement)) return fault;
  return check_types(pack, view, *statement);
}

}  // namespace

std::vector<ViewFault> faults_of_views(sql::Connection& connection, const Pack& pack) {
  std::vector<ViewFault> faults;
  for (const View& view : pack.views)
    if (auto fault = fault_of(connection, pack, view)) faults.push_back(std::move(*fault));
  return faults;
}

Status check_views(sql::Connection& connection, const Pack& pack) {
  for (const View& view : pack.views)
    if (const auto fault = fault_of(connection, pack, view)) {
      const std::string where = "views/" + view.name + ".toml: ";
      return fail(ErrorDomain::usage, ErrorCode::pack_invalid, Retry::never, where + fault->why.zh,
                  where + fault->why.en);
    }
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
