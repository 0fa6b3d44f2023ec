#include "pipeline/work_row.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "merge/fit.hpp"
#include "pipeline/limits.hpp"
#include "wire/row_meta.hpp"

namespace doorstep::server {
namespace {

/// Whether open ledger entries may exist: nothing else leaves any.
bool may_have_losers(const RowState& row) {
  return row.birth > Birth{1} || !row.deaths.empty() ||
         std::any_of(row.cells.begin(), row.cells.end(), [](const Cell& cell) { return cell.contested; });
}

Status load_losers(ReadSnapshot& snapshot, WorkRow& row) {
  DOORSTEP_TRY(open, snapshot.ledger_of(row.key, true));
  for (LedgerRecord& record : open) {
    wire::LedgerItem& item = record.item;
    row.before.losers.push_back(
        {item.kind, item.birth, item.column, {item.version, std::move(item.value), std::move(item.bases)}});
  }
  return {};
}

/// All of its writes were seen by its deletes; which those were is not known any more.
RowState forgotten_row(Birth birth) {
  RowState row;
  row.birth = birth;
  row.deaths.push_back({{}, {}, true, false});
  return row;
}

void sort_unique(std::vector<RowId>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

}  // namespace

Status load(ReadSnapshot& snapshot, WorkRow& row) {
  DOORSTEP_TRY(found, snapshot.find_row(*row.plan->table, row.key.row));
  if (found != nullptr) {
    row.in_table = true;
    row.values.reserve(row.plan->table->columns.size());
    found->append_values(row.values);
    DOORSTEP_TRY(state, wire::decode_meta(*row.plan->table, found->meta(), row.values));
    row.before = std::move(state);
  } else {
    DOORSTEP_TRY(dead, snapshot.dead(row.key));
    if (dead && dead->state.empty()) {
      row.in_dead = row.is_forgotten = true;
      row.before = forgotten_row(dead->birth);
    } else if (dead) {
      row.in_dead = true;
      DOORSTEP_TRY(state, wire::decode_row(dead->state));
      fit(*row.plan->table, state);
      row.before = std::move(state);
    }
  }
  row.after = row.before;
  if (!row.known()) return {};
  if (may_have_losers(row.before)) DOORSTEP_CHECK(load_losers(snapshot, row));
  DOORSTEP_TRY(feed, snapshot.feed_of(row.key.table, row.key.row));
  row.feed = std::move(feed);
  row.after = row.before;
  return {};
}

std::vector<RowId> places_in(const std::vector<FeedEntry>& feed) {
  std::vector<RowId> places;
  for (const FeedEntry& entry : feed)
    if (entry.place && entry.kind != FeedKind::left) places.push_back(*entry.place);
  sort_unique(places);
  return places;
}

std::optional<ActorId> placeless_author(const std::vector<FeedEntry>& feed) {
  for (const FeedEntry& entry : feed)
    if (!entry.place && entry.kind != FeedKind::left) return entry.author;
  return std::nullopt;
}

void RowPlaces::index_work() {
  if (indexed_) return;
  indexed_ = true;
  for (const WorkRow& row : work_) {
    by_key_.emplace(row.key, &row);
    if (!row.after.alive()) continue;
    for (const TablePlan::Parent& parent : row.plan->parents) {
      const auto lent_to = reference_in(value_in(row.after, row.plan->column(parent.position).id));
      if (lent_to) lenders_.emplace(RowKey{parent.table->table->id, *lent_to}, &row);
    }
  }
}

const WorkRow* RowPlaces::in_work(const RowKey& key) {
  index_work();
  const auto at = by_key_.find(key);
  return at == by_key_.end() ? nullptr : at->second;
}

Result<std::vector<RowId>> RowPlaces::of_work(const WorkRow& row, int depth) {
  const TablePlan& plan = *row.plan;
  switch (plan.table->place_rule) {
    case PlaceRule::self:
      return std::vector<RowId>{row.key.row};
    case PlaceRule::column:
      return of_reference(plan, value_in(row.after, plan.table->place_column), depth);
    case PlaceRule::children:
      return of_children(plan, row.key.row, depth);
  }
  return std::vector<RowId>{};
}

Result<std::vector<RowId>> RowPlaces::of_stored(const TablePlan& plan, const RowId& row,
                                                const std::vector<Value>& values) {
  switch (plan.table->place_rule) {
    case PlaceRule::self:
      return std::vector<RowId>{row};
    case PlaceRule::column:
      return of_reference(plan, values[plan.place_position], 0);
    case PlaceRule::children:
      return of_children(plan, row, 0);
  }
  return std::vector<RowId>{};
}

Result<std::vector<RowId>> RowPlaces::of_reference(const TablePlan& plan, const Value& reference, int depth) {
  std::vector<RowId> places;
  const std::optional<RowId> target = reference_in(reference);
  if (!target || depth > limits::kPlaceLending) return places;
  if (plan.place_target->table->place_rule == PlaceRule::self) {
    places.push_back(*target);
    return places;
  }
  const RowKey key{plan.place_target->table->id, *target};
  if (const WorkRow* row = in_work(key)) return of_work(*row, depth + 1);
  DOORSTEP_TRY(feed, snapshot_.feed_of(key.table, key.row));
  return places_in(feed);
}

Result<std::vector<RowId>> RowPlaces::of_children(const TablePlan& plan, const RowId& row, int depth) {
  std::vector<RowId> places;
  if (depth > limits::kPlaceLending) return places;
  const TablePlan& child_plan = *plan.children.table;
  const Column& reference = child_plan.column(plan.children.position);
  const auto add = [&](const std::vector<RowId>& more) {
    places.insert(places.end(), more.begin(), more.end());
  };
  DOORSTEP_TRY(children, snapshot_.referring(*child_plan.table, reference, row));
  for (const RowId& child : children) {
    if (in_work({child_plan.table->id, child}) != nullptr) continue;
    DOORSTEP_TRY(feed, snapshot_.feed_of(child_plan.table->id, child));
    add(places_in(feed));
  }
  index_work();
  const auto [first, last] = lenders_.equal_range({plan.table->id, row});
  for (auto child = first; child != last; ++child) {
    DOORSTEP_TRY(theirs, of_work(*child->second, depth + 1));
    add(theirs);
  }
  sort_unique(places);
  return places;
}

}  // namespace doorstep::server
