#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "simulation/checks.hpp"

namespace doorstep::simulation {

/// What phones carry of an office whose disk is lost, and that it comes back.
class Couriers {
 public:
  /// Just after the office was put back.
  void note(SimOffice& office, const std::vector<Enrolled>& everybody);

  /// When everything has gone quiet. What the office before did, and some phone carries, is at the office
  /// again, as it was, up to the first that nobody carries. A phone that has not died since carries all that
  /// it did.
  std::vector<std::string> check(SimOffice& office) const;

  /// Groups of the office before, after the backup.
  std::uint64_t returned(SimOffice& office) const;
  std::uint64_t unreturned(SimOffice& office) const;

 private:
  struct Courier {
    Enrolled enrolled;
    std::uint64_t starts = 0;
    std::set<GroupNumber> carried;
  };
  std::vector<Courier> couriers_;
};

}  // namespace doorstep::simulation
