#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace doorstep {

using Bytes = std::vector<std::uint8_t>;

/// One SQL value. Ids and times are text: an id in canonical form, a time as `2026-11-22T01:02:03.004Z`.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Bytes>;

inline bool is_null(const Value& value) { return std::holds_alternative<std::monostate>(value); }

/// A column name with a value, as a typed write takes them.
using NamedValue = std::pair<std::string, Value>;

}  // namespace doorstep
