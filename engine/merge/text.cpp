#include "merge/text.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "merge/text_document.hpp"

namespace doorstep {
namespace {

constexpr char kLineBreak = '\n';

void add_name(std::vector<VersionName>& sorted, const VersionName& name) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), name);
  if (at == sorted.end() || *at != name) sorted.insert(at, name);
}

void add_version(TextState& state, TextVersion version) {
  const auto at =
      std::lower_bound(state.versions.begin(), state.versions.end(), version.name,
                       [](const TextVersion& v, const VersionName& name) { return v.name < name; });
  state.versions.insert(at, std::move(version));
}

/// The version is known by its smallest name; what stands in it names it so. `from` by value: it is the name
/// of the version that moves.
void rename(TextState& state, VersionName from, const VersionName& to) {
  const auto at = std::find_if(state.versions.begin(), state.versions.end(),
                               [&](const TextVersion& version) { return version.name == from; });
  TextVersion version = std::move(*at);
  state.versions.erase(at);
  version.name = to;
  add_name(version.aliases, from);
  add_version(state, std::move(version));
  for (TextVersion& other : state.versions)
    for (TextRun& run : other.runs)
      if (run.after && run.after->version == from) run.after->version = to;
}

/// Whether two people who had not read each other wrote the same at the same places.
bool agree(const TextVersion& a, const TextVersion& b) {
  return a.height == b.height && a.text == b.text && a.runs == b.runs;
}

/// Adds what a version inserted, whose runs name their parents as `state` knows them. People who agree have
/// written the same characters, under the smallest of their names.
void add_or_agree(TextState& state, TextVersion version) {
  if (find(state, version.name) != nullptr) return;
  const auto same = std::find_if(state.versions.begin(), state.versions.end(),
                                 [&](const TextVersion& other) { return agree(other, version); });
  if (same == state.versions.end())
    add_version(state, std::move(version));
  else if (version.name < same->name)
    rename(state, same->name, version.name);
  else
    add_name(same->aliases, version.name);
}

/// A place that a run may stand at, or a range begin or end: never inside a character's bytes.
bool is_place(const TextVersion& version, std::uint32_t offset) {
  if (offset >= version.text.size()) return offset == version.text.size();
  return (static_cast<unsigned char>(version.text[offset]) & 0xC0) != 0x80;
}

/// The version that the inserts of a patch make. False when a place is not there.
bool make_version(const TextState& state, const TextPatch& patch, TextVersion& version) {
  const TextVersion* tallest = find(state, patch.tallest);
  if (tallest == nullptr) return false;
  version.height = tallest->height + 1;
  for (const TextPatch::Insert& insert : patch.inserts) {
    TextRun run{static_cast<std::uint32_t>(version.text.size()), insert.after};
    if (run.after) {
      const TextVersion* parent = find(state, run.after->version);
      if (parent == nullptr || run.after->offset == 0 || !is_place(*parent, run.after->offset)) return false;
      run.after->version = parent->name;
    }
    version.runs.push_back(run);
    version.text += insert.text;
  }
  return true;
}

bool delete_ranges(TextState& state, const std::vector<TextPatch::Delete>& deletes) {
  for (const TextPatch::Delete& removal : deletes) {
    TextVersion* version = find(state, removal.version);
    const TextRange range = removal.range;
    if (version == nullptr || range.begin >= range.end || !is_place(*version, range.begin) ||
        !is_place(*version, range.end))
      return false;
    add_range(version->deleted, range);
  }
  return true;
}

bool is_too_large(const TextState& state) {
  std::size_t names = 0;
  std::size_t pieces = 0;
  std::size_t kept_bytes = 0;
  std::size_t deleted_bytes = 0;
  for (const TextVersion& version : state.versions) {
    names += 1 + version.aliases.size();
    pieces += version.runs.size() + version.deleted.size();
    kept_bytes += version.text.size();
    deleted_bytes += size_bytes(version.deleted);
  }
  if (names > limits::kTextVersions || pieces > limits::kTextPieces || kept_bytes > limits::kTextKeptBytes)
    return true;
  // Hidden line breaks are not counted; the second question is the exact one.
  return kept_bytes - deleted_bytes > limits::kValueBytes && shown_text(state).size() > limits::kValueBytes;
}

tl::expected<void, TextRefusal> accept(TextState& state, TextState next) {
  if (is_too_large(next)) return tl::unexpected(TextRefusal::too_large);
  state = std::move(next);
  return {};
}

}  // namespace

tl::expected<void, TextRefusal> apply_first_text(TextState& state, const VersionName& name,
                                                 std::string_view text) {
  TextState next = state;
  add_or_agree(next, {name, 1, {}, std::string(text) + kLineBreak, {TextRun{}}, {}});
  return accept(state, std::move(next));
}

tl::expected<void, TextRefusal> apply_text(TextState& state, const VersionName& name,
                                           const TextPatch& patch) {
  TextState next = state;
  if (!delete_ranges(next, patch.deletes)) return tl::unexpected(TextRefusal::unknown_character);
  if (!patch.inserts.empty() && find(state, name) == nullptr) {
    TextVersion version;
    version.name = name;
    if (!make_version(state, patch, version)) return tl::unexpected(TextRefusal::unknown_character);
    add_or_agree(next, std::move(version));
  }
  return accept(state, std::move(next));
}

TextState join(const TextState& a, const TextState& b) {
  TextState out = a;
  std::vector<const TextVersion*> lowest_first;
  for (const TextVersion& version : b.versions) lowest_first.push_back(&version);
  std::stable_sort(lowest_first.begin(), lowest_first.end(),
                   [](const TextVersion* x, const TextVersion* y) { return x->height < y->height; });
  for (const TextVersion* version : lowest_first) {
    TextVersion added = *version;
    added.aliases.clear();
    added.deleted.clear();
    for (TextRun& run : added.runs)
      if (const TextVersion* parent = run.after ? find(out, run.after->version) : nullptr)
        run.after->version = parent->name;
    add_or_agree(out, added);
    for (const VersionName& alias : version->aliases) {
      added.name = alias;
      add_or_agree(out, added);
    }
    for (const TextRange& range : version->deleted) add_range(find(out, version->name)->deleted, range);
  }
  return out;
}

std::string shown_text(const TextState& state) {
  std::string text;
  for (const TextSpan& span : document(state))
    if (span.shown)
      text.append(state.versions[span.version].text, span.range.begin, span.range.end - span.range.begin);
  return text;
}

std::string text_of_version(const TextState& state, const VersionName& name) {
  const TextVersion* version = find(state, name);
  if (version == nullptr) return {};
  return version->text.substr(0, version->text.size() - (is_first_write(*version) ? 1 : 0));
}

bool is_sole_write(const TextState& state) {
  return state.versions.size() == 1 && state.versions.front().aliases.empty() &&
         state.versions.front().deleted.empty();
}

}  // namespace doorstep
