#include "pipeline/rehoming.hpp"

#include "base/error.hpp"
#include "pipeline/enrolment.hpp"
#include "pipeline/lineages.hpp"
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
    if (actor.origin == origin && actor.first == request.first && awaits_answer(actor, request.signing_key))
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
  actor.first = request.first;
  actor.previous = actor.digest = request.previous;
  actor.admitted_through = before(request.first);
  actor.backed_up_through = std::min(origin.backed_up_through, actor.admitted_through);
  DOORSTEP_TRY(file, work.log().lineages().of(work.tx(), origin.actor));
  DOORSTEP_TRY(stamp, stamp_before(work.tx(), file, request.first));
  actor.last_stamp = stamp;
  return actor;
}

/// Another copy of the file that went on from the same number with the group of this digest. The first is the
/// one that earlier pushes were found to be the same as: what they have in common may take several.
Result<std::optional<ActorRecord>> find_twin(ReadSnapshot& snapshot, const ActorRecord& actor,
                                             const Digest& digest) {
  DOORSTEP_TRY(same_so_far, snapshot.group(actor.origin, actor.first));
  if (same_so_far && same_so_far->digest == digest) return snapshot.actor(actor.origin);
  DOORSTEP_TRY(actors, snapshot.actors());
  for (ActorRecord& other : actors) {
    const bool same_past =
        other.origin == actor.origin && other.first == actor.first && other.previous == actor.previous;
    if (!same_past || other.actor == actor.actor) continue;
    DOORSTEP_TRY(group, snapshot.group(other.actor, other.first));
    if (group && group->digest == digest) return std::optional(std::move(other));
  }
  return std::nullopt;
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
    DOORSTEP_CHECK(work.tx().save_token(actor.actor, sha256(token)));
  } else {
    DOORSTEP_TRY(made, make_device(work, *origin, request));
    actor = std::move(made);
    actor.token_hash = sha256(token);
    DOORSTEP_CHECK(work.tx().add_actor(actor));
    DOORSTEP_CHECK(register_device(work, actor));
  }
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
    const std::string* bytes = pushed(actor.first);
    if (bytes == nullptr) return {};
    DOORSTEP_TRY(twin, find_twin(work.tx(), actor, wire::chain_digest(actor.previous, *bytes)));
    if (!twin) return {};
    actor.origin = twin->actor;
    DOORSTEP_CHECK(work.tx().each_group(
        twin->actor, actor.first, twin->admitted_through, false, [&](const GroupRecord& group) {
          bytes = pushed(group.number);
          if (bytes == nullptr || wire::chain_digest(actor.previous, *bytes) != group.digest) return false;
          actor.previous = actor.digest = group.digest;
          actor.admitted_through = group.number;
          actor.first = GroupNumber{raw(group.number) + 1};
          return true;
        }));
    work.log().clear();
    DOORSTEP_TRY(file, work.log().lineages().of(work.tx(), twin->actor));
    DOORSTEP_TRY(stamp, stamp_before(work.tx(), file, actor.first));
    actor.last_stamp = stamp;
    DOORSTEP_CHECK(work.tx().save_origin(actor));
  }
  return {};
}

}  // namespace doorstep::server
