#pragma once

#include "base/random.hpp"
#include "pipeline/parcels.hpp"
#include "simulation/network.hpp"
#include "simulation/sim_phone.hpp"

namespace doorstep::simulation {

/// How hostile this seed is, in chances per mille.
struct Weather {
  NetworkFaults network;
  unsigned phone_dies = 0;
  unsigned office_dies = 0;
  unsigned clock_jumps = 0;
  std::size_t upgrades = 0;      ///< Of the pack, at moments of their own.
  unsigned old_apps = 0;         ///< Phones that cannot read every version.
  unsigned decisions = 0;        ///< Of the office about held groups, every two minutes.
  unsigned damage = 0;           ///< To what phones hold of the office's rows.
  std::int64_t restored_ms = 0;  ///< When the office is put back to its last backup; 0: never.
  bool latecomer = false;        ///< Somebody joins between the two.
  unsigned compactions = 0;      ///< Of the office's file, every minute and a half.
  unsigned absences = 0;         ///< Of phones, for a while that may outlast the lease.
};

/// At least some minutes before the office is put back it makes its last backup; people join in between.
inline constexpr std::int64_t kUncopiedMs = 5 * 60'000;

Weather draw_weather(SeededRandom& random);
/// Of worlds that compact, drawn apart: the others stay what they were.
void draw_housekeeping(SeededRandom& random, Weather& weather);

/// A third of the worlds have an office whose pages hold next to nothing: every group is larger than a page.
std::size_t page_rows(std::uint64_t seed);
/// In half of the worlds phones carry so little that each has other parts of what the office did.
server::ParcelLimits parcel_limits(std::uint64_t seed);

/// Up to `most_ms`.
inline std::int64_t span(SeededRandom& random, std::int64_t most_ms) {
  return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most_ms)));
}

/// Sets a phone's clock years ahead, back to 1970, off by minutes, or right.
void jump_clock(SimPhone& phone, SeededRandom& random);

}  // namespace doorstep::simulation
