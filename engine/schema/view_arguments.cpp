#include "schema/view_arguments.hpp"

#include "base/error.hpp"
#include "base/id.hpp"
#include "schema/calendar.hpp"
#include "schema/validation.hpp"

namespace doorstep {
namespace {

/// The parameters there are, for an error.
Label parameters_of(const View& view) {
  if (view.parameters.empty()) return {"它没有参数。", "It has no parameters."};
  Label all;
  for (const ViewParameter& parameter : view.parameters) {
    all.zh += (all.zh.empty() ? "" : "、") + parameter.name + "(" + parameter.label.zh + ")";
    all.en += (all.en.empty() ? "" : ", ") + parameter.name;
  }
  return {"它的参数有:" + all.zh + "。", "Its parameters are: " + all.en + "."};
}

Column as_column(const ViewParameter& parameter) {
  Column column;
  column.name = parameter.name;
  column.label = parameter.label;
  column.type = parameter.type;
  column.target = parameter.target;
  return column;
}

/// Null where nothing fills it.
Value default_of(const ViewParameter& parameter, const Asking& asking) {
  switch (parameter.default_rule) {
    case DefaultRule::constant:
      return parameter.default_value;
    case DefaultRule::me:
      return asking.person ? Value(to_text(*asking.person)) : Value();
    case DefaultRule::now:
      return format_time(asking.now_ms + parameter.default_offset_ms);
    case DefaultRule::today:
      return parameter.type == ColumnType::date
                 ? local_date(asking.now_ms + parameter.default_offset_ms)
                 : format_time(local_midnight(asking.now_ms) + parameter.default_offset_ms);
    case DefaultRule::none:
    case DefaultRule::clock_doubt:
      break;
  }
  return {};
}

}  // namespace

Result<const View*> need_view(const Pack& pack, std::string_view name) {
  if (const View* view = pack.find_view(name)) return view;
  std::string names;
  for (const View& view : pack.views) names += (names.empty() ? "" : ", ") + view.name;
  if (names.empty())
    return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never, "这个街道的表格包里没有视图。",
                "The pack of this office has no views.");
  return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
              "没有叫“" + std::string(name) + "”的视图。可用的有:" + names + "。",
              "There is no view \"" + std::string(name) + "\". There are: " + names + ".");
}

Result<std::vector<Value>> view_arguments(const View& view, const std::vector<NamedValue>& given,
                                          const Asking& asking) {
  std::vector<Value> values(view.parameters.size());
  for (const auto& [name, value] : given) {
    const ViewParameter* parameter = view.find_parameter(name);
    if (parameter == nullptr) {
      const Label there = parameters_of(view);
      return fail_usage("视图 " + view.name + " 没有参数“" + name + "”。" + there.zh,
                        "The view " + view.name + " has no parameter \"" + name + "\". " + there.en);
    }
    DOORSTEP_TRY(clean, normalize(as_column(*parameter), value));
    values[static_cast<std::size_t>(parameter - view.parameters.data())] = std::move(clean);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const ViewParameter& parameter = view.parameters[i];
    if (is_null(values[i])) values[i] = default_of(parameter, asking);
    if (!is_null(values[i])) continue;
    const Label there = parameters_of(view);
    return fail_usage(
        "请写明参数“" + parameter.name + "”(" + parameter.label.zh + ")。" + there.zh,
        "Give the parameter \"" + parameter.name + "\" (" + parameter.label.en + "). " + there.en);
  }
  return values;
}

}  // namespace doorstep
