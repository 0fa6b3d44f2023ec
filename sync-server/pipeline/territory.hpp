#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/types.hpp"
#include "pipeline/pack_plan.hpp"
#include "store/store.hpp"

namespace doorstep::server {

/// Days since 1970-01-01 by China's calendar (UTC+8), in which posts start and end.
std::int64_t day_of(std::int64_t time_ms);
/// Of a canonical date text.
std::optional<std::int64_t> day_of_date(std::string_view text);

/// A post: who answers for which place, from the first to the last day.
struct Assignment {
  RowId id;
  RowId person;
  RowId place;
  std::string role;
  std::int64_t first_day = INT64_MIN;
  std::int64_t last_day = INT64_MAX;
  bool active_on(std::int64_t day) const { return first_day <= day && day <= last_day; }
};

/// The tree of places (deleted ones too, so that what stands there still finds its way up) and all posts.
/// A value: copies are snapshots.
class Territory {
 public:
  /// Index of a place in this territory; it stays the same for the territory's life.
  using Place = std::int32_t;
  static constexpr Place kNowhere = -1;

  static Result<Territory> load(ReadSnapshot& snapshot, const PackPlan& plan);

  /// OfficeRecord::territory_version of what was loaded.
  std::uint64_t version = 0;

  Place find(const RowId& id) const;
  const RowId& id(Place place) const { return places_[index(place)].id; }
  Place parent(Place place) const { return places_[index(place)].parent; }
  /// Whether `place` is `root` or lies beneath it.
  bool within(Place place, Place root) const;
  /// `root` and everything beneath it, at most `limit` of them.
  std::vector<Place> subtree(Place root, std::size_t limit = SIZE_MAX) const;
  /// Whether the way up from `place` does not end.
  bool in_cycle(Place place) const;

  std::vector<Assignment> assignments_of(const RowId& person, std::int64_t day) const;

  /// Makes the place known and hangs it beneath `parent` (which becomes known too).
  void set_place(const RowId& id, const std::optional<RowId>& parent);
  std::optional<Assignment> assignment(const RowId& id) const;
  void set_assignment(const RowId& id, const std::optional<Assignment>& assignment);

 private:
  struct Node {
    RowId id;
    Place parent = kNowhere;
    Place first_child = kNowhere;
    Place next_sibling = kNowhere;
  };
  static std::size_t index(Place place) { return static_cast<std::size_t>(place); }
  Place known(const RowId& id);
  void unlink(Place place);

  std::vector<Node> places_;
  std::unordered_map<RowId, Place> by_id_;
  std::unordered_map<RowId, std::vector<Assignment>> by_person_;
  std::unordered_map<RowId, RowId> person_of_assignment_;
};

/// The post that an assignment row's values describe; none when it names no person or place.
std::optional<Assignment> read_assignment(const PackPlan& plan, const RowId& id,
                                          const std::vector<Value>& values);

/// The id in a reference cell.
std::optional<RowId> reference_in(const Value& value);

/// What a post covers: a place with everything beneath it, in a role.
struct Grant {
  Territory::Place root = Territory::kNowhere;
  RoleSet roles = 0;
};

/// Where an actor may write, and in which roles.
struct Scope {
  bool everything = false;
  std::vector<Grant> grants;

  /// Of the grants that cover the place; none when it lies outside.
  RoleSet roles_at(const Territory& territory, Territory::Place place) const;
  RoleSet all_roles() const;
};

Scope scope_of(const Territory& territory, const Rights& rights, const RowId& person, std::int64_t day);

}  // namespace doorstep::server
