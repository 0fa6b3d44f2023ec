#include "duplicates/census.hpp"

#include <map>
#include <unordered_map>

#include "base/error.hpp"
#include "pipeline/sameness.hpp"
#include "schema/unicode_text.hpp"

namespace doorstep::server {
namespace {

/// Place trees are a handful of levels deep; deeper is a ring.
constexpr int kPlaceLevels = 64;

/// A table's values by the names of its columns.
class Columns {
 public:
  explicit Columns(const TablePlan* plan) : plan_(plan) {}
  explicit operator bool() const { return plan_ != nullptr; }
  const Table& table() const { return *plan_->table; }
  std::string text(const std::vector<Value>& values, const char* column) const {
    const Value* value = find(values, column);
    const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
    return text == nullptr ? std::string{} : *text;
  }
  RowId id(const std::vector<Value>& values, const char* column) const {
    const Value* value = find(values, column);
    return value == nullptr ? RowId{} : reference_in(*value).value_or(RowId{});
  }

 private:
  const Value* find(const std::vector<Value>& values, const char* column) const {
    const Column* known = plan_->table->find(column);
    return known == nullptr ? nullptr
                            : &values[static_cast<std::size_t>(known - plan_->table->columns.data())];
  }
  const TablePlan* plan_;
};

template <typename Visit>
Status each(ReadSnapshot& snapshot, const Columns& columns, Visit visit) {
  std::vector<Value> values;
  return snapshot.each_row(columns.table(), [&](const RowId& id, const RowView& row) {
    values.clear();
    row.append_values(values);
    visit(id, values);
    return true;
  });
}

struct PlaceNode {
  RowId parent;
  std::string level;
};
using Places = std::unordered_map<RowId, PlaceNode>;

Result<Places> read_places(ReadSnapshot& snapshot, const PackPlan& plan) {
  Places places;
  const Columns columns(&plan.places());
  DOORSTEP_CHECK(each(snapshot, columns, [&](const RowId& id, const std::vector<Value>& values) {
    places[id] = {columns.id(values, "parent"), columns.text(values, "level")};
  }));
  return places;
}

Address address_of(const Places& places, const RowId& household, const RowId& door) {
  Address out{household, door, {}, {}};
  RowId at = door;
  for (int i = 0; i < kPlaceLevels; ++i) {
    const auto place = places.find(at);
    if (place == places.end()) break;
    if (place->second.level == "floor") out.floor = at;
    if (place->second.level == "unit") out.unit = at;
    at = place->second.parent;
  }
  return out;
}

/// Rows that stand in another's place by now.
class Folded {
 public:
  explicit Folded(const std::vector<SameClass>& classes) {
    for (const SameClass& same : classes)
      for (const RowId& member : same.members) root_[member] = same.root;
  }
  RowId root(const RowId& id) const {
    const auto at = root_.find(id);
    return at == root_.end() ? id : at->second;
  }

 private:
  std::unordered_map<RowId, RowId> root_;
};

std::string bare(const std::string& text) { return std::string(trim(text)); }

}  // namespace

Result<Census> take_census(ReadSnapshot& snapshot, const PackPlan& plan, std::string_view key) {
  Census census;
  const Columns households(plan.find("household"));
  const Columns residents(plan.find("resident"));
  const Columns residencies(plan.find("residency"));
  if (!households || !residents || !residencies) return census;
  DOORSTEP_TRY(places, read_places(snapshot, plan));
  DOORSTEP_TRY(classes, classes_of(snapshot, plan));
  const Folded same_home(classes[households.table().id]);
  const Folded same_person(classes[residents.table().id]);

  std::unordered_map<RowId, RowId> door_of;
  DOORSTEP_CHECK(each(snapshot, households, [&](const RowId& id, const std::vector<Value>& values) {
    const RowId door = households.id(values, "place");
    door_of[id] = door;
    if (same_home.root(id) != id) return;
    census.households.push_back(
        {id, door, bare(households.text(values, "head_name")), bare(households.text(values, "phone"))});
  }));
  std::unordered_map<RowId, std::vector<Address>> lives;
  DOORSTEP_CHECK(each(snapshot, residencies, [&](const RowId&, const std::vector<Value>& values) {
    if (!residencies.text(values, "moved_out").empty()) return;
    const RowId home = same_home.root(residencies.id(values, "household"));
    const auto door = door_of.find(home);
    if (door != door_of.end())
      lives[same_person.root(residencies.id(values, "resident"))].push_back(
          address_of(places, home, door->second));
  }));
  DOORSTEP_CHECK(each(snapshot, residents, [&](const RowId& id, const std::vector<Value>& values) {
    if (same_person.root(id) != id) return;
    CountedResident resident{id,
                             bare(residents.text(values, "name")),
                             bare(residents.text(values, "phone")),
                             {},
                             std::move(lives[id])};
    const std::string number = bare(residents.text(values, "id_number"));
    if (!number.empty()) resident.id_digest.push_back(keyed_digest(key, number));
    census.residents.push_back(std::move(resident));
  }));
  return census;
}

}  // namespace doorstep::server
