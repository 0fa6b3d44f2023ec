#include "pipeline/group_merge.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "clock/hybrid_clock.hpp"
#include "merge/fit.hpp"
#include "pipeline/feed_update.hpp"
#include "schema/calendar.hpp"
#include "schema/validation.hpp"
#include "wire/row_meta.hpp"

namespace doorstep::server {
namespace {

wire::HoldReason reason_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::unknown_row:
      return wire::HoldReason::unknown_row;
    case Refusal::future_birth:
      return wire::HoldReason::future_birth;
    case Refusal::future_round:
      return wire::HoldReason::future_round;
    case Refusal::append_only:
      return wire::HoldReason::append_only;
    case Refusal::malformed:
      return wire::HoldReason::invalid;
    case Refusal::too_large:
      return wire::HoldReason::too_large;
  }
  return wire::HoldReason::invalid;
}

/// Visits every version that the row's present state is made of.
template <typename Visit>
void each_version(const RowState& row, Visit visit) {
  for (const Cell& cell : row.cells) {
    visit(cell.version);
    for (const Version& version : cell.agreeing) visit(version);
  }
  for (const Loser& loser : row.losers) visit(loser.head.version);
  for (const Death& death : row.deaths) visit(death.version);
}

bool names_base(const Op& op, const VersionName& name) {
  const auto among = [&](const std::vector<VersionName>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  return among(op.seen) || std::any_of(op.cells.begin(), op.cells.end(),
                                       [&](const CellWrite& write) { return among(write.bases); });
}

/// A decision about a late write, where the office has that write and not yet the birth that made it late: it
/// was put back to a backup, and phones bring things in another order. Settled now, the write would be open
/// again when the birth comes.
bool settles_too_early(const RowState& row, const Op& op) {
  if (op.kind != OpKind::update || !op.cells.empty() || op.birth != row.birth) return false;
  // A decision about a delete names deletes, never what stands in a cell.
  const std::vector<VersionName> heads = row.heads();
  return std::any_of(op.seen.begin(), op.seen.end(), [&](const VersionName& name) {
    return std::binary_search(heads.begin(), heads.end(), name);
  });
}

}  // namespace

Result<Admission> GroupMerge::admit(Group group, const PackPlan& written_under) {
  group_ = std::move(group);
  const auto held = [&](Hold& hold) {
    return Admission{wire::VerdictKind::held, hold.reason, std::move(hold.detail), group_.stamp,
                     hold.awaited};
  };
  DOORSTEP_TRY(malformed, check_ops(written_under));
  if (malformed) return held(*malformed);
  fit(work_.plan().pack(), group_);
  DOORSTEP_CHECK(load_rows());
  stamp_ = admitted_stamp();
  // Whose row it is and what she may do with it comes before everything that looks into it: the answer must
  // not tell what is there.
  scope_ = scope_as_recorded();
  if (author_.lost_ms && !author_.scope_waived && *author_.lost_ms <= recorded_ms()) {
    Hold lost{wire::HoldReason::device_lost, {}, {}};
    return held(lost);
  }
  if (auto never = check_rights_anywhere()) return held(*never);
  DOORSTEP_TRY(not_theirs, check_scope_before());
  if (not_theirs) return held(*not_theirs);
  DOORSTEP_TRY(not_permitted, check_rights_before());
  if (not_permitted) return held(*not_permitted);
  if (auto too_late = check_forgotten()) return held(*too_late);
  if (auto changed_key = check_keys_kept()) return held(*changed_key);
  DOORSTEP_TRY(not_allowed, check_rounds(written_under));
  if (not_allowed) return held(*not_allowed);
  DOORSTEP_TRY(not_one, check_declarations());
  if (not_one) return held(*not_one);
  const bool dropped = drop_future_claims();
  if (auto refused = merge_ops()) return held(*refused);
  auto misplaced = reshape_territory();
  if (!misplaced) {
    DOORSTEP_CHECK(find_places());
    DOORSTEP_TRY(outside, check_scope_after());
    misplaced = std::move(outside);
  }
  if (!misplaced) {
    DOORSTEP_TRY(not_permitted_there, check_rights_after());
    misplaced = std::move(not_permitted_there);
  }
  if (misplaced) {
    restore_territory();
    return held(*misplaced);
  }
  DOORSTEP_CHECK(store_rows());

  Admission admission;
  admission.stamp = stamp_;
  if (dropped) {
    admission.verdict = wire::VerdictKind::merged;
    admission.detail = "时间在将来,未采用。 A time in the future was not taken.";
  }
  for (const WorkRow& row : rows_)
    if (row.outcome.concurrent) admission.verdict = wire::VerdictKind::merged;
  for (const WorkRow& row : rows_)
    if (row.outcome.review) admission.verdict = wire::VerdictKind::in_review;
  return admission;
}

Status GroupMerge::load_rows() {
  rows_.resize(group_.ops.size());
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const RowKey& key = group_.ops[i].key;
    rows_[i].plan = work_.plan().find(key.table);
    rows_[i].key = key;
    DOORSTEP_CHECK(load(work_.tx(), rows_[i]));
  }
  return {};
}

Stamp GroupMerge::admitted_stamp() const {
  Stamp floor = author_.last_stamp;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    each_version(rows_[i].before, [&](const Version& version) {
      if (floor < version.stamp && names_base(group_.ops[i], version.name)) floor = version.stamp;
    });
  return doorstep::admit(group_.stamp, received_ms_, floor);
}

/// max and min would keep a time from the future for good: such claims are not taken.
bool GroupMerge::drop_future_claims() {
  bool dropped = false;
  const std::int64_t latest_ms = received_ms_ + doorstep::limits::kStampLeadMs;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const TablePlan& plan = *rows_[i].plan;
    if (!plan.has_claimed_times) continue;
    const auto from_the_future = [&](const CellWrite& write) {
      const Column* column = plan.table->find(write.column);
      const auto* text = std::get_if<std::string>(&write.value);
      if (column == nullptr || text == nullptr) return false;
      if (column->merge != MergeKind::max && column->merge != MergeKind::min) return false;
      if (column->type == ColumnType::time) return format_time(latest_ms) < *text;
      return column->type == ColumnType::date && local_date(latest_ms) < *text;
    };
    std::vector<CellWrite>& cells = group_.ops[i].cells;
    const auto end = std::remove_if(cells.begin(), cells.end(), from_the_future);
    dropped |= end != cells.end();
    cells.erase(end, cells.end());
  }
  return dropped;
}

std::optional<Hold> GroupMerge::merge_ops() {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Op& op = group_.ops[i];
    WorkRow& row = rows_[i];
    // Nothing is left of an edit whose claims were not taken; a row, or a birth of it, that is not there is
    // another matter.
    const bool is_empty = op.kind == OpKind::update && op.cells.empty() && op.seen.empty();
    if (is_empty && row.known() && op.birth <= row.before.birth) continue;
    if (row.is_forgotten && op.kind == OpKind::remove && op.birth <= row.before.birth) continue;
    if (settles_too_early(row.before, op)) {
      Hold early = hold(wire::HoldReason::future_birth, *row.plan->table, op);
      early.awaited = row.key;
      return early;
    }
    const VersionName name{group_.actor, group_.number, static_cast<std::uint32_t>(i)};
    const auto outcome = apply(*row.plan->table, row.after, op, name, stamp_);
    if (!outcome) {
      Hold refused = hold(reason_of(outcome.error()), *row.plan->table, op);
      if (outcome.error() != Refusal::append_only) refused.awaited = row.key;
      return refused;
    }
    row.outcome = *outcome;
  }
  return std::nullopt;
}

Status GroupMerge::find_places() {
  RowPlaces finder(work_.tx(), rows_);
  for (WorkRow& row : rows_) {
    if (!row.after.alive()) continue;
    DOORSTEP_TRY(places, finder.of_work(row));
    row.places = std::move(places);
  }
  return {};
}

Status GroupMerge::store_rows() {
  for (WorkRow& row : rows_)
    if (row.outcome.changed) DOORSTEP_CHECK(store_row(row));
  FeedUpdate feed(work_, author_.actor, author_.scope_waived, rows_);
  std::vector<RowId> entries;
  for (WorkRow& row : rows_) {
    if (!row.outcome.changed) continue;
    DOORSTEP_CHECK(feed.changed(row));
    if (row.before.losers.empty() && row.after.losers.empty()) continue;
    entries.clear();
    DOORSTEP_CHECK(store_ledger(row, entries));
    DOORSTEP_CHECK(feed.ledger_changed(row, entries));
  }
  return log_territory();
}

/// Says for those who read on how the places lay before. A place that nobody named before it was registered
/// shows nobody anything but what is written there from now on.
Status GroupMerge::log_territory() {
  if (old_places_.empty() && overlay_changes_.empty() && old_assignments_.empty()) return {};
  work_.territory_changed();
  DOORSTEP_TRY(head, work_.tx().feed_head());
  for (const OldPlace& place : old_places_) {
    bool stood_there = place.known;
    if (!stood_there) {
      std::vector<FeedPosition> positions;
      DOORSTEP_CHECK(work_.tx().feed_positions(place.id, FeedPosition{}, head, 2, positions));
      stood_there = positions.size() > 1;  // Its own entry.
    }
    if (!stood_there) continue;
    if (place.parent) DOORSTEP_CHECK(work_.log_place({head, place.id, *place.parent, false}));
    if (place.new_parent) DOORSTEP_CHECK(work_.log_place({head, place.id, *place.new_parent, true}));
  }
  for (const OverlayChange& change : overlay_changes_)
    DOORSTEP_CHECK(work_.log_place({head, change.place, change.overlay, change.added}));
  return {};
}

Status GroupMerge::store_row(WorkRow& row) {
  WriteTransaction& tx = work_.tx();
  const Table& table = *row.plan->table;
  if (!row.after.alive()) {
    if (row.in_table) DOORSTEP_CHECK(tx.erase_row(table, row.key.row));
    RowState state = row.after;
    state.losers.clear();  // They are in the ledger.
    return tx.put_dead({row.key, state.birth, wire::encode_row(state)});
  }
  const std::vector<Value> values = wire::values_of(table, row.after);
  const std::string meta = wire::encode_meta(table, row.after);
  if (!row.in_table) {
    if (row.in_dead) DOORSTEP_CHECK(tx.erase_dead(row.key));
    return tx.insert_row(table, row.key.row, values, meta);
  }
  std::vector<std::size_t> changed;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] != row.values[i]) changed.push_back(i);
  return tx.update_row(table, row.key.row, changed, values, meta);
}

}  // namespace doorstep::server
