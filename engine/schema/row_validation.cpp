#include <algorithm>
#include <cmath>

#include "base/ensure.hpp"
#include "base/error.hpp"
#include "schema/calendar.hpp"
#include "schema/list_text.hpp"
#include "schema/natural_key.hpp"
#include "schema/unicode_text.hpp"
#include "schema/validation.hpp"
#include "schema/validation_error.hpp"
#include "schema/workflow.hpp"

namespace doorstep {
namespace {

bool is_choice(const Column& column, std::string_view value) {
  for (const Choice& choice : column.choices)
    if (choice.value == value) return true;
  return false;
}

Status check_choices(const Column& column, const std::string& text) {
  if (column.choices.empty()) return {};
  if (column.type == ColumnType::text) {
    if (!is_choice(column, text)) return invalid_choice(column, text);
    return {};
  }
  const auto items = parse_json_list(text);
  if (!items) return invalid_type(column, text);
  for (const std::string& item : *items)
    if (!is_choice(column, item)) return invalid_choice(column, item);
  return {};
}

bool is_stored_text(ColumnType type, const std::string& text) {
  switch (type) {
    case ColumnType::text:
      return text.find('\0') == std::string::npos;
    case ColumnType::date:
      return is_canonical_date(text);
    case ColumnType::time:
      return parse_canonical_time(text).has_value();
    case ColumnType::reference:
      return parse_row_id(text).has_value();
    case ColumnType::list:
      return parse_json_list(text).has_value();
    default:
      return false;
  }
}

bool is_stored_form(const Column& column, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return column.type == ColumnType::integer ||
           (column.type == ColumnType::boolean && (*number == 0 || *number == 1));
  if (const auto* number = std::get_if<double>(&value))
    return column.type == ColumnType::real && std::isfinite(*number);
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr && is_stored_text(column.type, *text);
}

/// Whether `column`'s check concerns this row.
bool check_applies(const Table& table, const Column& column, const std::vector<Value>& values) {
  if (!column.check_when) return true;
  const int at = table.position(*column.check_when);
  ensure(at >= 0, "the column that decides about a check exists");
  const Value& decider = values[static_cast<std::size_t>(at)];
  return is_null(decider) || written_text(decider) == column.check_equals;
}

Status check_number(const Column& column, const std::string& text) {
  switch (column.check) {
    case Check::none:
      break;
    case Check::cn_phone:
      if (!is_cn_phone(text)) return invalid_phone(column);
      break;
    case Check::cn_resident_id:
      if (!is_cn_resident_id(text)) return invalid_resident_id(column, text);
      break;
    case Check::base64:
      if (!is_base64(text)) return invalid_base64(column);
      break;
    case Check::key_text:
      if (!is_stable_visible(text) || canonical_key_text(text) != text)
        return invalid(column, text, "含有看不见的字符、全角字符或多余的空格,请重新输入。",
                       "invisible or full-width characters or spaces around it; type it again.");
      break;
  }
  return {};
}

bool is_blank(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return is_null(value) || (text != nullptr && trim(*text).empty());
}

Status validate_cell(const Table& table, std::size_t at, const std::vector<Value>& values) {
  const Column& column = table.columns[at];
  const Value& value = values[at];
  if (column.retired) return {};
  if (column.required && is_blank(value)) return invalid(column, "必须填写。", "this must be filled in.");
  if (is_null(value)) return {};
  const auto* text = std::get_if<std::string>(&value);
  if (text != nullptr && text->size() > max_bytes(column)) return invalid_length(column);
  if (text != nullptr && !is_valid_utf8(*text)) return invalid_encoding(column);
  if (!is_stored_form(column, value)) return invalid_type(column, written_text(value));
  if (!is_in_range(column, value)) return invalid_range(column, written_text(value));
  if (text == nullptr) return {};
  if (auto status = check_choices(column, *text); !status) return status;
  return check_applies(table, column, values) ? check_number(column, *text) : Status{};
}

}  // namespace

bool is_base64(std::string_view text) {
  const std::size_t end = std::min(text.find('='), text.size());
  const std::string_view letters = text.substr(0, end);
  return text.size() % 4 == 0 && text.size() - end <= 2 &&
         text.find_first_not_of('=', end) == std::string_view::npos &&
         std::all_of(letters.begin(), letters.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
                  c == '/';
         });
}

bool is_in_range(const Column& column, const Value& value) {
  const auto keeps = [&](auto number) {
    using Number = decltype(number);
    return (!column.least || number >= static_cast<Number>(*column.least)) &&
           (!column.most || number <= static_cast<Number>(*column.most));
  };
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return keeps(*whole);
  if (const auto* real = std::get_if<double>(&value)) return keeps(*real);
  return true;
}

Status validate_row(const Table& table, const std::vector<Value>& values) {
  ensure(values.size() == table.columns.size(), "a row has a value for every column of its table");
  for (std::size_t i = 0; i < values.size(); ++i)
    if (auto status = validate_cell(table, i, values); !status) return status;
  return {};
}

Status validate_edit(const Table& table, const std::vector<Value>& before, const std::vector<Value>& after) {
  ensure(before.size() == table.columns.size() && after.size() == before.size(),
         "a row has a value for every column of its table");
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (before[i] == after[i]) continue;
    if (auto status = validate_cell(table, i, after); !status) return status;
  }
  return {};
}

Status validate_move(const Table& table, const Column& column, const Value& from, const Value& to) {
  if (column.merge != MergeKind::workflow || may_move(column, from, to)) return {};
  std::string zh;
  std::string en;
  for (const Choice& choice : column.choices) {
    if (!may_move(column, from, choice.value)) continue;
    zh += (zh.empty() ? "" : "、") + choice.label.zh;
    en += (en.empty() ? "" : ", ") + choice.value;
  }
  zh = zh.empty() ? "它已经是最后一步。" : "可以改成:" + zh + "。";
  en = en.empty() ? "It is at its last step." : "Possible: " + en + ".";
  return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
              table.label.zh + ":“" + column.label.zh + "”现在不能这样改。" + zh,
              table.name + ": \"" + column.name + "\" cannot go there from here. " + en);
}

}  // namespace doorstep
