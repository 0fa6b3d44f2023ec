#include "pipeline/rehoming.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "pipeline/enrolment.hpp"
#include "pipeline/judge.hpp"
#include "pipeline/limits.hpp"
#include "wire/codec.hpp"

namespace doorstep::server {
namespace {

GroupNumber before(GroupNumber number) { return GroupNumber{raw(number) - 1}; }

bool has_no_groups(const ActorRecord& actor) { return actor.admitted_through == before(actor.first); }

tl::unexpected<Error> impossible_number() {
  return fail(ErrorDomain::office, ErrorCode::refused, Retry::never,
              "这部手机说不清从哪一条起与街道的不同,没有改动,请告诉街道;手机里的记录都还在。",
              "The device names a group that the office cannot have from it. Nothing was changed; tell the "
              "office. Everything is safe on the phone.");
}

/// The device that the same request made before, while it has not been heard of: its answer was lost.
Result<std::optional<ActorRecord>> unanswered(ReadSnapshot& snapshot, ActorId origin,
                                              const wire::RehomeRequest& request) {
  DOORSTEP_TRY(actors, snapshot.actors());
  for (ActorRecord& actor : actors)
    if (actor.origin == origin && actor.left_at == request.first && awaits_answer(actor, request.signing_key))
      return std::optional(std::move(actor));
  return std::nullopt;
}

/// The device's own word about its past is taken: should it differ from what the office has under the number
/// before, a refusal would only strand what waits there.
Result<ActorRecord> make_device(OfficeTransaction& work, const ActorRecord& origin,
                                const wire::RehomeRequest& request) {
  ActorRecord actor;
  DOORSTEP_TRY(id, next_actor(work));
  actor.actor = id;
  actor.person = origin.person;
  actor.device_name = request.device_name.empty() ? origin.device_name : device_name(request.device_name);
  actor.signing_key = request.signing_key;
  actor.sealing_key = origin.sealing_key;
  actor.enrolled_ms = actor.last_seen_ms = work.office().now_ms();
  actor.pack = origin.pack;
  actor.role = origin.role;
  actor.place = origin.place;
  actor.origin = origin.actor;
  actor.left_at = actor.first = request.first;
  actor.floor = origin.floor;  // Its file may lack more; then what it asks is answered whole.
  actor.previous = actor.digest = request.previous;
  actor.admitted_through = before(request.first);
  // A copy of a revoked device's file is revoked as well.
  actor.revoked_ms = origin.revoked_ms;
  actor.revoke_reason = origin.revoke_reason;
  actor.lost_ms = origin.lost_ms;
  actor.backed_up_through = std::min(origin.backed_up_through, actor.admitted_through);
  DOORSTEP_TRY(file, work.log().lineages().of(work.tx(), origin.actor));
  DOORSTEP_TRY(stamp, stamp_before(work.tx(), file, request.first));
  actor.last_stamp = stamp;
  return actor;
}

tl::unexpected<Error> too_often() {
  return fail(
      ErrorDomain::office, ErrorCode::overloaded, Retry::later,
      "这位组长的手机资料今天被恢复或复制的次数太多,请明天再连,或者告诉街道;手机里的记录都还在。",
      "This person's devices were restored or copied too often today. Try again tomorrow, or tell the "
      "office. Everything is safe on the phone.");
}

Status check_how_often(OfficeTransaction& work, const RowId& person) {
  constexpr std::int64_t kDayMs = 86'400'000;
  const std::int64_t since_ms = work.office().now_ms() - kDayMs;
  DOORSTEP_TRY(actors, work.tx().actors());
  const auto today = std::count_if(actors.begin(), actors.end(), [&](const ActorRecord& actor) {
    return actor.person == person && actor.origin != ActorId{} && since_ms < actor.enrolled_ms;
  });
  return static_cast<std::size_t>(today) < limits::kRehomingsADay ? Status{} : too_often();
}

}  // namespace

Result<wire::JoinResponse> rehome(Office& office, const SecretKey& identity, ActorId asking,
                                  const wire::RehomeRequest& request) {
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  DOORSTEP_TRY(origin, work.tx().actor(asking));
  if (!origin || serial_of(asking) == kOfficeSerial) return unknown_device();
  if (request.first == GroupNumber{} || raw(request.first) > UINT64_MAX / 2) return impossible_number();
  const std::string token = new_token(office.entropy());
  DOORSTEP_TRY(known, unanswered(work.tx(), asking, request));
  ActorRecord actor;
  if (known) {
    actor = *std::move(known);
    give_token(actor, token, office.now_ms());
    DOORSTEP_CHECK(work.tx().save_tokens(actor));
  } else {
    DOORSTEP_CHECK(check_how_often(work, origin->person));
    DOORSTEP_TRY(made, make_device(work, *origin, request));
    actor = std::move(made);
    give_token(actor, token, office.now_ms());
    DOORSTEP_CHECK(work.tx().add_actor(actor));
    work.log().clear();
    DOORSTEP_CHECK(register_device(work, actor));
  }
  DOORSTEP_CHECK(record_device(work, AuditKind::rehomed, actor));
  DOORSTEP_TRY(response, describe(work, actor, identity));
  DOORSTEP_CHECK(work.commit());
  response.token = token;
  return response;
}

Status join_twin(OfficeTransaction& work, ActorRecord& actor, const wire::Push& push) {
  const auto pushed = [&](GroupNumber number) -> const std::string* {
    if (number < push.first || raw(number) - raw(push.first) >= push.groups.size()) return nullptr;
    return &push.groups[static_cast<std::size_t>(raw(number) - raw(push.first))];
  };
  while (actor.origin != ActorId{} && has_no_groups(actor)) {
    const GroupNumber first = actor.first;
    const std::string* bytes = pushed(first);
    if (bytes == nullptr) return {};
    DOORSTEP_TRY(file, work.log().lineages().of(work.tx(), actor.actor));
    DOORSTEP_TRY(twin, work.log().lineages().holder(work.tx(), file, {actor.actor, first}, actor.previous,
                                                    wire::chain_digest(actor.previous, *bytes)));
    if (!twin) return {};
    actor.twin = *twin;
    DOORSTEP_CHECK(
        work.tx().each_group(*twin, first, GroupNumber{UINT64_MAX / 2}, false, [&](const GroupRecord& group) {
          bytes = pushed(group.number);
          if (bytes == nullptr || wire::chain_digest(actor.previous, *bytes) != group.digest) return false;
          actor.previous = actor.digest = group.digest;
          actor.admitted_through = group.number;
          actor.first = GroupNumber{raw(group.number) + 1};
          return true;
        }));
    work.log().clear();
    DOORSTEP_TRY(joined, work.log().lineages().of(work.tx(), *twin));
    DOORSTEP_TRY(stamp, stamp_before(work.tx(), joined, actor.first));
    actor.last_stamp = stamp;
    DOORSTEP_CHECK(work.tx().save_twin(actor));
    // Whoever had read them as this device's, before the office was put back to a backup, waited for them.
    for (GroupNumber taken = first; taken < actor.first; taken = GroupNumber{raw(taken) + 1})
      DOORSTEP_CHECK(wake_waiting(work.tx(), {actor.actor, taken}, {}));
  }
  return {};
}

}  // namespace doorstep::server
