#include "merge/counter.hpp"

#include <algorithm>

namespace doorstep {
namespace {

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

/// Stays at the end of the range: wrapping would turn a large tally into a small one.
std::uint64_t sum(std::uint64_t a, std::uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

Tally& tally_of(CounterState& state, ActorId actor) {
  auto at = std::lower_bound(state.tallies.begin(), state.tallies.end(), actor,
                             [](const Tally& tally, ActorId wanted) { return tally.last.actor < wanted; });
  if (at == state.tallies.end() || at->last.actor != actor)
    at = state.tallies.insert(at, Tally{{actor, GroupNumber{}, 0}, 0, 0});
  return *at;
}

}  // namespace

CounterState counted(const VersionName& name, std::int64_t increment) {
  CounterState state;
  add(state, name, increment);
  return state;
}

void add(CounterState& state, const VersionName& name, std::int64_t increment) {
  Tally& tally = tally_of(state, name.actor);
  if (tally.last < name) tally.last = name;
  std::uint64_t& side = increment < 0 ? tally.down : tally.up;
  side = sum(side, magnitude(increment));
}

CounterState join(const CounterState& a, const CounterState& b) {
  CounterState out = a;
  for (const Tally& other : b.tallies) {
    Tally& tally = tally_of(out, other.last.actor);
    if (tally.last < other.last) tally.last = other.last;
    tally.up = std::max(tally.up, other.up);
    tally.down = std::max(tally.down, other.down);
  }
  return out;
}

std::int64_t total(const CounterState& state) {
  std::uint64_t up = 0;
  std::uint64_t down = 0;
  for (const Tally& tally : state.tallies) {
    up = sum(up, tally.up);
    down = sum(down, tally.down);
  }
  constexpr std::uint64_t kMost = INT64_MAX;
  if (up >= down) return static_cast<std::int64_t>(std::min(up - down, kMost));
  return -static_cast<std::int64_t>(std::min(down - up, kMost));
}

}  // namespace doorstep
