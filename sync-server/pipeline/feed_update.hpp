#pragma once

#include <optional>
#include <unordered_set>
#include <vector>

#include "pipeline/office.hpp"
#include "pipeline/work_row.hpp"

namespace doorstep::server {

/// Keeps the feed in step with rows that were just written: one entry per row and place, the newest last.
/// Lives for one group, after its rows are stored.
class FeedUpdate {
 public:
  /// `scope_waived`: the author may not see what she wrote.
  FeedUpdate(OfficeTransaction& work, ActorId author, bool scope_waived, const std::vector<WorkRow>& rows)
      : work_(work), author_(author), scope_waived_(scope_waived), rows_(rows) {}

  /// A row of the group: its content changed, perhaps its places too.
  Status changed(const WorkRow& row);
  /// Ledger entries of a row of the group, opened or closed.
  Status ledger_changed(const WorkRow& row, const std::vector<RowId>& entries);

 private:
  enum class Touch : std::uint8_t { content, places_only };

  /// Makes the row's entries be at `places` and nowhere else.
  Status stand_at(const RowKey& key, const std::vector<FeedEntry>& feed, const std::vector<RowId>& places,
                  Touch touch);
  Status end_placeless(FeedEntry entry);
  Status be_gone(const std::vector<FeedEntry>& feed);
  Status replace(const TablePlan& plan, const RowId& row);
  Status place_again(const TablePlan& plan, const RowKey& key, const std::vector<FeedEntry>& feed,
                     const std::vector<RowId>& places);
  Status replace_ledger(const RowKey& key, const std::vector<RowId>& places);
  Status replace_borrowers(const TablePlan& plan, const RowId& row, bool places_changed,
                           const RowState* before, const RowState* after);
  Status follow_up(const TablePlan& plan, const RowId& row);
  Status append(FeedEntry entry);

  OfficeTransaction& work_;
  ActorId author_;
  bool scope_waived_;
  const std::vector<WorkRow>& rows_;
  std::unordered_set<RowKey> ours_;     ///< Keys of rows_, once asked for.
  std::unordered_set<RowKey> placing_;  ///< Under way: rows that borrow places of one another may be a ring.
};

}  // namespace doorstep::server
