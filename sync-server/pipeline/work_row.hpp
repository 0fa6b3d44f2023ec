#pragma once

#include <unordered_map>
#include <vector>

#include "merge/row.hpp"
#include "pipeline/office.hpp"
#include "pipeline/pack_plan.hpp"
#include "store/store.hpp"

namespace doorstep::server {

/// A row that a group touches, before and after.
struct WorkRow {
  const TablePlan* plan = nullptr;
  RowKey key;
  bool in_table = false;      ///< Stored alive.
  bool in_dead = false;       ///< Stored deleted.
  bool is_forgotten = false;  ///< Stored deleted, and nothing but its birth is left.
  std::vector<Value> values;  ///< As stored, when in_table.
  RowState before;
  RowState after;
  MergeOutcome outcome;
  std::vector<FeedEntry> feed;  ///< As stored.
  std::vector<RowId> places;    ///< After the group; of rows alive after it.

  bool known() const { return in_table || (in_dead && !is_forgotten); }
};

/// Loads what the store has of `row.key` into `in_table` ... `feed`; `after` becomes a copy of `before`.
Status load(ReadSnapshot& snapshot, WorkRow& row);

/// Places at which the feed says a row stands (or stood, when it was deleted).
std::vector<RowId> places_in(const std::vector<FeedEntry>& feed);
/// The last author of a row that stands nowhere.
std::optional<ActorId> placeless_author(const std::vector<FeedEntry>& feed);

/// Finds the places of rows: of those a group touches as they will be, of others as the feed has them. The
/// group's rows do not change while it lives.
class RowPlaces {
 public:
  RowPlaces(ReadSnapshot& snapshot, const std::vector<WorkRow>& work) : snapshot_(snapshot), work_(work) {}

  /// Sorted, without repetition.
  Result<std::vector<RowId>> of_work(const WorkRow& row, int depth = 0);
  /// Of a stored row with these values.
  Result<std::vector<RowId>> of_stored(const TablePlan& plan, const RowId& row,
                                       const std::vector<Value>& values);

 private:
  Result<std::vector<RowId>> of_reference(const TablePlan& plan, const Value& reference, int depth);
  Result<std::vector<RowId>> of_children(const TablePlan& plan, const RowId& row, int depth);
  void index_work();
  const WorkRow* in_work(const RowKey& key);

  ReadSnapshot& snapshot_;
  const std::vector<WorkRow>& work_;
  bool indexed_ = false;
  std::unordered_map<RowKey, const WorkRow*> by_key_;
  /// Alive rows that lend places, by the row that they lend them to.
  std::unordered_multimap<RowKey, const WorkRow*> lenders_;
};

}  // namespace doorstep::server
