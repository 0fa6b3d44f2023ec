#include "schema/choices.hpp"

#include "schema/unicode_text.hpp"

namespace doorstep {

std::string choice_form(std::string_view text) {
  std::string form = to_ascii_lower(plain_form(text));
  for (char& c : form)
    if (c == ' ' || c == '-') c = '_';
  return form;
}

const std::string* find_choice(const Column& column, std::string_view typed) {
  for (const Choice& choice : column.choices)
    if (choice.value == typed) return &choice.value;
  const std::string form = choice_form(typed);
  for (const Choice& choice : column.choices)
    if (choice.value == form || choice_form(choice.label.zh) == form || choice_form(choice.label.en) == form)
      return &choice.value;
  return nullptr;
}

}  // namespace doorstep
