#pragma once

#include <string>
#include <string_view>

#include "schema/pack.hpp"

namespace doorstep {

/// The form in which choices and what people type for them are compared: NFKC, lower case, spaces and dashes
/// as underscores. "Nobody home", "nobody-home" and "nobody_home" are one.
std::string choice_form(std::string_view text);

/// The stored value of the choice whose value, zh or en label `typed` is, or null. Points into `column`.
const std::string* find_choice(const Column& column, std::string_view typed);

}  // namespace doorstep
