#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/types.hpp"

/// Drawing the households that the office calls, so that nobody chooses whom to ask.
namespace doorstep::server {

/// A home that may be drawn, and the posts it may be asked about: those that stand equally near to it.
struct HomeToSample {
  RowId door;
  std::vector<RowId> posts;  ///< At least one.
};

struct SampleSize {
  std::size_t homes = 0;      ///< Altogether, where that is more than what `each_post` comes to.
  std::size_t each_post = 0;  ///< Of each post's homes, as far as it has as many.
};

struct DrawnHome {
  std::size_t home = 0;  ///< Position among those that were given.
  RowId post;
};

/// A stratified simple random sample without replacement, by random sort (Sunter 1977): a home's number is
/// SHA-256 of the seed and its door, the smallest numbers are drawn. Posts that stand equally near are chosen
/// among in the same way. So the answer depends on the seed and on what is there, not on the order in which
/// it is given, and anybody can work out any home's number. Doors are given once. In the order of numbers.
std::vector<DrawnHome> draw_sample(const std::vector<HomeToSample>& homes, const SampleSize& size,
                                   std::string_view seed);

/// How many `each_post` comes to with this seed.
std::size_t least_sample(const std::vector<HomeToSample>& homes, std::size_t each_post,
                         std::string_view seed);

}  // namespace doorstep::server
