#include <algorithm>

#include "base/error.hpp"
#include "pipeline/group_merge.hpp"
#include "wire/row_meta.hpp"

// Who may write what: every row that a group touches, and every row whose places it alters, must lie in the
// author's scope before and after.
namespace doorstep::server {

/// When the group was recorded, as far as one can tell: by its stamp, but not before the last office time the
/// device knew, and not after receipt.
std::int64_t GroupMerge::recorded_ms() const {
  return std::min(std::max(stamp_.ms(), group_.office_time_ms), received_ms_);
}

/// Authority is judged as of the recording. A clock in doubt says nothing about the day: then the day of
/// receipt serves too.
Scope GroupMerge::scope_as_recorded() const {
  Scope scope;
  scope.everything = author_.is_office || author_.scope_waived;
  if (scope.everything) return scope;
  const Territory& territory = work_.territory();
  scope = scope_of(territory, author_.person, day_of(recorded_ms()));
  if (scope.roots.empty() && (group_.clock_in_doubt || group_.office_time_ms == 0))
    scope = scope_of(territory, author_.person, day_of(received_ms_));
  return scope;
}

bool GroupMerge::covers(const std::vector<RowId>& places) const {
  if (scope_.everything) return true;
  const Territory& territory = work_.territory();
  return std::any_of(places.begin(), places.end(),
                     [&](const RowId& place) { return scope_.covers(territory, territory.find(place)); });
}

/// A row that stands nowhere yet is its author's, whichever of her devices she wrote it on.
Result<bool> GroupMerge::is_authors_own(const std::vector<FeedEntry>& feed) {
  const std::optional<ActorId> by = placeless_author(feed);
  if (!by) return false;
  if (*by == author_.actor) return true;
  DOORSTEP_TRY(device, work_.tx().actor(*by));
  return device && device->person == author_.person && author_.person != RowId{};
}

GroupMerge::Check GroupMerge::check_scope_before() {
  if (!scope_.everything && scope_.roots.empty()) return Hold{wire::HoldReason::not_authorised, {}};
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const WorkRow& row = rows_[i];
    const Op& op = group_.ops[i];
    if (auto changed_key = check_key_kept(row, op)) return changed_key;
    if (scope_.everything) continue;
    if (row.known()) {
      const std::vector<RowId> places = places_in(row.feed);
      DOORSTEP_TRY(own, is_authors_own(row.feed));
      if (places.empty() ? !own : !covers(places))
        return hold(wire::HoldReason::outside_scope, *row.plan->table, op);
    }
    DOORSTEP_TRY(not_theirs, check_lent_places(row, op));
    if (not_theirs) return not_theirs;
  }
  return std::nullopt;
}

/// A row that lends its places alters the scope of the row it lends them to (a residency, of its resident):
/// nobody brings into reach what is not theirs.
GroupMerge::Check GroupMerge::check_lent_places(const WorkRow& row, const Op& op) {
  for (const TablePlan::Parent& parent : row.plan->parents) {
    const ColumnId reference = row.plan->column(parent.position).id;
    for (const CellWrite& write : op.cells) {
      const std::optional<RowId> lent_to =
          write.column == reference ? reference_in(write.value) : std::nullopt;
      if (!lent_to) continue;
      DOORSTEP_TRY(feed, work_.tx().feed_of(parent.table->table->id, *lent_to));
      if (feed.empty()) continue;  // Not known here: it may dangle.
      const std::vector<RowId> places = places_in(feed);
      DOORSTEP_TRY(own, is_authors_own(feed));
      if (places.empty() ? !own : !covers(places))
        return hold(wire::HoldReason::outside_scope, *parent.table->table, op);
    }
  }
  return std::nullopt;
}

GroupMerge::Check GroupMerge::check_scope_after() {
  if (scope_.everything) return std::nullopt;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const WorkRow& row = rows_[i];
    if (!row.after.alive()) continue;
    DOORSTEP_TRY(own, is_authors_own(row.feed));
    const bool nowhere_is_fine = !row.known() || own;
    if (row.places.empty() ? !nowhere_is_fine : !covers(row.places))
      return hold(wire::HoldReason::outside_scope, *row.plan->table, group_.ops[i]);
  }
  for (const OldPlace& place : old_places_)
    if (place.parent != place.new_parent && (!place.new_parent || !covers({*place.new_parent})))
      return Hold{wire::HoldReason::outside_scope, work_.plan().places().table->label.zh};
  return std::nullopt;
}

/// Puts the group's places and posts into the territory, so that the rest of the group is judged by them.
std::optional<Hold> GroupMerge::reshape_territory() {
  Territory& territory = work_.territory();
  const PackPlan& plan = work_.plan();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const WorkRow& row = rows_[i];
    if (!row.outcome.changed) continue;
    const RowId& id = row.key.row;
    if (row.plan->is_place) {
      const Territory::Place before = territory.find(id);
      OldPlace old{id, before != Territory::kNowhere, {}, {}};
      if (old.known && territory.parent(before) != Territory::kNowhere)
        old.parent = territory.id(territory.parent(before));
      old.new_parent = reference_in(value_in(row.after, plan.places().column(plan.place_parent()).id));
      if (old.known && old.parent == old.new_parent) continue;
      territory.set_place(id, old.new_parent);
      old_places_.push_back(old);
    } else if (row.plan->is_assignment) {
      old_assignments_.push_back({id, territory.assignment(id)});
      const bool alive = row.after.alive();
      territory.set_assignment(
          id, alive ? read_assignment(plan, id, wire::values_of(*row.plan->table, row.after)) : std::nullopt);
    } else {
      continue;
    }
    work_.territory_touched();
  }
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (rows_[i].plan->is_place && territory.in_cycle(territory.find(rows_[i].key.row)))
      return hold(wire::HoldReason::invalid, *rows_[i].plan->table, group_.ops[i],
                  &plan.places().column(plan.place_parent()));
  return std::nullopt;
}

void GroupMerge::restore_territory() {
  Territory& territory = work_.territory();
  for (auto old = old_places_.rbegin(); old != old_places_.rend(); ++old)
    territory.set_place(old->id, old->parent);
  for (const OldAssignment& old : old_assignments_) territory.set_assignment(old.id, old.assignment);
}

}  // namespace doorstep::server
