#include "pipeline/push.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "pipeline/judge.hpp"
#include "pipeline/rehoming.hpp"
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
  wire::Verdict verdict = verdict_of(group);
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
      : work_(work), judge_(work), actor_(actor), push_(push), now_ms_(now_ms) {}

  Result<PushOutcome> run();

 private:
  Result<bool> continues_what_we_have();
  Result<std::size_t> recall();
  bool is_withdrawn(GroupNumber number) const;
  Status take_back(GroupRecord& group);
  Status take_back_earlier();
  Status admit_new(std::size_t from);
  Status admit_past(const std::string& bytes, const Digest& digest);
  Status admit(ActorRecord& actor, const std::string& bytes, const Digest& digest);

  OfficeTransaction& work_;
  Judge judge_;
  ActorRecord& actor_;
  Lineage file_;
  GroupNumber through_{};  ///< Up to which the office has the groups of the device's file.
  Digest digest_{};        ///< Of that one, once the push was found to agree with it.
  const wire::Push& push_;
  const std::int64_t now_ms_;
  PushOutcome outcome_;
};

Result<PushOutcome> Admittance::run() {
  DOORSTEP_CHECK(join_twin(work_, actor_, push_));
  DOORSTEP_TRY(file, work_.log().lineages().of(work_.tx(), actor_.actor));
  file_ = std::move(file);
  DOORSTEP_TRY(through, known_through(work_.tx(), file_, actor_));
  outcome_.admitted_through = outcome_.verdict_through = through_ = through;
  if (next(through_) < push_.first) {
    outcome_.result = wire::PushResult::gap;
    return outcome_;
  }
  outcome_.result = wire::PushResult::forked;
  outcome_.admitted_through = GroupNumber{raw(push_.first) - 1};
  DOORSTEP_TRY(same_past, continues_what_we_have());
  if (!same_past) return outcome_;
  DOORSTEP_CHECK(take_back_earlier());
  DOORSTEP_TRY(known, recall());
  if (outcome_.result == wire::PushResult::forked) return outcome_;
  if (known < push_.groups.size()) DOORSTEP_CHECK(admit_new(known));
  outcome_.admitted_through = through_;
  if (outcome_.result == wire::PushResult::forked) return outcome_;
  if (!push_.groups.empty())
    outcome_.verdict_through = GroupNumber{raw(push_.first) + push_.groups.size() - 1};
  return outcome_;
}

Result<bool> Admittance::continues_what_we_have() {
  if (push_.first == next(actor_.admitted_through)) return push_.previous == actor_.digest;
  DOORSTEP_TRY(owner, work_.tx().actor(file_.owner(push_.first)));
  if (owner && owner->first == push_.first) return push_.previous == owner->previous;
  const GroupNumber number{raw(push_.first) - 1};
  if (number == GroupNumber{}) return push_.previous == Digest{};
  DOORSTEP_TRY(before, work_.tx().group(file_.owner(number), number));
  return before && before->digest == push_.previous;
}

/// Tells the remembered verdicts of groups the office has, if they are the same groups; returns how many.
Result<std::size_t> Admittance::recall() {
  digest_ = push_.previous;
  std::size_t known = 0;
  bool same = true;
  std::vector<GroupRecord> agreeing;
  if (push_.first <= through_ && !push_.groups.empty()) {
    const GroupNumber last = std::min(through_, GroupNumber{raw(push_.first) + push_.groups.size() - 1});
    DOORSTEP_CHECK(each_group(work_.tx(), file_, push_.first, last, [&](const GroupRecord& group) {
      digest_ = wire::chain_digest(digest_, push_.groups[known]);
      same = digest_ == group.digest;
      if (!same) return false;
      agreeing.push_back(group);
      ++known;
      return true;
    }));
    ensure(!same || known == raw(last) - raw(push_.first) + 1,
           "admitted groups are in the log without a gap");
  }
  for (GroupRecord& group : agreeing) {
    if (is_withdrawn(group.number)) DOORSTEP_CHECK(take_back(group));
    tell(outcome_.verdicts, group);
  }
  if (same) outcome_.result = wire::PushResult::accepted;
  outcome_.admitted_through = GroupNumber{raw(push_.first) + known - 1};
  return known;
}

bool Admittance::is_withdrawn(GroupNumber number) const {
  return std::binary_search(push_.withdrawn.begin(), push_.withdrawn.end(), number);
}

/// Its holder was told, by the office as it was before it was put back to a backup, that it was returned.
/// What is part of the rows again by now stays.
Status Admittance::take_back(GroupRecord& group) {
  if (group.verdict != wire::VerdictKind::held) return {};
  return judge_.close(group, wire::VerdictKind::returned, {now_ms_, {}, {}, {}});
}

Status Admittance::take_back_earlier() {
  for (const GroupNumber number : push_.withdrawn) {
    if (number >= push_.first) return {};
    DOORSTEP_TRY(group, work_.tx().group(file_.owner(number), number));
    if (group) DOORSTEP_CHECK(take_back(*group));
  }
  return {};
}

/// A group that another copy of the device's file has brought already is that one's. The device parts from
/// its name before it, and finds its twin once it is another one (join_twin).
Status Admittance::admit_new(std::size_t from) {
  for (std::size_t i = from; i < push_.groups.size(); ++i) {
    const GroupName name{file_.owner(next(through_)), next(through_)};
    const Digest digest = wire::chain_digest(digest_, push_.groups[i]);
    DOORSTEP_TRY(twin, work_.log().lineages().holder(work_.tx(), file_, name, digest_, digest));
    if (twin) {
      outcome_.result = wire::PushResult::forked;
      return {};
    }
    const bool its_own = name.number >= actor_.first;
    DOORSTEP_CHECK(its_own ? admit(actor_, push_.groups[i], digest) : admit_past(push_.groups[i], digest));
    through_ = name.number;
    digest_ = digest;
  }
  return {};
}

/// A group from before the device was this one, which the office lost: it is, as it was, of the one before.
Status Admittance::admit_past(const std::string& bytes, const Digest& digest) {
  const ActorId owner = file_.owner(next(through_));
  DOORSTEP_TRY(known, work_.tx().actor(owner));
  ActorRecord past = known.value_or(ActorRecord{});
  if (!known) {
    // It was enrolled after the backup, too, and its certificate did not come with the device's.
    past.actor = owner;
    past.person = actor_.person;
    past.device_name = actor_.device_name;
    past.enrolled_ms = past.last_seen_ms = now_ms_;
    past.role = actor_.role;
    past.place = actor_.place;
    past.pack = actor_.pack;
    past.previous = past.digest = digest_;
    past.admitted_through = through_;
    past.left_at = past.first = next(through_);
    DOORSTEP_CHECK(work_.tx().add_actor(past));
    work_.log().clear();
  }
  DOORSTEP_CHECK(admit(past, bytes, digest));
  return work_.tx().save_progress(past);
}

Status Admittance::admit(ActorRecord& actor, const std::string& bytes, const Digest& digest) {
  ensure(actor.digest == digest_, "a device's groups follow one another");
  GroupRecord record;
  record.actor = actor.actor;
  record.number = next(actor.admitted_through);
  record.digest = digest;
  record.received_ms = now_ms_;
  record.bytes = bytes;
  if (is_withdrawn(record.number))
    DOORSTEP_CHECK(judge_.admit_withdrawn(record, actor));
  else
    DOORSTEP_CHECK(judge_.admit(record, actor));
  tell(outcome_.verdicts, record);
  return {};
}

}  // namespace

namespace {

/// Whether a row stands elsewhere or nowhere is not for everybody to know: both read alike.
wire::HoldReason told_reason(wire::HoldReason reason) {
  const bool is_absent = reason == wire::HoldReason::unknown_row || reason == wire::HoldReason::future_birth;
  return is_absent ? wire::HoldReason::outside_scope : reason;
}

}  // namespace

/// Of a returned group its holder reads the office's note, else what was wrong; that it built on another one
/// is for the office.
wire::Verdict verdict_of(const GroupRecord& group) {
  std::string detail = group.detail;
  if (group.verdict == wire::VerdictKind::returned) {
    if (group.decision && !group.decision->note.empty())
      detail = group.decision->note;
    else if (group.reason == wire::HoldReason::depends_on_held)
      detail.clear();
  }
  return {group.number, 1, group.verdict, told_reason(group.reason), std::move(detail), group.admitted};
}

Result<PushOutcome> admit_push(OfficeTransaction& work, ActorRecord& actor, const wire::Push& push,
                               std::int64_t now_ms) {
  DOORSTEP_CHECK(check_form(push));
  return Admittance(work, actor, push, now_ms).run();
}

}  // namespace doorstep::server
