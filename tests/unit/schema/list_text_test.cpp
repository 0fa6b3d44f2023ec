#include "schema/list_text.hpp"

#include <catch2/catch.hpp>

using namespace doorstep;
using Items = std::vector<std::string>;

TEST_CASE("list: items with any usual separator: are split and trimmed") {
  const Items expected{"独居老人", "宠物"};
  for (const char* text :
       {"独居老人,宠物", "独居老人、宠物", "独居老人;宠物", "独居老人，宠物", "独居老人；宠物",
        " 独居老人 、 宠物 、", "独居老人\n宠物", "独居老人、宠物、独居老人", R"(["独居老人","宠物"])",
        R"( [ "独居老人" , "宠物" ] )"}) {
    INFO(text);
    CHECK(read_list(text) == expected);
  }
  CHECK(read_list("一项") == Items{"一项"});
  CHECK(read_list("[]") == Items{});
  CHECK(read_list("、") == Items{});
}

TEST_CASE("list: JSON escapes: are read and written back in canonical form") {
  CHECK(parse_json_list(R"(["a\"b\\c\/d\n\u4e2d\ud83d\ude00"])") == Items{"a\"b\\c/d\n中😀"});
  CHECK(to_json_list({"a\"b\\c/d\n中😀"}) == R"(["a\"b\\c/d\u000a中😀"])");
  CHECK(to_json_list({}) == "[]");
  CHECK(parse_json_list(to_json_list({"x", "", "\x01"})) == Items{"x", "", "\x01"});
}

TEST_CASE("list: broken or foreign JSON: is refused") {
  for (const char* text : {"", "[", "[\"a\"", "[\"a\",]", "[,]", "[1]", "[null]", "[[\"a\"]]", "{\"a\":1}",
                           "\"a\"", "[\"a\"] x", "[\"a]", "[\"\\x\"]", "[\"\\u12\"]", "[\"\\ud83d\"]",
                           "[\"\\ude00\"]", "[\"\\ud83d\\u0041\"]", "[\"a\nb\"]", "['a']"}) {
    INFO(text);
    CHECK_FALSE(parse_json_list(text));
  }
  CHECK_FALSE(read_list("[a, b]"));
}
