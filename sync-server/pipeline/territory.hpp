#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <doorstep/error.hpp>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/types.hpp"
#include "pipeline/limits.hpp"
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
  bool is_deleted = false;
  bool active_on(std::int64_t day) const { return !is_deleted && first_day <= day && day <= last_day; }
};

/// The places (deleted ones too, so that what stands there still finds its way up) and all posts. A place
/// lies beneath its parent and beneath any number of overlays; what lies beneath it lies beneath all of them.
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
  /// Parent and overlays.
  template <typename Visit>
  void each_above(Place place, Visit visit) const;
  /// `place` and, each once, those it lies beneath by any way, until `visit` says true; whether it did.
  template <typename Visit>
  bool any_upward(Place place, Visit visit) const;
  /// Whether `place` is `root` or lies beneath it.
  bool within(Place place, Place root) const;
  /// `root` and everything beneath it, at most `limit` of them.
  std::vector<Place> subtree(Place root, std::size_t limit = SIZE_MAX) const;
  /// Whether some way up from `place` does not end, or they are too many.
  bool in_cycle(Place place) const;

  /// Those of the day.
  std::vector<Assignment> assignments_of(const RowId& person, std::int64_t day) const;
  /// All of them: over, deleted, yet to begin.
  const std::vector<Assignment>& posts_of(const RowId& person) const;

  /// Makes the place known and hangs it beneath `parent` (which becomes known too).
  void set_place(const RowId& id, const std::optional<RowId>& parent);
  void set_overlay(const RowId& place, const RowId& overlay, bool lies_beneath);
  std::size_t overlays_of(const RowId& place) const;
  std::optional<Assignment> assignment(const RowId& id) const;
  void set_assignment(const RowId& id, const std::optional<Assignment>& assignment);

  /// How the places came to lie as they do: PlaceChange, in order.
  struct Change {
    FeedPosition at{};
    Place place = kNowhere;
    Place above = kNowhere;
    bool added = false;
  };
  const std::vector<Change>& changes() const { return changes_; }
  void note_change(const PlaceChange& change);
  void forget_changes(FeedPosition through);

 private:
  struct Node {
    RowId id;
    Place parent = kNowhere;
    Place first_child = kNowhere;
    Place next_sibling = kNowhere;
    bool has_overlays = false;
    bool has_members = false;
  };
  using Overlays = std::unordered_map<Place, std::vector<Place>>;
  static std::size_t index(Place place) { return static_cast<std::size_t>(place); }
  Status load_overlays(ReadSnapshot& snapshot, const PackPlan& plan);
  Place known(const RowId& id);
  void unlink(Place place);

  std::vector<Node> places_;
  std::unordered_map<RowId, Place> by_id_;
  std::unordered_map<RowId, std::vector<Assignment>> by_person_;
  std::unordered_map<RowId, RowId> person_of_assignment_;
  Overlays overlays_;  ///< By the place that lies beneath them.
  Overlays members_;   ///< By overlay.
  std::vector<Change> changes_;
};

template <typename Visit>
void Territory::each_above(Place place, Visit visit) const {
  const Node& node = places_[index(place)];
  if (node.parent != kNowhere) visit(node.parent);
  if (!node.has_overlays) return;
  for (const Place overlay : overlays_.at(place)) visit(overlay);
}

template <typename Visit>
bool Territory::any_upward(Place place, Visit visit) const {
  std::array<Place, limits::kPlacesAbove> open;
  open[0] = place;
  std::size_t count = 1;
  for (std::size_t at = 0; at < count; ++at) {
    if (visit(open[at])) return true;
    each_above(open[at], [&](Place above) {
      const auto end = open.begin() + static_cast<std::ptrdiff_t>(count);
      if (count < open.size() && std::find(open.begin(), end, above) == end) open[count++] = above;
    });
  }
  return false;
}

/// The post that an assignment row's values describe; none when it names no person or place.
std::optional<Assignment> read_assignment(const PackPlan& plan, const RowId& id,
                                          const std::vector<Value>& values);

/// That a place lies beneath another one besides its parent.
struct PlaceOverlay {
  RowId place;
  RowId overlay;
};

/// What an overlay row's values describe; none when it is not active, or names no place.
std::optional<PlaceOverlay> read_overlay(const PackPlan& plan, const std::vector<Value>& values);

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
