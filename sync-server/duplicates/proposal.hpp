#pragma once

#include <string>
#include <vector>

#include "base/types.hpp"
#include "schema/pack.hpp"

namespace doorstep::server {

/// Two rows that look like one thing. Whether they are, a person says.
struct Proposal {
  std::string table;
  RowId row;      ///< Registered later, as far as ids tell: it would be folded.
  RowId other;    ///< What it would be folded into.
  int score = 0;  ///< 0 to 100; rules that agree raise it.
  std::vector<Label> reasons;
};

}  // namespace doorstep::server
