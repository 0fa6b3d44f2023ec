#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "base/types.hpp"
#include "clock/stamp.hpp"

namespace doorstep {

/// The identity of one write of one cell: which operation of which group of which actor. Never changes,
/// whatever happens to stamps.
struct VersionName {
  ActorId actor{};
  GroupNumber group{};
  std::uint32_t op = 0;

  friend bool operator==(const VersionName& a, const VersionName& b) {
    return a.actor == b.actor && a.group == b.group && a.op == b.op;
  }
  friend bool operator!=(const VersionName& a, const VersionName& b) { return !(a == b); }
  friend bool operator<(const VersionName& a, const VersionName& b) {
    return std::tie(a.actor, a.group, a.op) < std::tie(b.actor, b.group, b.op);
  }
};

/// A version with what orders it. Rounds compare first (a human decision opens the next), then stamps;
/// names only break ties, so that the order is total.
struct Version {
  VersionName name;
  Stamp stamp;
  std::uint32_t round = 0;

  friend bool operator==(const Version& a, const Version& b) {
    return a.name == b.name && a.stamp == b.stamp && a.round == b.round;
  }
  friend bool operator<(const Version& a, const Version& b) {
    return std::tie(a.round, a.stamp, a.name) < std::tie(b.round, b.stamp, b.name);
  }
};

}  // namespace doorstep
