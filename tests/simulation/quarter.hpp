#pragma once

#include <vector>

#include "simulation/sim_office.hpp"

namespace doorstep::simulation {

/// Where the leaders of a world work.
struct Quarter {
  RowId street;
  std::vector<RowId> roots;     ///< Places that they answer for, which overlap; the community comes first.
  std::vector<RowId> overlays;  ///< Grids, empty at first.
  RowId outside;                ///< A door that is none of theirs.
};

/// street → community → two buildings → two units each → three doors each.
Quarter build_quarter(SimOffice& office);

}  // namespace doorstep::simulation
