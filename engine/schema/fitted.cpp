#include "schema/fitted.hpp"

#include <cmath>

namespace doorstep {

Value fitted(const Column& column, Value value) {
  if (column.type == ColumnType::real) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  } else if (column.type == ColumnType::integer) {
    constexpr double kLimit = 9223372036854775808.0;  // 2^63
    const auto* number = std::get_if<double>(&value);
    if (number != nullptr && std::trunc(*number) == *number && -kLimit <= *number && *number < kLimit)
      return static_cast<std::int64_t>(*number);
  }
  return value;
}

}  // namespace doorstep
