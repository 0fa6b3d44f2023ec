#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "schema/pack.hpp"

namespace doorstep {

/// What keeps a view from being asked of its pack's tables.
struct ViewFault {
  std::string view;
  std::optional<std::size_t> column;  ///< Of those that the view declares; without it the SQL is wrong,
  std::size_t sql_at = 0;             ///< at this byte.
  Label why;
};

}  // namespace doorstep
