#pragma once

#include <string>
#include <vector>

#include "app/roster_rows.hpp"

namespace doorstep::server {

/// Which row of the office a row of the file is.
struct Identity {
  RowId id;
  /// Its values as they stand, in the table's order; absent for a new row.
  std::optional<std::vector<Value>> existing;
  /// Of a resident who comes with a door: the open residency there, if there is one.
  std::optional<RowId> residency;
  std::optional<Value> moved_in;
};

struct IdentityInput {
  const Pack& pack;
  const RowId& office;
  const Table& table;
  RowSource& source;
  std::string now;    ///< Canonical time.
  std::string today;  ///< Canonical date at the office.
};

/// Finds every row of the file, by its id, its natural key, or what people go by: a person by name and phone,
/// a resident by ID number or else by home and name, a post by person, place and role, anything else by all
/// that the file says of it. So importing a file twice changes nothing. Rows without a match get a new id.
/// Rows that fail (two of the file are the same one, several of the office would do) are marked bad.
Result<std::vector<Identity>> identify(const IdentityInput& input, std::vector<RosterRow>& rows,
                                       std::vector<RosterProblem>& problems);

/// A fresh time-ordered id.
RowId make_row_id(const std::string& now);

}  // namespace doorstep::server
