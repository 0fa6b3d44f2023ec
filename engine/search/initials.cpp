#include "search/initials.hpp"

#include <algorithm>

#include "search/initials_table.hpp"

namespace doorstep {

std::uint32_t initials_of(char32_t character) {
  if (character < kFirstDense) return 0;
  if (character <= kLastDense) return kInitialSets[kDenseInitials[character - kFirstDense]];
  const std::uint32_t* end = kOtherInitials + kOtherInitialCount;
  const std::uint32_t* at = std::lower_bound(kOtherInitials, end, static_cast<std::uint32_t>(character) << 8);
  return at != end && *at >> 8 == character ? kInitialSets[*at & 0xFF] : 0;
}

}  // namespace doorstep
