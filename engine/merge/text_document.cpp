#include "merge/text_document.hpp"

#include <algorithm>
#include <tuple>

#include "base/ensure.hpp"

namespace doorstep {
namespace {

/// A run at the place it is attached to.
struct Attached {
  std::uint32_t parent = 0;  ///< Index of the version it stands in plus 1; 0 for the start of the text.
  std::uint32_t offset = 0;
  std::uint32_t height = 0;
  std::uint32_t version = 0;
  TextRange range;

  /// Document order among the runs at one place: newest first.
  friend bool operator<(const Attached& a, const Attached& b) {
    return std::tie(a.parent, a.offset, b.height, b.version, a.range.begin) <
           std::tie(b.parent, b.offset, a.height, a.version, b.range.begin);
  }
};

std::uint32_t index_of(const TextState& state, const TextVersion* version) {
  ensure(version != nullptr, "every run stands in a version of its text");
  return static_cast<std::uint32_t>(version - state.versions.data());
}

std::vector<Attached> attached_runs(const TextState& state) {
  std::vector<Attached> runs;
  for (const TextVersion& version : state.versions) {
    for (std::size_t i = 0; i < version.runs.size(); ++i) {
      const TextRun& run = version.runs[i];
      Attached attached;
      if (run.after) {
        attached.parent = index_of(state, find(state, run.after->version)) + 1;
        attached.offset = run.after->offset;
      }
      attached.height = version.height;
      attached.version = index_of(state, &version);
      attached.range = {run.begin, end_of_run(version, i)};
      runs.push_back(attached);
    }
  }
  std::sort(runs.begin(), runs.end());
  return runs;
}

/// Walks the tree depth first, without recursion: a note may be edited a thousand times at its end.
class Walk {
 public:
  explicit Walk(const TextState& state) : state_(state), runs_(attached_runs(state)) {}

  std::vector<TextSpan> spans() {
    push_attached(0, 0);
    while (!stack_.empty()) {
      Step& step = stack_.back();
      const std::uint32_t parent = step.version + 1;
      const auto next = first_after(parent, step.range.begin);
      if (next == runs_.end() || next->parent != parent || next->offset > step.range.end) {
        emit(step.version, step.range);
        stack_.pop_back();
        continue;
      }
      const std::uint32_t offset = next->offset;
      emit(step.version, {step.range.begin, offset});
      step.range.begin = offset;
      if (step.range.begin == step.range.end) stack_.pop_back();
      push_attached(parent, offset);
    }
    return std::move(spans_);
  }

 private:
  /// The rest of a run.
  struct Step {
    std::uint32_t version = 0;
    TextRange range;
  };
  using Runs = std::vector<Attached>;

  Runs::const_iterator first_after(std::uint32_t parent, std::uint32_t offset) const {
    return std::upper_bound(runs_.begin(), runs_.end(), std::make_pair(parent, offset),
                            [](const std::pair<std::uint32_t, std::uint32_t>& place, const Attached& run) {
                              return place < std::make_pair(run.parent, run.offset);
                            });
  }

  /// The first of them ends on top.
  void push_attached(std::uint32_t parent, std::uint32_t offset) {
    const auto end = first_after(parent, offset);
    for (auto run = end; run != runs_.begin(); --run) {
      const Attached& before = *std::prev(run);
      if (before.parent != parent || before.offset != offset) break;
      stack_.push_back({before.version, before.range});
    }
  }

  void emit(std::uint32_t version, TextRange range) {
    const TextVersion& written = state_.versions[version];
    const auto size = static_cast<std::uint32_t>(written.text.size());
    auto gone =
        std::upper_bound(written.deleted.begin(), written.deleted.end(), range.begin,
                         [](std::uint32_t begin, const TextRange& deleted) { return begin < deleted.end; });
    while (range.begin < range.end) {
      const bool in_gone = gone != written.deleted.end() && gone->begin <= range.begin;
      std::uint32_t end = range.end;
      if (gone != written.deleted.end()) end = std::min(end, in_gone ? gone->end : gone->begin);
      if (in_gone) ++gone;
      if (!in_gone && end == size && hides_line_break(state_, written)) {
        push_span(version, {range.begin, end - 1}, true);
        push_span(version, {end - 1, end}, false);
      } else {
        push_span(version, {range.begin, end}, !in_gone);
      }
      range.begin = end;
    }
  }

  void push_span(std::uint32_t version, TextRange range, bool shown) {
    if (range.begin != range.end) spans_.push_back({version, range, shown});
  }

  const TextState& state_;
  Runs runs_;
  std::vector<Step> stack_;
  std::vector<TextSpan> spans_;
};

}  // namespace

std::vector<TextSpan> document(const TextState& state) { return Walk(state).spans(); }

const TextVersion* find(const TextState& state, const VersionName& name) {
  const auto at =
      std::lower_bound(state.versions.begin(), state.versions.end(), name,
                       [](const TextVersion& version, const VersionName& n) { return version.name < n; });
  if (at != state.versions.end() && at->name == name) return &*at;
  for (const TextVersion& version : state.versions)
    if (std::binary_search(version.aliases.begin(), version.aliases.end(), name)) return &version;
  return nullptr;
}

TextVersion* find(TextState& state, const VersionName& name) {
  return const_cast<TextVersion*>(find(static_cast<const TextState&>(state), name));
}

std::uint32_t end_of_run(const TextVersion& version, std::size_t run) {
  return run + 1 < version.runs.size() ? version.runs[run + 1].begin
                                       : static_cast<std::uint32_t>(version.text.size());
}

void add_range(std::vector<TextRange>& ranges, TextRange range) {
  const auto first =
      std::lower_bound(ranges.begin(), ranges.end(), range.begin,
                       [](const TextRange& earlier, std::uint32_t begin) { return earlier.end < begin; });
  auto last = first;
  for (; last != ranges.end() && last->begin <= range.end; ++last) {
    range.begin = std::min(range.begin, last->begin);
    range.end = std::max(range.end, last->end);
  }
  ranges.insert(ranges.erase(first, last), range);
}

std::size_t size_bytes(const std::vector<TextRange>& ranges) {
  std::size_t size = 0;
  for (const TextRange& range : ranges) size += range.end - range.begin;
  return size;
}

bool hides_line_break(const TextState& state, const TextVersion& version) {
  if (!is_first_write(version)) return false;
  if (version.text.size() == 1) return true;
  // First writes stand in descending order of their names. An empty one is nothing that could follow.
  for (const TextVersion& other : state.versions) {
    if (&other == &version) break;
    if (is_first_write(other) && other.text.size() > 1) return false;
  }
  return true;
}

}  // namespace doorstep
