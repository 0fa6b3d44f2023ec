#include "pipeline/compaction.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "pipeline/limits.hpp"
#include "pipeline/sightings.hpp"
#include "wire/codec.hpp"

namespace doorstep::server {
namespace {

/// By then a server that runs every night has saved where a new device stands, if it ever pulled.
constexpr std::int64_t kSettlesInMs = 2 * CompactionOptions::kDayMs;

/// A device without a floor has nothing yet and begins afresh; of a new one that may not be known yet.
bool is_waited_for(const ActorRecord& actor, std::int64_t now_ms, std::int64_t lease_ms) {
  if (serial_of(actor.actor) == kOfficeSerial || actor.is_revoked()) return false;
  if (actor.last_seen_ms + lease_ms < now_ms) return false;
  // A re-homed device goes on from its origin's floor; where that had none, it is answered whole.
  const bool is_new = actor.origin == ActorId{} && now_ms <= actor.enrolled_ms + kSettlesInMs;
  return actor.floor != FeedPosition{} || is_new;
}

}  // namespace

Result<bool> Compaction::step() {
  switch (phase_) {
    case Phase::sightings:
      DOORSTEP_CHECK(take_notes());
      break;
    case Phase::horizon:
      DOORSTEP_CHECK(move_horizon());
      break;
    case Phase::search:
      DOORSTEP_CHECK(search());
      break;
    case Phase::feed:
      DOORSTEP_CHECK(collect_feed());
      break;
    case Phase::ledger:
      DOORSTEP_CHECK(collect_ledger());
      break;
    case Phase::groups:
      DOORSTEP_CHECK(cut_groups());
      break;
    case Phase::room:
      DOORSTEP_CHECK(give_room_back());
      break;
    case Phase::done:
      break;
  }
  return phase_ != Phase::done;
}

Status Compaction::commit(OfficeTransaction& work) { return options_.dry_run ? Status{} : work.commit(); }

Status Compaction::take_notes() {
  if (started_ms_ == 0) {
    started_ms_ = office_.now_ms();
    DOORSTEP_TRY(size, office_.store().size());
    report_.before = report_.after = size;
  }
  if (!options_.dry_run) {
    DOORSTEP_TRY(more, save_sightings(office_));
    if (more) return {};
  }
  go_on(Phase::horizon);
  return {};
}

/// The smallest floor of all devices within their lease. It is stored before anything beneath it goes, so who
/// lies below hears that it may have missed something.
Status Compaction::move_horizon() {
  DOORSTEP_TRY(work, OfficeTransaction::begin(office_));
  DOORSTEP_TRY(office, work.tx().office());
  DOORSTEP_TRY(actors, work.tx().actors());
  DOORSTEP_TRY(horizon, work.tx().feed_head());
  for (const ActorRecord& actor : actors) {
    if (serial_of(actor.actor) == kOfficeSerial) continue;
    ++report_.devices;
    if (!is_waited_for(actor, started_ms_, options_.lease_ms)) continue;
    ++report_.waited_for;
    horizon = std::min(horizon, actor.floor);
  }
  report_.horizon = std::max(horizon, office ? office->horizon : FeedPosition{});
  go_on(Phase::search);
  if (office && office->horizon == report_.horizon) return {};
  DOORSTEP_CHECK(work.tx().set_horizon(report_.horizon));
  if (!options_.dry_run) {
    work.territory_touched();
    work.territory().forget_changes(report_.horizon);
  }
  return commit(work);
}

/// Reads everything once, in a snapshot; nobody waits.
Status Compaction::search() {
  DOORSTEP_TRY(snapshot, office_.store().snapshot());
  DOORSTEP_TRY(plan, office_.newest_plan(*snapshot));
  DOORSTEP_TRY(needed, NeededGroups::find(*snapshot, *plan));
  needed_ = std::move(needed);
  DOORSTEP_TRY(settled, snapshot->ledger_closed_before(started_ms_ - options_.history_ms));
  settled_ = std::move(settled);
  DOORSTEP_CHECK(find_old_groups(*snapshot));
  go_on(Phase::feed);
  return {};
}

/// What no backup has is kept: it would be gone for good.
Status Compaction::find_old_groups(ReadSnapshot& snapshot) {
  DOORSTEP_TRY(actors, snapshot.actors());
  for (const ActorRecord& actor : actors)
    DOORSTEP_CHECK(snapshot.each_old_group(
        actor.actor, started_ms_ - options_.history_ms, [&](const GroupName& name, std::uint64_t bytes) {
          if (needed_->contains(name)) return true;
          if (options_.without_backup || name.number <= actor.backed_up_through)
            old_groups_.push_back({name, bytes});
          else
            ++report_.groups_without_backup;
          return true;
        }));
  return {};
}

Status Compaction::collect_feed() {
  DOORSTEP_TRY(work, OfficeTransaction::begin(office_));
  DOORSTEP_TRY(head, work.tx().feed_head());
  head_ = head;
  DOORSTEP_TRY(entries, work.tx().departed(collected_through_, report_.horizon, limits::kCollectedEntries));
  for (const FeedEntry& entry : entries) {
    if (entry.kind == FeedKind::left) {
      DOORSTEP_CHECK(erase_entries(work, {entry}));
    } else {
      DOORSTEP_CHECK(collect_gone(work, entry));
    }
    collected_through_ = entry.seq;
  }
  if (entries.size() < limits::kCollectedEntries) go_on(Phase::ledger);
  return entries.empty() ? Status{} : commit(work);
}

/// A deleted row goes as a whole: the entries that say where it stood, and its versions.
Result<bool> Compaction::collect_gone(OfficeTransaction& work, const FeedEntry& entry) {
  const TablePlan* plan = work.plan().find(entry.table);
  const RowKey key{entry.table, entry.row};
  if (plan == nullptr) return false;
  DOORSTEP_TRY(feed, work.tx().feed_of(key.table, key.row));
  if (feed.empty()) return false;  // It went with another of its entries.
  DOORSTEP_TRY(forgettable, is_forgettable(work, *plan, key));
  if (!forgettable) return false;
  DOORSTEP_TRY(erased, erase_entries(work, feed));
  if (!erased) return false;
  DOORSTEP_TRY(dead, work.tx().dead(key));
  if (!dead)
    return fail_storage(ErrorCode::storage_damaged, "the feed names a deleted row that is not there");
  dead->state.clear();
  ++report_.deleted_rows;
  DOORSTEP_CHECK(work.tx().put_dead(*dead));
  return true;
}

/// A door is registered again, and late work on it must find it: rows with a natural key stay, of which there
/// are no more than there are doors. So do rows that lend others their place, or about which people have yet
/// to decide.
Result<bool> Compaction::is_forgettable(OfficeTransaction& work, const TablePlan& plan, const RowKey& key) {
  if (!plan.table->natural_key.empty() || plan.is_place || needed_->is_awaited(key)) return false;
  for (const PlaceLink& link : plan.dependents) {
    DOORSTEP_TRY(borrowers,
                 work.tx().referring(*link.table->table, link.table->column(link.position), key.row));
    if (!borrowers.empty()) return false;
  }
  DOORSTEP_TRY(open, work.tx().ledger_of(key, true));
  return open.empty();
}

/// All of them or none: not those that some device may have yet to read, nor the last one of the feed, whose
/// position would be given again.
Result<bool> Compaction::erase_entries(OfficeTransaction& work, const std::vector<FeedEntry>& feed) {
  const auto needed = [&](const FeedEntry& entry) {
    return report_.horizon < entry.seq || entry.seq == head_;
  };
  if (std::any_of(feed.begin(), feed.end(), needed)) return false;
  for (const FeedEntry& entry : feed) DOORSTEP_CHECK(work.tx().erase_feed(entry.seq));
  report_.feed_entries += feed.size();
  return true;
}

Status Compaction::collect_ledger() {
  const std::size_t end = std::min(settled_.size(), at_ + limits::kCollectedEntries);
  if (at_ == end) {
    at_ = 0;
    go_on(Phase::groups);
    return {};
  }
  DOORSTEP_TRY(work, OfficeTransaction::begin(office_));
  DOORSTEP_TRY(head, work.tx().feed_head());
  head_ = head;
  for (; at_ < end; ++at_) {
    DOORSTEP_TRY(record, work.tx().ledger_entry(settled_[at_]));
    if (!record || record->item.open) continue;
    DOORSTEP_TRY(feed, work.tx().feed_of(kLedgerTable, settled_[at_]));
    DOORSTEP_TRY(erased, erase_entries(work, feed));
    if (!erased) continue;
    DOORSTEP_CHECK(work.tx().erase_ledger(settled_[at_]));
    ++report_.ledger_entries;
  }
  return commit(work);
}

Status Compaction::cut_groups() {
  const std::size_t end = std::min(old_groups_.size(), at_ + limits::kCutGroups);
  if (at_ == end) {
    go_on(Phase::room);
    return {};
  }
  DOORSTEP_TRY(work, OfficeTransaction::begin(office_));
  for (; at_ < end; ++at_) {
    const OldGroup& old = old_groups_[at_];
    DOORSTEP_TRY(record, work.tx().group(old.name.actor, old.name.number));
    if (!record || record->is_cut()) continue;
    // Later groups of the actor are stamped after this one.
    if (!record->admitted) {
      DOORSTEP_TRY(group, wire::decode_group(record->bytes));
      record->admitted = group.stamp;
    }
    DOORSTEP_CHECK(work.tx().cut_group(old.name, *record->admitted));
    ++report_.groups;
    report_.group_bytes += old.bytes;
  }
  work.log().clear();  // It may have them with their content.
  return commit(work);
}

Status Compaction::give_room_back() {
  bool more = false;
  if (!options_.dry_run) {
    DOORSTEP_TRY(left, office_.store().shrink(limits::kShrunkBytes));
    more = left;
  }
  if (more) return {};
  DOORSTEP_TRY(size, office_.store().size());
  report_.after = size;
  go_on(Phase::done);
  return {};
}

Result<CompactionReport> compact(Office& office, const CompactionOptions& options) {
  Compaction compaction(office, options);
  for (;;) {
    DOORSTEP_TRY(more, compaction.step());
    if (!more) return compaction.report();
  }
}

}  // namespace doorstep::server
