#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipeline/territory.hpp"

namespace doorstep::server {

/// What one post lets its holder's device read: where its subtree begins and how far the device has read.
struct Slice {
  RowId id;
  Territory::Place root = Territory::kNowhere;
  FeedPosition position{};
  RoleSet roles = 0;
  bool is_held = false;  ///< The device's cursor names it.
};

/// A place of which a device sees other rows now than when it read there.
struct ShiftedPlace {
  Territory::Place place = Territory::kNowhere;
  bool only_from_below = false;  ///< Only of tables that are seen from below.
  std::string shown;             ///< Tells the ways in which it is seen now from other ways.
};

/// The places that `slices` (of today's posts) show otherwise than the slices which the device holds, those
/// of `former` posts among them, have shown them since the places were as of `seen`: at first, or with
/// `every_view` at any time since. In the order of their ids. None when they are too many to read again.
///
/// A place's rows are seen by another way only where an edge of the way down to it has come or gone; so only
/// what lies beneath a changed place which itself is seen otherwise is looked at.
std::optional<std::vector<ShiftedPlace>> shifted_places(const Territory& territory, const Rights& rights,
                                                        const std::vector<Slice>& slices,
                                                        const std::vector<Slice>& former, FeedPosition seen,
                                                        bool every_view);

/// Names what is read again, and as what, for a person's cursor.
RowId reading_of(const Territory& territory, const RowId& person, const std::vector<ShiftedPlace>& places);

}  // namespace doorstep::server
