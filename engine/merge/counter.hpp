#pragma once

#include <cstdint>
#include <vector>

#include "merge/version.hpp"

/// The state of a cell of kind `counter`: what each actor added and took away. A PN-counter (Shapiro et al.,
/// "A comprehensive study of convergent and commutative replicated data types", 2011).
namespace doorstep {

struct Tally {
  VersionName last;  ///< The actor's largest write.
  std::uint64_t up = 0;
  std::uint64_t down = 0;

  friend bool operator==(const Tally& a, const Tally& b) {
    return a.last == b.last && a.up == b.up && a.down == b.down;
  }
};

struct CounterState {
  std::vector<Tally> tallies;  ///< One an actor, in order of actors.

  friend bool operator==(const CounterState& a, const CounterState& b) { return a.tallies == b.tallies; }
};

/// The state that one write makes.
CounterState counted(const VersionName& name, std::int64_t increment);

/// Adds a write that was not delivered before.
void add(CounterState& state, const VersionName& name, std::int64_t increment);

/// Of two states of one counter, each of which holds a prefix of every actor's writes.
CounterState join(const CounterState& a, const CounterState& b);

/// The sum, within the bounds of its type.
std::int64_t total(const CounterState& state);

}  // namespace doorstep
