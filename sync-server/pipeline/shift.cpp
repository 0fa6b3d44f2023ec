#include "pipeline/shift.hpp"

#include <algorithm>
#include <bitset>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/crypto.hpp"
#include "base/id.hpp"
#include "base/limits.hpp"

namespace doorstep::server {
namespace {

using Place = Territory::Place;
/// Slices by their number: today's, then former ones.
using SliceSet = std::bitset<2 * doorstep::limits::kSlices>;

/// The places as they lay before some changes.
class EarlierPlaces {
 public:
  explicit EarlierPlaces(const Territory& territory) : territory_(territory) {}

  void undo(const Territory::Change& change) {
    const auto [at, is_new] = above_.try_emplace(change.place);
    std::vector<Place>& above = at->second;
    if (is_new) territory_.each_above(change.place, [&](Place place) { above.push_back(place); });
    if (!change.added) {
      above.push_back(change.above);
      return;
    }
    const auto edge = std::find(above.begin(), above.end(), change.above);
    if (edge != above.end()) above.erase(edge);
  }

  template <typename Visit>
  void each_above(Place place, Visit visit) const {
    const auto at = above_.find(place);
    if (at == above_.end()) return territory_.each_above(place, visit);
    for (const Place above : at->second) visit(above);
  }

 private:
  const Territory& territory_;
  std::unordered_map<Place, std::vector<Place>> above_;
};

/// Which of some slices show a place.
class View {
 public:
  View(EarlierPlaces places, const std::vector<Slice>& slices, const SliceSet& open)
      : places_(std::move(places)) {
    for (std::size_t i = 0; i < slices.size(); ++i)
      if (open.test(i) && slices[i].root != Territory::kNowhere) {
        roots_[slices[i].root].set(i);
        look_up_from(slices[i].root, i);
      }
  }

  /// From the place itself or from above.
  SliceSet below(Place place) {
    const auto [at, is_new] = below_.try_emplace(place);
    if (!is_new) return at->second;
    SliceSet seen;
    const auto root = roots_.find(place);
    if (root != roots_.end()) seen = root->second;
    places_.each_above(place, [&](Place above) { seen |= below(above); });
    below_[place] = seen;
    return seen;
  }
  /// Besides, of tables that are seen from below.
  SliceSet above(Place place) const {
    const auto at = above_.find(place);
    return at == above_.end() ? SliceSet() : at->second;
  }
  const std::unordered_map<Place, SliceSet>& all_above() const { return above_; }

 private:
  void look_up_from(Place root, std::size_t slice) {
    std::vector<Place> open{root};
    for (std::size_t at = 0; at < open.size(); ++at)
      places_.each_above(open[at], [&](Place place) {
        SliceSet& seen = above_[place];
        if (seen.test(slice)) return;
        seen.set(slice);
        open.push_back(place);
      });
  }

  EarlierPlaces places_;
  std::unordered_map<Place, SliceSet> roots_;
  std::unordered_map<Place, SliceSet> above_;
  std::unordered_map<Place, SliceSet> below_;
};

class ShiftSearch {
 public:
  ShiftSearch(const Territory& territory, const Rights& rights, const std::vector<Slice>& slices,
              const std::vector<Slice>& former)
      : territory_(territory), slices_(slices), today_(slices.size()) {
    slices_.insert(slices_.end(), former.begin(), former.end());
    for (std::size_t i = 0; i < slices_.size(); ++i) {
      if (i < today_) open_now_.set(i);
      if (slices_[i].is_held) held_.set(i);
      // By what its role reads: equal for roles that read the same.
      const std::string& sight = rights.sight(slices_[i].roles);
      const auto known = std::find(sights_.begin(), sights_.end(), sight);
      sight_.push_back(static_cast<std::size_t>(known - sights_.begin()));
      if (known == sights_.end()) sights_.push_back(sight);
    }
  }

  std::optional<std::vector<ShiftedPlace>> run(FeedPosition seen, bool every_view) {
    const std::vector<Territory::Change>& changes = territory_.changes();
    const auto first = std::find_if(changes.begin(), changes.end(),
                                    [&](const Territory::Change& change) { return seen < change.at; });
    if (first == changes.end() && today_ == slices_.size()) return std::vector<ShiftedPlace>{};
    now_.emplace(EarlierPlaces(territory_), slices_, open_now_);
    EarlierPlaces places(territory_);
    for (auto change = changes.end(); change != first;) {
      --change;
      places.undo(*change);
      const bool is_whole = change == first || (change - 1)->at != change->at;
      if (is_whole && (every_view || change == first)) before_.emplace_back(places, slices_, held_);
      if (before_.size() > limits::kShiftViews) return std::nullopt;
    }
    if (before_.empty()) before_.emplace_back(places, slices_, held_);
    for (auto change = first; change != changes.end(); ++change)
      if (reached_otherwise(change->place)) look_beneath(change->place);
    for (std::size_t i = today_; i < slices_.size(); ++i) look_beneath(slices_[i].root);
    for (const auto& [place, by] : now_->all_above()) look_at(place);
    for (const View& view : before_)
      for (const auto& [place, by] : view.all_above()) look_at(place);
    if (found_.size() > limits::kShiftedPlaces) return std::nullopt;
    std::sort(found_.begin(), found_.end(), [&](const ShiftedPlace& a, const ShiftedPlace& b) {
      return territory_.id(a.place) < territory_.id(b.place);
    });
    return std::move(found_);
  }

 private:
  bool reached_otherwise(Place place) {
    return std::any_of(before_.begin(), before_.end(),
                       [&](View& view) { return view.below(place) != now_->below(place); });
  }

  void look_beneath(Place root) {
    if (root == Territory::kNowhere || !looked_beneath_.insert(root).second) return;
    for (const Place place : territory_.subtree(root)) {
      if (found_.size() > limits::kShiftedPlaces) return;
      look_at(place);
    }
  }

  void look_at(Place place) {
    if (!looked_at_.insert(place).second) return;
    bool wholly = false;
    bool from_below = false;
    for (View& view : before_) {
      const SliceSet below = view.below(place);
      const SliceSet below_now = now_->below(place);
      wholly = wholly || differs(below, below_now);
      from_below = from_below || differs(below | view.above(place), below_now | now_->above(place));
    }
    if (!wholly && !from_below) return;
    const SliceSet below = now_->below(place);
    found_.push_back({place, !wholly, ways(below) + '/' + ways(below | now_->above(place))});
  }

  std::string ways(const SliceSet& slices) const {
    std::string sights(sights_.size(), '0');
    for (std::size_t i = 0; i < slices_.size(); ++i)
      if (slices.test(i)) sights[sight_[i]] = '1';
    return sights;
  }

  /// Other columns, or rows that have been read by slices which were not as far as those that read on.
  bool differs(const SliceSet& before, const SliceSet& now) const {
    SliceSet sight_before;
    SliceSet sight_now;
    FeedPosition read_through{};
    std::optional<FeedPosition> reads_on_from;
    for (std::size_t i = 0; i < slices_.size(); ++i) {
      if (before.test(i)) {
        sight_before.set(sight_[i]);
        read_through = std::max(read_through, slices_[i].position);
      }
      if (!now.test(i)) continue;
      sight_now.set(sight_[i]);
      reads_on_from = std::min(reads_on_from.value_or(slices_[i].position), slices_[i].position);
    }
    return sight_before != sight_now || (reads_on_from && read_through < *reads_on_from);
  }

  const Territory& territory_;
  std::vector<Slice> slices_;
  const std::size_t today_;
  SliceSet open_now_;
  SliceSet held_;
  std::vector<std::string> sights_;
  std::vector<std::size_t> sight_;  ///< Of each slice.
  std::optional<View> now_;
  std::vector<View> before_;
  std::unordered_set<Place> looked_beneath_;
  std::unordered_set<Place> looked_at_;
  std::vector<ShiftedPlace> found_;
};

}  // namespace

std::optional<std::vector<ShiftedPlace>> shifted_places(const Territory& territory, const Rights& rights,
                                                        const std::vector<Slice>& slices,
                                                        const std::vector<Slice>& former, FeedPosition seen,
                                                        bool every_view) {
  return ShiftSearch(territory, rights, slices, former).run(seen, every_view);
}

RowId reading_of(const Territory& territory, const RowId& person, const std::vector<ShiftedPlace>& places) {
  std::string text;
  for (const ShiftedPlace& place : places)
    text += to_text(territory.id(place.place)) + (place.only_from_below ? '-' : '+') + place.shown;
  const Digest digest = sha256(text);
  return make_name_based_id(person, "shift/" + std::string(view(digest)));
}

}  // namespace doorstep::server
