#pragma once

/// Which households W5 edits. A writes phones of [0, 2,000), B notes of [1,500, 3,500), both write phones of
/// the last fifty.
namespace doorstep::bench::w5 {

inline constexpr int kBoth = 1'500;       ///< From here on B's notes meet A's phones.
inline constexpr int kOnlyB = 2'000;      ///< From here on B is alone.
inline constexpr int kSameField = 3'500;  ///< From here on both write one field.
inline constexpr int kSameFields = 50;
inline constexpr int kEach = 2'000;

}  // namespace doorstep::bench::w5
