#include "app/request_limits.hpp"

#include <catch2/catch.hpp>

using doorstep::server::RequestLimits;

namespace {

constexpr auto kPerSecond = static_cast<unsigned>(RequestLimits::kRequestsPerSecond);

RequestLimits::Line believed(RequestLimits& limits, const std::string& token) {
  limits.learn(token);
  return limits.line_of(token, "192.0.2.1");
}

}  // namespace

TEST_CASE("request limits: lines: a device's own once its token is believed, else its network's") {
  RequestLimits limits;
  const auto guess = limits.line_of("made up", "192.0.2.1");
  CHECK_FALSE(guess.is_device);
  CHECK(limits.line_of("made up too", "192.0.2.1").key == guess.key);
  CHECK(limits.line_of("", "192.0.2.1").key == guess.key);
  CHECK(limits.line_of("made up", "192.0.2.2").key != guess.key);
  limits.learn("right");
  const auto device = limits.line_of("right", "192.0.2.1");
  CHECK(device.is_device);
  CHECK(device.key != guess.key);
  CHECK(limits.line_of("right", "192.0.2.2").key == device.key);
}

TEST_CASE("request limits: under way: a few of one device, and again when one is done") {
  RequestLimits limits;
  const auto now = RequestLimits::Clock::now();
  const auto device = believed(limits, "token");
  for (unsigned i = 0; i < RequestLimits::kUnderWay; ++i) CHECK_FALSE(limits.refuse(device, 1, now));
  CHECK(limits.refuse(device, 1, now) == 1);
  CHECK_FALSE(limits.refuse(believed(limits, "another"), 1, now));
  limits.finished(device);
  CHECK_FALSE(limits.refuse(device, 1, now));
}

TEST_CASE("request limits: requests, bytes and groups: past the allowance a time to come again, then room") {
  RequestLimits limits;
  const auto device = believed(limits, "token");
  const auto heavy = believed(limits, "heavy");
  auto now = RequestLimits::Clock::now();
  for (unsigned i = 0; i < RequestLimits::kRequests; ++i) {
    REQUIRE_FALSE(limits.refuse(device, 0, now));
    limits.finished(device);
  }
  CHECK(limits.refuse(device, 0, now) == 1);
  now += std::chrono::seconds(1);
  for (unsigned i = 0; i < kPerSecond; ++i) {
    REQUIRE_FALSE(limits.refuse(device, 0, now));
    limits.finished(device);
  }
  CHECK(limits.refuse(device, 0, now));

  CHECK_FALSE(limits.refuse(heavy, static_cast<std::size_t>(RequestLimits::kBytes), now));
  limits.finished(heavy);
  const auto wait_s = limits.refuse(heavy, static_cast<std::size_t>(RequestLimits::kBytes / 2), now);
  REQUIRE(wait_s);
  CHECK(*wait_s == 1'800);
  now += std::chrono::seconds(*wait_s);
  CHECK_FALSE(limits.refuse(heavy, static_cast<std::size_t>(RequestLimits::kBytes / 2), now));

  CHECK_FALSE(limits.refuse_groups(heavy, static_cast<std::size_t>(RequestLimits::kGroups), now));
  CHECK(limits.refuse_groups(heavy, 1, now));
  CHECK_FALSE(limits.refuse_groups(heavy, 1, now + std::chrono::hours(1)));
  // Whom the office does not know it refuses by itself.
  CHECK_FALSE(limits.refuse_groups(limits.line_of("unknown", "192.0.2.9"), 1'000'000, now));
}
