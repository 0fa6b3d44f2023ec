#pragma once

#include <functional>

#include "duplicates/census.hpp"
#include "duplicates/proposal.hpp"

/// What makes two rows look like one thing. Each rule sorts rows into small blocks by a key and compares
/// within them, so that none compares everybody with everybody.
namespace doorstep::server {

/// A pair that a rule has found.
using Found = std::function<void(const RowId& a, const RowId& b, int score, Label reason)>;

/// Blocks beyond this are no sign of anything: a phone number of the property company at 500 homes.
inline constexpr std::size_t kLargestBlock = 24;

void find_equal_id_numbers(const Census& census, const Found& found);     // equal_id_number.cpp
void find_equal_names_at_home(const Census& census, const Found& found);  // equal_name_at_home.cpp
void find_equal_phones_nearby(const Census& census, const Found& found);  // equal_phone_nearby.cpp
void find_homes_at_one_door(const Census& census, const Found& found);    // homes_at_one_door.cpp

/// Equal, or of two characters and more and one of them different.
bool are_similar_names(std::string_view a, std::string_view b);

/// Visits every pair within a block. Key: what a row is sorted by; rows without one (an empty optional) are
/// left out.
template <typename Rows, typename Key, typename Visit>
void each_pair_within(const Rows& rows, Key key, Visit visit);

}  // namespace doorstep::server

#include <algorithm>
#include <map>

namespace doorstep::server {

template <typename Rows, typename Key, typename Visit>
void each_pair_within(const Rows& rows, Key key, Visit visit) {
  using Keys = decltype(key(rows.front()));
  std::map<typename Keys::value_type, std::vector<const typename Rows::value_type*>> blocks;
  for (const auto& row : rows) {
    Keys keys = key(row);
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    for (auto& one : keys) blocks[std::move(one)].push_back(&row);
  }
  for (const auto& [unused, block] : blocks) {
    if (block.size() > kLargestBlock) continue;
    for (std::size_t i = 0; i < block.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) visit(*block[j], *block[i]);
  }
}

}  // namespace doorstep::server
