#pragma once

#include <doorstep/value.hpp>
#include <string>
#include <vector>

namespace doorstep {

/// Rows of a query, in memory. Columns as the SQL names them.
struct ResultSet {
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;
};

}  // namespace doorstep
