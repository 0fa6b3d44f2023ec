#include "schema/workflow.hpp"

#include <algorithm>

namespace doorstep {
namespace {

bool has(const std::vector<std::string>& states, const std::string& state) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

}  // namespace

int rank_of(const Column& column, const Value& state) {
  const auto* text = std::get_if<std::string>(&state);
  if (text == nullptr) return 0;
  for (std::size_t i = 0; i < column.choices.size(); ++i)
    if (column.choices[i].value == *text) return static_cast<int>(i) + 1;
  return 0;
}

bool may_move(const Column& column, const Value& from, const Value& to) {
  const auto* target = std::get_if<std::string>(&to);
  if (target == nullptr) return false;
  if (is_null(from)) return has(column.starts, *target);
  for (const Move& move : column.moves)
    if (Value{move.from} == from && has(move.to, *target)) return true;
  return false;
}

bool reopens(const Column& column, const Value& from, const Value& to) {
  return !is_null(from) && rank_of(column, to) <= rank_of(column, from);
}

}  // namespace doorstep
