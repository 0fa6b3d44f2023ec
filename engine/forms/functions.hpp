#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace doorstep::forms {

enum class Function : std::uint8_t {
  abs,
  boolean,
  boolean_from_string,
  choice_name,
  coalesce,
  concat,
  contains,
  count,
  count_non_empty,
  count_selected,
  date,
  date_time,
  decimal_date_time,
  decimal_time,
  ends_with,
  false_,
  format_date,
  if_,
  indexed_repeat,
  int_,
  join,
  max,
  min,
  normalize_space,
  not_,
  now,
  number,
  once,
  position,
  pow,
  regex,
  round,
  selected,
  selected_at,
  starts_with,
  string,
  string_length,
  substr,
  substring_after,
  substring_before,
  sum,
  today,
  translate,
  true_
};

inline constexpr std::uint8_t kAny = 255;

/// What a call must look like (docs/forms.md, "Expressions").
struct Signature {
  std::string_view name;
  Function function;
  std::uint8_t least;  ///< Arguments.
  std::uint8_t most;
  std::uint8_t sets;  ///< The first argument that may be all answers of a repeat; kAny: none.
};

/// nullptr: there is no such function.
const Signature* find_function(std::string_view name);
const Signature& signature_of(Function function);

}  // namespace doorstep::forms
