#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "simulation/checks.hpp"

namespace doorstep::simulation {

/// Leaders who ask the office for hidden values (docs/rights.md, "Reveal"): what they are told, and that it
/// is on record.
class Curious {
 public:
  /// Asks once, for the birth date of any resident. She is told what stands there, or refused, as her posts
  /// say.
  std::vector<std::string> ask(SimOffice& office, const Pack& pack, const Enrolled& enrolled,
                               SeededRandom& random);
  /// Everything that was told is in the trail, and nothing that was not asked. (What was put back lost some.)
  std::vector<std::string> check(SimOffice& office) const;

  std::uint64_t told() const { return told_; }

 private:
  std::uint64_t asked_ = 0;
  std::uint64_t told_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace doorstep::simulation
