#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "merge/version.hpp"

/// Merge of a long text: both edits are kept, character by character. A sequence CRDT, the replicated
/// growable array (Roh, Jeon, Kim, Lee: "Replicated abstract data types", 2011) in the causal-tree form
/// (Grishchenko, 2010) with whole insertions as nodes. Pure functions, the same on phones and at the office;
/// docs/merge.md says in words what they do.
///
/// The *first write* of a cell is a plain text: somebody wrote who had read none. Every later version is a
/// patch: insertions and deletions, in terms of the characters its writer had read. A first write ends in one
/// more character than was typed, a line break, which shows only while another first write follows: two
/// people who each began the note offline read one below the other.
namespace doorstep {

/// A place in a text: after the first `offset` bytes (at least one) of everything that `version` inserted.
struct TextPoint {
  VersionName version;
  std::uint32_t offset = 0;

  friend bool operator==(const TextPoint& a, const TextPoint& b) {
    return a.version == b.version && a.offset == b.offset;
  }
};

/// Bytes [begin, end) of what a version inserted.
struct TextRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  friend bool operator==(const TextRange& a, const TextRange& b) {
    return a.begin == b.begin && a.end == b.end;
  }
};

/// What a version inserted at one place: its text from `begin` up to the next run. Without `after`: at the
/// start of the text.
struct TextRun {
  std::uint32_t begin = 0;
  std::optional<TextPoint> after;

  friend bool operator==(const TextRun& a, const TextRun& b) {
    return a.begin == b.begin && a.after == b.after;
  }
};

/// A version that inserted something. Its text is kept when it is deleted, since others may stand in it and
/// people may ask who wrote what. Versions that only deleted leave nothing but `deleted` ranges in others.
struct TextVersion {
  VersionName name;
  std::uint32_t height = 1;  ///< 1: a first write. Else one above the highest that its writer had read.
  std::vector<VersionName> aliases;  ///< Sorted. Larger names of people who wrote the very same there.
  std::string text;                  ///< Everything it inserted, in the order of its runs.
  std::vector<TextRun> runs;
  std::vector<TextRange> deleted;  ///< Ascending, apart from each other.

  friend bool operator==(const TextVersion& a, const TextVersion& b) {
    return a.name == b.name && a.height == b.height && a.aliases == b.aliases && a.text == b.text &&
           a.runs == b.runs && a.deleted == b.deleted;
  }
};

/// A text as the set of its versions. Equal sets give equal states, whatever the order of arrival. The order
/// of the characters is not stored: it follows (text_document.hpp).
struct TextState {
  std::vector<TextVersion> versions;  ///< By name. Empty: nobody ever wrote the cell.

  friend bool operator==(const TextState& a, const TextState& b) { return a.versions == b.versions; }
  friend bool operator!=(const TextState& a, const TextState& b) { return !(a == b); }
};

/// An edit of a text that its writer had read. Places and ranges name only what was there before it.
struct TextPatch {
  struct Insert {
    std::optional<TextPoint> after;  ///< Nothing: at the start of the text.
    std::string text;                ///< Not empty.
  };
  struct Delete {
    VersionName version;
    TextRange range;  ///< Not empty.
  };
  /// A version of the greatest height that the writer had read; the patch stands one above it. Named rather
  /// than given as a number, so that no device can claim a height that nobody reaches. Of no meaning without
  /// inserts.
  VersionName tallest;
  std::vector<Insert> inserts;  ///< In the order of the text.
  std::vector<Delete> deletes;  ///< By version, then range.

  bool empty() const { return inserts.empty() && deletes.empty(); }
};

enum class TextRefusal : std::uint8_t {
  unknown_character = 1,  ///< Names a version or a place that is not in this text.
  too_large = 2           ///< The text would pass a bound of limits.hpp.
};

/// Applies a first write (of a cell that its writer knew to be unwritten). Two people who, not having read
/// each other, wrote the same at the same places have written the same characters: both names stand for them.
/// Like apply_text: either everything is applied,
/// or the state is untouched; a version that has arrived before changes nothing.
tl::expected<void, TextRefusal> apply_first_text(TextState& state, const VersionName& name,
                                                 std::string_view text);

/// Applies an edit. The caller delivers it after the versions its writer had read; in every such order the
/// same state results. Deleting what is deleted already is fine.
tl::expected<void, TextRefusal> apply_text(TextState& state, const VersionName& name, const TextPatch& patch);

/// What two states know together. Commutative, associative and idempotent.
TextState join(const TextState& a, const TextState& b);

std::string shown_text(const TextState& state);

/// Everything that `name` inserted, deleted since or not; empty for a version that is unknown or only
/// deleted.
std::string text_of_version(const TextState& state, const VersionName& name);

/// One first write that nobody edited or agreed with: apply_first_text of its name and the shown text makes
/// the state again, so nothing else needs to be stored.
bool is_sole_write(const TextState& state);

}  // namespace doorstep
