#pragma once

#include <doorstep/error.hpp>
#include <map>
#include <optional>
#include <vector>

#include "pipeline/office.hpp"

namespace doorstep::server {

/// Decides about groups that come to the office in a write transaction: whether they decode, whether
/// everything they build on is there, and then what merging makes of them. One object sees all decisions of
/// its time.
class Judge {
 public:
  explicit Judge(OfficeTransaction& work) : work_(work) {}

  /// Decides a group that has just come: `record` has its name, digest, bytes and time of receipt. Adds it to
  /// the log, applies it or holds it, and moves `actor` on (the caller saves it).
  Status admit(GroupRecord& record, ActorRecord& actor);

  /// Takes a group that has just come and that its holder is done with: it is returned.
  Status admit_withdrawn(GroupRecord& record, ActorRecord& actor);

  /// Decides a held group again, from its original bytes, names, bases and claimed stamp. With `scope_waived`
  /// the office answers for the author's scope.
  Status decide_again(GroupRecord& record, ActorRecord& actor, Ruling decision, bool scope_waived);

  /// Gives a held group a last verdict without applying it.
  Status close(GroupRecord& record, wire::VerdictKind verdict, Ruling decision);

 private:
  enum class Standing : std::uint8_t { settled, held, returned, absent };
  struct Unapplied {
    GroupNumber through{};  ///< The last one that the office has; 0 for an actor it does not know.
    std::map<GroupNumber, wire::VerdictKind> verdicts;
  };
  /// What keeps a group from being judged by itself.
  struct Obstacle {
    GroupName group;
    Standing standing = Standing::settled;
  };

  Result<Awaited> judge(GroupRecord& record, ActorRecord& actor, Stamp floor, bool scope_waived);
  Result<std::optional<Obstacle>> find_obstacle(const Group& group, const Lineage& file);
  Result<Standing> standing(const GroupName& name);
  bool may_return(ActorId maker) const;
  Result<Unapplied*> unapplied(ActorId actor);
  Status add(const GroupRecord& record, ActorRecord& actor, const Awaited& awaited);
  Status revise(GroupRecord& record, const Awaited& awaited, std::optional<Ruling> decision);
  Status settle(const GroupRecord& record);

  OfficeTransaction& work_;
  std::map<ActorId, Unapplied> unapplied_;
  std::vector<RowKey> touched_;  ///< By the group judged last, where it was applied.
};

/// The rows that a group writes.
std::vector<RowKey> rows_of(const Group& group);

/// Marks held groups ready that wait for this group or for one of these rows.
Status wake_waiting(WriteTransaction& tx, const GroupName& group, const std::vector<RowKey>& rows);

}  // namespace doorstep::server
