#include <algorithm>

#include "base/error.hpp"
#include "pipeline/group_merge.hpp"
#include "pipeline/limits.hpp"
#include "wire/row_meta.hpp"

// Who may write what: every row that a group touches, and every row whose places it alters, must lie in the
// author's scope before and after.
namespace doorstep::server {

/// When the group was recorded, as far as one can tell: by its stamp, but not before the last office time the
/// device knew, nor before the last group the office has taken from it, and not after receipt.
std::int64_t GroupMerge::recorded_ms() const {
  return std::min(std::max({stamp_.ms(), group_.office_time_ms, author_.last_stamp.ms()}), received_ms_);
}

/// Authority is judged as of the recording. A clock in doubt says nothing about the day: then the day of
/// receipt serves too.
Scope GroupMerge::scope_as_recorded() const {
  Scope scope;
  scope.everything = author_.is_office || author_.scope_waived;
  if (scope.everything) return scope;
  const Territory& territory = work_.territory();
  const Rights& rights = work_.plan().rights();
  scope = scope_of(territory, rights, author_.person, day_of(recorded_ms()));
  if (scope.grants.empty() && (group_.clock_in_doubt || group_.office_time_ms == 0))
    scope = scope_of(territory, rights, author_.person, day_of(received_ms_));
  return scope;
}

bool GroupMerge::covers(const std::vector<RowId>& places) const {
  return scope_.everything || roles_in(places) != 0;
}

/// A row that stands nowhere yet is its author's, whichever of her devices she wrote it on.
Result<bool> GroupMerge::is_authors_own(const std::vector<FeedEntry>& feed) {
  const std::optional<ActorId> by = placeless_author(feed);
  return by ? is_authors(*by) : Result<bool>(false);
}

/// Of a row that lies outside the author reads the same as of one that nobody knows (verdict_of).
GroupMerge::Check GroupMerge::check_scope_before() {
  if (!scope_.everything && scope_.grants.empty()) return Hold{wire::HoldReason::not_authorised, {}};
  if (scope_.everything) return std::nullopt;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const WorkRow& row = rows_[i];
    const Op& op = group_.ops[i];
    if (!row.known() && !row.is_forgotten && op.kind != OpKind::insert) {
      Hold unknown = hold(wire::HoldReason::unknown_row, *row.plan->table, op);
      unknown.awaited = row.key;
      return unknown;
    }
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
      DOORSTEP_TRY(out_of_reach, check_reach(*parent.table, *lent_to, op));
      if (out_of_reach) return out_of_reach;
    }
  }
  return std::nullopt;
}

/// Whether the author answers for a row that the group speaks of. One that is not known here may dangle;
/// but an id that is made of a key can be guessed, and to take it would tell that nobody is registered there.
GroupMerge::Check GroupMerge::check_reach(const TablePlan& plan, const RowId& row, const Op& op) {
  DOORSTEP_TRY(feed, work_.tx().feed_of(plan.table->id, row));
  if (feed.empty()) {
    const RowKey key{plan.table->id, row};
    const bool is_ours =
        std::any_of(group_.ops.begin(), group_.ops.end(), [&](const Op& other) { return other.key == key; });
    if (is_ours || plan.table->natural_key.empty()) return std::nullopt;
    Hold unknown = hold(wire::HoldReason::unknown_row, *plan.table, op);
    unknown.awaited = key;
    return unknown;
  }
  const std::vector<RowId> places = places_in(feed);
  DOORSTEP_TRY(own, is_authors_own(feed));
  if (places.empty() ? !own : !covers(places)) return hold(wire::HoldReason::outside_scope, *plan.table, op);
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
  for (const OverlayChange& change : overlay_changes_)
    if (change.added && !covers({change.overlay}))
      return Hold{wire::HoldReason::outside_scope, work_.plan().overlays()->table->label.zh};
  return std::nullopt;
}

/// Puts the group's places and posts into the territory, so that the rest of the group is judged by them.
std::optional<Hold> GroupMerge::reshape_territory() {
  for (const WorkRow& row : rows_)
    if (row.outcome.changed && reshape(row)) work_.territory_touched();
  return check_shape();
}

/// Whether the row has a say in it.
bool GroupMerge::reshape(const WorkRow& row) {
  Territory& territory = work_.territory();
  const PackPlan& plan = work_.plan();
  const RowId& id = row.key.row;
  if (row.plan->is_place) {
    const Territory::Place before = territory.find(id);
    OldPlace old{id, before != Territory::kNowhere, {}, {}};
    if (old.known && territory.parent(before) != Territory::kNowhere)
      old.parent = territory.id(territory.parent(before));
    old.new_parent = reference_in(value_in(row.after, plan.places().column(plan.place_parent()).id));
    if (old.known && old.parent == old.new_parent) return false;
    territory.set_place(id, old.new_parent);
    old_places_.push_back(old);
    return true;
  }
  if (row.plan->is_overlay) {
    std::optional<PlaceOverlay> before, after;
    if (row.in_table) before = read_overlay(plan, row.values);
    if (row.after.alive()) after = read_overlay(plan, wire::values_of(*row.plan->table, row.after));
    if (before.has_value() == after.has_value()) return false;
    const PlaceOverlay& edge = after ? *after : *before;
    territory.set_overlay(edge.place, edge.overlay, after.has_value());
    overlay_changes_.push_back({edge.place, edge.overlay, after.has_value()});
    return true;
  }
  if (!row.plan->is_assignment) return false;
  old_assignments_.push_back({id, territory.assignment(id)});
  std::optional<Assignment> post = read_assignment(plan, id, wire::values_of(*row.plan->table, row.after));
  if (post) post->is_deleted = !row.after.alive();
  territory.set_assignment(id, post);
  return true;
}

std::optional<Hold> GroupMerge::check_shape() const {
  const Territory& territory = work_.territory();
  const PackPlan& plan = work_.plan();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const WorkRow& row = rows_[i];
    const Table& table = *row.plan->table;
    if (row.plan->is_place && territory.in_cycle(territory.find(row.key.row)))
      return hold(wire::HoldReason::invalid, table, group_.ops[i],
                  &plan.places().column(plan.place_parent()));
    if (!row.plan->is_overlay || !row.after.alive()) continue;
    const auto place = reference_in(value_in(row.after, table.columns[plan.overlay().place].id));
    if (place && (territory.in_cycle(territory.find(*place)) ||
                  territory.overlays_of(*place) > limits::kOverlaysOfPlace))
      return hold(wire::HoldReason::invalid, table, group_.ops[i], &table.columns[plan.overlay().overlay]);
  }
  return std::nullopt;
}

void GroupMerge::restore_territory() {
  Territory& territory = work_.territory();
  for (auto change = overlay_changes_.rbegin(); change != overlay_changes_.rend(); ++change)
    territory.set_overlay(change->place, change->overlay, !change->added);
  for (auto old = old_places_.rbegin(); old != old_places_.rend(); ++old)
    territory.set_place(old->id, old->parent);
  for (const OldAssignment& old : old_assignments_) territory.set_assignment(old.id, old.assignment);
}

}  // namespace doorstep::server
