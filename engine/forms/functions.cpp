#include "forms/functions.hpp"

#include "base/ensure.hpp"

namespace doorstep::forms {
namespace {

constexpr Signature kFunctions[] = {
    {"abs", Function::abs, 1, 1, kAny},
    {"boolean", Function::boolean, 1, 1, kAny},
    {"boolean-from-string", Function::boolean_from_string, 1, 1, kAny},
    {"coalesce", Function::coalesce, 2, 2, kAny},
    {"concat", Function::concat, 1, kAny, 0},
    {"contains", Function::contains, 2, 2, kAny},
    {"count", Function::count, 1, 1, 0},
    {"count-non-empty", Function::count_non_empty, 1, 1, 0},
    {"count-selected", Function::count_selected, 1, 1, kAny},
    {"date", Function::date, 1, 1, kAny},
    {"date-time", Function::date_time, 1, 1, kAny},
    {"decimal-date-time", Function::decimal_date_time, 1, 1, kAny},
    {"decimal-time", Function::decimal_time, 1, 1, kAny},
    {"ends-with", Function::ends_with, 2, 2, kAny},
    {"false", Function::false_, 0, 0, kAny},
    {"format-date", Function::format_date, 2, 2, kAny},
    {"format-date-time", Function::format_date, 2, 2, kAny},
    {"if", Function::if_, 3, 3, kAny},
    {"indexed-repeat", Function::indexed_repeat, 3, 3, kAny},
    {"int", Function::int_, 1, 1, kAny},
    {"join", Function::join, 2, kAny, 1},
    {"jr:choice-name", Function::choice_name, 2, 2, kAny},
    {"max", Function::max, 1, kAny, 0},
    {"min", Function::min, 1, kAny, 0},
    {"normalize-space", Function::normalize_space, 0, 1, kAny},
    {"not", Function::not_, 1, 1, kAny},
    {"now", Function::now, 0, 0, kAny},
    {"number", Function::number, 1, 1, kAny},
    {"once", Function::once, 1, 1, kAny},
    {"position", Function::position, 1, 1, kAny},
    {"pow", Function::pow, 2, 2, kAny},
    {"regex", Function::regex, 2, 2, kAny},
    {"round", Function::round, 1, 2, kAny},
    {"selected", Function::selected, 2, 2, kAny},
    {"selected-at", Function::selected_at, 2, 2, kAny},
    {"starts-with", Function::starts_with, 2, 2, kAny},
    {"string", Function::string, 1, 1, kAny},
    {"string-length", Function::string_length, 0, 1, kAny},
    {"substr", Function::substr, 2, 3, kAny},
    {"substring-after", Function::substring_after, 2, 2, kAny},
    {"substring-before", Function::substring_before, 2, 2, kAny},
    {"sum", Function::sum, 1, 1, 0},
    {"today", Function::today, 0, 0, kAny},
    {"translate", Function::translate, 3, 3, kAny},
    {"true", Function::true_, 0, 0, kAny},
};

}  // namespace

const Signature* find_function(std::string_view name) {
  for (const Signature& signature : kFunctions)
    if (signature.name == name) return &signature;
  return nullptr;
}

const Signature& signature_of(Function function) {
  const Signature* found = nullptr;
  for (const Signature& signature : kFunctions)
    if (signature.function == function && found == nullptr) found = &signature;
  ensure(found != nullptr, "every function has a signature");
  return *found;
}

}  // namespace doorstep::forms
