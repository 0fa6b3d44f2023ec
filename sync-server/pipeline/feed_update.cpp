#include "pipeline/feed_update.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace doorstep::server {
namespace {

bool contains(const std::vector<RowId>& sorted, const RowId& id) {
  return std::binary_search(sorted.begin(), sorted.end(), id);
}

}  // namespace

Status FeedUpdate::append(FeedEntry entry) {
  const Result<FeedPosition> at = work_.tx().append_feed(entry);
  if (!at) return tl::unexpected(at.error());
  return {};
}

Status FeedUpdate::changed(const WorkRow& row) {
  if (!row.after.alive()) {
    DOORSTEP_CHECK(be_gone(row.feed));
  } else {
    DOORSTEP_CHECK(stand_at(row.key, row.feed, row.places, Touch::content));
  }
  const bool lends = !row.plan->parents.empty() || !row.plan->dependents.empty();
  const bool moved = row.after.alive() && places_in(row.feed) != row.places;
  if (moved && row.known()) DOORSTEP_CHECK(replace_ledger(row.key, row.places));
  if (!lends) return {};
  return replace_borrowers(*row.plan, row.key.row, moved, &row.before, &row.after);
}

Status FeedUpdate::stand_at(const RowKey& key, const std::vector<FeedEntry>& feed,
                            const std::vector<RowId>& places, Touch touch) {
  std::vector<RowId> missing = places;
  for (const FeedEntry& old : feed) {
    FeedEntry entry = old;
    if (touch == Touch::content && old.place) entry.author = author_;
    entry.kind = FeedKind::row;
    if (!old.place) {
      if (old.kind == FeedKind::left) continue;
      if (!places.empty()) {
        DOORSTEP_CHECK(end_placeless(old));
      } else if (touch == Touch::content) {
        DOORSTEP_CHECK(append(entry));
      }
    } else if (contains(places, *old.place)) {
      missing.erase(std::find(missing.begin(), missing.end(), *old.place));
      if (touch == Touch::content || old.kind != FeedKind::row) DOORSTEP_CHECK(append(entry));
    } else if (old.kind != FeedKind::left) {
      entry.kind = FeedKind::left;
      DOORSTEP_CHECK(append(entry));
    }
  }
  for (const RowId& place : missing)
    DOORSTEP_CHECK(append({FeedPosition{}, key.table, key.row, place, author_, FeedKind::row}));
  if (places.empty() && !placeless_author(feed))
    DOORSTEP_CHECK(append({FeedPosition{}, key.table, key.row, std::nullopt, author_, FeedKind::row}));
  return {};
}

/// The row has a place now. Whoever gave it one within her own scope sees it there, and the entry without a
/// place has done its service; from anybody else its author must hear that it left, unless she sees it there.
Status FeedUpdate::end_placeless(FeedEntry entry) {
  if (entry.author == author_ && !scope_waived_) return work_.tx().erase_feed(entry.seq);
  entry.kind = FeedKind::left;
  return append(entry);
}

Status FeedUpdate::be_gone(const std::vector<FeedEntry>& feed) {
  for (FeedEntry entry : feed) {
    if (entry.kind == FeedKind::left) continue;
    entry.kind = FeedKind::gone;
    if (entry.place) entry.author = author_;
    DOORSTEP_CHECK(append(entry));
  }
  return {};
}

Status FeedUpdate::replace_borrowers(const TablePlan& plan, const RowId& row, bool places_changed,
                                     const RowState* before, const RowState* after) {
  for (const TablePlan::Parent& parent : plan.parents) {
    const ColumnId column = plan.column(parent.position).id;
    for (const RowState* state : {before, after}) {
      const std::optional<RowId> lent_to = reference_in(value_in(*state, column));
      if (lent_to) DOORSTEP_CHECK(replace(*parent.table, *lent_to));
    }
  }
  if (!places_changed) return {};
  for (const PlaceLink& link : plan.dependents) {
    DOORSTEP_TRY(borrowers, work_.tx().referring(*link.table->table, link.table->column(link.position), row));
    for (const RowId& borrower : borrowers) DOORSTEP_CHECK(replace(*link.table, borrower));
  }
  return {};
}

/// Brings the places of a row up to date that the group itself did not touch.
Status FeedUpdate::replace(const TablePlan& plan, const RowId& row) {
  const RowKey key{plan.table->id, row};
  if (ours_.empty())
    for (const WorkRow& ours : rows_) ours_.insert(ours.key);
  if (ours_.count(key) != 0) return {};
  DOORSTEP_TRY(found, work_.tx().find_row(*plan.table, row));
  if (found == nullptr) return {};  // Unknown here, or deleted: then it stays where it was.
  std::vector<Value> values;
  found->append_values(values);
  static const std::vector<WorkRow> nothing;
  DOORSTEP_TRY(places, RowPlaces(work_.tx(), nothing).of_stored(plan, row, values));
  DOORSTEP_TRY(feed, work_.tx().feed_of(key.table, key.row));
  if (places_in(feed) == places) return {};
  // A ring of rows that lend each other places ends here.
  if (!placing_.insert(key).second) return {};
  const Status placed = place_again(plan, key, feed, places);
  placing_.erase(key);
  return placed;
}

Status FeedUpdate::place_again(const TablePlan& plan, const RowKey& key, const std::vector<FeedEntry>& feed,
                               const std::vector<RowId>& places) {
  DOORSTEP_CHECK(stand_at(key, feed, places, Touch::places_only));
  DOORSTEP_CHECK(replace_ledger(key, places));
  return follow_up(plan, key.row);
}

Status FeedUpdate::follow_up(const TablePlan& plan, const RowId& row) {
  if (plan.parents.empty() && plan.dependents.empty()) return {};
  WorkRow stored;
  stored.plan = &plan;
  stored.key = {plan.table->id, row};
  DOORSTEP_CHECK(load(work_.tx(), stored));
  return replace_borrowers(plan, row, true, &stored.before, &stored.after);
}

Status FeedUpdate::ledger_changed(const WorkRow& row, const std::vector<RowId>& entries) {
  const std::vector<RowId> places = row.after.alive() ? row.places : places_in(row.feed);
  for (const RowId& entry : entries) {
    DOORSTEP_TRY(feed, work_.tx().feed_of(kLedgerTable, entry));
    DOORSTEP_CHECK(stand_at({kLedgerTable, entry}, feed, places, Touch::content));
  }
  return {};
}

Status FeedUpdate::replace_ledger(const RowKey& key, const std::vector<RowId>& places) {
  DOORSTEP_TRY(records, work_.tx().ledger_of(key, false));
  for (const LedgerRecord& record : records) {
    DOORSTEP_TRY(feed, work_.tx().feed_of(kLedgerTable, record.item.entry));
    DOORSTEP_CHECK(stand_at({kLedgerTable, record.item.entry}, feed, places, Touch::places_only));
  }
  return {};
}

}  // namespace doorstep::server
