#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schema/pack.hpp"

namespace doorstep::simulation {

/// A file, and what the same content takes when it is written afresh.
struct DiskUse {
  std::string name;
  std::uint64_t bytes = 0;
  std::uint64_t fresh_bytes = 0;
  double factor() const { return static_cast<double>(bytes) / static_cast<double>(fresh_bytes); }
};

struct LongRun {
  std::vector<DiskUse> files;         ///< The office's first, then the phones'.
  std::vector<std::string> failures;  ///< What is wrong, in words.
  std::uint64_t recordings = 0;
  std::uint64_t live_rows = 0;
  std::uint64_t cut_groups = 0;
  std::uint64_t forgotten_rows = 0;
};

/// What docs/office.md and docs/store.md promise.
inline constexpr double kOfficeFactor = 1.75;
inline constexpr double kPhoneFactor = 1.5;

/// An office and five phones over many days of everyday work: visits that pile up, the same households edited
/// again and again, residents who come and go, notes, tags, hazards that are found and dealt with, doors that
/// change hands. `compacting`: the office is compacted every night, with a lease of two weeks and a history
/// of three. Then the files are measured against the same content written afresh.
LongRun run_days(int days, std::uint64_t seed, bool compacting, const Pack& pack);

}  // namespace doorstep::simulation
