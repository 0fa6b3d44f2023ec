#include "schema/masking.hpp"

#include <algorithm>

namespace doorstep {
namespace {

/// Of a shorter text its ends would be a good part.
constexpr std::ptrdiff_t kLeastCharacters = 8;

constexpr const char* kHidden = "***";

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

std::string ends_of(const std::string& text) {
  if (std::count_if(text.begin(), text.end(), begins_character) < kLeastCharacters) return kHidden;
  std::size_t first = 1;
  while (!begins_character(text[first])) ++first;
  std::size_t last = text.size() - 1;
  while (!begins_character(text[last])) --last;
  return text.substr(0, first) + kHidden + text.substr(last);
}

/// Ten years of birth. An age would tell the birthday on the day it changes.
Value decade_of(const std::string& date) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (date.size() != 10 || !std::all_of(date.begin(), date.begin() + 4, is_digit)) return {};
  const std::string decade = date.substr(0, 3);
  return decade + "0-" + decade + '9';
}

}  // namespace

Value masked(Mask mask, const Value& source) {
  const auto* text = std::get_if<std::string>(&source);
  if (text == nullptr) return {};
  switch (mask) {
    case Mask::none:
      break;
    case Mask::first_last:
      return ends_of(*text);
    case Mask::age_band:
      return decade_of(*text);
  }
  return {};
}

}  // namespace doorstep
