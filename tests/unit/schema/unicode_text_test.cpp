#include "schema/unicode_text.hpp"

#include <catch2/catch.hpp>

using namespace doorstep;

TEST_CASE("unicode: what a person calls one character: one grapheme, and ends where the next begins") {
  const std::string characters[] = {"a",  "好",   "e\u0301", "👍🏽",          "👩\u200D👩\u200D👧",
                                    "🇨🇳", "\r\n", "\n",      "\u1112\u1161\u11AB"};
  for (const std::string& first : characters) {
    CHECK(first_grapheme_size(first) == first.size());
    for (const std::string& next : {std::string("a"), std::string("好"), std::string("🇨🇭")})
      CHECK(first_grapheme_size(first + next) == first.size());
  }
}

TEST_CASE("unicode: bytes that are not UTF-8: a grapheme of one byte each") {
  CHECK(first_grapheme_size("\x80\x80") == 1);
  CHECK(first_grapheme_size("a\x80") == 1);
  CHECK(first_grapheme_size("\xE5\xA5") == 1);
}
