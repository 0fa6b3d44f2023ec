#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>

#include "app/household_sample.hpp"
#include "base/id.hpp"

using namespace doorstep;
using namespace doorstep::server;

namespace {

RowId id_of(const std::string& name) { return make_name_based_id(RowId{}, name); }

/// Doors of posts, so many of each.
std::vector<HomeToSample> homes_of(const std::vector<std::size_t>& sizes) {
  std::vector<HomeToSample> homes;
  for (std::size_t post = 0; post < sizes.size(); ++post)
    for (std::size_t door = 0; door < sizes[post]; ++door)
      homes.push_back({id_of("door " + std::to_string(post) + "-" + std::to_string(door)),
                       {id_of("post " + std::to_string(post))}});
  return homes;
}

std::set<std::size_t> positions(const std::vector<DrawnHome>& drawn) {
  std::set<std::size_t> out;
  for (const DrawnHome& one : drawn) out.insert(one.home);
  return out;
}

std::map<RowId, std::size_t> by_post(const std::vector<DrawnHome>& drawn) {
  std::map<RowId, std::size_t> out;
  for (const DrawnHome& one : drawn) ++out[one.post];
  return out;
}

}  // namespace

TEST_CASE("sample: homes: are drawn once each, as many as were asked for") {
  const auto homes = homes_of({40, 25, 3});
  for (const std::size_t count : {1u, 10u, 67u, 68u}) {
    const auto drawn = draw_sample(homes, {count, 0}, "seed");
    CHECK(drawn.size() == count);
    CHECK(positions(drawn).size() == count);
  }
  CHECK(draw_sample(homes, {500, 0}, "seed").size() == 68);
  CHECK(draw_sample({}, {5, 2}, "seed").empty());
}

TEST_CASE("sample: each leader: has at least so many, where there are as many, and the rest is anybody's") {
  const auto homes = homes_of({400, 25, 3});
  const auto few = by_post(draw_sample(homes, {0, 5}, "seed"));
  CHECK(few ==
        std::map<RowId, std::size_t>{{id_of("post 0"), 5}, {id_of("post 1"), 5}, {id_of("post 2"), 3}});
  CHECK(least_sample(homes, 5, "seed") == 13);
  auto more = by_post(draw_sample(homes, {60, 5}, "seed"));
  CHECK(more[id_of("post 0")] > 30);
  CHECK(more[id_of("post 1")] >= 5);
  CHECK(more[id_of("post 2")] == 3);
  CHECK(more[id_of("post 0")] + more[id_of("post 1")] + 3 == 60);
}

TEST_CASE("sample: a seed: gives the same homes whatever their order, and another one others") {
  auto homes = homes_of({50, 50});
  const auto doors = [&](const std::string& seed) {
    std::set<RowId> out;
    for (const DrawnHome& one : draw_sample(homes, {20, 3}, seed)) out.insert(homes[one.home].door);
    return out;
  };
  const auto first = doors("2026-11-23");
  const auto other = doors("2026-11-24");
  CHECK(first != other);
  std::reverse(homes.begin(), homes.end());
  CHECK(doors("2026-11-23") == first);
  // Who is not drawn makes no difference to who is.
  homes.erase(std::remove_if(homes.begin(), homes.end(),
                             [&](const HomeToSample& home) {
                               return first.count(home.door) == 0 && other.count(home.door) == 0;
                             }),
              homes.end());
  CHECK(doors("2026-11-23") == first);
}

// Over 2,000 seeds each of 60 homes is drawn in a quarter of them. The sum of squared deviations follows,
// nearly, a chi-squared distribution: of 59 degrees of freedom for homes, whose 99.9% quantile is 98.3.
TEST_CASE("sample: every home: is as likely as any other") {
  const auto homes = homes_of({60});
  constexpr std::size_t kSeeds = 2'000;
  constexpr std::size_t kDrawn = 15;
  std::vector<double> times(homes.size(), 0);
  for (std::size_t seed = 0; seed < kSeeds; ++seed)
    for (const DrawnHome& one : draw_sample(homes, {kDrawn, 0}, std::to_string(seed))) ++times[one.home];
  const double share = double(kDrawn) / double(homes.size());
  const double expected = kSeeds * share;
  double chi_squared = 0;
  for (const double count : times)
    chi_squared += (count - expected) * (count - expected) / (expected * (1 - share));
  CHECK(chi_squared * double(homes.size() - 1) / double(homes.size()) < 98.3);
}

TEST_CASE("sample: posts that stand equally near: are asked about equally often") {
  std::vector<HomeToSample> homes = homes_of({400});
  for (HomeToSample& home : homes) home.posts = {id_of("one"), id_of("other")};
  auto asked = by_post(draw_sample(homes, {400, 0}, "seed"));
  CHECK(asked[id_of("one")] + asked[id_of("other")] == 400);
  // Four standard deviations of a fair coin thrown 400 times are 40.
  CHECK(asked[id_of("one")] > 160);
  CHECK(asked[id_of("one")] < 240);
}
