#include "pipeline/readmission.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/id.hpp"
#include "pipeline/enrolment.hpp"
#include "pipeline/office_writer.hpp"
#include "wire/codec.hpp"

namespace doorstep::server {
namespace {

PublicKey public_key_of(const SecretKey& identity) {
  constexpr std::size_t kSeedBytes = 32;
  return make_key_pair(view(identity).substr(0, kSeedBytes)).public_key;
}

/// Signed by one of the keys that are or were the office's.
bool is_ours(const RowId& office, const std::vector<PublicKey>& identities,
             const wire::Certificate& certificate) {
  const std::string covered = wire::signed_bytes(certificate);
  return certificate.office == office && certificate.algorithm == SignatureAlgorithm::ed25519 &&
         certificate.first != GroupNumber{} && serial_of(certificate.actor) != kOfficeSerial &&
         std::any_of(identities.begin(), identities.end(), [&](const PublicKey& identity) {
           return verify(covered, certificate.signature, identity);
         });
}

/// The office's own certificate, brought by the device that it is for, with those of whom it was before.
bool is_genuine(const RowId& office, const std::vector<PublicKey>& identities,
                const wire::ReadmitRequest& request) {
  const wire::Certificate* later = &request.certificate;
  if (!is_ours(office, identities, *later) || request.algorithm != SignatureAlgorithm::ed25519 ||
      !verify(wire::signed_bytes(office, later->actor), request.signature, later->signing_key))
    return false;
  return std::all_of(request.former.begin(), request.former.end(), [&](const wire::Certificate& former) {
    const bool is_next = former.actor == later->origin && former.person == later->person;
    later = &former;
    return is_next && is_ours(office, identities, former);
  });
}

/// Who it is and what she answered for, unless the office has it.
Status restore_person(OfficeTransaction& work, const wire::Certificate& certificate) {
  const PackPlan& plan = work.plan();
  DOORSTEP_TRY(row, work.tx().find_row(*plan.persons().table, certificate.person));
  if (row != nullptr) return {};
  OfficeWrite person{&plan.persons(), certificate.person, false, {}};
  person.values.emplace_back(plan.person_name(), certificate.person_name);
  DOORSTEP_CHECK(write_office_group(work, {person}));
  return {};
}

Result<bool> has_post(OfficeTransaction& work, const wire::Certificate& certificate) {
  const PackPlan& plan = work.plan();
  const Table& table = *plan.assignments().table;
  DOORSTEP_TRY(posts, work.tx().referring(table, plan.assignments().column(plan.assignment().person),
                                          certificate.person));
  for (const RowId& id : posts) {
    DOORSTEP_TRY(row, work.tx().find_row(table, id));
    if (row == nullptr) continue;
    std::vector<Value> values;
    row->append_values(values);
    const auto post = read_assignment(plan, id, values);
    if (post && post->place == certificate.place && post->role == certificate.role) return true;
  }
  return false;
}

Status restore_post(OfficeTransaction& work, const wire::Certificate& certificate) {
  DOORSTEP_TRY(known, has_post(work, certificate));
  if (known || certificate.place == RowId{}) return {};
  const PackPlan& plan = work.plan();
  std::uint8_t entropy[16];
  work.office().entropy().fill(entropy, sizeof entropy);
  OfficeWrite post{&plan.assignments(),
                   make_time_ordered_id(static_cast<std::uint64_t>(work.office().now_ms()), entropy),
                   false,
                   {}};
  post.values.emplace_back(plan.assignment().person, to_text(certificate.person));
  post.values.emplace_back(plan.assignment().place, to_text(certificate.place));
  post.values.emplace_back(plan.assignment().role, certificate.role);
  DOORSTEP_CHECK(write_office_group(work, {post}));
  return {};
}

ActorRecord actor_of(const wire::Certificate& certificate, PackVersion pack) {
  ActorRecord actor;
  actor.actor = certificate.actor;
  actor.person = certificate.person;
  actor.device_name = certificate.device_name;
  actor.signing_key = certificate.signing_key;
  actor.role = certificate.role;
  actor.place = certificate.place;
  actor.enrolled_ms = actor.last_seen_ms = certificate.enrolled_ms;
  actor.pack = pack;
  actor.origin = certificate.origin;
  actor.left_at = actor.first = certificate.first;
  actor.previous = actor.digest = certificate.previous;
  actor.admitted_through = GroupNumber{raw(certificate.first) - 1};
  return actor;
}

/// `actor` as its certificate has it. A re-homed device's holder was here before it: her posts are what the
/// certificate of the device that it was first says, or the office.
Status admit(OfficeTransaction& work, const ActorRecord& actor, const wire::Certificate& certificate) {
  DOORSTEP_CHECK(work.tx().add_actor(actor));
  if (certificate.origin == ActorId{}) {
    DOORSTEP_CHECK(restore_person(work, certificate));
    DOORSTEP_CHECK(restore_post(work, certificate));
  }
  return register_device(work, actor);
}

/// Those whom the device's file was before, the oldest first: what it brings from then is theirs. Nobody has
/// their tokens; a phone that still is one of them shows its own certificate.
Status admit_former(OfficeTransaction& work, const std::vector<wire::Certificate>& certificates) {
  for (auto former = certificates.rbegin(); former != certificates.rend(); ++former) {
    DOORSTEP_TRY(known, work.tx().actor(former->actor));
    if (known) continue;
    DOORSTEP_CHECK(admit(work, actor_of(*former, work.plan().pack().version), *former));
  }
  return {};
}

}  // namespace

Result<wire::JoinResponse> readmit(Office& office, const SecretKey& identity,
                                   const std::vector<SecretKey>& former,
                                   const wire::ReadmitRequest& request) {
  const wire::Certificate& certificate = request.certificate;
  std::vector<PublicKey> identities{public_key_of(identity)};
  for (const SecretKey& secret : former) identities.push_back(public_key_of(secret));
  if (!is_genuine(office.record().office, identities, request)) return unknown_device();
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  DOORSTEP_TRY(known, work.tx().actor(certificate.actor));
  const bool unclaimed = known && known->signing_key == PublicKey{};
  if (known && !unclaimed && known->signing_key != certificate.signing_key) return unknown_device();
  DOORSTEP_CHECK(admit_former(work, request.former));
  const std::string token = new_token(office.entropy());
  ActorRecord actor = known.value_or(actor_of(certificate, work.plan().pack().version));
  give_token(actor, token, office.now_ms());
  if (unclaimed) DOORSTEP_CHECK(work.tx().save_key(actor.actor, certificate.signing_key));
  if (known) {
    DOORSTEP_CHECK(work.tx().save_tokens(actor));
  } else {
    DOORSTEP_CHECK(admit(work, actor, certificate));
  }
  work.log().clear();
  DOORSTEP_CHECK(record_device(work, AuditKind::readmitted, actor));
  DOORSTEP_TRY(response, describe(work, actor, identity));
  DOORSTEP_CHECK(work.commit());
  response.token = token;
  return response;
}

}  // namespace doorstep::server
