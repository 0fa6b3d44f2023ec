#include "forms/typed_answer.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "forms/evaluator.hpp"
#include "forms/limits.hpp"
#include "forms/scalar.hpp"
#include "schema/calendar.hpp"
#include "schema/unicode_text.hpp"

namespace doorstep::forms {
namespace {

tl::unexpected<Error> refuse(const FormText& label, const std::string& zh, const std::string& en) {
  const std::string& english = label.en.empty() ? label.zh : label.en;
  return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never, "「" + label.zh + "」" + zh,
              english + ": " + en);
}

/// Digits with a sign, within 2^53; without zeros before them.
std::optional<std::string> read_integer(std::string_view plain) {
  const bool negative = !plain.empty() && plain[0] == '-';
  if (!plain.empty() && (negative || plain[0] == '+')) plain.remove_prefix(1);
  if (plain.empty() || plain.size() > 30 || plain.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  const double number = number_of(plain);
  if (!(number <= 9'007'199'254'740'991.0)) return std::nullopt;
  return (negative && number != 0 ? "-" : "") + number_text(number);
}

std::optional<std::string> read_decimal(std::string_view plain) {
  if (!plain.empty() && plain[0] == '+') plain.remove_prefix(1);
  if (plain.size() > 40) return std::nullopt;
  const double number = number_of(plain);
  return std::isfinite(number) ? std::optional(number_text(number)) : std::nullopt;
}

Result<std::string> read_choices(const Item& item, const FormText& label,
                                 const std::vector<const Choice*>& choices, const std::string& plain) {
  const std::vector<std::string> values = split_values(plain);
  if (item.type == ItemType::select_one && values.size() > 1)
    return refuse(label, "只能选一个。", "choose one only.");
  for (const std::string& value : values)
    if (std::none_of(choices.begin(), choices.end(), [&](const Choice* one) { return one->value == value; }))
      return refuse(label, "没有“" + value + "”这个选项,请从列出的选项里选。",
                    "\"" + value + "\" is not among the choices; choose one that is listed.");
  std::string out;
  for (const Choice* choice : choices)
    if (std::find(values.begin(), values.end(), choice->value) != values.end())
      out += (out.empty() ? "" : " ") + choice->value;
  return out;
}

}  // namespace

Result<std::string> read_answer(const Item& item, const FormText& label,
                                const std::vector<const Choice*>& choices, std::string_view typed) {
  if (typed.size() > limits::kAnswerBytes) {
    const std::string most = std::to_string(limits::kAnswerBytes / 3);
    return refuse(label, "写得太长了,最多约" + most + "个字。",
                  "too long: at most about " + most + " characters.");
  }
  if (!is_valid_utf8(typed) || typed.find('\0') != std::string_view::npos)
    return refuse(label, "里有读不出来的字符,请重新输入。",
                  "has characters that cannot be read; type it again.");
  const std::string visible = without_invisible(typed);
  if (item.type == ItemType::text) return std::string(trim(visible));
  const std::string plain = plain_form(visible);
  if (plain.empty()) return plain;
  std::optional<std::string> stored;
  switch (item.type) {
    case ItemType::integer:
      stored = read_integer(plain);
      if (!stored) return refuse(label, "要填整数,如 3。", "write a whole number, such as 3.");
      return *stored;
    case ItemType::decimal:
      stored = read_decimal(plain);
      if (!stored) return refuse(label, "要填数字,如 43.5。", "write a number, such as 43.5.");
      return *stored;
    case ItemType::date:
      stored = read_date(plain);
      if (!stored) return refuse(label, "要填日期,如 2026-01-05。", "write a date, such as 2026-01-05.");
      return *stored;
    case ItemType::time:
      stored = read_time_of_day(plain);
      if (!stored) return refuse(label, "要填时间,如 9:30。", "write a time, such as 9:30.");
      return *stored;
    case ItemType::acknowledge:
      if (to_ascii_upper(plain) != "OK") return refuse(label, "只能确认(OK)。", "write OK, or nothing.");
      return std::string("OK");
    default:
      return read_choices(item, label, choices, plain);
  }
}

}  // namespace doorstep::forms
