#pragma once

#include <doorstep/error.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "forms/compiled.hpp"

namespace doorstep::forms {

/// The stored form of what somebody typed as an answer; empty for nothing. `choices` are those that may be
/// chosen now. Errors (usage, validation_failed) name the question and say what to write.
Result<std::string> read_answer(const Item& item, const FormText& label,
                                const std::vector<const Choice*>& choices, std::string_view typed);

}  // namespace doorstep::forms
