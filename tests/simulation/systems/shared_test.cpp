#include "simulation/systems/told.hpp"

// What all five systems share (docs/systems.md).
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

/// Building B1 with doors 101, 102, 201 and a leader for it.
struct House : Field {
  House() : Field("changchun") {
    place("S", "", "street");
    place("C", "S", "community");
    place("B1", "C", "building", "1号楼");
    for (const char* door : {"101", "102", "201"}) place(door, "B1", "door");
    until("2027-02-01 09:00");
  }
};

}  // namespace

TEST_CASE_METHOD(House, "systems/shared: a mis-tap is corrected and coverage follows") {
  Leader& wang = leader("王芳", "building_leader", "B1");
  exchange();
  CHECK(told(wang.ask("unvisited_doors"), "door") == "101 102 201");
  const RowId wrong = wang.add("visit", {{"place", "102"}, {"outcome", "met"}});
  wang.add("visit", {{"place", "101"}, {"outcome", "nobody_home"}});
  CHECK(told(wang.ask("unvisited_doors"), "door") == "201");
  // The next tap says which one was a mistake; the door is open again, before anybody has heard of it.
  pass_minutes(3);
  wang.add("visit", {{"place", "102"}, {"outcome", "mistaken"}, {"corrects", to_text(wrong)}});
  CHECK(told(wang.ask("unvisited_doors"), "door") == "102 201");
  exchange();
  CHECK(told(ask("unvisited_doors"), "door") == "102 201");
  CHECK(only(ask("coverage_by_building"), "visited") == "1");
  CHECK(wrong_is_none(*this));
}
