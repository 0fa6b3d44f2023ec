#include <catch2/catch.hpp>

#include "merge/text_code.hpp"
#include "unit/merge/text_history.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

std::string reference_text(const TextHistory& history, const std::vector<std::size_t>& known) {
  TextReference reference;
  for (const std::size_t index : known) reference.add(history.writes[index]);
  return reference.text();
}

std::string reference_text(const TextHistory& history) {
  TextReference reference;
  for (const TextWritten& written : history.writes) reference.add(written);
  return reference.text();
}

TextState any_state(Draw& draw, const TextHistory& history) { return draw.pick(history.replicas).state; }

std::string mutated(Draw& draw, std::string bytes) {
  for (std::size_t i = 1 + draw.below(3); i > 0; --i) {
    const std::size_t at = draw.below(bytes.size() + 1);
    switch (draw.below(3)) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        bytes.insert(at, 1, static_cast<char>(draw.below(256)));
        break;
      default:
        if (at < bytes.size()) bytes[at] = static_cast<char>(draw.below(256));
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("text: random concurrent edits: every order of arrival gives one state, and the reference's text") {
  REQUIRE(rc::check([] {
    PropertyDraw draw;
    const TextHistory history = TextHistoryMaker(draw).make();
    const TextState state = deliver_in_random_order(draw, history.writes);
    RC_ASSERT(shown_text(state) == reference_text(history));
    for (int order = 0; order < 3; ++order) RC_ASSERT(deliver_in_random_order(draw, history.writes) == state);
  }));
}

TEST_CASE(
    "text: thousands of seeded edits: every order of arrival gives one state, and the reference's text") {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    SeededDraw draw(seed);
    const TextHistory history = TextHistoryMaker(draw).make();
    const TextState state = deliver_in_random_order(draw, history.writes);
    INFO("seed " << seed);
    REQUIRE(shown_text(state) == reference_text(history));
    REQUIRE(deliver_in_random_order(draw, history.writes) == state);
  }
}

TEST_CASE("text: random concurrent edits: every replica shows what the reference says of what it knows") {
  REQUIRE(rc::check([] {
    PropertyDraw draw;
    const TextHistory history = TextHistoryMaker(draw).make();
    for (const TextReplica& replica : history.replicas)
      RC_ASSERT(shown_text(replica.state) == reference_text(history, replica.known));
  }));
}

TEST_CASE("text: join of any states: order, grouping and repetition do not matter") {
  REQUIRE(rc::check([] {
    PropertyDraw draw;
    const TextHistory history = TextHistoryMaker(draw).make();
    const TextState a = any_state(draw, history);
    const TextState b = any_state(draw, history);
    const TextState c = any_state(draw, history);
    RC_ASSERT(join(a, b) == join(b, a));
    RC_ASSERT(join(join(a, b), c) == join(a, join(b, c)));
    RC_ASSERT(join(a, a) == a);
    RC_ASSERT(join(join(a, b), a) == join(a, b));
    RC_ASSERT(join(a, TextState{}) == a);
  }));
}

TEST_CASE("text: join of all replicas: the state that all writes give") {
  REQUIRE(rc::check([] {
    PropertyDraw draw;
    const TextHistory history = TextHistoryMaker(draw).make();
    TextState all;
    for (const TextReplica& replica : history.replicas) all = join(all, replica.state);
    RC_ASSERT(all == deliver_in_random_order(draw, history.writes));
  }));
}

TEST_CASE("text: a write that arrives again: nothing changes") {
  REQUIRE(rc::check([] {
    PropertyDraw draw;
    const TextHistory history = TextHistoryMaker(draw).make();
    TextState state = deliver_in_random_order(draw, history.writes);
    const TextState before = state;
    for (const TextWritten& written : history.writes) RC_ASSERT(deliver(state, written));
    RC_ASSERT(state == before);
  }));
}

TEST_CASE("text: characters that exist once: shown once, unless somebody who saw one deleted it") {
  REQUIRE(rc::check([] {
    PropertyDraw draw;
    std::uint32_t typed = 0;
    std::set<std::string> kept;
    std::set<std::string> deleted;
    const auto typing = [&] {
      const std::uint32_t c = 0x4E00 + typed++;
      return std::string{static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
                         static_cast<char>(0x80 | (c & 0x3F))};
    };
    const auto watch = [&](const std::string& before, const std::string& after) {
      const std::vector<std::string> was = graphemes(before);
      const std::vector<std::string> is = graphemes(after);
      for (const std::string& part : is) kept.insert(part);
      for (const std::string& part : was)
        if (std::find(is.begin(), is.end(), part) == is.end()) deleted.insert(part);
    };
    const TextHistory history = TextHistoryMaker(draw, typing, watch).make();
    for (const std::string& part : deleted) kept.erase(part);
    kept.erase("\n");
    std::vector<std::string> shown = graphemes(shown_text(deliver_in_random_order(draw, history.writes)));
    shown.erase(std::remove(shown.begin(), shown.end(), "\n"), shown.end());
    std::sort(shown.begin(), shown.end());
    RC_ASSERT(shown == std::vector<std::string>(kept.begin(), kept.end()));
  }));
}

TEST_CASE("text: what a version wrote: told whole, whatever was deleted since") {
  REQUIRE(rc::check([] {
    PropertyDraw draw;
    const TextHistory history = TextHistoryMaker(draw).make();
    const TextState state = deliver_in_random_order(draw, history.writes);
    for (const TextWritten& written : history.writes) {
      std::string text = written.text;
      for (const TextPatch::Insert& insert : written.patch.inserts) text += insert.text;
      RC_ASSERT(text_of_version(state, written.name) == text);
    }
  }));
}

TEST_CASE("text: bytes of random patches and states: what was written is read") {
  REQUIRE(rc::check([] {
    PropertyDraw draw;
    const TextHistory history = TextHistoryMaker(draw).make();
    TextState state;
    for (const TextWritten& written : history.writes) {
      if (written.first) {
        RC_ASSERT(deliver(state, written));
        continue;
      }
      const auto patch = decode_patch(encode_patch(written.patch));
      RC_ASSERT(patch.has_value());
      RC_ASSERT(apply_text(state, written.name, *patch).has_value());
      RC_ASSERT(encode_patch(*patch) == encode_patch(written.patch));
    }
    RC_ASSERT(shown_text(state) == reference_text(history));
    const auto read = decode_text(encode_text(state), shown_text(state));
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == state);
  }));
}

TEST_CASE("text: mutated patches: refused, or applied whole; the text stays well-formed") {
  std::size_t applied = 0;
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    SeededDraw draw(seed);
    TextState state = any_state(draw, TextHistoryMaker(draw).make());
    if (state.versions.empty()) continue;
    const std::string good = encode_patch(diff_text(state, "好" + shown_text(state) + "a"));
    for (std::uint64_t group = 1; group <= 8; ++group) {
      const std::string bytes = mutated(draw, good);
      const auto patch = decode_patch(bytes);
      INFO("seed " << seed << ", group " << group);
      if (!patch) continue;
      REQUIRE(encode_patch(*patch) == bytes);
      const TextState before = state;
      if (apply_text(state, {make_actor(1, 99), GroupNumber{group}, 0}, *patch)) {
        ++applied;
        REQUIRE(is_valid_utf8(shown_text(state)));
        REQUIRE(*decode_text(encode_text(state), shown_text(state)) == state);
      } else {
        ++refused;
        REQUIRE(state == before);
      }
    }
  }
  CHECK(applied > 300);
  CHECK(refused > 300);
}

TEST_CASE("text: mutated states: refused, or read as a state that is written so") {
  std::size_t read = 0;
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    SeededDraw draw(seed);
    const TextState state = any_state(draw, TextHistoryMaker(draw).make());
    const std::string bytes = mutated(draw, encode_text(state));
    const auto decoded = decode_text(bytes, shown_text(state));
    INFO("seed " << seed);
    if (!decoded) {
      ++refused;
      continue;
    }
    ++read;
    REQUIRE(encode_text(*decoded) == bytes);
    REQUIRE(shown_text(*decoded) == shown_text(state));
  }
  CHECK(read > 100);
  CHECK(refused > 100);
}
