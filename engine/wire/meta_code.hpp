#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "merge/version.hpp"

/// The commonest `_meta`, taken apart and put together: a row of the first birth with one version in round 0
/// and nothing else. A page sends these field by field. Private to the room.
namespace doorstep::wire {

/// nullopt for any other bytes.
std::optional<Version> plain_version(std::string_view meta);
std::string plain_meta(const Version& version);

}  // namespace doorstep::wire
