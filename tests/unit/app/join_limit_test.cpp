#include "app/join_limit.hpp"

#include <catch2/catch.hpp>

using doorstep::server::JoinLimit;

namespace {

void fail_often(JoinLimit& limit, const std::string& address, JoinLimit::Clock::time_point now) {
  for (unsigned i = 0; i < JoinLimit::kFailures; ++i) limit.failed(address, now);
}

}  // namespace

TEST_CASE("join limit: many failures: this address waits, others do not") {
  JoinLimit limit;
  const auto now = JoinLimit::Clock::now();
  CHECK(limit.allows("192.0.2.1", now));
  fail_often(limit, "192.0.2.1", now);
  CHECK_FALSE(limit.allows("192.0.2.1", now));
  CHECK(limit.allows("192.0.2.2", now));
  CHECK(limit.allows("192.0.2.1", now + JoinLimit::kWindow));
}

TEST_CASE("join limit: IPv6: one customer's network counts as one") {
  JoinLimit limit;
  const auto now = JoinLimit::Clock::now();
  fail_often(limit, "2001:db8:1:2::1", now);
  CHECK_FALSE(limit.allows("2001:db8:1:2:ffff::9", now));
  CHECK(limit.allows("2001:db8:1:3::1", now));
}

TEST_CASE("join limit: more addresses than it remembers: the oldest is forgotten") {
  JoinLimit limit;
  const auto now = JoinLimit::Clock::now();
  fail_often(limit, "192.0.2.1", now);
  for (std::size_t i = 0; i < JoinLimit::kAddresses; ++i) limit.failed("a" + std::to_string(i), now);
  CHECK(limit.allows("192.0.2.1", now));
}
