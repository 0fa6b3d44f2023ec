#pragma once

#include <cstddef>
#include <cstdint>

/// What initials.py makes: each character names one of a few sets of letters.
namespace doorstep {

inline constexpr char32_t kFirstDense = 0x3400;
inline constexpr char32_t kLastDense = 0x9FFF;

extern const std::uint32_t kInitialSets[];    ///< A bit a letter, `a` lowest; the first is empty.
extern const std::uint8_t kDenseInitials[];   ///< From kFirstDense to kLastDense, positions in kInitialSets.
extern const std::uint32_t kOtherInitials[];  ///< `character << 8 | position`, in order of characters.
extern const std::size_t kOtherInitialCount;

}  // namespace doorstep
