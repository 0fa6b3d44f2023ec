#include "app/housekeeping.hpp"

#include <catch2/catch.hpp>

#include "schema/validation.hpp"

using namespace doorstep;
using doorstep::server::Housekeeping;

TEST_CASE("housekeeping: the next night: is at three in China, half a day from now at the least") {
  const auto at = [](const char* time) { return *parse_canonical_time(time); };
  const std::int64_t night = at("2026-11-22T19:00:00.000Z");
  CHECK(Housekeeping::next_night(at("2026-11-22T00:00:00.000Z")) == night);
  CHECK(Housekeeping::next_night(at("2026-11-22T07:00:00.000Z")) == night);
  CHECK(Housekeeping::next_night(at("2026-11-22T07:00:00.001Z")) == night + 86'400'000);
  CHECK(Housekeeping::next_night(night) == night + 86'400'000);
}
