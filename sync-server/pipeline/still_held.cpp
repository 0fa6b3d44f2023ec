#include "pipeline/still_held.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "pipeline/shift.hpp"

namespace doorstep::server {
namespace {

/// When an assignment was changed last, as a feed position.
Result<FeedPosition> changed_at(ReadSnapshot& snapshot, TableId assignments, const RowId& post) {
  DOORSTEP_TRY(feed, snapshot.feed_of(assignments, post));
  FeedPosition at{};
  for (const FeedEntry& entry : feed) at = std::max(at, entry.seq);
  return at;
}

std::size_t places_left(const Territory& territory, const Rights& rights, const RowId& person,
                        std::int64_t day, FeedPosition since) {
  std::vector<Slice> slices;
  for (const Assignment& post : territory.assignments_of(person, day))
    if (slices.size() < doorstep::limits::kSlices)
      slices.push_back({post.id, territory.find(post.place), FeedPosition{}, rights.role(post.role), true});
  const auto shifted = shifted_places(territory, rights, slices, {}, since, false);
  if (!shifted) return limits::kShiftedPlaces;
  const Scope scope = scope_of(territory, rights, person, day);
  return static_cast<std::size_t>(
      std::count_if(shifted->begin(), shifted->end(), [&](const ShiftedPlace& place) {
        return !place.only_from_below && scope.roles_at(territory, place.place) == 0;
      }));
}

}  // namespace

Result<StillHeld> still_held(Office& office, ReadSnapshot& snapshot, const ActorRecord& device) {
  StillHeld held;
  if (device.floor == FeedPosition{}) return held;  // It has nothing yet.
  DOORSTEP_TRY(territory, office.territory(snapshot));
  DOORSTEP_TRY(plan, office.newest_plan(snapshot));
  const std::int64_t today = day_of(office.now_ms());
  const std::int64_t confirmed_day = day_of(device.confirmed_ms);
  for (const Assignment& post : territory->posts_of(device.person)) {
    if (post.active_on(today) || today < post.first_day) continue;
    DOORSTEP_TRY(changed, changed_at(snapshot, plan->assignments().table->id, post.id));
    const bool was_over = post.is_deleted || post.last_day < confirmed_day;
    if (!was_over || device.confirmed_at < changed) held.posts.push_back(post);
  }
  held.places = places_left(*territory, plan->rights(), device.person, today, device.confirmed_at);
  return held;
}

}  // namespace doorstep::server
