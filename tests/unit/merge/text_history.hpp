#pragma once

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "merge/text_diff.hpp"
#include "schema/unicode_text.hpp"
#include "unit/draw.hpp"
#include "unit/merge/text_reference.hpp"

/// Random histories of one text, edited concurrently by a few replicas that meet now and then.
namespace doorstep::test {

inline std::vector<std::string> graphemes(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    out.emplace_back(text.substr(0, first_grapheme_size(text)));
    text.remove_prefix(out.back().size());
  }
  return out;
}

inline std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += part;
  return out;
}

/// Letters, Chinese, line ends, and what a careless cut would break: an accent of its own, a family, a flag,
/// a skin tone, a Hangul syllable of three letters.
inline std::string some_character(Draw& draw) {
  static const char* const kCharacters[] = {"a",
                                            "b",
                                            "好",
                                            "的",
                                            "\n",
                                            "\r\n",
                                            "e\u0301",
                                            "👩\u200D👩\u200D👧",
                                            "🇨🇳",
                                            "👍🏽",
                                            "\u1112\u1161\u11AB"};
  return draw.pick(kCharacters);
}

struct TextReplica {
  ActorId actor{};
  std::uint64_t groups = 0;
  std::vector<std::size_t> known;  ///< Indices into TextHistory::writes, in order of arrival.
  TextState state;
};

struct TextHistory {
  std::vector<TextWritten> writes;
  std::vector<TextReplica> replicas;
};

inline bool deliver(TextState& state, const TextWritten& written) {
  return (written.first ? apply_first_text(state, written.name, written.text)
                        : apply_text(state, written.name, written.patch))
      .has_value();
}

class TextHistoryMaker {
 public:
  /// What the next person types, and what was there before she edited and after.
  using Typing = std::function<std::string()>;
  using Watch = std::function<void(const std::string& before, const std::string& after)>;

  explicit TextHistoryMaker(Draw& draw)
      : draw_(draw), typing_([this] { return some_character(draw_); }), watch_([](auto&, auto&) {}) {}
  TextHistoryMaker(Draw& draw, Typing typing, Watch watch)
      : draw_(draw), typing_(std::move(typing)), watch_(std::move(watch)) {}

  TextHistory make() {
    const std::size_t replicas = 2 + draw_.below(4);
    for (std::size_t i = 0; i < replicas; ++i)
      history_.replicas.push_back({make_actor(1, static_cast<std::uint32_t>(2 + i)), 0, {}, {}});
    const std::size_t steps = 1 + draw_.below(24);
    for (std::size_t step = 0; step < steps; ++step) {
      TextReplica& replica = history_.replicas[draw_.below(replicas)];
      if (draw_.chance(40))
        meet(replica, history_.replicas[draw_.below(replicas)]);
      else
        write(replica);
    }
    return std::move(history_);
  }

 private:
  void meet(TextReplica& to, const TextReplica& from) {
    for (const std::size_t index : from.known)
      if (std::find(to.known.begin(), to.known.end(), index) == to.known.end()) receive(to, index);
  }

  void receive(TextReplica& replica, std::size_t index) {
    RC_ASSERT(deliver(replica.state, history_.writes[index]));
    replica.known.push_back(index);
  }

  void write(TextReplica& replica) {
    TextWritten written;
    written.first = replica.state.versions.empty();
    const std::string before = shown_text(replica.state);
    const std::string wanted = edited(before);
    written.name = {replica.actor, GroupNumber{++replica.groups}, static_cast<std::uint32_t>(draw_.below(2))};
    if (written.first)
      written.text = wanted;
    else
      written.patch = diff_text(replica.state, wanted);
    if (!written.first && written.patch.empty()) {
      RC_ASSERT(wanted == before);
      return;
    }
    watch_(before, wanted);
    history_.writes.push_back(written);
    receive(replica, history_.writes.size() - 1);
    RC_ASSERT(shown_text(replica.state) == wanted);
  }

  /// One to three places where something is typed or taken away.
  std::string edited(const std::string& text) {
    std::vector<std::string> parts = graphemes(text);
    for (std::size_t places = 1 + draw_.below(3); places > 0; --places) {
      const std::size_t at = draw_.below(parts.size() + 1);
      const std::size_t gone = draw_.chance(50) ? std::min(draw_.below(4), parts.size() - at) : 0;
      const auto begin = parts.begin() + static_cast<std::ptrdiff_t>(at);
      std::vector<std::string> typed(draw_.below(3));
      for (std::string& part : typed) part = typing_();
      const auto rest = parts.erase(begin, begin + static_cast<std::ptrdiff_t>(gone));
      parts.insert(rest, typed.begin(), typed.end());
    }
    return joined(parts);
  }

  Draw& draw_;
  Typing typing_;
  Watch watch_;
  TextHistory history_;
};

/// The versions that must have arrived before this write.
inline std::set<VersionName> named_by(const TextWritten& written) {
  std::set<VersionName> names;
  if (!written.patch.inserts.empty()) names.insert(written.patch.tallest);
  for (const TextPatch::Insert& insert : written.patch.inserts)
    if (insert.after) names.insert(insert.after->version);
  for (const TextPatch::Delete& removal : written.patch.deletes) names.insert(removal.version);
  return names;
}

/// Delivers all writes in a random order in which each follows those it names, and no others need to.
inline TextState deliver_in_random_order(Draw& draw, const std::vector<TextWritten>& writes) {
  TextState state;
  std::vector<const TextWritten*> left;
  for (const TextWritten& written : writes) left.push_back(&written);
  std::set<VersionName> delivered;
  while (!left.empty()) {
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < left.size(); ++i) {
      const std::set<VersionName> names = named_by(*left[i]);
      if (std::includes(delivered.begin(), delivered.end(), names.begin(), names.end())) ready.push_back(i);
    }
    RC_ASSERT(!ready.empty());
    const std::size_t next = draw.pick(ready);
    RC_ASSERT(deliver(state, *left[next]));
    delivered.insert(left[next]->name);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(next));
  }
  return state;
}

}  // namespace doorstep::test
