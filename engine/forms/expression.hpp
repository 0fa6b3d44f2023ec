#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "forms/functions.hpp"
#include "forms/pattern.hpp"

namespace doorstep::forms {

enum class TermKind : std::uint8_t {
  text,
  number,
  self,     ///< `.`
  parents,  ///< `..`, `../..`: only as what position() is asked of
  answer,   ///< `${name}`
  column,   ///< A bare name: of a choice, in its filter
  call,
  negate,
  or_,
  and_,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  add,
  subtract,
  multiply,
  divide,
  modulo
};

/// One node of the tree. Its arguments stand before it in the list.
struct Term {
  TermKind kind = TermKind::text;
  Function function = Function::true_;
  double number = 0;   ///< Of `parents`: how many.
  std::string text;    ///< Of text, answer and column.
  std::size_t at = 0;  ///< In characters, from 1.
  std::vector<std::uint32_t> arguments;
  std::optional<Pattern> pattern;  ///< Of regex().
  std::uint32_t item = 0;          ///< Of answer: bound by the form.
  bool is_set = false;             ///< Of answer: all of a repeat, seen from outside it.
};

/// A parsed expression; the last term is its root. It is never deeper than limits::kExpressionTerms.
struct Expression {
  std::vector<Term> terms;

  const Term& root() const { return terms.back(); }
};

/// What is wrong with an expression, in sentences that say where.
struct ExpressionFault {
  std::string zh;
  std::string en;
};
ExpressionFault fault_at(std::size_t character, std::string_view zh, std::string_view en);

/// Parses; names are not looked up yet.
tl::expected<Expression, ExpressionFault> parse_expression(std::string_view text);

/// A name of forms: an ASCII letter or `_`, then letters, digits, `_`, `-`, `.`.
bool is_name(std::string_view text);

/// The name in `${name}`, when `text` is just that.
std::optional<std::string> name_in_braces(std::string_view text);

}  // namespace doorstep::forms
