#include "pipeline/lineages.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "wire/codec.hpp"

namespace doorstep::server {
namespace {

/// How often one file may have been put back: a ring in the records must not keep anybody busy for ever.
constexpr std::size_t kFormerActors = 4'096;

}  // namespace

/// A device that went on from another one's number may have been left before that: then there is nothing
/// between the two.
Result<Lineage> Lineages::of(ReadSnapshot& snapshot, ActorId actor) {
  const auto at = known_.find(actor);
  if (at != known_.end()) return at->second;
  Lineage lineage{{}, actor};
  GroupNumber left_at{UINT64_MAX};
  for (ActorId next = actor; lineage.former.size() < kFormerActors;) {
    DOORSTEP_TRY(record, snapshot.actor(next));
    if (!record || record->origin == ActorId{}) break;
    left_at = std::min(left_at, record->first);
    next = record->origin;
    lineage.former.push_back({next, left_at});
  }
  std::reverse(lineage.former.begin(), lineage.former.end());
  return known_.emplace(actor, std::move(lineage)).first->second;
}

Result<Group> read_group(const Lineage& lineage, const GroupRecord& record) {
  DOORSTEP_TRY(group, wire::decode_group(record.bytes));
  if (!lineage.adopt(group) || group.actor != record.actor || group.number != record.number)
    return fail_format("the group names another device or number");
  return group;
}

Status each_group(ReadSnapshot& snapshot, const Lineage& file, GroupNumber first, GroupNumber last,
                  const GroupVisitor& visit) {
  bool stopped = false;
  const auto visit_on = [&](const GroupRecord& group) {
    stopped = !visit(group);
    return !stopped;
  };
  for (const Lineage::Former& one : file.former) {
    if (stopped || last < first) return {};
    if (one.left_at <= first) continue;
    const GroupNumber end = std::min(last, GroupNumber{raw(one.left_at) - 1});
    DOORSTEP_CHECK(snapshot.each_group(one.actor, first, end, false, visit_on));
    first = one.left_at;
  }
  if (stopped || last < first) return {};
  return snapshot.each_group(file.actor, first, last, false, visit);
}

Result<GroupNumber> known_through(ReadSnapshot& snapshot, const Lineage& file, const ActorRecord& actor) {
  GroupNumber through{};
  for (const Lineage::Former& one : file.former) {
    const GroupNumber last{raw(one.left_at) - 1};
    if (last <= through) continue;
    DOORSTEP_TRY(record, snapshot.actor(one.actor));
    if (!record || record->admitted_through < last)
      return record ? std::max(through, record->admitted_through) : through;
    through = last;
  }
  return actor.admitted_through;
}

Result<Stamp> stamp_before(ReadSnapshot& snapshot, const Lineage& file, GroupNumber number) {
  ActorId owner = file.actor;
  for (auto before = file.former.rbegin();; ++before) {
    DOORSTEP_TRY(found, snapshot.applied_before(owner, number));
    if (found && found->admitted) return *found->admitted;
    if (found) {
      const Result<Group> group = wire::decode_group(found->bytes);
      return group ? group->stamp : Stamp{};
    }
    if (before == file.former.rend()) return Stamp{};
    owner = before->actor;
    number = std::min(number, before->left_at);
  }
}

}  // namespace doorstep::server
