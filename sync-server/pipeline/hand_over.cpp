#include "pipeline/hand_over.hpp"

#include "base/error.hpp"
#include "pipeline/judge.hpp"
#include "wire/codec.hpp"

namespace doorstep::server {
namespace {

GroupNumber next(GroupNumber number) { return GroupNumber{raw(number) + 1}; }

bool is_former(ActorId actor, const OfficeRecord& office) {
  return serial_of(actor) == kOfficeSerial && incarnation_of(actor) < office.incarnation;
}

/// An office that the backup does not know: it was itself put back after that, and not backed up since.
Status add_former(OfficeTransaction& work, ActorRecord& actor) {
  actor.device_name = work.office().record().name;
  actor.enrolled_ms = actor.last_seen_ms = work.office().now_ms();
  DOORSTEP_CHECK(work.tx().add_actor(actor));
  work.log().clear();
  return {};
}

}  // namespace

Result<HandOverOutcome> HandOvers::take(Office& office, const wire::HandOver& brought) {
  const std::lock_guard lock(mutex_);
  HandOverOutcome outcome;
  for (const wire::Parcels& parcels : brought.offices) {
    if (!is_former(parcels.office, office.record())) continue;
    GroupNumber through{};
    {
      DOORSTEP_TRY(snapshot, office.store().snapshot());
      DOORSTEP_TRY(known, snapshot->actor(parcels.office));
      if (known) through = known->admitted_through;
    }
    open(parcels, through, outcome);
    DOORSTEP_CHECK(admit_waiting(office, parcels.office, outcome));
    DOORSTEP_TRY(snapshot, office.store().snapshot());
    DOORSTEP_TRY(known, snapshot->actor(parcels.office));
    wire::Parcels wanted;
    wanted.office = parcels.office;
    if (known) wanted.through = known->admitted_through;
    if (known) wanted.backed_up_through = known->backed_up_through;
    const bool only_told = parcels.sealed.empty();
    for (const GroupNumber number : parcels.numbers)
      if (only_told && wanted.through < number && waiting_.count({parcels.office, number}) == 0)
        wanted.numbers.push_back(number);
    outcome.answer.offices.push_back(std::move(wanted));
  }
  outcome.waiting = waiting_.size();
  return outcome;
}

/// A parcel proves by itself that the office made it; the device is only its courier.
void HandOvers::open(const wire::Parcels& brought, GroupNumber through, HandOverOutcome& outcome) {
  if (brought.sealed.size() != brought.numbers.size()) return;
  for (std::size_t i = 0; i < brought.sealed.size(); ++i) {
    const GroupName name{brought.office, brought.numbers[i]};
    if (name.number <= through || waiting_.count(name) != 0) continue;
    auto content = seal_.open(name, brought.sealed[i]);
    if (!content) {
      ++outcome.refused;
      continue;
    }
    const std::size_t size = content->groups.front().size();
    const bool is_next = name.number == next(through);
    if (!is_next && bytes_ + size > limits_.shelf_bytes) continue;
    bytes_ += size;
    waiting_.emplace(name, *std::move(content));
    if (is_next) through = name.number;
  }
}

Status HandOvers::admit_waiting(Office& office, ActorId former, HandOverOutcome& outcome) {
  for (;;) {
    DOORSTEP_TRY(more, admit_some(office, former, outcome));
    if (!more) return {};
  }
}

/// What one transaction takes on. False when the next one has not come.
Result<bool> HandOvers::admit_some(Office& office, ActorId former, HandOverOutcome& outcome) {
  const auto first = waiting_.lower_bound({former, GroupNumber{}});
  if (first == waiting_.end() || first->first.actor != former) return false;
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  DOORSTEP_TRY(known, work.tx().actor(former));
  ActorRecord actor = known.value_or(ActorRecord{});
  actor.actor = former;
  drop_through({former, actor.admitted_through});
  auto at = waiting_.find({former, next(actor.admitted_through)});
  if (at == waiting_.end()) return false;
  if (at->second.previous != actor.digest) {  // Of a history that this office does not come from.
    ++outcome.refused;
    bytes_ -= at->second.groups.front().size();
    waiting_.erase(at);
    return false;
  }
  if (!known) DOORSTEP_CHECK(add_former(work, actor));
  Judge judge(work);
  std::size_t taken = 0;
  for (std::size_t bytes = 0;
       at != waiting_.end() && at->first.actor == former &&
       at->first.number == next(actor.admitted_through) && at->second.previous == actor.digest &&
       taken < limits::kRetriedGroups && bytes < limits::kRetriedBytes;
       ++at, ++taken) {
    GroupRecord record;
    record.actor = former;
    record.number = at->first.number;
    record.bytes = at->second.groups.front();
    record.digest = wire::chain_digest(actor.digest, record.bytes);
    record.received_ms = office.now_ms();
    bytes += record.bytes.size();
    DOORSTEP_CHECK(judge.admit(record, actor));
  }
  DOORSTEP_CHECK(work.tx().save_progress(actor));
  DOORSTEP_CHECK(work.commit());
  drop_through({former, actor.admitted_through});
  outcome.returned += taken;
  return true;
}

void HandOvers::drop_through(const GroupName& last) {
  for (auto at = waiting_.lower_bound({last.actor, GroupNumber{}});
       at != waiting_.end() && at->first.actor == last.actor && at->first.number <= last.number;) {
    bytes_ -= at->second.groups.front().size();
    at = waiting_.erase(at);
  }
}

}  // namespace doorstep::server
