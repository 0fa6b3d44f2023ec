#include <algorithm>
#include <charconv>
#include <sstream>

#include "base/limits.hpp"
#include "schema/loader/draft.hpp"
#include "schema/loader/view_sql.hpp"
#include "schema/validation.hpp"

namespace doorstep {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;
/// A hundred years.
constexpr std::int64_t kMostDays = 36'500;

const std::vector<std::string_view> kViewKeys{"name", "zh", "en", "sql", "brief", "parameters", "columns"};

void check_count(const Where& where, std::size_t count, std::size_t most, const char* what) {
  if (count <= most) return;
  const std::string bound = std::to_string(most);
  refuse(where, std::string(what) + " 最多 " + bound + " 个,现在有 " + std::to_string(count) + " 个。",
         "there can be at most " + bound + " " + what + "; there are " + std::to_string(count) + ".");
}

/// Milliseconds in `unit`, or 0.
std::int64_t unit_ms(std::string_view unit) {
  if (unit == "minute" || unit == "minutes") return kMinuteMs;
  if (unit == "hour" || unit == "hours") return kHourMs;
  if (unit == "day" || unit == "days") return kDayMs;
  return 0;
}

/// `today`, `now`, and what may follow: `- 30`, `+ 2 hours`. False when it is something else.
bool read_moment(const std::string& text, ViewParameter& parameter) {
  std::istringstream words(text);
  std::string base, sign, count, unit, rest;
  words >> base >> sign >> count >> unit >> rest;
  const bool today = base == "today";
  if (!today && (base != "now" || parameter.type == ColumnType::date)) return false;
  parameter.default_rule = today ? DefaultRule::today : DefaultRule::now;
  if (sign.empty()) return true;
  std::int64_t n = -1;
  const char* end = count.data() + count.size();
  const auto [stop, error] = std::from_chars(count.data(), end, n);
  if (today && unit.empty()) unit = "days";
  const std::int64_t each = today && unit_ms(unit) != kDayMs ? 0 : unit_ms(unit);
  if ((sign != "-" && sign != "+") || error != std::errc() || stop != end || n < 0 || each == 0 ||
      n > kMostDays * kDayMs / each || !rest.empty())
    return false;
  parameter.default_offset_ms = (sign == "-" ? -n : n) * each;
  return true;
}

void read_default(const TomlReader& reader, ViewParameterDraft& draft) {
  ViewParameter& parameter = draft.parameter;
  if (!reader.has("default")) return;
  draft.default_where = reader.where("default");
  if (reader.is_text("default")) {
    const std::string text = reader.text("default");
    const bool moment = parameter.type == ColumnType::date || parameter.type == ColumnType::time;
    if (moment && (text.rfind("today", 0) == 0 || text.rfind("now", 0) == 0)) {
      if (read_moment(text, parameter)) return;
      if (parameter.type == ColumnType::date)
        refuse(draft.default_where, "请写成 \"today\"、\"today - 30\",或一个日期。",
               "write \"today\", \"today - 30\", or a date.");
      refuse(draft.default_where, "请写成 \"today\"、\"today - 30\"、\"now\"、\"now - 2 hours\",或一个时间。",
             "write \"today\", \"today - 30\", \"now\", \"now - 2 hours\", or a time.");
    }
    if (parameter.type == ColumnType::reference && text == "me") {
      parameter.default_rule = DefaultRule::me;
      return;
    }
  }
  parameter.default_rule = DefaultRule::constant;
  parameter.default_value = reader.constant("default");
}

ViewParameterDraft read_parameter(const TomlReader& reader) {
  reader.expect_only({"name", "zh", "en", "type", "target", "default"}, kViewKeys);
  ViewParameterDraft draft;
  const Named name = reader.identifier("name");
  draft.where = name.where;
  draft.parameter.name = name.text;
  draft.parameter.label = reader.label();
  draft.parameter.type = read_type(reader);
  if (draft.parameter.type == ColumnType::list)
    refuse(reader.where("type"), "参数不能是 list,请改用 text。",
           "a parameter cannot be a list; use 'text'.");
  draft.target = reader.named("target");
  read_default(reader, draft);
  return draft;
}

ViewColumnDraft read_view_column(const TomlReader& reader) {
  reader.expect_only({"name", "zh", "en", "type", "target", "choices_of", "choices"}, kViewKeys);
  ViewColumnDraft draft;
  const Named name = reader.identifier("name");
  draft.where = name.where;
  draft.column.name = name.text;
  draft.column.label = reader.label();
  draft.column.type = read_type(reader);
  draft.target = reader.named("target");
  draft.choices_of = reader.named("choices_of");
  draft.column.choices = read_choices(reader);
  if (draft.column.choices.empty()) return draft;
  if (draft.choices_of.given())
    refuse(reader.where("choices"), "choices 和 choices_of 只能写一个。",
           "write either 'choices' or 'choices_of', not both.");
  if (draft.column.type != ColumnType::text)
    refuse(reader.where("choices"), "视图里只有 text 列才写 choices。",
           "only text columns of a view have 'choices'.");
  return draft;
}

template <typename Draft, typename NameOf>
void check_twice(const std::vector<Draft>& drafts, NameOf name_of) {
  for (std::size_t i = 0; i < drafts.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (name_of(drafts[i]) == name_of(drafts[j]))
        refuse(drafts[i].where, "“" + name_of(drafts[i]) + "”写了两次,请改名或删去一个。",
               "'" + name_of(drafts[i]) + "' is listed twice; rename or remove one.");
}

/// What the SQL uses is declared, and what is declared is used.
void check_sql(const TomlReader& file, const ViewDraft& draft) {
  if (draft.view.sql.size() > limits::kViewSqlBytes)
    refuse(file.where("sql"),
           "SQL 太长,最多 " + std::to_string(limits::kViewSqlBytes) + " 字节。请拆成几个视图。",
           "the SQL is longer than " + std::to_string(limits::kViewSqlBytes) +
               " bytes; make several views of it.");
  std::vector<SqlParameter> used;
  try {
    used = check_view_sql(draft.view.sql);
  } catch (const SqlFault& fault) {
    refuse(draft.sql_place.at(draft.view.sql, fault.at), fault.why.zh, fault.why.en);
  }
  for (const SqlParameter& parameter : used) {
    std::vector<std::string_view> names;
    for (const ViewParameterDraft& known : draft.parameters) names.push_back(known.parameter.name);
    if (names.empty())
      refuse(draft.sql_place.at(draft.view.sql, parameter.at),
             "参数 :" + parameter.name + " 没有写明,请加上 [[parameters]]。",
             "the parameter ':" + parameter.name + "' is not declared; add [[parameters]].");
    if (std::find(names.begin(), names.end(), parameter.name) == names.end())
      refuse_word(draft.sql_place.at(draft.view.sql, parameter.at), "参数", "parameter", parameter.name,
                  names);
  }
  for (const ViewParameterDraft& known : draft.parameters)
    if (std::none_of(used.begin(), used.end(),
                     [&](const SqlParameter& p) { return p.name == known.parameter.name; }))
      refuse(known.where,
             "SQL 没有用到参数 " + known.parameter.name + ",请删去,或在 SQL 里写 :" + known.parameter.name +
                 "。",
             "the SQL does not use the parameter '" + known.parameter.name +
                 "'; remove it, or write :" + known.parameter.name + " in the SQL.");
}

/// What a parameter or a column refers to.
std::optional<TableId> resolve_target(PackDraft& pack, ColumnType type, const Named& target,
                                      const Where& where) {
  if (type == ColumnType::reference && !target.given())
    refuse(where, "引用要写明引用哪张表,例如 target = \"place\"。",
           "a reference needs its table, for example target = \"place\".");
  if (type != ColumnType::reference && target.given())
    refuse(target.where, "只有 type = \"reference\" 才写 target。",
           "only type = \"reference\" has a 'target'.");
  if (!target.given()) return std::nullopt;
  return need_table(pack, target).table.id;
}

void resolve_default(ViewParameterDraft& draft) {
  ViewParameter& parameter = draft.parameter;
  if (parameter.default_rule == DefaultRule::me && draft.target.text != kPersonTable)
    refuse(draft.default_where, "me 只用于引用 person 的参数。", "'me' is for references to 'person'.");
  if (parameter.default_rule != DefaultRule::constant) return;
  Column column;
  column.name = parameter.name;
  column.label = parameter.label;
  column.type = parameter.type;
  auto value = normalize(column, parameter.default_value);
  if (!value)
    refuse(draft.default_where, "默认值不能用。" + value.error().zh,
           "the default cannot be used. " + value.error().en);
  parameter.default_value = std::move(*value);
}

}  // namespace

void read_view(const TomlReader& file, std::vector<ViewDraft>& views, PackFaults& faults) {
  file.expect_only(kViewKeys);
  ViewDraft draft;
  const Named name = file.identifier("name");
  draft.where = name.where;
  draft.view.name = name.text;
  for (const ViewDraft& other : views)
    if (other.view.name == name.text)
      refuse(name.where, "已有视图 " + name.text + "(" + to_text(other.where) + "),请改名。",
             "there is a view '" + name.text + "' already (" + to_text(other.where) + "); use another name.");
  draft.view.label = file.label();
  if (file.has("brief")) draft.view.brief = file.number("brief", 1, limits::kBriefSheets);
  const std::size_t before = faults.size();
  for (const TomlReader& parameter : file.tables("parameters"))
    faults.gather([&] { draft.parameters.push_back(read_parameter(parameter)); });
  for (const TomlReader& column : file.tables("columns"))
    faults.gather([&] { draft.columns.push_back(read_view_column(column)); });
  if (faults.size() != before) return;  // Whether the SQL fits them cannot be said.
  draft.view.sql = file.text("sql");
  draft.sql_place = file.text_place("sql");
  if (draft.columns.empty())
    refuse(file.where(), "请用 [[columns]] 列出视图给出的各列。",
           "list the columns that the view answers with, as [[columns]].");
  check_count(file.where("parameters"), draft.parameters.size(), limits::kViewParameters, "parameters");
  check_count(file.where("columns"), draft.columns.size(), limits::kColumns, "columns");
  check_twice(draft.parameters, [](const ViewParameterDraft& p) { return p.parameter.name; });
  check_twice(draft.columns, [](const ViewColumnDraft& c) { return c.column.name; });
  check_sql(file, draft);
  views.push_back(std::move(draft));
}

View resolve_view(PackDraft& pack, ViewDraft& draft) {
  if (const TableDraft* table = pack.find(draft.view.name))
    refuse(draft.where, "已有同名的表(" + to_text(table->where) + "),请改名。",
           "there is a table of that name (" + to_text(table->where) + "); use another name.");
  View view = draft.view;
  for (ViewParameterDraft& parameter : draft.parameters) {
    parameter.parameter.target =
        resolve_target(pack, parameter.parameter.type, parameter.target, parameter.where);
    resolve_default(parameter);
    const DefaultRule rule = parameter.parameter.default_rule;
    if (view.brief != 0 && (rule == DefaultRule::none || rule == DefaultRule::me))
      refuse(parameter.where,
             "简报里的视图没有人给参数,请给 " + parameter.parameter.name +
                 " 写上 default(不能是 me),或删去 brief。",
             "nobody gives a view of the brief its parameters: give '" + parameter.parameter.name +
                 "' a default other than 'me', or remove 'brief'.");
    view.parameters.push_back(parameter.parameter);
  }
  for (ViewColumnDraft& column : draft.columns) {
    column.column.target = resolve_target(pack, column.column.type, column.target, column.where);
    if (column.choices_of.given()) {
      const ChoicesSource source = need_choices(pack, column.choices_of, column.column.type);
      column.column.choices_of = ChoicesOf{source.table.id, source.column.id};
    }
    view.columns.push_back(column.column);
  }
  return view;
}

}  // namespace doorstep
