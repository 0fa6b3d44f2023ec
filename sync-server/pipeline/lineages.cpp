#include "pipeline/lineages.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "wire/codec.hpp"

namespace doorstep::server {
namespace {

/// How often one file may have been put back, and twins have twins: a ring in the records must not keep
/// anybody busy for ever.
constexpr std::size_t kFormerActors = 4'096;
constexpr int kTwins = 16;

}  // namespace

Result<Lineage> Lineages::of(ReadSnapshot& snapshot, ActorId actor) {
  DOORSTEP_TRY(known, find(snapshot, actor, 0));
  return known == nullptr ? Lineage{{}, actor} : *known;
}

/// nullptr for an actor that is not on record: names of such are not to fill the memory.
Result<const Lineage*> Lineages::find(ReadSnapshot& snapshot, ActorId actor, int depth) {
  const auto at = known_.find(actor);
  if (at != known_.end()) return &at->second;
  DOORSTEP_TRY(record, snapshot.actor(actor));
  if (!record) return nullptr;
  DOORSTEP_TRY(made, make(snapshot, *std::move(record), depth));
  return &known_.emplace(actor, std::move(made)).first->second;
}

/// A device that went on from another one's number may have been left before that: then there is nothing
/// between the two.
Result<Lineage> Lineages::make(ReadSnapshot& snapshot, ActorRecord record, int depth) {
  Lineage lineage{{}, record.actor};
  GroupNumber left_at{UINT64_MAX};
  const auto add = [&](const Lineage::Former& one) {
    left_at = std::min(left_at, one.left_at);
    lineage.former.push_back({one.actor, left_at});
  };
  while (record.origin != ActorId{} && lineage.former.size() < kFormerActors) {
    if (record.twin != ActorId{} && depth < kTwins) {
      DOORSTEP_TRY(twin, find(snapshot, record.twin, depth + 1));
      add({record.twin, record.first});
      for (std::size_t i = twin == nullptr ? 0 : twin->former.size(); i > 0; --i)
        if (record.left_at < twin->former[i - 1].left_at) add(twin->former[i - 1]);
    }
    add({record.origin, record.left_at});
    DOORSTEP_TRY(before, snapshot.actor(record.origin));
    if (!before) break;
    record = *std::move(before);
  }
  std::reverse(lineage.former.begin(), lineage.former.end());
  return lineage;
}

Result<const std::vector<ActorRecord>*> Lineages::rehomed(ReadSnapshot& snapshot) {
  if (rehomed_) return &*rehomed_;
  DOORSTEP_TRY(actors, snapshot.actors());
  rehomed_.emplace();
  for (ActorRecord& actor : actors)
    if (actor.origin != ActorId{}) rehomed_->push_back(std::move(actor));
  return &*rehomed_;
}

void Lineages::clear() {
  known_.clear();
  rehomed_.reset();
}

/// An actor below whose first number somebody names a group has had it before the office was put back to a
/// backup: another copy of its file has brought it first since then.
Result<Group> Lineages::read(ReadSnapshot& snapshot, const GroupRecord& record) {
  DOORSTEP_TRY(file, of(snapshot, record.actor));
  DOORSTEP_TRY(group, wire::decode_group(record.bytes));
  if (!file.adopt(group) || group.actor != record.actor || group.number != record.number)
    return fail_format("the group names another device or number");
  DOORSTEP_TRY(copies, rehomed(snapshot));
  if (copies->empty()) return group;
  Status read;
  const Meaning meaning = [&](const VersionName& name) {
    if (!read || file.contains(name.actor)) return name;
    const Result<const Lineage*> theirs = find(snapshot, name.actor, 0);
    if (!theirs) read = tl::unexpected(theirs.error());
    if (!theirs || *theirs == nullptr) return name;
    return VersionName{(*theirs)->owner(name.group), name.group, name.op};
  };
  for (Op& op : group.ops) rename(op, meaning);
  DOORSTEP_CHECK(read);
  return group;
}

Result<std::optional<ActorId>> Lineages::holder(ReadSnapshot& snapshot, const Lineage& file,
                                                const GroupName& group, const Digest& previous,
                                                const Digest& digest) {
  DOORSTEP_TRY(copies, rehomed(snapshot));
  if (copies->empty()) return std::nullopt;
  std::vector<ActorId> others;
  for (const Lineage::Former& one : file.former) others.push_back(one.actor);
  for (const ActorRecord& copy : *copies)
    if (copy.first == group.number && copy.previous == previous) others.push_back(copy.actor);
  for (const ActorId other : others) {
    if (other == group.actor) continue;
    DOORSTEP_TRY(theirs, snapshot.group(other, group.number));
    if (theirs && theirs->digest == digest) return other;
  }
  return std::nullopt;
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
