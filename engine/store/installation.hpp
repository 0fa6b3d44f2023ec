#pragma once

#include <map>
#include <memory>
#include <set>

#include "store/part_rows.hpp"
#include "store/phone_store.hpp"

namespace doorstep {

/// One response being taken: verdicts, or a checkpoint.
struct PhoneStore::Installation {
  struct Released {
    std::shared_ptr<const Group> group;
    Stamp stamp;  ///< As admitted.
  };
  std::map<GroupNumber, Released> released;
  std::map<RowKey, int> released_ops;
  std::set<RowKey> dirty;  ///< Rows whose layers changed and that are not settled yet.
  Stamp largest;
  std::optional<PartRows> before_repair;
};

}  // namespace doorstep
