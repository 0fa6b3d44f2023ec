#pragma once

#include <cstdint>

namespace doorstep {

/// A hybrid logical stamp (Kulkarni et al. 2014, "Logical Physical Clocks"): 48 bits of milliseconds,
/// 16 bits of counter. Stamps order versions; they never identify them. Adding one carries from the
/// counter into the milliseconds, so a stamp cannot wrap backwards.
struct Stamp {
  std::uint64_t bits = 0;

  static constexpr Stamp at(std::int64_t ms) {
    return ms <= 0 ? Stamp{0} : Stamp{static_cast<std::uint64_t>(ms) << 16};
  }
  constexpr std::int64_t ms() const { return static_cast<std::int64_t>(bits >> 16); }
  constexpr std::uint16_t counter() const { return static_cast<std::uint16_t>(bits & 0xFFFF); }
  constexpr Stamp next() const { return Stamp{bits + 1}; }

  friend constexpr bool operator==(Stamp a, Stamp b) { return a.bits == b.bits; }
  friend constexpr bool operator!=(Stamp a, Stamp b) { return a.bits != b.bits; }
  friend constexpr bool operator<(Stamp a, Stamp b) { return a.bits < b.bits; }
};

}  // namespace doorstep
