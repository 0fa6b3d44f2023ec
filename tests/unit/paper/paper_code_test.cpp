#include "paper/paper_code.hpp"

#include <catch2/catch.hpp>
#include <set>

namespace doorstep::server::paper {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

RowId id(const std::string& last) { return *parse_row_id("0193a000-0000-7000-8000-0000000000" + last); }

std::string swapped(std::string code, std::size_t a, std::size_t b) {
  std::swap(code[a], code[b]);
  return code;
}

}  // namespace

TEST_CASE("paper code: campaign and door: the same for ever", "[paper]") {
  // On paper in people's hands: must never change.
  CHECK(paper_code(id("01"), id("02")) == "6EF2V-4X98C");
  CHECK(paper_code(id("02"), id("01")) != paper_code(id("01"), id("02")));
  std::set<std::string> codes;
  for (int i = 10; i < 100; ++i) codes.insert(paper_code(id("01"), id(std::to_string(i))));
  CHECK(codes.size() == 90);
}

TEST_CASE("paper code: as people type it: is read", "[paper]") {
  for (const char* typed : {"6EF2V-4X98C", "6ef2v4x98c", " 6EF2V 4X98C ", "6EF2V—4X98C", "6EF2V–4X98C",
                            "6EF2V-4X98C", "6EF2V_4X98C\n", "6EF2V−4X98C"}) {
    CAPTURE(typed);
    const auto code = parse_paper_code(typed);
    REQUIRE(code);
    CHECK(*code == "6EF2V-4X98C");
  }
  // A code with 0 and 1 in it, typed with the letters that look like them.
  std::string with_both;
  for (int i = 10; with_both.empty() && i < 100; ++i) {
    const std::string code = paper_code(id("01"), id(std::to_string(i)));
    if (code.find('0') != std::string::npos && code.find('1') != std::string::npos) with_both = code;
  }
  REQUIRE(!with_both.empty());
  for (const auto& [zero, one] : {std::pair{'O', 'I'}, std::pair{'o', 'l'}, std::pair{'O', 'L'}}) {
    std::string typed = with_both;
    for (char& c : typed) c = c == '0' ? zero : c == '1' ? one : c;
    CHECK(parse_paper_code(typed).value_or("") == with_both);
  }
}

TEST_CASE("paper code: one wrong character, or two exchanged: is always found", "[paper]") {
  for (int door = 10; door < 30; ++door) {
    const std::string code = paper_code(id("01"), id(std::to_string(door)));
    for (std::size_t at = 0; at < code.size(); ++at) {
      if (code[at] == '-') continue;
      for (const char c : kAlphabet) {
        std::string wrong = code;
        wrong[at] = c;
        CHECK(bool(parse_paper_code(wrong)) == (c == code[at]));
      }
      for (std::size_t other = at + 1; other < code.size(); ++other)
        if (code[other] != '-' && code[other] != code[at]) CHECK(!parse_paper_code(swapped(code, at, other)));
    }
  }
}

TEST_CASE("paper code: what is none: says what a code is", "[paper]") {
  for (const char* typed : {"", "6EF2V-4X98", "6EF2V-4X98CC", "6EF2V-4X9U8", "六EF2V-4X98C", "6EF2V-4X98*"}) {
    CAPTURE(typed);
    const auto code = parse_paper_code(typed);
    REQUIRE(!code);
    CHECK(code.error().code == ErrorCode::validation_failed);
    CHECK(code.error().zh.find("10个字母或数字") != std::string::npos);
  }
  const auto wrong = parse_paper_code("6EF2V-4X98D");
  REQUIRE(!wrong);
  CHECK(wrong.error().zh.find("校验位不对") != std::string::npos);
}

}  // namespace doorstep::server::paper
