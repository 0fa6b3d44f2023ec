#include "pipeline/devices.hpp"

#include "base/error.hpp"
#include "pipeline/cut_text.hpp"
#include "pipeline/enrolment.hpp"
#include "pipeline/limits.hpp"
#include "pipeline/push.hpp"

namespace doorstep::server {
namespace {

tl::unexpected<Error> no_such_device() {
  return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
              "没有这部手机。编号请看:doorstep-server devices",
              "There is no such device. Its number is in: doorstep-server devices");
}

Result<ActorRecord> find_device(OfficeTransaction& work, ActorId id) {
  DOORSTEP_TRY(actor, work.tx().actor(id));
  if (actor && serial_of(id) != kOfficeSerial) return *std::move(actor);
  return no_such_device();
}

}  // namespace

Result<ActorRecord> revoke_device(Office& office, ActorId id, const Revocation& revocation) {
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  DOORSTEP_TRY(actor, find_device(work, id));
  if (!actor.is_revoked()) actor.revoked_ms = office.now_ms();
  actor.revoke_reason = cut_text(revocation.reason, limits::kReasonBytes);
  actor.lost_ms = revocation.lost_ms;
  DOORSTEP_CHECK(work.tx().save_revocation(actor));
  DOORSTEP_CHECK(work.commit());
  return actor;
}

Status rename_device(Office& office, ActorId id, const std::string& name) {
  if (name.empty()) return fail_usage("请写明新的名字。", "Say the new name.");
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  DOORSTEP_TRY(actor, find_device(work, id));
  DOORSTEP_CHECK(work.tx().save_device_name(actor.actor, device_name(name)));
  return work.commit();
}

Result<ActorRecord> find_device(Office& office, ActorId id) {
  DOORSTEP_TRY(snapshot, office.store().snapshot());
  DOORSTEP_TRY(actor, snapshot->actor(id));
  if (actor && serial_of(id) != kOfficeSerial) return *std::move(actor);
  return no_such_device();
}

Status take_work(Office& office, ActorId id, const wire::Push& push, TakenWork& taken) {
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  DOORSTEP_TRY(actor, find_device(work, id));
  const GroupNumber before = actor.admitted_through;
  DOORSTEP_TRY(outcome, admit_push(work, actor, push, office.now_ms()));
  if (outcome.result == wire::PushResult::gap)
    return fail(ErrorDomain::usage, ErrorCode::refused, Retry::never,
                "这些记录接着第" + std::to_string(raw(push.first) - 1) +
                    "条,街道还没有那一条,所以没有收。街道从备份恢复过的话,等别的手机交齐再试。",
                "These follow group " + std::to_string(raw(push.first) - 1) +
                    ", which the office does not have. If it was restored from a backup, try again once the "
                    "other phones have been in contact.");
  if (outcome.result == wire::PushResult::forked)
    return fail(ErrorDomain::usage, ErrorCode::refused, Retry::never,
                "街道在同样的编号下已有别的记录(这部手机的资料被复制过),所以没有收。文件请保管好。",
                "The office has other records under the same numbers (the phone's data had been copied), so "
                "nothing was taken. Keep the file.");
  DOORSTEP_CHECK(work.tx().save_progress(actor));
  DOORSTEP_CHECK(work.commit());
  taken.groups += push.groups.size();
  taken.fresh += raw(actor.admitted_through) - raw(before);
  for (const wire::Verdict& verdict : outcome.verdicts)
    if (verdict.kind == wire::VerdictKind::held && before < verdict.first) taken.held += verdict.count;
  return {};
}

Result<wire::WipeReport> note_wiped(Office& office, ActorId id, const wire::WipeReport& report) {
  if (report.actor != id) return unknown_device();
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  DOORSTEP_TRY(actor, work.tx().actor(id));
  if (!actor) return unknown_device();
  if (actor->wiped_ms != 0) return report;  // The answer was lost.
  actor->wiped_ms = actor->last_seen_ms = office.now_ms();
  actor->waiting = 0;
  DOORSTEP_CHECK(work.tx().save_progress(*actor));
  DOORSTEP_CHECK(work.tx().save_revocation(*actor));
  DOORSTEP_CHECK(work.commit());
  return report;
}

}  // namespace doorstep::server
