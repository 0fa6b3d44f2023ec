#include "posix/posix.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <string>

using namespace doorstep;

TEST_CASE("posix clock: readings: agree with the system and never step back") {
  const auto clock = make_posix_clock();
  const ClockReading first = clock->read();
  CHECK(std::abs(first.wall_ms - std::int64_t{std::time(nullptr)} * 1'000) < 5'000);
  ClockReading last = first;
  while (last.monotonic_ms < first.monotonic_ms + 3) {
    const ClockReading next = clock->read();
    REQUIRE(next.monotonic_ms >= last.monotonic_ms);
    last = next;
  }
}

TEST_CASE("posix clock: two clocks of one boot: name the same boot") {
  const std::string boot = make_posix_clock()->read().boot;
  CHECK(boot == make_posix_clock()->read().boot);
#if defined(__linux__)
  CHECK(boot.size() == 36);
#endif
}

TEST_CASE("posix entropy: every byte: is filled, differently each time") {
  const auto entropy = make_posix_entropy();
  std::array<unsigned char, 32> ever_set{};
  std::array<unsigned char, 32> before{};
  for (int i = 0; i < 64; ++i) {
    std::array<unsigned char, 32> bytes{};
    entropy->fill(bytes.data(), bytes.size());
    CHECK(bytes != before);
    before = bytes;
    for (std::size_t k = 0; k < bytes.size(); ++k) ever_set[k] |= bytes[k];
  }
  for (const unsigned char bits : ever_set) CHECK(bits != 0);
}
