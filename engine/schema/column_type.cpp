#include "schema/column_type.hpp"

namespace doorstep {
namespace {

struct TypeWord {
  std::string_view word;
  ColumnType type;
};

constexpr TypeWord kWords[] = {{"text", ColumnType::text},           {"integer", ColumnType::integer},
                               {"real", ColumnType::real},           {"boolean", ColumnType::boolean},
                               {"date", ColumnType::date},           {"time", ColumnType::time},
                               {"reference", ColumnType::reference}, {"list", ColumnType::list}};

}  // namespace

std::string_view word_of(ColumnType type) {
  for (const TypeWord& known : kWords)
    if (known.type == type) return known.word;
  return {};
}

std::vector<std::string_view> column_type_words() {
  std::vector<std::string_view> words;
  for (const TypeWord& known : kWords) words.push_back(known.word);
  return words;
}

std::optional<ColumnType> column_type_of(std::string_view word) {
  for (const TypeWord& known : kWords)
    if (known.word == word) return known.type;
  return std::nullopt;
}

}  // namespace doorstep
