#pragma once

#include <map>
#include <string>
#include <vector>

#include "simulation/fieldwork.hpp"
#include "simulation/quarter.hpp"
#include "simulation/world.hpp"

namespace doorstep::simulation {

/// Everybody's fieldwork in a world, and what the office asks for.
class Crew {
 public:
  explicit Crew(std::uint64_t seed);

  /// The office puts up its campaigns and a schedule, before faults begin.
  void found(SimOffice& office, const Quarter& quarter);
  /// `from_copy`: it goes on from a copy of another's disk.
  void join(std::size_t index, SimPhone& phone, bool from_copy);
  /// The phone goes on from a copy of its disk.
  void go_back(std::size_t index) { workers_.at(index).go_back(); }
  /// Something of it, now and then.
  void act(std::size_t index);

  /// When, if ever, the office thinks of better questions while doors are being asked the old ones.
  std::int64_t until_change_ms();
  void change_form(SimOffice& office);

  /// What is wrong with it in the end (check_fieldwork.hpp); counted in `out`.
  std::vector<std::string> check(SimOffice& office, const Pack& pack,
                                 const std::map<std::size_t, Enrolled>& enrolled, Outcome& out);

 private:
  SeededRandom random_;
  bool changes_forms_;
  bool are_views_asked_;
  RowId street_;
  std::vector<RowId> campaigns_;
  std::map<std::size_t, Fieldwork> workers_;
};

}  // namespace doorstep::simulation
