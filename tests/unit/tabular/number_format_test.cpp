#include "tabular/number_format.hpp"

#include <catch2/catch.hpp>

using namespace doorstep::server::tabular;

namespace {

std::string shown(const char* number, const char* code, bool from_1904 = false) {
  return number_text(number, read_format(code), from_1904).value_or("no number");
}

}  // namespace

TEST_CASE("number format: codes that show dates or times: are told from those that do not") {
  struct Case {
    const char* code;
    bool date, clock;
  };
  for (const Case& one : {Case{"yyyy\"年\"m\"月\"d\"日\"", true, false},
                          {"[$-804]yyyy/m/d;@", true, false},
                          {"yyyy-mm-dd\\ hh:mm:ss", true, true},
                          {"m\"月\"d\"日\"", true, false},
                          {"mmm", true, false},
                          {"h:mm AM/PM", false, true},
                          {"[h]:mm", false, true},
                          {"mm:ss.0", false, true},
                          {"General", false, false},
                          {"0.00E+00", false, false},
                          {"[Red]#,##0;[Blue]-#,##0", false, false},
                          {"\"day \"0", false, false},
                          {"0\\d", false, false},
                          {"0;yyyy", false, false},
                          {"@", false, false},
                          {"\"open", false, false},
                          {"[open", false, false},
                          {"", false, false}}) {
    INFO(one.code);
    CHECK(read_format(one.code).date == one.date);
    CHECK(read_format(one.code).clock == one.clock);
  }
  CHECK(built_in_format(14).date);
  CHECK(built_in_format(22).date);
  CHECK(built_in_format(22).clock);
  CHECK(built_in_format(31).date);
  CHECK(built_in_format(57).date);
  CHECK_FALSE(built_in_format(0).date);
  CHECK_FALSE(built_in_format(49).date);
}

TEST_CASE("number format: days: count from 1900 with its false leap day, or from 1904") {
  CHECK(shown("1", "yyyy-mm-dd") == "1900-01-01");
  CHECK(shown("59", "yyyy-mm-dd") == "1900-02-28");
  CHECK(shown("60", "yyyy-mm-dd") == "1900-02-29");
  CHECK(shown("61", "yyyy-mm-dd") == "1900-03-01");
  CHECK(shown("46348", "yyyy-mm-dd") == "2026-11-22");
  CHECK(shown("2958465", "yyyy-mm-dd") == "9999-12-31");
  CHECK(shown("2958466", "yyyy-mm-dd") == "2958466");
  CHECK(shown("-1", "yyyy-mm-dd") == "-1");
  CHECK(shown("0", "yyyy-mm-dd", true) == "1904-01-01");
  CHECK(shown("44886", "yyyy-mm-dd", true) == "2026-11-22");
}

TEST_CASE("number format: parts of days: are rounded to seconds") {
  CHECK(shown("46348.376041666663", "yyyy-mm-dd hh:mm") == "2026-11-22 09:01:30");
  CHECK(shown("46348.999999999", "yyyy-mm-dd hh:mm") == "2026-11-23 00:00:00");
  CHECK(shown("46348", "yyyy-mm-dd hh:mm") == "2026-11-22 00:00:00");
  CHECK(shown("0.5", "h:mm") == "12:00:00");
}

TEST_CASE("number format: numbers: read as a spreadsheet shows them") {
  CHECK(shown("13800138000", "General") == "13800138000");
  CHECK(shown("0.30000000000000004", "General") == "0.3");
  CHECK(shown("125.324567890123", "General") == "125.324567890123");
  CHECK(shown("-0.5", "General") == "-0.5");
  CHECK(shown("3.0", "General") == "3");
  CHECK(shown("1.1010519900101123E+17", "General") == "1.10105199001011E+17");
  CHECK(shown("110105199001011234", "General") == "110105199001011234");
  CHECK(shown("12", "000000") == "000012");
  CHECK(shown("1234567", "000000") == "1234567");
  for (const char* wrong : {"", "x", "1x", "nan", "inf", "1e999", " 1"}) {
    INFO(wrong);
    CHECK_FALSE(number_text(wrong, {}, false).has_value());
  }
}
