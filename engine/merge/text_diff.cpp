#include "merge/text_diff.hpp"

#include <algorithm>
#include <cstdlib>
#include <unordered_map>

#include "base/ensure.hpp"
#include "base/limits.hpp"
#include "merge/text_document.hpp"
#include "schema/unicode_text.hpp"

namespace doorstep {
namespace {

/// A text as graphemes: equal numbers for equal ones, and where each ends.
struct Graphemes {
  std::vector<std::uint32_t> kinds;
  std::vector<std::size_t> ends;

  std::size_t size() const { return kinds.size(); }
  /// Where the grapheme begins in the text; its size for the one past the last.
  std::size_t begin(std::size_t index) const { return index == 0 ? 0 : ends[index - 1]; }
};

class Dictionary {
 public:
  Graphemes graphemes_of(std::string_view text) {
    Graphemes out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = first_grapheme_size(text.substr(at));
      const auto known = kinds_.emplace(text.substr(at, size), static_cast<std::uint32_t>(kinds_.size()));
      at += size;
      out.kinds.push_back(known.first->second);
      out.ends.push_back(at);
    }
    return out;
  }

 private:
  std::unordered_map<std::string_view, std::uint32_t> kinds_;
};

/// Graphemes [old_begin, old_end) become the wanted [new_begin, new_end).
struct Replacement {
  std::size_t old_begin = 0;
  std::size_t old_end = 0;
  std::size_t new_begin = 0;
  std::size_t new_end = 0;
};

/// The part of two texts that is compared.
struct Middle {
  const std::uint32_t* a;
  const std::uint32_t* b;
  int a_size;
  int b_size;
};

/// Myers' search, edit by edit: entry i of step d is how far into `a` a path of d edits reaches on the
/// diagonal 2i - d.
class EditSearch {
 public:
  explicit EditSearch(const Middle& middle) : m_(middle) {}

  /// False when the bound was reached first.
  bool run() {
    const int bound = static_cast<int>(limits::kTextDiffEdits);
    if (std::abs(m_.a_size - m_.b_size) > bound) return false;
    for (int d = 0; d <= bound; ++d)
      if (step(d)) return true;
    return false;
  }

  /// In the order of the text; those that touch are one.
  std::vector<Replacement> replacements() const {
    std::vector<Replacement> found;
    int x = m_.a_size;
    int y = m_.b_size;
    for (int d = static_cast<int>(reach_.size()) - 1; d > 0; --d) {
      const int k = x - y;
      const bool inserts = comes_by_insert(d, (k + d) / 2);
      const int before_x = inserts ? reach_[d - 1][(k + d) / 2] : reach_[d - 1][(k + d) / 2 - 1];
      const int before_y = before_x - (inserts ? k + 1 : k - 1);
      add(found, before_x, before_y, inserts);
      x = before_x;
      y = before_y;
    }
    std::reverse(found.begin(), found.end());
    return found;
  }

 private:
  bool step(int d) {
    std::vector<int> row(static_cast<std::size_t>(d) + 1);
    reach_.emplace_back();
    bool done = false;
    for (int i = 0; i <= d && !done; ++i) {
      int x = 0;
      if (d > 0) x = comes_by_insert(d, i) ? reach_[d - 1][i] : reach_[d - 1][i - 1] + 1;
      int y = x - (2 * i - d);
      while (x < m_.a_size && y < m_.b_size && m_.a[x] == m_.b[y]) {
        ++x;
        ++y;
      }
      row[i] = x;
      done = x >= m_.a_size && y >= m_.b_size;
    }
    reach_.back() = std::move(row);
    return done;
  }

  /// Whether the better way to entry i of step d is an insertion, from the diagonal above.
  bool comes_by_insert(int d, int i) const {
    if (i == 0) return true;
    return i < d && reach_[d - 1][i - 1] < reach_[d - 1][i];
  }

  /// Edits come from the last to the first.
  static void add(std::vector<Replacement>& found, int x, int y, bool inserts) {
    const auto old_begin = static_cast<std::size_t>(x);
    const auto new_begin = static_cast<std::size_t>(y);
    const std::size_t old_end = old_begin + (inserts ? 0 : 1);
    const std::size_t new_end = new_begin + (inserts ? 1 : 0);
    if (!found.empty() && found.back().old_begin == old_end && found.back().new_begin == new_end) {
      found.back().old_begin = old_begin;
      found.back().new_begin = new_begin;
    } else {
      found.push_back({old_begin, old_end, new_begin, new_end});
    }
  }

  Middle m_;
  std::vector<std::vector<int>> reach_;
};

std::vector<Replacement> compare(const Graphemes& a, const Graphemes& b) {
  const auto from_front = std::mismatch(a.kinds.begin(), a.kinds.end(), b.kinds.begin(), b.kinds.end());
  const auto front = static_cast<std::size_t>(from_front.first - a.kinds.begin());
  const auto left = static_cast<std::ptrdiff_t>(std::min(a.size(), b.size()) - front);
  const auto from_back = std::mismatch(a.kinds.rbegin(), a.kinds.rbegin() + left, b.kinds.rbegin());
  const auto back = static_cast<std::size_t>(from_back.first - a.kinds.rbegin());
  const Replacement whole{front, a.size() - back, front, b.size() - back};
  const Middle middle{a.kinds.data() + front, b.kinds.data() + front, static_cast<int>(whole.old_end - front),
                      static_cast<int>(whole.new_end - front)};
  if (middle.a_size == 0 && middle.b_size == 0) return {};
  EditSearch search(middle);
  if (middle.a_size == 0 || middle.b_size == 0 || !search.run()) return {whole};
  std::vector<Replacement> found = search.replacements();
  for (Replacement& replacement : found) {
    replacement.old_begin += front;
    replacement.old_end += front;
    replacement.new_begin += front;
    replacement.new_end += front;
  }
  return found;
}

/// The shown text, and what each byte of it is.
class ShownText {
 public:
  explicit ShownText(const TextState& state) : state_(state) {
    for (const TextSpan& span : document(state)) {
      if (!span.shown) continue;
      begins_.push_back(text_.size());
      spans_.push_back(span);
      text_.append(state.versions[span.version].text, span.range.begin, span.range.end - span.range.begin);
    }
  }

  const std::string& text() const { return text_; }

  /// The place after the byte before `at`; nothing for the start of the text.
  std::optional<TextPoint> place(std::size_t at) const {
    if (at == 0) return std::nullopt;
    const std::size_t i = span_of(at - 1);
    return TextPoint{state_.versions[spans_[i].version].name,
                     static_cast<std::uint32_t>(spans_[i].range.begin + (at - begins_[i]))};
  }

  /// Adds the bytes [begin, end) of the shown text, as ranges of their versions.
  void collect(std::size_t begin, std::size_t end, std::vector<std::vector<TextRange>>& ranges) const {
    while (begin < end) {
      const TextSpan& span = spans_[span_of(begin)];
      const auto skipped = static_cast<std::uint32_t>(begin - begins_[span_of(begin)]);
      const std::size_t size =
          std::min<std::size_t>(end - begin, span.range.end - span.range.begin - skipped);
      const std::uint32_t first = span.range.begin + skipped;
      add_range(ranges[span.version], {first, static_cast<std::uint32_t>(first + size)});
      begin += size;
    }
  }

 private:
  std::size_t span_of(std::size_t at) const {
    return static_cast<std::size_t>(std::upper_bound(begins_.begin(), begins_.end(), at) - begins_.begin()) -
           1;
  }

  const TextState& state_;
  std::string text_;
  std::vector<std::size_t> begins_;  ///< Of each span in `text_`.
  std::vector<TextSpan> spans_;
};

/// Who deletes the rest of a first write deletes its hidden line break too: no blank line is left behind
/// should another first write arrive.
void delete_hidden_line_break(const TextState& read, const TextVersion& version,
                              std::vector<TextRange>& deleting) {
  if (deleting.empty() || !hides_line_break(read, version)) return;
  std::vector<TextRange> gone = version.deleted;
  for (const TextRange& range : deleting) add_range(gone, range);
  const auto size = static_cast<std::uint32_t>(version.text.size());
  if (gone.size() == 1 && gone.front() == TextRange{0, size - 1}) add_range(deleting, {size - 1, size});
}

VersionName tallest(const TextState& state) {
  return std::max_element(state.versions.begin(), state.versions.end(),
                          [](const TextVersion& a, const TextVersion& b) { return a.height < b.height; })
      ->name;
}

}  // namespace

TextPatch diff_text(const TextState& read, std::string_view wanted) {
  ensure(!read.versions.empty(), "a text is edited after it was written");
  const ShownText shown(read);
  Dictionary dictionary;
  const Graphemes before = dictionary.graphemes_of(shown.text());
  const Graphemes after = dictionary.graphemes_of(wanted);
  TextPatch patch;
  patch.tallest = tallest(read);
  std::vector<std::vector<TextRange>> deleting(read.versions.size());
  for (const Replacement& replacement : compare(before, after)) {
    const std::size_t begin = before.begin(replacement.old_begin);
    const std::size_t from = after.begin(replacement.new_begin);
    const std::size_t to = after.begin(replacement.new_end);
    if (from != to)
      patch.inserts.push_back({shown.place(begin), std::string(wanted.substr(from, to - from))});
    shown.collect(begin, before.begin(replacement.old_end), deleting);
  }
  for (std::size_t i = 0; i < deleting.size(); ++i) {
    delete_hidden_line_break(read, read.versions[i], deleting[i]);
    for (const TextRange& range : deleting[i]) patch.deletes.push_back({read.versions[i].name, range});
  }
  return patch;
}

}  // namespace doorstep
