#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "schema/pack.hpp"

namespace doorstep {

/// What keeps a text from being one portable SELECT, and where.
struct SqlFault {
  std::size_t at = 0;
  Label why;
};

struct SqlParameter {
  std::string name;
  std::size_t at = 0;
};

/// The parameters that the SQL of a view uses, in order, each use. Throws SqlFault: what would be more than
/// one SELECT, or read otherwise by SQLite than by PostgreSQL. Whether it names tables and columns that there
/// are is asked where a pack is installed.
std::vector<SqlParameter> check_view_sql(std::string_view sql);

}  // namespace doorstep
