#include "pipeline/judge.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "pipeline/erasure.hpp"
#include "pipeline/group_merge.hpp"
#include "pipeline/limits.hpp"
#include "pipeline/push.hpp"

namespace doorstep::server {
namespace {

/// Visits the groups that this one names: by `depends` (numbers of its device's file), as seen, as bases.
/// Stops at the first for which `visit` has something to return.
template <typename Visit>
auto each_named(const Group& group, const Lineage& file, Visit visit) -> decltype(visit(GroupName{})) {
  for (const GroupNumber number : group.depends) {
    auto found = visit({file.owner(number), number});
    if (!found || *found) return found;
  }
  const auto among = [&](const std::vector<VersionName>& names) -> decltype(visit(GroupName{})) {
    for (const VersionName& name : names) {
      auto found = visit({name.actor, name.group});
      if (!found || *found) return found;
    }
    return std::nullopt;
  };
  for (const Op& op : group.ops) {
    auto found = among(op.seen);
    if (!found || *found) return found;
    for (const CellWrite& write : op.cells) {
      found = among(write.bases);
      if (!found || *found) return found;
    }
  }
  return std::nullopt;
}

void hold(GroupRecord& record, wire::HoldReason reason, std::string detail) {
  record.verdict = wire::VerdictKind::held;
  record.reason = reason;
  record.detail = std::move(detail);
}

}  // namespace

std::vector<RowKey> rows_of(const Group& group) {
  std::vector<RowKey> rows;
  for (const Op& op : group.ops) rows.push_back(op.key);
  return rows;
}

Status wake_waiting(WriteTransaction& tx, const GroupName& group, const std::vector<RowKey>& rows) {
  DOORSTEP_TRY(any, tx.any_waiting());
  if (!any) return {};
  DOORSTEP_CHECK(tx.wake(group));
  for (const RowKey& row : rows) DOORSTEP_CHECK(tx.wake(row));
  return {};
}

Status Judge::admit(GroupRecord& record, ActorRecord& actor) {
  DOORSTEP_TRY(awaited, judge(record, actor, actor.last_stamp, false));
  return add(record, actor, awaited);
}

Status Judge::admit_withdrawn(GroupRecord& record, ActorRecord& actor) {
  record.verdict = wire::VerdictKind::returned;
  touched_.clear();
  DOORSTEP_CHECK(redact(work_.tx(), work_.plan(), record));
  return add(record, actor, {});
}

Status Judge::add(const GroupRecord& record, ActorRecord& actor, const Awaited& awaited) {
  DOORSTEP_CHECK(work_.tx().add_group(record));
  actor.admitted_through = record.number;
  actor.digest = record.digest;
  DOORSTEP_TRY(known, unapplied(record.actor));
  known->through = std::max(known->through, record.number);
  if (awaited.group || awaited.row)
    DOORSTEP_CHECK(work_.tx().set_wait({record.actor, record.number}, awaited));
  return settle(record);
}

Status Judge::decide_again(GroupRecord& record, ActorRecord& actor, Ruling decision, bool scope_waived) {
  // Applied late, it stands among its file's groups where it would have stood.
  DOORSTEP_TRY(file, work_.log().lineages().of(work_.tx(), record.actor));
  DOORSTEP_TRY(floor, stamp_before(work_.tx(), file, record.number));
  const wire::Verdict told = verdict_of(record);
  DOORSTEP_TRY(awaited, judge(record, actor, floor, scope_waived));
  // A group that was tried again by itself and waits as before is no news: what changed is not its holder's
  // to know.
  const wire::Verdict now = verdict_of(record);
  const bool is_news =
      !decision.by.empty() || now.kind != told.kind || now.reason != told.reason || now.detail != told.detail;
  return revise(record, awaited, is_news ? std::optional(std::move(decision)) : record.decision);
}

Status Judge::close(GroupRecord& record, wire::VerdictKind verdict, Ruling decision) {
  record.verdict = verdict;
  touched_.clear();
  return revise(record, {}, std::move(decision));
}

Status Judge::revise(GroupRecord& record, const Awaited& awaited, std::optional<Ruling> decision) {
  record.decision = std::move(decision);
  work_.log().clear();  // It may have the group under its verdict before.
  DOORSTEP_CHECK(work_.tx().decide_group(record));
  DOORSTEP_CHECK(work_.tx().set_wait({record.actor, record.number}, awaited));
  return settle(record);
}

/// Remembers the verdict, and calls those who waited for it.
Status Judge::settle(const GroupRecord& record) {
  DOORSTEP_TRY(known, unapplied(record.actor));
  if (wire::is_applied(record.verdict))
    known->verdicts.erase(record.number);
  else
    known->verdicts[record.number] = record.verdict;
  if (record.verdict == wire::VerdictKind::held) return {};
  return wake_waiting(work_.tx(), {record.actor, record.number}, touched_);
}

Result<Awaited> Judge::judge(GroupRecord& record, ActorRecord& actor, Stamp floor, bool scope_waived) {
  touched_.clear();
  DOORSTEP_TRY(file, work_.log().lineages().of(work_.tx(), record.actor));
  Result<Group> group = work_.log().lineages().read(work_.tx(), record);
  if (!group && group.error().domain != ErrorDomain::format) return tl::unexpected(group.error());
  if (!group) {
    hold(record, wire::HoldReason::undecodable, group.error().en);
    return Awaited{};
  }
  DOORSTEP_TRY(is_erased, take_erased_out(work_.tx(), work_.plan(), *group));
  if (is_erased) DOORSTEP_CHECK(redact(work_.tx(), work_.plan(), record));
  DOORSTEP_TRY(plan, work_.office().plan(work_.tx(), group->pack));
  if (plan == nullptr) {
    hold(record, wire::HoldReason::unknown_pack, std::to_string(raw(group->pack)));
    return Awaited{};
  }
  DOORSTEP_TRY(obstacle, find_obstacle(*group, file));
  if (obstacle) {
    const bool absent = obstacle->standing == Standing::absent;
    hold(record, absent ? wire::HoldReason::missing_base : wire::HoldReason::depends_on_held,
         std::to_string(raw(obstacle->group.number)));
    if (obstacle->standing != Standing::returned) return Awaited{obstacle->group, std::nullopt};
    record.verdict = wire::VerdictKind::returned;
    return Awaited{};
  }

  const Stamp claimed = group->stamp;
  std::vector<RowKey> rows = rows_of(*group);
  const bool is_office = serial_of(record.actor) == kOfficeSerial;
  const Author author{record.actor, actor.person, floor, is_office, scope_waived, actor.lost_ms};
  GroupMerge merge(work_, author, record.received_ms);
  DOORSTEP_TRY(admission, merge.admit(*std::move(group), *plan));
  record.verdict = admission.verdict;
  record.reason = admission.reason;
  record.detail = std::move(admission.detail);
  if (admission.verdict == wire::VerdictKind::held) return Awaited{std::nullopt, admission.awaited};
  if (is_erased && record.verdict == wire::VerdictKind::effective) {
    record.verdict = wire::VerdictKind::merged;
    record.detail = "已删除的个人信息未采用。 What was personal and is erased was not taken.";
  }
  touched_ = std::move(rows);
  if (admission.stamp != claimed) record.admitted = admission.stamp;
  actor.last_stamp = std::max(actor.last_stamp, admission.stamp);
  return Awaited{};
}

Result<std::optional<Judge::Obstacle>> Judge::find_obstacle(const Group& group, const Lineage& file) {
  return each_named(group, file, [&](const GroupName& name) -> Result<std::optional<Obstacle>> {
    DOORSTEP_TRY(stands, standing(name));
    if (stands == Standing::settled) return std::nullopt;
    return Obstacle{name, stands};
  });
}

/// Whether a group that an office made for itself, and that is not here, may still come: phones carry what an
/// office before a restore had done since its backup. Not for ever.
bool Judge::may_return(ActorId maker) const {
  const OfficeRecord& office = work_.office().record();
  const std::int64_t restored_ms = std::int64_t{office.incarnation} * 1000;
  return incarnation_of(maker) < office.incarnation &&
         work_.office().now_ms() < restored_ms + limits::kAwaitedOfficeMs;
}

/// A replaced group is settled: its versions will never be, and a write that names them as bases stands
/// beside the office's. Nor does anybody wait for a group that will not come.
Result<Judge::Standing> Judge::standing(const GroupName& name) {
  DOORSTEP_TRY(known, unapplied(name.actor));
  if (known->through < name.number)
    return serial_of(name.actor) == kOfficeSerial && !may_return(name.actor) ? Standing::settled
                                                                             : Standing::absent;
  const auto at = known->verdicts.find(name.number);
  if (at == known->verdicts.end() || at->second == wire::VerdictKind::replaced) return Standing::settled;
  return at->second == wire::VerdictKind::held ? Standing::held : Standing::returned;
}

Result<Judge::Unapplied*> Judge::unapplied(ActorId actor) {
  const auto at = unapplied_.find(actor);
  if (at != unapplied_.end()) return &at->second;
  Unapplied known;
  DOORSTEP_TRY(record, work_.tx().actor(actor));
  if (record) known.through = record->admitted_through;
  DOORSTEP_TRY(groups, work_.tx().unapplied_groups(actor));
  for (const UnappliedGroup& group : groups) known.verdicts[group.number] = group.verdict;
  return &unapplied_.emplace(actor, std::move(known)).first->second;
}

}  // namespace doorstep::server
