#pragma once

#include <doorstep/error.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/keyed_digest.hpp"
#include "pipeline/pack_plan.hpp"
#include "store/store.hpp"

namespace doorstep::server {

/// Where somebody lives, down to the door.
struct Address {
  RowId household;
  RowId door;
  RowId floor;  ///< Nil where the tree has none, as with the next.
  RowId unit;
};

struct CountedResident {
  RowId id;
  std::string name;
  std::string phone;
  std::vector<KeyedDigest> id_digest;  ///< Of her ID number under the office's key: one, or none.
  std::vector<Address> addresses;
};

struct CountedHousehold {
  RowId id;
  RowId door;
  std::string head_name;
  std::string phone;
};

/// Who is registered where, as the rules look at it: one pass over the office's rows. Rows that are folded
/// into others are not there, nor are people who have moved out.
struct Census {
  std::vector<CountedResident> residents;
  std::vector<CountedHousehold> households;
};

/// `key` is the secret under which ID numbers are digested. A pack without these tables has an empty census.
Result<Census> take_census(ReadSnapshot& snapshot, const PackPlan& plan, std::string_view key);

}  // namespace doorstep::server
