#pragma once

#include <map>
#include <optional>
#include <string>

#include "forms/definition.hpp"

/// Inside the printing room only.
namespace doorstep::server::printing {

/// A question as paper calls it.
struct Numbered {
  std::size_t number = 0;
  const forms::Item* item = nullptr;
};
using Numbers = std::map<std::string, Numbered>;

/// When a question is asked, for a person with a pencil: comparisons of an answer with a value, selected(),
/// not(), and, or. nullopt for anything else, and for what paper does not ask.
std::optional<FormText> condition_in_words(const std::string& relevant, const forms::Definition& form,
                                           const Numbers& numbers);

}  // namespace doorstep::server::printing
