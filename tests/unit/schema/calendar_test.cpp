#include "schema/calendar.hpp"

#include <catch2/catch.hpp>

#include "base/random.hpp"
#include "schema/validation.hpp"

using namespace doorstep;

TEST_CASE("calendar: known instants: format as canonical UTC text") {
  CHECK(format_time(0) == "1970-01-01T00:00:00.000Z");
  CHECK(format_time(-1) == "1969-12-31T23:59:59.999Z");
  CHECK(format_time(951'782'400'000) == "2000-02-29T00:00:00.000Z");
  CHECK(format_time(1'795'309'323'004) == "2026-11-22T01:02:03.004Z");
  CHECK(format_time(-62'167'219'200'000) == "0000-01-01T00:00:00.000Z");
  CHECK(format_time(253'402'300'799'999) == "9999-12-31T23:59:59.999Z");
}

TEST_CASE("calendar: instants past the year 9999: stay within four digits") {
  CHECK(format_time(INT64_MAX) == "9999-12-31T23:59:59.999Z");
  CHECK(format_time(INT64_MIN) == "0000-01-01T00:00:00.000Z");
}

TEST_CASE("calendar: any instant of ten thousand years: text parses back to it") {
  SeededRandom random(7);
  for (int i = 0; i < 200'000; ++i) {
    const std::int64_t ms =
        -62'167'219'200'000 + static_cast<std::int64_t>(random.below(315'569'520'000'000));
    const std::string text = format_time(ms);
    REQUIRE(parse_canonical_time(text) == ms);
    REQUIRE(is_canonical_date(std::string_view(text).substr(0, 10)));
  }
}

TEST_CASE("calendar: order of canonical texts: is the order of instants") {
  SeededRandom random(11);
  for (int i = 0; i < 10'000; ++i) {
    const auto a = static_cast<std::int64_t>(random.below(4'000'000'000'000));
    const auto b = static_cast<std::int64_t>(random.below(4'000'000'000'000));
    REQUIRE((a < b) == (format_time(a) < format_time(b)));
  }
}

TEST_CASE("calendar: texts that are not canonical: do not parse") {
  for (const char* text :
       {"", "2026-11-22", "2026-11-22T01:02:03Z", "2026-11-22 01:02:03.004Z", "2026-11-22T01:02:03.004",
        "2026-11-22T24:00:00.000Z", "2026-11-22T01:60:00.000Z", "2026-11-22T01:02:60.000Z",
        "2026-02-29T01:02:03.004Z", "2026-13-01T01:02:03.004Z", "2026-11-22T01:02:03.004Z ",
        "2026-11-22T01:02:03.0o4Z", "+026-11-22T01:02:03.004Z"}) {
    INFO(text);
    CHECK_FALSE(parse_canonical_time(text));
  }
}

TEST_CASE("calendar: dates as people write them: become one form") {
  for (const char* text : {"2026-01-05", "2026-1-5", "2026/1/5", "2026/01/05", "2026.1.5", "2026年1月5日",
                           "2026年01月05号", "20260105", "2026/1/5 0:00", "2026/1/5 00:00:00"}) {
    INFO(text);
    CHECK(read_date(text) == "2026-01-05");
  }
  CHECK(read_date("2024-2-29") == "2024-02-29");
}

TEST_CASE("calendar: dates that do not exist or are ambiguous: are refused") {
  for (const char* text :
       {"",           "2026-2-29",   "1900-2-29",       "2026-13-1",   "2026-0-1",  "2026-1-0", "2026-4-31",
        "26-1-5",     "5/1/2026",    "2026-1/5",        "2026年1月5",  "2026年1-5", "202615",   "20261305",
        "0206-01-05", "20226-01-05", "2026-01-05 9:30", "2026-01-05x", "2026-1",    "today"}) {
    INFO(text);
    CHECK_FALSE(read_date(text));
  }
}

TEST_CASE("calendar: times without an offset: are China Standard Time") {
  CHECK(read_time("2026-11-22") == "2026-11-21T16:00:00.000Z");
  CHECK(read_time("2026-11-22 09:30") == "2026-11-22T01:30:00.000Z");
  CHECK(read_time("2026/11/22 9:30") == "2026-11-22T01:30:00.000Z");
  CHECK(read_time("2026年11月22日 9:30:15") == "2026-11-22T01:30:15.000Z");
  CHECK(read_time("2026-01-01T00:00") == "2025-12-31T16:00:00.000Z");
  CHECK(read_time("2026-11-22T09:30:15.25") == "2026-11-22T01:30:15.250Z");
  CHECK(read_time("2026-11-22T09:30:15.123987") == "2026-11-22T01:30:15.123Z");
}

TEST_CASE("calendar: times with an offset: are converted to UTC") {
  CHECK(read_time("2026-11-22T01:02:03.004Z") == "2026-11-22T01:02:03.004Z");
  CHECK(read_time("2026-11-22T09:30Z") == "2026-11-22T09:30:00.000Z");
  CHECK(read_time("2026-11-22 09:30:00+08:00") == "2026-11-22T01:30:00.000Z");
  CHECK(read_time("2026-11-22 09:30 +0800") == "2026-11-22T01:30:00.000Z");
  CHECK(read_time("2026-11-22T09:30+08") == "2026-11-22T01:30:00.000Z");
  CHECK(read_time("2026-11-22T20:00-05:30") == "2026-11-23T01:30:00.000Z");
  // Canonical text of a clock gone wild passes, whatever its year.
  CHECK(read_time("1601-01-01T00:00:00.000Z") == "1601-01-01T00:00:00.000Z");
}

TEST_CASE("calendar: times that do not exist: are refused") {
  for (const char* text :
       {"", "09:30", "2026-11-22 24:00", "2026-11-22 9:60", "2026-11-22 9:5", "2026-11-22 09:30:60",
        "2026-11-22 09:30+15:00", "2026-11-22 09:30+8", "2026-11-22 09:30:15.", "2026-11-22 09:30 pm",
        "2026-02-30 09:30", "2026-11-22x09:30", "1601-01-01 09:30"}) {
    INFO(text);
    CHECK_FALSE(read_time(text));
  }
}
