#include "pipeline/enrolment.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "pipeline/cut_text.hpp"
#include "pipeline/office_writer.hpp"
#include "schema/natural_key.hpp"
#include "schema/validation.hpp"
#include "wire/codec.hpp"
#include "wire/invitation.hpp"

namespace doorstep::server {
namespace {

/// The table in which a pack lists enrolled devices, and its columns.
constexpr std::string_view kDeviceTable = "device";
constexpr std::size_t kDeviceNameBytes = 200;
constexpr std::size_t kCodeBytes = 16;
constexpr std::size_t kTokenBytes = 32;

std::string random_text(EntropyPort& entropy, std::size_t size) {
  std::string bytes(size, '\0');
  entropy.fill(bytes.data(), bytes.size());
  return to_base64url(bytes);
}

/// Version 4 (RFC 9562 §5.4).
RowId random_id(EntropyPort& entropy) {
  RowId id;
  entropy.fill(id.bytes.data, sizeof id.bytes.data);
  id.bytes.data[6] = static_cast<std::uint8_t>((id.bytes.data[6] & 0x0F) | 0x40);
  id.bytes.data[8] = static_cast<std::uint8_t>((id.bytes.data[8] & 0x3F) | 0x80);
  return id;
}

tl::unexpected<Error> invalid_code(const char* zh, const char* en) {
  return fail(ErrorDomain::office, ErrorCode::invitation_invalid, Retry::never, zh, en);
}

/// The device that a used invitation enrolled, if it is the one that asks again.
Result<std::optional<ActorRecord>> unanswered(ReadSnapshot& snapshot, const InvitationRecord& invitation,
                                              const PublicKey& signing_key) {
  if (!invitation.used_ms) return std::nullopt;
  DOORSTEP_TRY(actor, snapshot.actor(invitation.actor));
  if (!actor || !awaits_answer(*actor, signing_key)) return std::nullopt;
  return actor;
}

/// An invitation that this request may use, and whom it enrolled already if the answer was lost.
struct Admissible {
  InvitationRecord invitation;
  std::optional<ActorRecord> enrolled;
};

Result<Admissible> open_invitation(ReadSnapshot& snapshot, const Digest& code_hash,
                                   const PublicKey& signing_key, std::int64_t now_ms) {
  DOORSTEP_TRY(invitation, snapshot.invitation(code_hash));
  if (!invitation)
    return invalid_code("邀请码不对,请重新扫码,或向街道要一个新的。",
                        "This invitation is not known here. Scan it again, or ask the office for a new one.");
  DOORSTEP_TRY(enrolled, unanswered(snapshot, *invitation, signing_key));
  if (enrolled) return Admissible{*std::move(invitation), std::move(enrolled)};
  if (invitation->used_ms)
    return invalid_code("这个邀请已经用过了,每个邀请只能用一次,请向街道要一个新的。",
                        "This invitation was used already; each works once. Ask the office for a new one.");
  if (invitation->expires_ms <= now_ms)
    return invalid_code("这个邀请已过期,请向街道要一个新的。",
                        "This invitation has expired. Ask the office for a new one.");
  return Admissible{*std::move(invitation), std::nullopt};
}

}  // namespace

tl::unexpected<Error> unknown_device() {
  return fail(
      ErrorDomain::office, ErrorCode::unauthorized, Retry::after_sign_in,
      "街道不认识这部手机,请用新的邀请重新加入;已记录的内容都还在手机里。",
      "The office does not know this device. Join again with a new invitation; what was recorded is safe.");
}

std::string new_token(EntropyPort& entropy) { return random_text(entropy, kTokenBytes); }

void give_token(ActorRecord& actor, const std::string& token, std::int64_t now_ms) {
  actor.token_hash = sha256(token);
  actor.next_token_hash = {};
  actor.token_ms = now_ms;
}

Result<ActorId> next_actor(OfficeTransaction& work) {
  const std::uint32_t incarnation = work.office().record().incarnation;
  DOORSTEP_TRY(last, work.tx().last_actor(incarnation));
  return make_actor(incarnation, std::max(serial_of(last), kOfficeSerial) + 1);
}

std::string device_name(const std::string& given) { return cut_text(given, kDeviceNameBytes); }

bool awaits_answer(const ActorRecord& actor, const PublicKey& signing_key) {
  return signing_key != PublicKey{} && actor.signing_key == signing_key &&
         actor.last_seen_ms == actor.enrolled_ms && raw(actor.admitted_through) + 1 == raw(actor.first);
}

Status register_device(OfficeTransaction& work, const ActorRecord& actor) {
  const TablePlan* plan = work.plan().find(kDeviceTable);
  if (plan == nullptr) return {};
  const Table& table = *plan->table;
  OfficeWrite write;
  write.plan = plan;
  const auto set = [&](std::string_view name, Value value) {
    if (const Column* column = table.find(name))
      write.values.emplace_back(static_cast<std::size_t>(table.position(column->id)), std::move(value));
  };
  set("actor", std::to_string(raw(actor.actor)));
  set("person", to_text(actor.person));
  if (!actor.device_name.empty()) set("name", actor.device_name);
  set("enrolled", format_time(actor.enrolled_ms));
  std::vector<Value> values(table.columns.size());
  for (const auto& [position, value] : write.values) values[position] = value;
  const auto id = natural_key_id(work.office().record().office, table, values);
  if (!id) return {};
  write.row = *id;
  const Result<WriteSummary> written = write_office_group(work, {write});
  return written ? Status{} : tl::unexpected(written.error());
}

Status record_device(OfficeTransaction& work, AuditKind kind, const ActorRecord& actor) {
  Office& office = work.office();
  return append_audit(work.tx(), office.entropy(), office.now_ms(),
                      {kind, to_text(actor.person), std::to_string(raw(actor.actor)), {}});
}

Result<wire::JoinResponse> describe(OfficeTransaction& work, const ActorRecord& actor,
                                    const SecretKey& identity) {
  const OfficeRecord& office = work.office().record();
  wire::JoinResponse response;
  response.office = office.office;
  response.office_name = office.name;
  response.incarnation = office.incarnation;
  response.actor = actor.actor;
  response.person = actor.person;
  response.role = actor.role;
  response.pack = work.plan().pack().version;
  DOORSTEP_TRY(name, person_name(work.tx(), work.plan(), actor.person));
  response.person_name = std::move(name);
  wire::Certificate& certificate = response.certificate;
  certificate.office = office.office;
  certificate.actor = actor.actor;
  certificate.person = actor.person;
  certificate.person_name = response.person_name;
  certificate.role = actor.role;
  certificate.place = actor.place;
  certificate.device_name = actor.device_name;
  certificate.signing_key = actor.signing_key;
  certificate.enrolled_ms = actor.enrolled_ms;
  certificate.origin = actor.twin != ActorId{} ? actor.twin : actor.origin;
  certificate.first = actor.first;
  certificate.previous = actor.previous;
  certificate.signature = sign(wire::signed_bytes(certificate), identity);
  return response;
}

Status create_office(Store& store, ClockPort& clock, EntropyPort& entropy, const std::string& name, Pack pack,
                     const std::string& pack_source) {
  PackRecord record{pack.version, pack.name, wire::to_frame(pack), pack_source};
  DOORSTEP_TRY(plan, PackPlan::make(std::move(pack)));
  DOORSTEP_TRY(tx, store.begin());
  DOORSTEP_TRY(existing, tx->office());
  if (existing)
    return fail(ErrorDomain::usage, ErrorCode::already_exists, Retry::never,
                "这里已经有街道的数据了,没有改动。", "There is an office here already. Nothing was changed.");
  const std::int64_t now_ms = clock.read().wall_ms;
  OfficeRecord office{random_id(entropy), name, static_cast<std::uint32_t>(now_ms / 1000), now_ms, 0, {}};
  DOORSTEP_CHECK(tx->create_office(office));
  DOORSTEP_CHECK(tx->add_pack(record, plan->pack(), nullptr));
  ActorRecord actor;
  actor.actor = make_actor(office.incarnation, kOfficeSerial);
  actor.device_name = name;
  actor.enrolled_ms = actor.last_seen_ms = now_ms;
  actor.pack = record.version;
  DOORSTEP_CHECK(tx->add_actor(actor));
  return tx->commit();
}

Result<std::vector<std::string>> invite(Office& office, const std::vector<InvitationOffer>& offers) {
  DOORSTEP_TRY(tx, office.store().begin());
  const std::int64_t now_ms = office.now_ms();
  std::vector<std::string> codes;
  for (const InvitationOffer& offer : offers) {
    codes.push_back(random_text(office.entropy(), kCodeBytes));
    DOORSTEP_CHECK(tx->add_invitation({sha256(codes.back()),
                                       offer.person,
                                       offer.role,
                                       offer.place,
                                       now_ms + offer.valid_ms,
                                       std::nullopt,
                                       {}}));
  }
  DOORSTEP_CHECK(office.record_act(*tx));
  DOORSTEP_CHECK(tx->commit());
  return codes;
}

Result<wire::JoinResponse> join(Office& office, const SecretKey& identity, const wire::JoinRequest& request) {
  const Digest code_hash = sha256(request.code);
  {
    // A guessed code costs no writer's time.
    DOORSTEP_TRY(snapshot, office.store().snapshot());
    DOORSTEP_TRY(known, open_invitation(*snapshot, code_hash, request.signing_key, office.now_ms()));
    static_cast<void>(known);
  }
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  const std::int64_t now_ms = office.now_ms();
  DOORSTEP_TRY(found, open_invitation(work.tx(), code_hash, request.signing_key, now_ms));
  const std::string token = new_token(office.entropy());
  ActorRecord actor;
  if (found.enrolled) {
    actor = *found.enrolled;
    // Of the token before, the office has kept nothing but the hash.
    give_token(actor, token, now_ms);
    DOORSTEP_CHECK(work.tx().save_tokens(actor));
  } else {
    DOORSTEP_TRY(id, next_actor(work));
    actor.actor = id;
    actor.person = found.invitation.person;
    actor.device_name = device_name(request.device_name);
    give_token(actor, token, now_ms);
    actor.signing_key = request.signing_key;
    actor.sealing_key = request.sealing_key;
    actor.role = found.invitation.role;
    actor.place = found.invitation.place;
    actor.enrolled_ms = actor.last_seen_ms = now_ms;
    actor.pack = work.plan().pack().version;
    DOORSTEP_CHECK(work.tx().add_actor(actor));
    DOORSTEP_CHECK(work.tx().use_invitation(code_hash, now_ms, actor.actor));
    DOORSTEP_CHECK(register_device(work, actor));
  }
  DOORSTEP_CHECK(record_device(work, AuditKind::enrolled, actor));
  DOORSTEP_TRY(response, describe(work, actor, identity));
  DOORSTEP_CHECK(work.commit());
  response.token = token;
  return response;
}

Result<ActorId> authenticate(Office& office, std::string_view token) {
  DOORSTEP_TRY(snapshot, office.store().snapshot());
  const Digest hash = sha256(token);
  DOORSTEP_TRY(actor, snapshot->actor_by_token(hash));
  if (!actor || serial_of(actor->actor) == kOfficeSerial) return unknown_device();
  if (hash == actor->next_token_hash) office.note_new_token(actor->actor);
  return actor->actor;
}

}  // namespace doorstep::server
