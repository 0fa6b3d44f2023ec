#pragma once

#include <doorstep/id.hpp>
#include <optional>
#include <string>

namespace doorstep {

/// One row that a search found.
struct Found {
  std::string table;
  RowId row;
  std::string column;  ///< Of the searched columns the one that fits best,
  std::string text;    ///< and what it says.
  std::string said;    ///< What all searched columns of the row say, in their order: `王淑芬 13800000000`.
  /// Where it stands: a place itself, a household's door; of several the first by its code. None where it
  /// stands nowhere, or at a place that is not here.
  std::optional<RowId> place;
  std::string place_code;
  std::string address;  ///< The place's names from the top down: `和平社区 1号楼 1单元 101`.
};

}  // namespace doorstep
