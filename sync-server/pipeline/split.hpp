#pragma once

#include <doorstep/error.hpp>
#include <string>
#include <vector>

#include "pipeline/office.hpp"

namespace doorstep::server {

/// A value that changes hands when two families are parted.
struct MovedCell {
  const Column* column = nullptr;
  Value value;   ///< In the new row; or, given back, in the old one.
  Value before;  ///< What the old row showed.
};

/// What parting two families that met in one row comes to.
struct SplitPlan {
  std::shared_ptr<const PackPlan> plan;  ///< Keeps the columns alive.
  RowId old_row;
  RowId new_row;
  std::int64_t number = 0;            ///< Of the new row, at its door.
  std::vector<MovedCell> taken;       ///< What the person wrote, for the new row.
  std::vector<MovedCell> given_back;  ///< Where hers showed: what the others had written.
  std::vector<RowId> residencies;     ///< Made by her; they go along.
  std::vector<const Column*> shared;  ///< Long texts and tallies of both, which stay as they are.
};

/// Two families were taken for one, because two leaders registered the same door and number. Makes the next
/// number at that door with what `person` wrote (the latest value of each cell, in this birth of the row),
/// takes the residencies she made along, and gives back in the old row what the others had written where hers
/// showed. One group of the office's own; with `dry_run` nothing is written. Reads the whole log. Errors:
/// `not_found` for a household or a person who wrote nothing to it; `invalid_argument` when nobody else did.
Result<SplitPlan> split_household(Office& office, const RowId& household, const RowId& person, bool dry_run);

}  // namespace doorstep::server
