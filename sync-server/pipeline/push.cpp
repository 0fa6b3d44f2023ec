#include "pipeline/push.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "pipeline/group_merge.hpp"
#include "wire/codec.hpp"

namespace doorstep::server {
namespace {

GroupNumber next(GroupNumber number) { return GroupNumber{raw(number) + 1}; }

Status check_form(const wire::Push& push) {
  if (push.algorithm != HashAlgorithm::sha256)
    return fail(ErrorDomain::office, ErrorCode::version_unsupported, Retry::never,
                "手机用了本街道服务器不认识的校验算法,请升级服务器。",
                "The device uses a hash algorithm this office does not know. Upgrade the server.");
  if (push.first == GroupNumber{} || raw(push.first) > UINT64_MAX / 2)
    return fail_format("a push without a first number");
  if (push.groups.size() > doorstep::limits::kPushGroups)
    return fail(ErrorDomain::office, ErrorCode::too_large, Retry::never,
                "一次上传的记录太多,已拒绝,请分批上传。",
                "Too many change groups in one request. Send fewer at a time.");
  return {};
}

/// Appends a verdict, joined with the one before when they are alike.
void tell(std::vector<wire::Verdict>& verdicts, const GroupRecord& group) {
  wire::Verdict verdict{group.number, 1, group.verdict, group.reason, group.detail, group.admitted};
  if (!verdicts.empty()) {
    wire::Verdict& last = verdicts.back();
    const bool alike = !verdict.admitted && !last.admitted && last.kind == verdict.kind &&
                       last.reason == verdict.reason && last.detail == verdict.detail;
    if (alike) {
      ++last.count;
      return;
    }
  }
  verdicts.push_back(std::move(verdict));
}

/// One push of one actor.
class Admittance {
 public:
  Admittance(OfficeTransaction& work, ActorRecord& actor, const wire::Push& push, std::int64_t now_ms)
      : work_(work), actor_(actor), push_(push), now_ms_(now_ms) {}

  Result<PushOutcome> run();

 private:
  Result<bool> continues_what_we_have();
  Result<std::size_t> recall();
  Status admit_new(std::size_t from);
  Result<GroupRecord> judge(GroupNumber number, const std::string& bytes);
  std::optional<GroupNumber> held_base(const Group& group) const;
  bool is_held(GroupNumber number) const { return std::binary_search(held_.begin(), held_.end(), number); }

  OfficeTransaction& work_;
  ActorRecord& actor_;
  const wire::Push& push_;
  const std::int64_t now_ms_;
  PushOutcome outcome_;
  std::vector<GroupNumber> held_;  ///< Of this actor, sorted.
};

Result<PushOutcome> Admittance::run() {
  outcome_.admitted_through = outcome_.verdict_through = actor_.admitted_through;
  if (next(actor_.admitted_through) < push_.first) {
    outcome_.result = wire::PushResult::gap;
    return outcome_;
  }
  outcome_.result = wire::PushResult::forked;
  DOORSTEP_TRY(same_past, continues_what_we_have());
  if (!same_past) return outcome_;
  DOORSTEP_TRY(known, recall());
  if (outcome_.result == wire::PushResult::forked) return outcome_;
  if (known < push_.groups.size()) DOORSTEP_CHECK(admit_new(known));
  outcome_.admitted_through = actor_.admitted_through;
  if (!push_.groups.empty())
    outcome_.verdict_through = GroupNumber{raw(push_.first) + push_.groups.size() - 1};
  return outcome_;
}

Result<bool> Admittance::continues_what_we_have() {
  if (push_.first == GroupNumber{1}) return push_.previous == Digest{};
  if (push_.first == next(actor_.admitted_through)) return push_.previous == actor_.digest;
  DOORSTEP_TRY(before, work_.tx().group(actor_.actor, GroupNumber{raw(push_.first) - 1}));
  return before && before->digest == push_.previous;
}

/// Tells the remembered verdicts of groups the office has, if they are the same groups; returns how many.
Result<std::size_t> Admittance::recall() {
  Digest digest = push_.previous;
  std::size_t known = 0;
  bool same = true;
  if (push_.first <= actor_.admitted_through && !push_.groups.empty()) {
    const GroupNumber last =
        std::min(actor_.admitted_through, GroupNumber{raw(push_.first) + push_.groups.size() - 1});
    DOORSTEP_CHECK(
        work_.tx().each_group(actor_.actor, push_.first, last, false, [&](const GroupRecord& group) {
          digest = wire::chain_digest(digest, push_.groups[known]);
          same = digest == group.digest;
          if (!same) return false;
          tell(outcome_.verdicts, group);
          ++known;
          return true;
        }));
    ensure(!same || known == raw(last) - raw(push_.first) + 1,
           "admitted groups are in the log without a gap");
  }
  if (same)
    outcome_.result = wire::PushResult::accepted;
  else
    outcome_.verdicts.clear();
  return known;
}

Status Admittance::admit_new(std::size_t from) {
  DOORSTEP_TRY(held, work_.tx().held_groups(actor_.actor));
  held_ = std::move(held);
  for (std::size_t i = from; i < push_.groups.size(); ++i) {
    DOORSTEP_TRY(record, judge(next(actor_.admitted_through), push_.groups[i]));
    DOORSTEP_CHECK(work_.tx().add_group(record));
    actor_.admitted_through = record.number;
    actor_.digest = record.digest;
    if (record.verdict == wire::VerdictKind::held) held_.push_back(record.number);
    tell(outcome_.verdicts, record);
  }
  return {};
}

Result<GroupRecord> Admittance::judge(GroupNumber number, const std::string& bytes) {
  GroupRecord record{actor_.actor, number, wire::chain_digest(actor_.digest, bytes), now_ms_, {}, {}, {},
                     {},           bytes};
  const auto hold = [&](wire::HoldReason reason, std::string detail) {
    record.verdict = wire::VerdictKind::held;
    record.reason = reason;
    record.detail = std::move(detail);
    return record;
  };
  Result<Group> group = wire::decode_group(bytes);
  if (!group) return hold(wire::HoldReason::undecodable, group.error().en);
  if (group->actor != actor_.actor || group->number != number)
    return hold(wire::HoldReason::undecodable, "the group names another device or number");
  DOORSTEP_TRY(plan, work_.office().plan(work_.tx(), group->pack));
  if (plan == nullptr) return hold(wire::HoldReason::unknown_pack, std::to_string(raw(group->pack)));
  if (const auto base = held_base(*group))
    return hold(wire::HoldReason::depends_on_held, std::to_string(raw(*base)));

  const Stamp claimed = group->stamp;
  const Author author{actor_.actor, actor_.person, actor_.last_stamp, false};
  DOORSTEP_TRY(admission, GroupMerge(work_, author, now_ms_).admit(*std::move(group), *plan));
  record.verdict = admission.verdict;
  record.reason = admission.reason;
  record.detail = std::move(admission.detail);
  if (admission.verdict == wire::VerdictKind::held) return record;
  if (admission.stamp != claimed) record.admitted = admission.stamp;
  actor_.last_stamp = std::max(actor_.last_stamp, admission.stamp);
  return record;
}

/// A held group of the same actor that this one builds on.
std::optional<GroupNumber> Admittance::held_base(const Group& group) const {
  if (held_.empty()) return std::nullopt;
  for (const GroupNumber number : group.depends)
    if (is_held(number)) return number;
  const auto named = [&](const std::vector<VersionName>& names) -> std::optional<GroupNumber> {
    for (const VersionName& name : names)
      if (name.actor == actor_.actor && is_held(name.group)) return name.group;
    return std::nullopt;
  };
  for (const Op& op : group.ops) {
    if (auto number = named(op.seen)) return number;
    for (const CellWrite& write : op.cells)
      if (auto number = named(write.bases)) return number;
  }
  return std::nullopt;
}

}  // namespace

Result<PushOutcome> admit_push(OfficeTransaction& work, ActorRecord& actor, const wire::Push& push,
                               std::int64_t now_ms) {
  DOORSTEP_CHECK(check_form(push));
  return Admittance(work, actor, push, now_ms).run();
}

}  // namespace doorstep::server
