#pragma once

#include <doorstep/error.hpp>
#include <map>
#include <optional>

#include "merge/lineage.hpp"
#include "store/store.hpp"

/// Devices whose file was put back or copied, and what their groups mean (docs/wire.md, "Re-homed groups").
namespace doorstep::server {

/// Lineages of devices, read once. Of one snapshot or transaction; used by one thread at a time.
class Lineages {
 public:
  /// Of an actor that is not on record: itself alone.
  Result<Lineage> of(ReadSnapshot& snapshot, ActorId actor);

  /// The group as it is meant, from the log: names of its own file, and those of others. Errors (domain
  /// `format`): its bytes do not decode, or name another device or number.
  Result<Group> read(ReadSnapshot& snapshot, const GroupRecord& record);

  /// Whether the group that would be number `number` of `owner`, in a device's file, is another actor's
  /// already: two copies of one file may bring the same, and a digest says all that led to it.
  Result<std::optional<ActorId>> holder(ReadSnapshot& snapshot, const Lineage& file, const GroupName& group,
                                        const Digest& previous, const Digest& digest);

  /// Must be called when a device is added, or its first number moves.
  void clear();

 private:
  Result<const Lineage*> find(ReadSnapshot& snapshot, ActorId actor, int depth);
  Result<Lineage> make(ReadSnapshot& snapshot, ActorRecord record, int depth);
  Result<const std::vector<ActorRecord>*> rehomed(ReadSnapshot& snapshot);

  std::map<ActorId, Lineage> known_;
  std::optional<std::vector<ActorRecord>> rehomed_;  ///< All devices that were another one before.
};

/// As ReadSnapshot::each_group, of a device's file: of each number its owner's group.
Status each_group(ReadSnapshot& snapshot, const Lineage& file, GroupNumber first, GroupNumber last,
                  const GroupVisitor& visit);

/// The stamp under which the last group of the file before `number` that is part of the rows was admitted.
Result<Stamp> stamp_before(ReadSnapshot& snapshot, const Lineage& file, GroupNumber number);

/// The last number up to which the office has the groups of a device's file without a gap. An office that was
/// put back to a backup of before the device became this one may lack some of what it was before.
Result<GroupNumber> known_through(ReadSnapshot& snapshot, const Lineage& file, const ActorRecord& actor);

}  // namespace doorstep::server
