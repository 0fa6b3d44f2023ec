#pragma once

#include <functional>
#include <vector>

#include "merge/group.hpp"

namespace doorstep {

/// What a version's name means.
using Meaning = std::function<VersionName(const VersionName&)>;

/// Puts what it means in place of every name, also inside text patches.
void rename(CellWrite& write, const Meaning& meaning);
void rename(Op& op, const Meaning& meaning);

/// Whom one phone's file has been. A file that was put back from a copy, or runs on two phones, goes on as
/// another actor from the number on at which the office has other groups under its name; its groups keep
/// their bytes, which name the actor of then. This says what they mean (docs/wire.md, "Re-homed groups").
struct Lineage {
  struct Former {
    ActorId actor{};
    GroupNumber left_at{};  ///< The first number of the file that is not this actor's any more.
  };
  std::vector<Former> former;  ///< Oldest first; `left_at` never falls.
  ActorId actor{};             ///< Who it is now.

  bool contains(ActorId known) const;

  /// Whose group `number` of this file is.
  ActorId owner(GroupNumber number) const;

  /// What a name means that `author`, one of these actors, wrote: from the number on at which the author was
  /// left, its own names are its successors'. Names of an actor below its first number are those of whoever
  /// it was before. All others stand as they are: they are other copies'.
  VersionName meaning(VersionName name, ActorId author) const;
  void rename(CellWrite& write, ActorId author) const;
  void rename(Op& op, ActorId author) const;

  /// Makes a group of this file, as decoded from its bytes, say what it means. False, and nothing is changed,
  /// when the bytes name an actor that this file never was.
  bool adopt(Group& group) const;
};

}  // namespace doorstep
