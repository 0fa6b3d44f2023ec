#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace doorstep {

/// The strings of a JSON array of strings (RFC 8259), or nullopt for anything else.
std::optional<std::vector<std::string>> parse_json_list(std::string_view json);

/// Canonical stored form: no spaces, and only what JSON must escape is escaped.
std::string to_json_list(const std::vector<std::string>& items);

/// What a person typed: a JSON array, or items between , 、 ; or line breaks (half- or full-width). Items are
/// trimmed; empty ones and repetitions are dropped. nullopt for text that begins like JSON and is not.
std::optional<std::vector<std::string>> read_list(std::string_view typed);

}  // namespace doorstep
