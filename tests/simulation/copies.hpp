#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/random.hpp"

namespace doorstep::simulation {

/// What somebody does with phones' files.
struct Copies {
  std::size_t phone = 0;      ///< Whose file is put back.
  std::int64_t taken_ms = 0;  ///< When it was copied.
  std::vector<std::int64_t> put_back;
  std::optional<std::size_t> cloned;  ///< Whose file goes on running on a second phone.
  std::int64_t cloned_ms = 0;
  std::uint64_t workload = 0;  ///< The seed of what the second phone's holder does.
};

/// In half of the worlds; from numbers of their own, so that everything else is as it would be.
inline Copies draw_copies(std::uint64_t seed, std::size_t phones, std::int64_t active_ms) {
  SeededRandom random(seed + 0xC0B1E5);
  Copies copies;
  copies.phone = random.below(phones);
  copies.taken_ms = static_cast<std::int64_t>(random.below(active_ms / 2));
  if (random.chance(350))
    for (std::uint64_t times = 1 + random.below(3); times > 0; --times)
      copies.put_back.push_back(
          copies.taken_ms + 1 +
          static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(active_ms - copies.taken_ms))));
  if (random.chance(300)) copies.cloned = random.chance(700) ? copies.phone : random.below(phones);
  copies.cloned_ms = static_cast<std::int64_t>(random.below(active_ms * 3 / 4));
  copies.workload = random.next();
  // Soon after it was put back: then two copies have work that the office is yet to hear of, of both.
  constexpr std::uint64_t kSoonMs = 90'000;
  if (!copies.put_back.empty() && copies.cloned == copies.phone && random.chance(500))
    copies.cloned_ms = copies.put_back.back() + static_cast<std::int64_t>(random.below(kSoonMs));
  return copies;
}

}  // namespace doorstep::simulation
