#include "schema/natural_key.hpp"

#include "base/ensure.hpp"
#include "base/id.hpp"
#include "schema/unicode_text.hpp"

namespace doorstep {
namespace {

constexpr char kSeparator = '\x1F';

bool is_key_value(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<std::string>(value);
}

}  // namespace

std::string canonical_key_text(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return plain_form(*text);
  return {};
}

std::optional<RowId> natural_key_id(const RowId& office, const Table& table,
                                    const std::vector<Value>& values) {
  ensure(values.size() == table.columns.size(), "a row has a value for every column of its table");
  if (table.natural_key.empty()) return std::nullopt;
  std::string name = std::to_string(raw(table.id));
  for (const ColumnId key : table.natural_key) {
    const int at = table.position(key);
    ensure(at >= 0, "natural key columns exist");
    const Value& value = values[static_cast<std::size_t>(at)];
    if (!is_key_value(value)) return std::nullopt;
    name += kSeparator;
    name += canonical_key_text(value);
  }
  return make_name_based_id(office, name);
}

}  // namespace doorstep
