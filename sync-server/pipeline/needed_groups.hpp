#pragma once

#include <doorstep/error.hpp>
#include <unordered_set>
#include <vector>

#include "pipeline/office.hpp"

namespace doorstep::server {

/// The groups whose content something in the office still rests on, and the rows that held groups write: as
/// of one snapshot.
///
/// Who is told of a group here keeps it; every other applied group may lose its content at any later time,
/// not only while the snapshot lasts. For a version that no row names is superseded for good: rows forget
/// versions and never take up old ones, since each group is merged once (verdict memory) and held ones, which
/// may still be merged, are kept. What remains is a device that was away for long and builds on what it had
/// read: merging needs no content of bases, and what judges them (group_rounds.cpp) says when it is gone.
class NeededGroups {
 public:
  static Result<NeededGroups> find(ReadSnapshot& snapshot, const PackPlan& plan);

  bool contains(const GroupName& group) const;
  /// Whether a held group writes the row.
  bool is_awaited(const RowKey& row) const { return awaited_.count(row) != 0; }

 private:
  Status add_alive(ReadSnapshot& snapshot, const Table& table);
  Status add_dead(ReadSnapshot& snapshot, const Table& table);
  Status add_ledger(ReadSnapshot& snapshot);
  Status add_held(ReadSnapshot& snapshot);
  void add(const RowState& row);
  void add(const VersionName& name) { groups_.push_back({name.actor, name.group}); }
  void tidy();

  std::vector<GroupName> groups_;  ///< Sorted once complete.
  std::unordered_set<RowKey> awaited_;
};

}  // namespace doorstep::server
