#include "clock/hybrid_clock.hpp"

#include <catch2/catch.hpp>

#include "base/limits.hpp"
#include "base/random.hpp"

using namespace doorstep;

namespace {

constexpr std::int64_t kNow = 1'795'309'323'004;  // 2026-11-22
constexpr std::int64_t kIn2031 = 1'924'992'000'000;
constexpr std::int64_t kHour = 3'600'000;

ClockReading reading(std::int64_t wall_ms, std::int64_t monotonic_ms = 0, std::string boot = "first") {
  return {wall_ms, monotonic_ms, std::move(boot)};
}

}  // namespace

TEST_CASE("clock: 65,536 and more ticks in one millisecond: the counter carries and every stamp is larger") {
  HybridClock clock;
  Stamp last;
  for (int i = 0; i < 65'536 * 2 + 10; ++i) {
    const Stamp stamp = clock.tick(reading(kNow));
    REQUIRE(last < stamp);
    last = stamp;
  }
  CHECK(last.ms() == kNow + 2);
  CHECK(last.counter() == 9);
  CHECK(last < clock.tick(reading(kNow)));
  CHECK(clock.tick(reading(kNow + 10)) == Stamp::at(kNow + 10));
}

TEST_CASE("clock: stamp with a full counter: next is the following millisecond") {
  const Stamp full{(std::uint64_t{5} << 16) | 0xFFFF};
  CHECK(full.next() == Stamp::at(6));
  CHECK(Stamp::at(-5) == Stamp{0});
}

TEST_CASE("clock: reboots and jumps to 1970 and 2031: stamps never step back") {
  SeededRandom random(11);
  HybridClock clock;
  Stamp last;
  const std::int64_t walls[] = {kNow, 0, -kHour, 1000, kIn2031, kNow + kHour};
  for (int i = 0; i < 2'000; ++i) {
    const ClockReading now =
        reading(walls[random.below(6)], static_cast<std::int64_t>(random.below(1'000'000)),
                std::to_string(random.below(3)));
    if (i % 97 == 0) clock = HybridClock(clock.state());  // What a restart of the app does.
    if (i % 13 == 0) clock.observe(Stamp::at(kNow + static_cast<std::int64_t>(random.below(1000))));
    const Stamp stamp = clock.tick(now);
    REQUIRE(last < stamp);
    last = stamp;
  }
}

TEST_CASE("clock: never in contact: the wall clock, in doubt") {
  const HybridClock clock;
  const OfficeTime time = clock.estimate(reading(kIn2031));
  CHECK(time.ms == kIn2031);
  CHECK(time.in_doubt);
}

TEST_CASE("clock: after contact in the same boot: boot-monotonic time carries, whatever the wall says") {
  HybridClock clock;
  clock.contact(reading(kIn2031, 5'000), kNow, {});
  for (const std::int64_t wall : {kIn2031, std::int64_t{0}, kNow}) {
    const OfficeTime time = clock.estimate(reading(wall, 5'000 + kHour));
    CHECK(time.ms == kNow + kHour);
    CHECK_FALSE(time.in_doubt);
  }
}

TEST_CASE("clock: after a reboot: the wall clock plus the measured offset") {
  HybridClock clock;
  clock.contact(reading(kIn2031, 5'000), kNow, {});
  const OfficeTime time = clock.estimate(reading(kIn2031 + kHour, 10, "second"));
  CHECK(time.ms == kNow + kHour);
  CHECK_FALSE(time.in_doubt);
}

TEST_CASE("clock: platform that cannot tell boots apart: the offset carries, not monotonic time") {
  HybridClock clock;
  clock.contact(reading(kNow - kHour, 5'000, ""), kNow, {});
  CHECK(clock.estimate(reading(kNow, 5'001, "")).ms == kNow + kHour);
}

TEST_CASE("clock: wall stepped back past the contact after a reboot: held at the contact, in doubt") {
  HybridClock clock;
  clock.contact(reading(kNow, 5'000), kNow, {});
  const OfficeTime time = clock.estimate(reading(0, 10, "second"));
  CHECK(time.ms == kNow);
  CHECK(time.in_doubt);
}

TEST_CASE("clock: contact after running ahead to 2031: back to office time") {
  HybridClock clock;
  CHECK(clock.tick(reading(kIn2031)).ms() == kIn2031);
  clock.contact(reading(kIn2031, 100), kNow, Stamp::at(kNow - kHour));
  CHECK(clock.state().last == Stamp::at(kNow));
  CHECK(clock.tick(reading(kIn2031, 101)) == Stamp::at(kNow + 1));
}

TEST_CASE(
    "clock: contact while canonical stamps are past office time: the largest canonical stamp is the floor") {
  HybridClock clock;
  clock.tick(reading(kIn2031));
  const Stamp canonical = Stamp::at(kNow + 30'000);
  clock.contact(reading(kIn2031, 100), kNow, canonical);
  CHECK(clock.state().last == canonical);
  CHECK(canonical < clock.tick(reading(kIn2031, 101)));
}

TEST_CASE("clock: contact of a clock that ran behind: what it gave stays, what it learns is larger") {
  HybridClock clock;
  const Stamp given = clock.tick(reading(0));
  clock.contact(reading(0, 100), kNow, Stamp::at(kNow - 1));
  CHECK(given < clock.state().last);
  CHECK(clock.tick(reading(50, 150)) == Stamp::at(kNow + 50));
}

TEST_CASE("clock: state persisted and loaded: goes on from where it was") {
  HybridClock clock;
  clock.contact(reading(kIn2031, 5'000), kNow, {});
  clock.tick(reading(kIn2031, 6'000));
  HybridClock loaded(clock.state());
  CHECK(loaded.tick(reading(0, 6'000)) == clock.tick(reading(0, 6'000)));
}

TEST_CASE("clock: admission of a sound stamp: kept, also somewhat ahead") {
  CHECK(admit(Stamp::at(kNow - kHour), kNow, {}) == Stamp::at(kNow - kHour));
  const Stamp lead = Stamp::at(kNow + limits::kStampLeadMs);
  CHECK(admit(lead, kNow, {}) == lead);
  CHECK(admit(lead.next(), kNow, {}) == Stamp::at(kNow));
}

TEST_CASE("clock: admission of groups from 2031: clamped to office time, their order kept") {
  Stamp floor = Stamp::at(kNow - kHour);
  for (int i = 0; i < 100; ++i) {
    const Stamp admitted = admit(Stamp::at(kIn2031 + i), kNow, floor);
    REQUIRE(floor < admitted);
    REQUIRE(admitted.ms() == kNow);
    floor = admitted;
  }
}

TEST_CASE(
    "clock: admission of groups from 1970: above the floor, so that an edit beats what it was made on") {
  const Stamp base = Stamp::at(kNow - 5);
  CHECK(admit(Stamp::at(1'000), kNow, base) == base.next());
  CHECK(admit(base, kNow, base) == base.next());
  CHECK(admit(Stamp::at(1'000), kNow, {}) == Stamp::at(1'000));
}
