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
  void clear() { known_.clear(); }

 private:
  std::map<ActorId, Lineage> known_;
};

/// The group as it is meant, from the log. Errors (domain `format`): its bytes do not decode, or name another
/// device or number.
Result<Group> read_group(const Lineage& lineage, const GroupRecord& record);

/// As ReadSnapshot::each_group, of a device's file: of each number its owner's group.
Status each_group(ReadSnapshot& snapshot, const Lineage& file, GroupNumber first, GroupNumber last,
                  const GroupVisitor& visit);

/// The stamp under which the last group of the file before `number` that is part of the rows was admitted.
Result<Stamp> stamp_before(ReadSnapshot& snapshot, const Lineage& file, GroupNumber number);

/// The last number up to which the office has the groups of a device's file without a gap. An office that was
/// put back to a backup of before the device became this one may lack some of what it was before.
Result<GroupNumber> known_through(ReadSnapshot& snapshot, const Lineage& file, const ActorRecord& actor);

}  // namespace doorstep::server
