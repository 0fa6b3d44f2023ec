#include "simulation/quarter.hpp"

namespace doorstep::simulation {

Quarter build_quarter(SimOffice& office) {
  Quarter quarter;
  const RowId street = office.add_place("220104001", nullptr, "street");
  quarter.street = street;
  const RowId community = office.add_place("220104001001", &street, "community");
  const RowId elsewhere = office.add_place("220104001002", &street, "community");
  quarter.outside = office.add_place("220104001002-101", &elsewhere, "door");
  quarter.roots = {community};
  for (int building = 1; building <= 2; ++building) {
    const std::string code = "220104001001-" + std::to_string(building);
    const RowId building_id = office.add_place(code, &community, "building");
    quarter.roots.push_back(building_id);
    for (int unit = 1; unit <= 2; ++unit) {
      const std::string unit_code = code + "-" + std::to_string(unit);
      const RowId unit_id = office.add_place(unit_code, &building_id, "unit");
      quarter.roots.push_back(unit_id);
      for (int door = 1; door <= 3; ++door)
        office.add_place(unit_code + "-10" + std::to_string(door), &unit_id, "door");
    }
  }
  for (const char* code : {"G1", "G2", "G2a"})
    quarter.overlays.push_back(office.add_place(code, &street, "estate"));
  return quarter;
}

}  // namespace doorstep::simulation
