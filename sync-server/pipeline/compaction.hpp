#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <map>
#include <optional>
#include <vector>

#include "pipeline/needed_groups.hpp"
#include "pipeline/office.hpp"

namespace doorstep::server {

struct CompactionOptions {
  static constexpr std::int64_t kDayMs = 86'400'000;

  /// A device that was not heard of for so long is not waited for: it begins afresh when it comes back.
  std::int64_t lease_ms = 60 * kDayMs;
  /// How long superseded content and settled conflicts are kept.
  std::int64_t history_ms = 400 * kDayMs;
  /// Also content that no backup has.
  bool without_backup = false;
  /// Finds out, and changes nothing.
  bool dry_run = false;
};

struct CompactionReport {
  std::size_t devices = 0;
  std::size_t waited_for = 0;      ///< Of them: those within their lease.
  std::size_t feed_entries = 0;    ///< Taken out of the feed.
  std::size_t deleted_rows = 0;    ///< Of which only the birth is left now.
  std::size_t ledger_entries = 0;  ///< Settled conflicts.
  std::size_t groups = 0;          ///< Whose content was dropped.
  std::uint64_t group_bytes = 0;
  std::size_t groups_without_backup = 0;  ///< Whose content would have been, had a backup had it.
  FeedPosition horizon{};
  StoreSize before;
  StoreSize after;
};

/// Takes away what nobody needs any more, in small transactions between which others write: entries of
/// deleted and departed rows that every device within its lease has acknowledged, what is left of such rows
/// but their births, settled conflicts and superseded content past their time; then gives the room back.
/// Given up or cut off between any two steps, or run beside another one, it leaves a sound office.
class Compaction {
 public:
  Compaction(Office& office, const CompactionOptions& options) : office_(office), options_(options) {}

  /// At most one transaction. False when all is done. After an Error it is over; the next one begins anew.
  Result<bool> step();
  const CompactionReport& report() const { return report_; }

 private:
  enum class Phase : std::uint8_t { sightings, horizon, search, feed, ledger, groups, room, done };

  Status take_notes();
  Status move_horizon();
  Status search();
  Status find_old_groups(ReadSnapshot& snapshot);
  Status collect_feed();
  Result<bool> collect_gone(OfficeTransaction& work, const FeedEntry& entry);
  Result<bool> is_forgettable(OfficeTransaction& work, const TablePlan& plan, const RowKey& key);
  Result<bool> erase_entries(OfficeTransaction& work, const std::vector<FeedEntry>& feed);
  Status collect_ledger();
  Status cut_groups();
  Status give_room_back();
  Status commit(OfficeTransaction& work);
  void go_on(Phase phase) { phase_ = phase; }

  struct OldGroup {
    GroupName name;
    std::uint64_t bytes = 0;
  };

  Office& office_;
  const CompactionOptions options_;
  Phase phase_ = Phase::sightings;
  std::int64_t started_ms_ = 0;
  FeedPosition head_{};  ///< Of the feed, in the running transaction.
  FeedPosition collected_through_{};
  std::optional<NeededGroups> needed_;
  std::vector<RowId> settled_;
  std::vector<OldGroup> old_groups_;
  std::size_t at_ = 0;  ///< In settled_ or old_groups_.
  CompactionReport report_;
};

/// All of it, on the calling thread.
Result<CompactionReport> compact(Office& office, const CompactionOptions& options);

}  // namespace doorstep::server
