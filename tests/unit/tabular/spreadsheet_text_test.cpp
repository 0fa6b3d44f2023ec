#include "tabular/spreadsheet_text.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <string>

using namespace doorstep::server::tabular;

TEST_CASE("spreadsheet text: what a spreadsheet leaves alone: is written as it is") {
  for (const char* text : {"", "0", "5", "-5", "0.5", "-12.75", "13800138000", "2026-11-22", "张三", "3号楼",
                           "11010119900307123X", "2026-11-22T01:02:03.004Z", "'tis", "'", "a=b", "O'Neil"}) {
    INFO(text);
    CHECK(to_spreadsheet(text) == text);
    CHECK(from_spreadsheet(text) == text);
  }
}

TEST_CASE("spreadsheet text: numbers a spreadsheet would change: are marked as text by a tab") {
  for (const char* text : {"110101199003071234", "123456789012", "0431", "00", "007", "3-2", "3-2-1501",
                           "12/5", "1E10", "1e5", "1:30", "1.2.3", "1.", "0.1234567890123456", "2026-1-2"}) {
    INFO(text);
    CHECK(to_spreadsheet(text) == std::string("\t") + text);
    CHECK(from_spreadsheet(std::string("\t") + text) == text);
  }
}

TEST_CASE("spreadsheet text: formulas: are disarmed by an apostrophe") {
  for (const char* text :
       {"=1+1", "=HYPERLINK(\"http://x\")", "+1", "+86 138", "-老人独居", "-", "@sum", "\t=1", "\r=1", "\n=1",
        "-1+1", "-0431", "-123456789012", "＝1+1", "＋1", "－1", "＠x", "--5", "-1.5.2"}) {
    INFO(text);
    CHECK(to_spreadsheet(text) == std::string("'") + text);
    CHECK(from_spreadsheet(std::string("'") + text) == text);
  }
}

TEST_CASE("spreadsheet text: text that looks marked: comes back with its own mark") {
  CHECK(to_spreadsheet("'=x") == "''=x");
  CHECK(to_spreadsheet("'5") == "''5");
  CHECK(to_spreadsheet("\t0431") == "'\t0431");
  CHECK(from_spreadsheet("''=x") == "'=x");
}

TEST_CASE("spreadsheet text: marks of other systems' exports: are taken off") {
  CHECK(from_spreadsheet("'110101199003071234") == "110101199003071234");
  CHECK(from_spreadsheet("\t13800138000") == "13800138000");
  CHECK(from_spreadsheet("\t11010119900307123X") == "11010119900307123X");
}

TEST_CASE("spreadsheet text: any text: comes back exactly and starts no formula") {
  CHECK(rc::check("round trip", [] {
    const auto text = *rc::gen::container<std::string>(
        rc::gen::elementOf(std::string("'''=+-@\t\r\n0123456789.-/:Ee,\"; aX\xEF\xBC\x9D\x8B")));
    const std::string cell = to_spreadsheet(text);
    RC_ASSERT(from_spreadsheet(cell) == text);
    if (!cell.empty() && std::string("=+-@\r\n").find(cell.front()) != std::string::npos) {
      // Only a plain negative number may still start with a sign.
      RC_ASSERT(cell.front() == '-');
      RC_ASSERT(cell.find_first_not_of("0123456789.", 1) == std::string::npos);
    }
  }));
}

TEST_CASE("spreadsheet text: scientific notation: is told from other text") {
  for (const char* text : {"1.10101E+17", "1E+11", "1.1e+17"}) CHECK(is_scientific_notation(text));
  for (const char* text :
       {"", "1", "E+17", "1.1E17", "1.1E+", "1.1E+1x", "11.1E+17", "1.E", "110101199003071234"}) {
    INFO(text);
    CHECK_FALSE(is_scientific_notation(text));
  }
}
