#include "search/matching.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <map>

#include "base/limits.hpp"
#include "search/initials.hpp"

using namespace doorstep;

namespace {

std::string letters_of(char32_t character) {
  std::string letters;
  for (char c = 'a'; c <= 'z'; ++c)
    if ((initials_of(character) >> (c - 'a') & 1) != 0) letters += c;
  return letters;
}

Fit fit(const std::string& typed, const std::string& written) {
  return Word(compared(typed)).fit(compared(written));
}

std::string ascii(const std::u32string& text) {
  std::string out;
  for (const char32_t c : text) out += c < 0x80 ? static_cast<char>(c) : '?';
  return out;
}

}  // namespace

TEST_CASE("search: initials: a polyphone has those of all its readings of today") {
  const std::map<char32_t, std::string> expected{
      {U'王', "w"},  {U'张', "z"},  {U'单', "cds"}, {U'曾', "cz"}, {U'解', "jx"}, {U'仇', "cq"},
      {U'区', "oq"}, {U'查', "cz"}, {U'朴', "p"},   {U'盖', "g"},  {U'尉', "wy"}, {U'翟', "dz"},
      {U'乐', "ly"}, {U'万', "mw"}, {U'重', "cz"},  {U'行', "hx"}, {U'长', "cz"}, {U'覃', "qt"},
      {U'种', "cz"}, {U'召', "sz"}, {U'缪', "m"},   {U'秘', "bm"}, {U'洗', "x"},  {U'折', "sz"},
      {U'吕', "l"},  {U'欧', "o"},  {U'安', "a"},   {U'黑', "h"}};
  for (const auto& [character, letters] : expected) {
    INFO(std::hex << static_cast<std::uint32_t>(character));
    CHECK(letters_of(character) == letters);
  }
}

TEST_CASE("search: initials: archaic readings do not drown those of today") {
  // 冯 ping, 厂 an, 塔 da, 堆 zui, 丁 zheng, 坏 pi: an older dictionary has them.
  CHECK(letters_of(U'冯') == "f");
  CHECK(letters_of(U'厂') == "c");
  CHECK(letters_of(U'塔') == "t");
  CHECK(letters_of(U'堆') == "d");
  CHECK(letters_of(U'丁') == "d");
  CHECK(letters_of(U'坏') == "h");
}

TEST_CASE("search: initials: rare characters of names have them, other scripts none") {
  CHECK(letters_of(U'㛃') == "j");          // Extension A
  CHECK(letters_of(U'\U0002B4E7') == "f");  // Extension C
  CHECK(letters_of(U'單') == "cds");        // Traditional
  CHECK(letters_of(U'w').empty());
  CHECK(letters_of(U'あ').empty());
  CHECK(letters_of(U'\U0010FFFF').empty());
}

TEST_CASE("search: a name: is found by its characters, its initials, and a mix of both") {
  CHECK(fit("王淑芬", "王淑芬") == Fit::whole);
  CHECK(fit("wsf", "王淑芬") == Fit::whole);
  CHECK(fit("WSF", "王淑芬") == Fit::whole);
  CHECK(fit("ｗＳＦ", "王淑芬") == Fit::whole);
  CHECK(fit("王sf", "王淑芬") == Fit::whole);
  CHECK(fit("w淑f", "王淑芬") == Fit::whole);
  CHECK(fit("ws", "王淑芬") == Fit::beginning);
  CHECK(fit("王", "王淑芬") == Fit::beginning);
  CHECK(fit("淑芬", "王淑芬") == Fit::within);
  CHECK(fit("sf", "王淑芬") == Fit::within);
  CHECK(fit("wf", "王淑芬") == Fit::none);
  CHECK(fit("wsfx", "王淑芬") == Fit::none);
  CHECK(fit("汪", "王淑芬") == Fit::none);
  CHECK(fit("wang", "王淑芬") == Fit::none);
}

TEST_CASE("search: a polyphone: fits by any reading") {
  for (const char* typed : {"dxm", "sxm", "cxm"}) CHECK(fit(typed, "单雄明") == Fit::whole);
  CHECK(fit("zc", "曾重") == Fit::whole);
  CHECK(fit("zz", "曾重") == Fit::whole);
  CHECK(fit("xxm", "单雄明") == Fit::none);
}

TEST_CASE("search: what stands between: does not matter, but between numbers") {
  CHECK(fit("abdrhm", "阿卜都·热合曼") == Fit::whole);
  CHECK(fit("阿卜都热合曼", "阿卜都·热合曼") == Fit::whole);
  CHECK(fit("lisi", "Li Si") == Fit::whole);
  CHECK(fit("3-2-1501", "3－2－1501") == Fit::whole);
  CHECK(fit("3/2", "3-2-1501") == Fit::beginning);
  CHECK(fit("32", "3-2-1501") == Fit::none);
  CHECK(fit("3", "32") == Fit::beginning);
  CHECK(ascii(compared(" B座 3 – 2 ")) == "b?3-2");
  CHECK(ascii(compared("(1)单元")) == "1??");
}

TEST_CASE("search: numbers: are found by their beginning") {
  CHECK(fit("3栋", "3栋") == Fit::whole);
  CHECK(fit("3d", "3栋") == Fit::whole);
  CHECK(fit("3栋", "13栋") == Fit::none);
  CHECK(fit("3", "13栋") == Fit::none);
  CHECK(fit("1", "13栋") == Fit::beginning);
  CHECK(fit("15", "1501") == Fit::beginning);
  CHECK(fit("1501", "1501室") == Fit::beginning);
  CHECK(fit("501", "1501") == Fit::none);
  CHECK(fit("1501", "3-2-1501") == Fit::within);
  CHECK(fit("2-1501", "3-2-1501") == Fit::within);
  CHECK(fit("2-1501", "3-12-1501") == Fit::none);
}

TEST_CASE("search: long numbers: are found by four digits of their beginning or their end") {
  CHECK(fit("13800138000", "13800138000") == Fit::whole);
  CHECK(fit("1380", "13800138000") == Fit::beginning);
  CHECK(fit("8000", "13800138000") == Fit::within);
  CHECK(fit("000", "13800138000") == Fit::none);
  CHECK(fit("138", "13800138000") == Fit::none);
  CHECK(fit("0013", "13800138000") == Fit::none);
  CHECK(fit("8000", "138001380001") == Fit::none);
}

TEST_CASE("search: the own part of a text: a fit touches it, what stands before lends context") {
  const std::u32string path = compared("和平社区3栋2单元1501");
  const std::size_t own = compared("和平社区3栋2单元").size();
  const auto fit_path = [&](const char* typed) { return Word(compared(typed)).fit(path, own); };
  CHECK(fit_path("1501") == Fit::whole);
  CHECK(fit_path("3栋2单元1501") == Fit::whole);
  CHECK(fit_path("3d2dy15") == Fit::beginning);
  CHECK(fit_path("01") == Fit::none);
  CHECK(fit_path("3栋") == Fit::none);
  CHECK(fit_path("3栋2单元") == Fit::none);
  CHECK(Word(U"1501").fit(path, path.size()) == Fit::none);
}

TEST_CASE("search: a query: is words between white space, some but not too many") {
  const auto words = read_query("　王 sf\t3栋 ");
  REQUIRE(words);
  CHECK(words->size() == 3);
  CHECK(read_query("·王芳")->size() == 1);
  for (const char* nothing : {"", "   ", "·—-", "\xFF"}) {
    INFO(nothing);
    const auto refused = read_query(nothing);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::invalid_argument);
    CHECK_THAT(refused.error().en, Catch::Contains("Say what to look for"));
    CHECK_THAT(refused.error().zh, Catch::Contains("请写要找什么"));
  }
  CHECK(read_query("1 2 3 4 5 6 7 8"));
  CHECK_FALSE(read_query("1 2 3 4 5 6 7 8 9"));
  CHECK(read_query(std::string(limits::kSearchBytes, 'a')));
  CHECK_FALSE(read_query(std::string(limits::kSearchBytes + 1, 'a')));
}

TEST_CASE("search: any name: is found by every run of it, each character typed itself or by an initial") {
  const std::u32string characters = U"王李单曾解仇区查朴盖尉翟乐重行长淑芬志国雄明阿卜都热合曼";
  REQUIRE(rc::check([&] {
    const auto name = *rc::gen::nonEmpty(rc::gen::container<std::u32string>(rc::gen::elementOf(characters)));
    const auto from = *rc::gen::inRange<std::size_t>(0, name.size());
    const auto size = *rc::gen::inRange<std::size_t>(1, name.size() - from + 1);
    std::u32string typed = name.substr(from, size);
    for (char32_t& c : typed)
      if (*rc::gen::arbitrary<bool>()) c = static_cast<char32_t>(*rc::gen::elementOf(letters_of(c)));
    const Fit found = Word(typed).fit(name);
    RC_ASSERT(found != Fit::none);
    if (from == 0) RC_ASSERT(found <= Fit::beginning);
    if (from == 0 && size == name.size()) RC_ASSERT(found == Fit::whole);
    // And not by a letter with which none of its characters begins.
    RC_ASSERT(Word(U"v" + typed).fit(name) == Fit::none);
  }));
}

TEST_CASE("search: hostile bytes: are compared without fault") {
  REQUIRE(rc::check([] {
    const auto typed = *rc::gen::container<std::string>(
        rc::gen::elementOf(std::string("\xE7\x8E\x8B\xEF\xBC\x93 3-w\xFF\xC0\xF0\x9F", 15)));
    const auto written = *rc::gen::container<std::string>(
        rc::gen::elementOf(std::string("\xE7\x8E\x8B\xEF\xBC\x93 3-w\xFF\xC0\xF0\x9F", 15)));
    const auto words = read_query(typed);
    if (!words) return;
    const std::u32string text = compared(written);
    for (const Word& word : *words)
      for (std::size_t own = 0; own <= text.size(); ++own) word.fit(text, own);
  }));
}
