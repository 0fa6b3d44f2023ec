#include "search/place_tree.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "schema/ddl.hpp"
#include "search/matching.hpp"

namespace doorstep {
namespace {

/// Joins two compared texts as if they were one.
void append_path(const std::u32string& part, std::u32string& path) {
  const auto is_digit = [](char32_t c) { return c >= U'0' && c <= U'9'; };
  if (!path.empty() && !part.empty() && is_digit(path.back()) && is_digit(part.front())) path += U'-';
  path += part;
}

}  // namespace

Result<PlaceTree> PlaceTree::read(sql::Connection& connection, const Pack& pack) {
  PlaceTree tree;
  const Table& table = *pack.find(kPlaceTable);
  DOORSTEP_TRY(select, connection.cached("SELECT id, parent, code, name FROM " + quote_name(table.name)));
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) break;
    Place& place = tree.places_.emplace_back();
    place.id = parse_row_id(select->text(0)).value_or(RowId{});
    place.parent_id = parse_row_id(select->text(1));
    place.code = select->text(2);
    place.name = select->text(3);
    tree.positions_.emplace(place.id, static_cast<int>(tree.places_.size()) - 1);
  }
  tree.join_paths();
  return tree;
}

void PlaceTree::join_paths() {
  for (Place& place : places_)
    if (place.parent_id) place.parent = position(*place.parent_id);
  std::vector<bool> done(places_.size());
  std::vector<std::size_t> above;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    above.assign(1, i);
    // A parent that is not done is done first; a circle, which the office refuses, is cut.
    while (!done[above.back()] && above.size() <= limits::kPlaceDepth) {
      const int parent = places_[above.back()].parent;
      if (parent < 0 || done[static_cast<std::size_t>(parent)]) break;
      above.push_back(static_cast<std::size_t>(parent));
    }
    for (; !above.empty(); above.pop_back()) {
      if (done[above.back()]) continue;
      Place& place = places_[above.back()];
      if (place.parent >= 0) place.path = places_[static_cast<std::size_t>(place.parent)].path;
      const std::u32string name = compared(place.name);
      append_path(name, place.path);
      place.own = place.path.size() - name.size();
      done[above.back()] = true;
    }
  }
}

int PlaceTree::position(const RowId& id) const {
  const auto at = positions_.find(id);
  return at == positions_.end() ? -1 : at->second;
}

std::string PlaceTree::address(int place) const {
  std::vector<const Place*> way;
  for (int at = place; at >= 0 && way.size() < limits::kPlaceDepth;
       at = places_[static_cast<std::size_t>(at)].parent)
    way.push_back(&places_[static_cast<std::size_t>(at)]);
  std::string address;
  for (auto at = way.rbegin(); at != way.rend(); ++at) {
    const std::string& word = (*at)->name.empty() ? (*at)->code : (*at)->name;
    address += (address.empty() ? "" : " ") + word;
  }
  return address;
}

}  // namespace doorstep
