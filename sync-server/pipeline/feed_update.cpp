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
  // Each row is placed again at most once a group: a ring of rows that lend each other places ends here.
  if (!replaced_.insert(key).second) return {};
  DOORSTEP_CHECK(stand_at(key, feed, places, Touch::places_only));
  DOORSTEP_CHECK(replace_ledger(key, places));
  return follow_up(plan, row);
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

Status FeedUpdate::place_moved(const RowId& place, const std::optional<RowId>& old_parent,
                               const std::optional<RowId>& new_parent) {
  const Territory& territory = work_.territory();
  for (const Territory::Place below : territory.subtree(territory.find(place)))
    DOORSTEP_CHECK(move_entries_at(territory.id(below), old_parent));
  return change_view_above(place, old_parent ? territory.find(*old_parent) : Territory::kNowhere,
                           new_parent ? territory.find(*new_parent) : Territory::kNowhere);
}

Status FeedUpdate::place_appeared(const RowId& place) {
  DOORSTEP_TRY(head, work_.tx().feed_head());
  std::vector<FeedPosition> positions;
  DOORSTEP_CHECK(work_.tx().feed_positions(place, FeedPosition{}, head, 2, positions));
  if (positions.size() < 2) return {};  // Its own entry.
  return move_entries_at(place, std::nullopt);
}

/// Those above the new parent see the rows for the first time; those above the old one alone lose them.
Status FeedUpdate::move_entries_at(const RowId& place, const std::optional<RowId>& old_parent) {
  DOORSTEP_TRY(head, work_.tx().feed_head());
  std::vector<FeedPosition> positions;
  DOORSTEP_CHECK(work_.tx().feed_positions(place, FeedPosition{}, head, SIZE_MAX >> 1, positions));
  for (const FeedPosition position : positions) {
    DOORSTEP_TRY(entry, work_.tx().feed_entry(position));
    if (!entry) continue;
    // Whoever is above the old parent and has not yet heard that a row left must still hear it.
    if (entry->kind != FeedKind::left) DOORSTEP_CHECK(append(*entry));
    if (old_parent) DOORSTEP_CHECK(leave(*entry, *old_parent));
  }
  return {};
}

Status FeedUpdate::leave(const FeedEntry& entry, const RowId& place) {
  DOORSTEP_TRY(feed, work_.tx().feed_of(entry.table, entry.row));
  FeedEntry left{FeedPosition{}, entry.table, entry.row, place, author_, FeedKind::left};
  for (const FeedEntry& other : feed) {
    if (other.place != place) continue;
    if (other.kind != FeedKind::left) return {};  // It stands there as well.
    left.seq = other.seq;
  }
  return append(left);
}

/// What is seen from below: the rows above the new parent come into view, those above the old one go.
Status FeedUpdate::change_view_above(const RowId& place, Territory::Place old_above,
                                     Territory::Place new_above) {
  const Territory& territory = work_.territory();
  const auto entries_seen_from_below = [&](Territory::Place at, auto&& visit) -> Status {
    DOORSTEP_TRY(head, work_.tx().feed_head());
    std::vector<FeedPosition> positions;
    DOORSTEP_CHECK(
        work_.tx().feed_positions(territory.id(at), FeedPosition{}, head, SIZE_MAX >> 1, positions));
    for (const FeedPosition position : positions) {
      DOORSTEP_TRY(entry, work_.tx().feed_entry(position));
      const TablePlan* plan = entry ? work_.plan().find(entry->table) : nullptr;
      if (plan == nullptr || !plan->table->seen_from_below) continue;
      DOORSTEP_CHECK(visit(*entry));
    }
    return {};
  };
  std::vector<Territory::Place> above;
  for (Territory::Place at = new_above; at != Territory::kNowhere && above.size() < 64;
       at = territory.parent(at)) {
    above.push_back(at);
    DOORSTEP_CHECK(entries_seen_from_below(
        at, [&](const FeedEntry& entry) { return entry.kind == FeedKind::left ? Status{} : append(entry); }));
  }
  std::size_t depth = 0;
  for (Territory::Place at = old_above; at != Territory::kNowhere && ++depth < 64;
       at = territory.parent(at)) {
    if (std::find(above.begin(), above.end(), at) != above.end()) break;
    // Also what had left there: those below may not have heard of it yet.
    DOORSTEP_CHECK(entries_seen_from_below(at, [&](const FeedEntry& entry) { return leave(entry, place); }));
  }
  return {};
}

}  // namespace doorstep::server
