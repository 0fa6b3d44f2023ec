#include "schema/validation.hpp"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <locale>
#include <sstream>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "schema/calendar.hpp"
#include "schema/choices.hpp"
#include "schema/cn_checks.hpp"
#include "schema/list_text.hpp"
#include "schema/unicode_text.hpp"
#include "schema/validation_error.hpp"

// Reading what people type; the check of the stored form is in row_validation.cpp.
namespace doorstep {
namespace {

Result<Value> damaged_by_excel(const Column& column) {
  // The sentence reads on from the label: it is what clerks search for.
  return tl::unexpected(
      Error{ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
            column.label.zh + "已被Excel改成科学计数,请用模板重填",
            column.label.en + " (" + column.name +
                "): Excel turned it into scientific notation and its digits are lost. Fill it in "
                "again in the template."});
}

bool holds_long_number(const Column& column) {
  return column.check == Check::cn_phone || column.check == Check::cn_resident_id;
}

Result<Value> read_choice(const Column& column, const std::string& typed) {
  const std::string* value = find_choice(column, typed);
  if (value == nullptr) return invalid_choice(column, typed);
  return Value(*value);
}

/// `[+-]digits` with nothing around it.
std::optional<std::int64_t> read_integer(const std::string& plain) {
  const std::size_t first = plain[0] == '+' || plain[0] == '-' ? 1 : 0;
  if (first == plain.size()) return std::nullopt;
  for (std::size_t i = first; i < plain.size(); ++i)
    if (plain[i] < '0' || plain[i] > '9') return std::nullopt;
  errno = 0;
  const long long number = std::strtoll(plain.c_str(), nullptr, 10);
  if (errno == ERANGE) return std::nullopt;
  return number;
}

/// Decimal point whatever the process's locale, which strtod would ask.
std::optional<double> read_real(const std::string& plain) {
  if (plain.find_first_not_of("0123456789+-.eE") != std::string::npos) return std::nullopt;
  std::istringstream in(plain);
  in.imbue(std::locale::classic());
  double number = 0;
  in >> number;
  if (in.fail() || in.peek() != std::istringstream::traits_type::eof() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

std::optional<bool> read_boolean(const std::string& plain) {
  const std::string word = to_ascii_lower(plain);
  for (const char* yes : {"1", "true", "yes", "y", "是", "有", "对"})
    if (word == yes) return true;
  for (const char* no : {"0", "false", "no", "n", "否", "无", "不"})
    if (word == no) return false;
  return std::nullopt;
}

Result<Value> read_text_value(const Column& column, const std::string& typed) {
  if (!column.choices.empty()) return read_choice(column, typed);
  if (holds_long_number(column)) {
    const std::string plain = plain_form(typed);
    if (is_scientific_notation(plain)) return damaged_by_excel(column);
    if (column.check == Check::cn_phone) {
      auto digits = read_cn_phone(plain);
      if (!digits) return invalid_phone(column);
      return Value(std::move(*digits));
    }
    std::string number = read_document_number(plain);
    // With `check_when` another column decides whether this is an ID number at all: see validate_row.
    if (!column.check_when && !is_cn_resident_id(number)) return invalid_resident_id(column, number);
    return Value(std::move(number));
  }
  if (column.check == Check::base64 && !column.check_when && !is_base64(trim(typed)))
    return invalid_base64(column);
  return Value(column.check == Check::key_text ? plain_form(typed) : std::string(trim(typed)));
}

Result<Value> read_list_value(const Column& column, const std::string& typed) {
  auto items = read_list(typed);
  if (!items) return invalid_type(column, typed);
  if (!column.choices.empty()) {
    for (std::string& item : *items) {
      const std::string* value = find_choice(column, item);
      if (value == nullptr) return invalid_choice(column, item);
      item = *value;
    }
  }
  return Value(to_json_list(*items));
}

Result<Value> read_date_value(const Column& column, const std::string& plain) {
  auto date = column.type == ColumnType::date ? read_date(plain) : read_time(plain);
  if (date) return Value(std::move(*date));
  if (plain.size() == 5 && plain.find_first_not_of("0123456789") == std::string::npos)
    return invalid(
        column, plain, "像是Excel的日期序号,请把单元格设为日期格式后再导出。",
        "this looks like Excel's serial number of a date. Format the cell as a date and export again.");
  return invalid_type(column, plain);
}

/// What programs write, and what was read back, is in stored form already. (Free text is cheap to read
/// again.)
bool is_canonical(const Column& column, const std::string& text) {
  switch (column.type) {
    case ColumnType::reference:
      return parse_row_id(text).has_value();
    case ColumnType::date:
      return is_canonical_date(text);
    case ColumnType::time:
      return parse_canonical_time(text).has_value();
    default:
      return false;
  }
}

/// `text` is valid UTF-8.
Result<Value> read_typed(const Column& column, const std::string& text) {
  const std::string typed = without_invisible(text);
  if (trim(typed).empty()) return Value();
  if (column.type == ColumnType::text) return read_text_value(column, typed);
  if (column.type == ColumnType::list) return read_list_value(column, typed);
  const std::string plain = plain_form(typed);
  switch (column.type) {
    case ColumnType::integer:
      if (const auto number = read_integer(plain)) return Value(*number);
      break;
    case ColumnType::real:
      if (const auto number = read_real(plain)) return Value(*number);
      break;
    case ColumnType::boolean:
      if (const auto yes = read_boolean(plain)) return Value(std::int64_t{*yes});
      break;
    case ColumnType::date:
    case ColumnType::time:
      return read_date_value(column, plain);
    default: {  // reference
      std::string id = to_ascii_lower(plain);
      if (parse_row_id(id)) return Value(std::move(id));
      break;
    }
  }
  return invalid_type(column, typed);
}

/// A number that a program bound; nullopt when it has to be read like text.
std::optional<Value> take_number(const Column& column, const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    if (column.type == ColumnType::integer) return value;
    if (column.type == ColumnType::real) return Value(static_cast<double>(*whole));
    return std::nullopt;
  }
  const double number = std::get<double>(value);
  if (column.type == ColumnType::real && std::isfinite(number)) return value;
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond it a double has already lost digits.
  if (column.type == ColumnType::integer && std::abs(number) <= kExact && number == std::floor(number))
    return Value(static_cast<std::int64_t>(number));
  return std::nullopt;
}

Result<Value> read_value(const Column& column, Value value) {
  if (column.retired)
    return invalid(column, "已停用,请不要再填写。", "this column is retired; leave it out.");
  if (column.mask != Mask::none)
    return invalid(column, "由街道按另一列生成,请不要填写。",
                   "the office makes this from another column; leave it out.");
  if (std::holds_alternative<Bytes>(value)) return invalid_type(column, "");

  if (auto* text = std::get_if<std::string>(&value)) {
    if (text->size() > limits::kValueBytes) return invalid_length(column);
    if (!is_valid_utf8(*text)) return invalid_encoding(column);
    if (is_canonical(column, *text)) return value;
    return read_typed(column, *text);
  }

  if (auto number = take_number(column, value)) return *number;
  if (std::holds_alternative<double>(value)) {
    if (holds_long_number(column)) return damaged_by_excel(column);
    return invalid_type(column, written_text(value));
  }
  return read_typed(column, written_text(value));
}

}  // namespace

Result<Value> normalize(const Column& column, Value value) {
  if (is_null(value)) return value;
  DOORSTEP_TRY(read, read_value(column, std::move(value)));
  const auto* text = std::get_if<std::string>(&read);
  if (text != nullptr && text->size() > max_bytes(column)) return invalid_length(column);
  if (!is_in_range(column, read)) return invalid_range(column, written_text(read));
  return read;
}

}  // namespace doorstep
