#include "app/household_sample.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "base/crypto.hpp"
#include "base/ensure.hpp"
#include "base/id.hpp"

namespace doorstep::server {
namespace {

constexpr char kSeparator = '\x1F';

Digest number_of(std::string_view seed, const std::string& of) {
  return sha256(std::string(seed) + kSeparator + of);
}

RowId choose_post(const HomeToSample& home, std::string_view seed) {
  ensure(!home.posts.empty(), "a home to sample has a post to be asked about");
  const std::string door = to_text(home.door) + kSeparator;
  return *std::min_element(home.posts.begin(), home.posts.end(), [&](const RowId& a, const RowId& b) {
    return number_of(seed, door + to_text(a)) < number_of(seed, door + to_text(b));
  });
}

struct Numbered {
  Digest number{};
  DrawnHome drawn;
};

std::vector<Numbered> in_random_order(const std::vector<HomeToSample>& homes, std::string_view seed) {
  std::vector<Numbered> order;
  order.reserve(homes.size());
  for (std::size_t i = 0; i < homes.size(); ++i)
    order.push_back({number_of(seed, to_text(homes[i].door)), {i, choose_post(homes[i], seed)}});
  std::sort(order.begin(), order.end(),
            [](const Numbered& a, const Numbered& b) { return a.number < b.number; });
  return order;
}

}  // namespace

std::vector<DrawnHome> draw_sample(const std::vector<HomeToSample>& homes, const SampleSize& size,
                                   std::string_view seed) {
  const std::vector<Numbered> order = in_random_order(homes, seed);
  std::vector<bool> taken(order.size(), false);
  std::unordered_map<RowId, std::size_t> of_post;
  std::size_t drawn = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    std::size_t& count = of_post[order[i].drawn.post];
    if (count == size.each_post) continue;
    ++count;
    ++drawn;
    taken[i] = true;
  }
  for (std::size_t i = 0; i < order.size() && drawn < size.homes; ++i) {
    if (taken[i]) continue;
    taken[i] = true;
    ++drawn;
  }
  std::vector<DrawnHome> sample;
  for (std::size_t i = 0; i < order.size(); ++i)
    if (taken[i]) sample.push_back(order[i].drawn);
  return sample;
}

std::size_t least_sample(const std::vector<HomeToSample>& homes, std::size_t each_post,
                         std::string_view seed) {
  return draw_sample(homes, {0, each_post}, seed).size();
}

}  // namespace doorstep::server
