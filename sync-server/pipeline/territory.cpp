#include "pipeline/territory.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "wire/row_meta.hpp"

namespace doorstep::server {
namespace {

constexpr std::int64_t kDayMs = 24 * 60 * 60 * 1000;
constexpr std::int64_t kChinaOffsetMs = 8 * 60 * 60 * 1000;

int number_in(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::optional<std::int64_t> day_in(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::nullopt : day_of_date(*text);
}

}  // namespace

std::int64_t day_of(std::int64_t time_ms) {
  const std::int64_t local = time_ms + kChinaOffsetMs;
  return local >= 0 ? local / kDayMs : (local - kDayMs + 1) / kDayMs;
}

std::optional<std::int64_t> day_of_date(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(number_in(text.substr(0, 4))),
      std::chrono::month(static_cast<unsigned>(number_in(text.substr(5, 2)))),
      std::chrono::day(static_cast<unsigned>(number_in(text.substr(8, 2))))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

std::optional<RowId> reference_in(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::nullopt : parse_row_id(*text);
}

std::optional<Assignment> read_assignment(const PackPlan& plan, const RowId& id,
                                          const std::vector<Value>& values) {
  const AssignmentColumns& columns = plan.assignment();
  const std::optional<RowId> person = reference_in(values[columns.person]);
  const std::optional<RowId> place = reference_in(values[columns.place]);
  if (!person || !place) return std::nullopt;
  Assignment assignment{id, *person, *place, {}};
  if (const auto* role = std::get_if<std::string>(&values[columns.role])) assignment.role = *role;
  if (columns.has_starts) assignment.first_day = day_in(values[columns.starts]).value_or(INT64_MIN);
  if (columns.has_ends) assignment.last_day = day_in(values[columns.ends]).value_or(INT64_MAX);
  return assignment;
}

std::optional<PlaceOverlay> read_overlay(const PackPlan& plan, const std::vector<Value>& values) {
  const OverlayColumns& columns = plan.overlay();
  const std::optional<RowId> place = reference_in(values[columns.place]);
  const std::optional<RowId> overlay = reference_in(values[columns.overlay]);
  if (!place || !overlay || values[columns.active] == Value(std::int64_t{0})) return std::nullopt;
  return PlaceOverlay{*place, *overlay};
}

namespace {

std::optional<Assignment> deleted_post(const PackPlan& plan, const DeadRow& row, const RowState& state) {
  auto post = read_assignment(plan, row.key.row, wire::values_of(*plan.assignments().table, state));
  if (post) post->is_deleted = true;
  return post;
}

}  // namespace

Result<Territory> Territory::load(ReadSnapshot& snapshot, const PackPlan& plan) {
  Territory territory;
  DOORSTEP_TRY(office, snapshot.office());
  if (office) territory.version = office->territory_version;
  std::vector<Value> values;
  DOORSTEP_CHECK(snapshot.each_row(*plan.places().table, [&](const RowId& id, const RowView& row) {
    values.clear();
    row.append_values(values);
    territory.set_place(id, reference_in(values[plan.place_parent()]));
    return true;
  }));
  DOORSTEP_TRY(dead, snapshot.dead_rows(plan.places().table->id));
  for (const DeadRow& row : dead) {
    DOORSTEP_TRY(state, wire::decode_row(row.state));
    values = wire::values_of(*plan.places().table, state);
    territory.set_place(row.key.row, reference_in(values[plan.place_parent()]));
  }
  DOORSTEP_CHECK(snapshot.each_row(*plan.assignments().table, [&](const RowId& id, const RowView& row) {
    values.clear();
    row.append_values(values);
    territory.set_assignment(id, read_assignment(plan, id, values));
    return true;
  }));
  DOORSTEP_TRY(dead_posts, snapshot.dead_rows(plan.assignments().table->id));
  for (const DeadRow& row : dead_posts) {
    if (row.state.empty()) continue;
    DOORSTEP_TRY(state, wire::decode_row(row.state));
    territory.set_assignment(row.key.row, deleted_post(plan, row, state));
  }
  DOORSTEP_CHECK(territory.load_overlays(snapshot, plan));
  DOORSTEP_TRY(changes, snapshot.place_changes());
  for (const PlaceChange& change : changes) territory.note_change(change);
  return territory;
}

Status Territory::load_overlays(ReadSnapshot& snapshot, const PackPlan& plan) {
  if (plan.overlays() == nullptr) return {};
  std::vector<Value> values;
  return snapshot.each_row(*plan.overlays()->table, [&](const RowId&, const RowView& row) {
    values.clear();
    row.append_values(values);
    if (const auto edge = read_overlay(plan, values)) set_overlay(edge->place, edge->overlay, true);
    return true;
  });
}

Territory::Place Territory::find(const RowId& id) const {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? kNowhere : at->second;
}

bool Territory::within(Place place, Place root) const {
  return any_upward(place, [root](Place at) { return at == root; });
}

bool Territory::in_cycle(Place place) const {
  std::vector<Place> level{place};
  std::vector<Place> next;
  std::vector<Place> all;
  for (int depth = 0; depth <= doorstep::limits::kPlaceDepth; ++depth) {
    next.clear();
    for (const Place at : level) each_above(at, [&](Place above) { next.push_back(above); });
    if (next.empty()) return false;
    std::sort(next.begin(), next.end());
    next.erase(std::unique(next.begin(), next.end()), next.end());
    all.insert(all.end(), next.begin(), next.end());
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    if (all.size() >= limits::kPlacesAbove) return true;
    level.swap(next);
  }
  return true;
}

std::vector<Territory::Place> Territory::subtree(Place root, std::size_t limit) const {
  std::vector<Place> found{root};
  std::vector<bool> is_found(places_.size());
  is_found[index(root)] = true;
  const auto add = [&](Place place) {
    if (found.size() >= limit || is_found[index(place)]) return;
    is_found[index(place)] = true;
    found.push_back(place);
  };
  for (std::size_t at = 0; at < found.size() && found.size() < limit; ++at) {
    const Node& node = places_[index(found[at])];
    if (node.has_members)
      for (const Place member : members_.at(found[at])) add(member);
    for (Place child = node.first_child; child != kNowhere; child = places_[index(child)].next_sibling)
      add(child);
  }
  return found;
}

std::vector<Assignment> Territory::assignments_of(const RowId& person, std::int64_t day) const {
  std::vector<Assignment> active;
  const auto at = by_person_.find(person);
  if (at == by_person_.end()) return active;
  for (const Assignment& assignment : at->second)
    if (assignment.active_on(day)) active.push_back(assignment);
  return active;
}

const std::vector<Assignment>& Territory::posts_of(const RowId& person) const {
  static const std::vector<Assignment> none;
  const auto at = by_person_.find(person);
  return at == by_person_.end() ? none : at->second;
}

Territory::Place Territory::known(const RowId& id) {
  const auto [at, is_new] = by_id_.try_emplace(id, static_cast<Place>(places_.size()));
  if (is_new) places_.push_back({id});
  return at->second;
}

void Territory::unlink(Place place) {
  Node& node = places_[index(place)];
  if (node.parent == kNowhere) return;
  Place* link = &places_[index(node.parent)].first_child;
  while (*link != place) link = &places_[index(*link)].next_sibling;
  *link = node.next_sibling;
  node.next_sibling = kNowhere;
  node.parent = kNowhere;
}

void Territory::set_place(const RowId& id, const std::optional<RowId>& parent) {
  const Place place = known(id);
  const Place above = parent ? known(*parent) : kNowhere;
  if (places_[index(place)].parent == above) return;
  unlink(place);
  if (above == kNowhere) return;
  places_[index(place)].parent = above;
  places_[index(place)].next_sibling = places_[index(above)].first_child;
  places_[index(above)].first_child = place;
}

void Territory::set_overlay(const RowId& id, const RowId& overlay_id, bool lies_beneath) {
  const Place place = known(id);
  const Place overlay = known(overlay_id);
  std::vector<Place>& over = overlays_[place];
  std::vector<Place>& members = members_[overlay];
  over.erase(std::remove(over.begin(), over.end(), overlay), over.end());
  members.erase(std::remove(members.begin(), members.end(), place), members.end());
  if (lies_beneath) {
    over.push_back(overlay);
    members.push_back(place);
  }
  places_[index(place)].has_overlays = !over.empty();
  places_[index(overlay)].has_members = !members.empty();
}

std::size_t Territory::overlays_of(const RowId& id) const {
  const auto at = overlays_.find(find(id));
  return at == overlays_.end() ? 0 : at->second.size();
}

void Territory::note_change(const PlaceChange& change) {
  changes_.push_back({change.at, known(change.place), known(change.above), change.added});
}

void Territory::forget_changes(FeedPosition through) {
  const auto first_kept = std::find_if(changes_.begin(), changes_.end(),
                                       [&](const Change& change) { return through < change.at; });
  changes_.erase(changes_.begin(), first_kept);
}

std::optional<Assignment> Territory::assignment(const RowId& id) const {
  const auto person = person_of_assignment_.find(id);
  if (person == person_of_assignment_.end()) return std::nullopt;
  for (const Assignment& assignment : by_person_.at(person->second))
    if (assignment.id == id) return assignment;
  return std::nullopt;
}

void Territory::set_assignment(const RowId& id, const std::optional<Assignment>& assignment) {
  const auto before = person_of_assignment_.find(id);
  if (before != person_of_assignment_.end()) {
    std::vector<Assignment>& theirs = by_person_[before->second];
    theirs.erase(
        std::remove_if(theirs.begin(), theirs.end(), [&](const Assignment& a) { return a.id == id; }),
        theirs.end());
    person_of_assignment_.erase(before);
  }
  if (!assignment) return;
  by_person_[assignment->person].push_back(*assignment);
  person_of_assignment_[id] = assignment->person;
}

RoleSet Scope::roles_at(const Territory& territory, Territory::Place place) const {
  RoleSet roles = 0;
  if (place == Territory::kNowhere) return roles;
  territory.any_upward(place, [&](Territory::Place at) {
    for (const Grant& grant : grants)
      if (grant.root == at) roles |= grant.roles;
    return false;
  });
  return roles;
}

RoleSet Scope::all_roles() const {
  RoleSet roles = 0;
  for (const Grant& grant : grants) roles |= grant.roles;
  return roles;
}

Scope scope_of(const Territory& territory, const Rights& rights, const RowId& person, std::int64_t day) {
  Scope scope;
  for (const Assignment& assignment : territory.assignments_of(person, day)) {
    const Territory::Place root = territory.find(assignment.place);
    if (root != Territory::kNowhere) scope.grants.push_back({root, rights.role(assignment.role)});
  }
  return scope;
}

}  // namespace doorstep::server
