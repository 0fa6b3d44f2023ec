#include "merge/text.hpp"

#include <catch2/catch.hpp>

#include "base/limits.hpp"
#include "merge/text_code.hpp"
#include "merge/text_diff.hpp"
#include "schema/unicode_text.hpp"

using namespace doorstep;

namespace {

VersionName name_of(std::uint32_t actor, std::uint64_t group) {
  return {make_actor(1, actor), GroupNumber{group}, 0};
}

const VersionName kA = name_of(2, 1);
const VersionName kB = name_of(3, 1);
const VersionName kC = name_of(4, 1);
const VersionName kD = name_of(5, 1);

TextState begun(const std::string& text, const VersionName& name = kA) {
  TextState state;
  REQUIRE(apply_first_text(state, name, text).has_value());
  return state;
}

void begin(TextState& state, const VersionName& name, const std::string& text) {
  REQUIRE(apply_first_text(state, name, text).has_value());
}

void edit(TextState& state, const VersionName& name, const TextPatch& patch) {
  REQUIRE(apply_text(state, name, patch).has_value());
}

/// A chain of edits by one person, each of what she saw after the last.
void type(TextState& state, const VersionName& name, const std::string& wanted) {
  edit(state, name, diff_text(state, wanted));
  REQUIRE(shown_text(state) == wanted);
}

/// Two people edit what both read; the text must not depend on who arrives first.
std::string both(const TextState& read, const std::string& first, const std::string& second) {
  TextState one = read;
  edit(one, kB, diff_text(read, first));
  edit(one, kC, diff_text(read, second));
  TextState other = read;
  edit(other, kC, diff_text(read, second));
  edit(other, kB, diff_text(read, first));
  CHECK(one == other);
  return shown_text(one);
}

TextRefusal refusal_of(const TextState& state, const TextPatch& patch) {
  TextState copy = state;
  const auto applied = apply_text(copy, kD, patch);
  REQUIRE_FALSE(applied.has_value());
  CHECK(copy == state);
  return applied.error();
}

TextPatch insert_at(const std::optional<TextPoint>& after, const std::string& text,
                    const VersionName& tallest = kA) {
  return {tallest, {{after, text}}, {}};
}

TextPatch deletion(const VersionName& version, std::uint32_t first, std::uint32_t end) {
  return {{}, {}, {{version, {first, end}}}};
}

}  // namespace

TEST_CASE("text: two people edit different sentences: both edits show") {
  const TextState read = begun("李奶奶腿脚不便。周三送菜。");
  CHECK(both(read, "李奶奶腿脚不便,听力也差。周三送菜。", "李奶奶腿脚不便。周五送菜。") ==
        "李奶奶腿脚不便,听力也差。周五送菜。");
}

TEST_CASE("text: two people write at the end: one after the other, not mixed") {
  const TextState read = begun("有一只狗。");
  CHECK(both(read, "有一只狗。燃气已检查。", "有一只狗。女儿周末来。") ==
        "有一只狗。女儿周末来。燃气已检查。");
}

TEST_CASE("text: two people each type on in several steps at one place: not mixed") {
  const TextState read = begun("备注:");
  TextState one = read;
  type(one, kB, "备注:燃气");
  type(one, name_of(3, 2), "备注:燃气已检查");
  TextState other = read;
  type(other, kC, "备注:女儿");
  type(other, name_of(4, 2), "备注:女儿周末来");
  CHECK(shown_text(join(one, other)) == "备注:女儿周末来燃气已检查");
}

TEST_CASE("text: one deletes a sentence in which another writes: what was written stays") {
  const TextState read = begun("甲。旧的一句。乙。");
  CHECK(both(read, "甲。乙。", "甲。旧的(未核实)一句。乙。") == "甲。(未核实)乙。");
}

TEST_CASE("text: two people delete the same words: gone once") {
  CHECK(both(begun("请不要敲门"), "敲门", "请敲门") == "敲门");
  CHECK(both(begun("请不要敲门"), "请敲门", "请敲门") == "请敲门");
}

TEST_CASE("text: two people replace one word: both replacements stand, the word is gone") {
  CHECK(both(begun("周三送菜"), "周四送菜", "周五送菜") == "周五四送菜");
}

TEST_CASE("text: a writer who read more writes at the place of an edit: what she wrote comes first") {
  TextState state = begun("甲");
  const TextState read = state;
  type(state, kB, "甲乙");
  type(state, name_of(2, 2), "甲丙乙");
  // Read neither: stands behind what was written with knowledge of more.
  edit(state, kD, diff_text(read, "甲丁"));
  CHECK(shown_text(state) == "甲丙丁乙");
}

TEST_CASE("text: two people begin the same note offline: one below the other") {
  TextState state = begun("燃气已检查", kA);
  begin(state, kB, "有一只狗");
  CHECK(shown_text(state) == "有一只狗\n燃气已检查");
  begin(state, kC, "");
  CHECK(shown_text(state) == "有一只狗\n燃气已检查");
}

TEST_CASE("text: an empty note and a written one begin concurrently: no line break") {
  TextState state = begun("", kA);
  CHECK(shown_text(state).empty());
  begin(state, kB, "有一只狗");
  CHECK(shown_text(state) == "有一只狗");
}

TEST_CASE("text: the line break between two beginnings: edited like any other character") {
  TextState state = begun("燃气已检查", kA);
  begin(state, kB, "有一只狗");
  type(state, kC, "有一只狗,燃气已检查");
  type(state, kD, "有一只狗,燃气");
  CHECK(shown_text(state) == "有一只狗,燃气");
}

TEST_CASE("text: a beginning is extended before the other arrives: the line break stays at its end") {
  TextState state = begun("燃气", kB);
  type(state, name_of(3, 2), "燃气已检查");
  begin(state, kA, "有一只狗");
  CHECK(shown_text(state) == "燃气已检查\n有一只狗");
}

TEST_CASE("text: a beginning is deleted before the other arrives: no blank line is left") {
  TextState state = begun("燃气", kB);
  type(state, name_of(3, 2), "");
  begin(state, kA, "有一只狗");
  CHECK(shown_text(state) == "有一只狗");
}

TEST_CASE("text: two people begin with the same words: one text under both names") {
  TextState state = begun("有一只狗", kB);
  begin(state, kA, "有一只狗");
  CHECK(shown_text(state) == "有一只狗");
  REQUIRE(state.versions.size() == 1);
  CHECK(state.versions[0].name == kA);
  CHECK(state.versions[0].aliases == std::vector<VersionName>{kB});
  CHECK(text_of_version(state, kA) == "有一只狗");
  CHECK(text_of_version(state, kB) == "有一只狗");
  CHECK_FALSE(is_sole_write(state));
}

TEST_CASE("text: edited under one name before the other arrives: every order gives the same") {
  const TextState read = begun("有一只狗", kB);
  const TextPatch patch = diff_text(read, "有两只大狗");
  TextState edited_first = read;
  edit(edited_first, kC, patch);
  begin(edited_first, kA, "有一只狗");
  TextState edited_last = begun("有一只狗", kA);
  begin(edited_last, kB, "有一只狗");
  edit(edited_last, kC, patch);
  CHECK(edited_first == edited_last);
  CHECK(shown_text(edited_first) == "有两只大狗");
  CHECK(edited_first == join(begun("有一只狗", kA), join(edited_first, read)));
}

TEST_CASE("text: a first write alone: nothing but value and version to keep") {
  TextState state = begun("有一只狗");
  CHECK(is_sole_write(state));
  TextState grown = state;
  type(grown, kB, "有一只大狗");
  CHECK_FALSE(is_sole_write(grown));
  type(state, kB, "有狗");
  CHECK_FALSE(is_sole_write(state));
}

TEST_CASE("text: what a person calls a character: never cut by an edit") {
  const std::string characters[] = {"👍",  "👍🏽", "e\u0301", "e",  "👩\u200D👩\u200D👧",    "👩",
                                    "🇨🇳", "🇨🇭",       "\r\n",    "\n", "\u1112\u1161\u11AB", "\u1112\u1161",
                                    "好", "你"};
  for (const std::string& from : characters) {
    for (const std::string& to : characters) {
      if (from == to) continue;
      const TextState read = begun("甲" + from + "乙");
      const TextPatch patch = diff_text(read, "甲" + to + "乙");
      REQUIRE(patch.inserts.size() == 1);
      CHECK(patch.inserts[0].text == to);
      REQUIRE(patch.deletes.size() == 1);
      CHECK(patch.deletes[0].range == TextRange{3, static_cast<std::uint32_t>(3 + from.size())});
    }
  }
}

TEST_CASE("text: a long note with two small edits far apart: only those travel") {
  std::string text;
  for (int i = 0; i < 4000; ++i) text += i % 7 == 0 ? "。" : "字";
  const TextState read = begun(text);
  const TextPatch patch = diff_text(read, "前" + text + "后");
  CHECK(patch.inserts.size() == 2);
  CHECK(patch.deletes.empty());
  CHECK(encode_patch(patch).size() < 25);
}

TEST_CASE("text: 64 KiB rewritten: bounded work, the middle is replaced") {
  const std::string before = "头" + std::string(limits::kValueBytes - 10, 'a') + "尾";
  const std::string after = "头" + std::string(limits::kValueBytes - 10, 'b') + "尾";
  TextState state = begun(before);
  const TextPatch patch = diff_text(state, after);
  CHECK(patch.inserts.size() == 1);
  CHECK(patch.deletes.size() == 1);
  CHECK(patch.deletes[0].range.begin == 3);
  edit(state, kB, patch);
  CHECK(shown_text(state) == after);
}

TEST_CASE("text: nothing changed: an empty patch") {
  CHECK(diff_text(begun("有一只狗"), "有一只狗").empty());
}

TEST_CASE("text: a patch names what is not there: refused, untouched") {
  const TextState state = begun("狗");
  CHECK(refusal_of(state, insert_at(TextPoint{kB, 1}, "大")) == TextRefusal::unknown_character);
  CHECK(refusal_of(state, insert_at(TextPoint{kD, 3}, "大")) == TextRefusal::unknown_character);
  CHECK(refusal_of(state, insert_at(TextPoint{kA, 0}, "大")) == TextRefusal::unknown_character);
  CHECK(refusal_of(state, insert_at(TextPoint{kA, 5}, "大")) == TextRefusal::unknown_character);
  CHECK(refusal_of(state, insert_at(std::nullopt, "大", kB)) == TextRefusal::unknown_character);
  CHECK(refusal_of(state, deletion(kB, 0, 3)) == TextRefusal::unknown_character);
  CHECK(refusal_of(state, deletion(kA, 0, 5)) == TextRefusal::unknown_character);
  CHECK(refusal_of(state, deletion(kA, 3, 3)) == TextRefusal::unknown_character);
  CHECK(refusal_of(state, deletion(kA, 3, 0)) == TextRefusal::unknown_character);
  CHECK(refusal_of(TextState{}, insert_at(std::nullopt, "大")) == TextRefusal::unknown_character);
}

TEST_CASE("text: a patch cuts a character's bytes: refused") {
  const TextState state = begun("狗");
  CHECK(refusal_of(state, insert_at(TextPoint{kA, 1}, "大")) == TextRefusal::unknown_character);
  CHECK(refusal_of(state, deletion(kA, 0, 2)) == TextRefusal::unknown_character);
  CHECK(refusal_of(state, deletion(kA, 1, 3)) == TextRefusal::unknown_character);
}

TEST_CASE("text: a patch deletes what it inserts itself: refused") {
  TextPatch patch = insert_at(std::nullopt, "大");
  patch.deletes.push_back({kD, {0, 3}});
  CHECK(refusal_of(begun("狗"), patch) == TextRefusal::unknown_character);
}

TEST_CASE("text: at its bounds: the next is refused as too large") {
  TextState full = begun(std::string(limits::kValueBytes, 'a'));
  CHECK(refusal_of(full, insert_at(std::nullopt, "b")) == TextRefusal::too_large);
  REQUIRE_FALSE(apply_first_text(full, kB, "b").has_value());

  TextState kept = begun("");
  for (std::uint64_t group = 2; group < 6; ++group) {
    type(kept, name_of(2, group), std::string(limits::kValueBytes - 1, group % 2 != 0 ? 'a' : 'b'));
  }
  CHECK(refusal_of(kept, diff_text(kept, "abcdefgh")) == TextRefusal::too_large);
  type(kept, name_of(2, 6), "");

  TextState crowd = begun("a");
  for (std::uint32_t actor = 0; crowd.versions.size() < limits::kTextVersions; ++actor) {
    TextVersion version = crowd.versions.back();
    version.name = name_of(10 + actor, 1);
    crowd.versions.push_back(version);
  }
  CHECK(refusal_of(crowd, insert_at(std::nullopt, "b")) == TextRefusal::too_large);
}

TEST_CASE("text: hostile patch bytes: refused") {
  const auto refused = [](std::string_view bytes) { return !decode_patch(bytes).has_value(); };
  const std::string name("\x01\x02\x01\x00", 4);
  const std::string good = std::string("\x01\x00", 2) + name + std::string("\x03\x01\x01x", 4);
  REQUIRE(decode_patch(good).has_value());
  for (std::size_t size = 0; size < good.size(); ++size) CHECK(refused(good.substr(0, size)));
  CHECK(refused(std::string("\x01\x00", 2) + name + std::string("\x03\x01\x00", 3)));      // nothing inserted
  CHECK(refused(std::string("\x01\x00", 2) + name + std::string("\x03\x01\x01\x80", 4)));  // not UTF-8
  CHECK(refused(std::string("\x01\x00", 2) + name + std::string("\x03\x02\x01x", 4)));     // no name 2
  CHECK(refused(std::string("\x01\x00", 2) + name + std::string("\x03\x00", 2) + name + "\x01x"));
  CHECK(refused(std::string("\xFF\xFF\xFF\xFF\x0F", 5)));                          // more inserts than bytes
  CHECK(refused(std::string("\x00\x00", 2) + name + std::string("\x00\x00", 2)));  // deletes nothing
  CHECK(refused(std::string(limits::kTextPatchBytes + 1, '\0')));
}

TEST_CASE("text: hostile state bytes: refused") {
  TextState state = begun("甲");
  type(state, kB, "甲乙");
  const std::string good = encode_text(state);
  REQUIRE(decode_text(good, "甲乙").has_value());
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK_FALSE(decode_text(good.substr(0, size), "甲乙").has_value());
  CHECK_FALSE(decode_text(good, "甲").has_value());
  CHECK_FALSE(decode_text(good, "甲乙丙").has_value());
  CHECK_FALSE(decode_text(good + "x", "甲乙").has_value());

  // Two versions that stand in each other: nobody ever reaches them from the start of the text.
  TextState loop;
  loop.versions.push_back({kA, 2, {}, "a", {{0, TextPoint{kB, 1}}}, {}});
  loop.versions.push_back({kB, 2, {}, "b", {{0, TextPoint{kA, 1}}}, {}});
  CHECK_FALSE(decode_text(encode_text(loop), "").has_value());
  CHECK_FALSE(decode_text(encode_text(loop), "ab").has_value());
}

TEST_CASE("text: cost: an edited note keeps some ten bytes a version") {
  TextState state = begun("李奶奶腿脚不便,周三送菜。", kA);
  std::size_t patch_bytes = 0;
  for (std::uint64_t i = 0; i < 10; ++i) {
    const TextPatch patch = diff_text(state, shown_text(state) + "已电话联系。");
    patch_bytes += encode_patch(patch).size() - std::string("已电话联系。").size();
    edit(state, name_of(static_cast<std::uint32_t>(2 + i % 3), 2 + i), patch);
  }
  INFO("ten edits by three people: " << encode_text(state).size() << " bytes of metadata, " << patch_bytes
                                     << " bytes of patches beyond their text");
  CHECK(encode_text(state).size() <= 80);
  CHECK(patch_bytes <= 110);
}

TEST_CASE("text: a thousand edits at the end of a note: no recursion, still quick") {
  TextState state = begun("a");
  std::string text = "a";
  for (std::uint64_t i = 2; i < 1000; ++i) {
    text += "b";
    edit(state, name_of(2, i), diff_text(state, text));
  }
  CHECK(shown_text(state) == text);
  CHECK(*decode_text(encode_text(state), text) == state);
}
