#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "schema/pack.hpp"

namespace doorstep {

/// The words of packs for types: `integer`.
std::string_view word_of(ColumnType type);
std::vector<std::string_view> column_type_words();
std::optional<ColumnType> column_type_of(std::string_view word);

}  // namespace doorstep
