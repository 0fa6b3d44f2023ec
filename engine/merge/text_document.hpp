#pragma once

#include <cstdint>
#include <vector>

#include "merge/text.hpp"

/// The characters of a text in order. Private to the room.
namespace doorstep {

/// A stretch of what one version inserted, all of it shown or all of it hidden.
struct TextSpan {
  std::uint32_t version = 0;  ///< Index into TextState::versions.
  TextRange range;
  bool shown = true;
};

inline bool is_first_write(const TextVersion& version) { return version.height == 1; }

/// Every character ever inserted, deleted ones too. What was inserted after a character follows it at once,
/// the newest first: by height, then name, both descending; only then comes what its own version wrote next.
std::vector<TextSpan> document(const TextState& state);

/// The version of this name or alias, or nullptr.
const TextVersion* find(const TextState& state, const VersionName& name);
TextVersion* find(TextState& state, const VersionName& name);

/// Where the run ends in its version's text.
std::uint32_t end_of_run(const TextVersion& version, std::size_t run);

/// Keeps ranges ascending and apart.
void add_range(std::vector<TextRange>& ranges, TextRange range);

/// Sum of the ranges' sizes.
std::size_t size_bytes(const std::vector<TextRange>& ranges);

/// The line break at the end of a first write stays hidden while no other first write follows.
bool hides_line_break(const TextState& state, const TextVersion& version);

}  // namespace doorstep
