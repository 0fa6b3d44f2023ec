#include "app/office_time.hpp"

#include <catch2/catch.hpp>

using namespace doorstep::server;

TEST_CASE("office time: the day: begins at midnight in China") {
  CHECK(office_date(1'795'017'599'000) == "2026-11-18");
  CHECK(office_date(1'795'017'600'000) == "2026-11-19");
}

TEST_CASE("office time: minutes and seconds: milliseconds only where there are any") {
  CHECK(office_minute(1'795'017'600'000) == "2026-11-19 00:00");
  CHECK(office_time(1'795'017'601'000) == "2026-11-19 00:00:01");
  CHECK(office_time(1'795'017'601'250) == "2026-11-19 00:00:01.250");
}
