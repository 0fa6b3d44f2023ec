#include "simulation/weather.hpp"

namespace doorstep::simulation {
namespace {

constexpr std::int64_t kEarliestRestoreMs = 12 * 60'000;
constexpr std::int64_t kLatestRestoreMs = 24 * 60'000;

}  // namespace

Weather draw_weather(SeededRandom& random) {
  Weather weather;
  weather.network.lose = static_cast<unsigned>(random.below(4) * 80);
  weather.network.duplicate = static_cast<unsigned>(random.below(4) * 80);
  weather.network.most_delay_ms = 50 + static_cast<std::int64_t>(random.below(5'000));
  weather.phone_dies = static_cast<unsigned>(random.below(3) * 30);
  weather.office_dies = static_cast<unsigned>(random.below(3) * 20);
  weather.clock_jumps = static_cast<unsigned>(random.below(3) * 20);
  weather.upgrades = random.below(3);
  weather.old_apps = static_cast<unsigned>(random.below(3) * 300);
  weather.decisions = static_cast<unsigned>(random.below(3) * 400);
  weather.damage = random.below(3) == 0 ? 20U : 0U;
  if (random.chance(350)) weather.restored_ms = kEarliestRestoreMs + span(random, kLatestRestoreMs);
  weather.latecomer = random.chance(500);
  return weather;
}

void draw_housekeeping(SeededRandom& random, Weather& weather) {
  weather.compactions = static_cast<unsigned>(random.below(4) * 300);
  weather.absences = static_cast<unsigned>(random.below(3) * 60);
}

std::size_t page_rows(std::uint64_t seed) { return seed % 3 == 0 ? 1 + seed % 7 : 0; }

server::ParcelLimits parcel_limits(std::uint64_t seed) {
  server::ParcelLimits limits;
  if (seed % 2 == 0) limits = {4 * 1024, 1024, 16 * 1024, 2 * 1024};
  return limits;
}

void jump_clock(SimPhone& phone, SeededRandom& random) {
  constexpr std::int64_t kYearsMs = 5LL * 365 * 86'400'000;
  switch (random.below(4)) {
    case 0:
      return phone.clock().skew(kYearsMs);
    case 1:
      return phone.clock().skew(-kEpochMs);
    case 2:
      return phone.clock().skew(static_cast<std::int64_t>(random.below(600'000)) - 300'000);
    default:
      phone.clock().skew(0);
  }
}

}  // namespace doorstep::simulation
