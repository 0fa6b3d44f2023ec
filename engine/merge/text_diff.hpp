#pragma once

#include <string_view>

#include "merge/text.hpp"

namespace doorstep {

/// The edit that makes `wanted` of the text somebody read, with few insertions and deletions of whole
/// graphemes (what a person calls a character: an emoji with its skin tone is never cut). Applied to `read`
/// it shows exactly `wanted`. Somebody must have written the text before; the first write needs no patch.
/// Both texts are UTF-8.
///
/// Shortest edit script by Myers' greedy algorithm ("An O(ND) Difference Algorithm and Its Variations", 1986)
/// between what the texts have in common at their ends. Texts that differ in more than limits::kTextDiffEdits
/// graphemes there are not compared further: all between is replaced.
TextPatch diff_text(const TextState& read, std::string_view wanted);

}  // namespace doorstep
