#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_set>

#include "store/part_rows.hpp"
#include "store/phone_store.hpp"

namespace doorstep {

/// A row that the office has not: it does not say whether it was deleted, or by whom.
inline RowState gone_row(Birth birth) {
  RowState gone;
  gone.birth = birth;
  gone.deaths = {Death{{}, {}, true, false}};
  return gone;
}

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
  std::uint64_t left_rows = 0;  ///< That are somebody else's now, or that the office has no more.
  /// What the pages name, when it matters that they name everything.
  struct Named {
    std::unordered_set<RowKey> rows;
    std::set<RowId> entries;  ///< Of the ledger.
  };
  std::optional<Named> named;
};

}  // namespace doorstep
