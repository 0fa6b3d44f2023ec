#include "pipeline/sightings.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "pipeline/limits.hpp"
#include "wire/codec.hpp"

namespace doorstep::server {
namespace {

constexpr std::string_view kTokenContext = "doorstep-token-1";

bool is_offered(const ActorRecord& actor) { return actor.next_token_hash != Digest{}; }

/// Both tokens open the office until the new one has been used.
Status settle_token(WriteTransaction& tx, ActorRecord& actor, std::int64_t now_ms) {
  if (!is_offered(actor)) return {};
  actor.token_hash = std::exchange(actor.next_token_hash, {});
  actor.token_ms = now_ms;
  return tx.save_tokens(actor);
}

Status offer_token(OfficeTransaction& work, ActorRecord& actor, const TokenRotation& rotation) {
  if (is_offered(actor) || actor.is_revoked()) return {};
  if (work.office().now_ms() < actor.token_ms + rotation.lifetime_ms) return {};
  actor.next_token_hash = sha256(next_token(work.office().record().office, actor, rotation.identity));
  return work.tx().save_tokens(actor);
}

void take(ActorRecord& actor, const Sighting& seen) {
  seen.confirm(actor);
  actor.last_seen_ms = seen.at_ms;
  actor.floor = seen.floor;
  actor.app = seen.app;
  actor.engine = seen.engine;
  actor.waiting = seen.waiting;
  actor.pack = seen.pack;
  if (!seen.checkpoint) return;
  actor.checkpoint = *seen.checkpoint;
  actor.checkpoint_ms = seen.at_ms;
}

}  // namespace

/// Ed25519 signatures are the same each time, and nobody without the key can tell one.
std::string next_token(const RowId& office, const ActorRecord& actor, const SecretKey& identity) {
  std::string bytes;
  ByteWriter out(bytes);
  out.text(kTokenContext);
  out.raw(office.bytes.data, 16);
  out.varint(raw(actor.actor));
  out.raw(view(actor.token_hash));
  return to_base64url(view(sha256(view(sign(bytes, identity)))));
}

Result<bool> save_sightings(Office& office, const TokenRotation* rotation) {
  const std::map<ActorId, Sighting> sightings = office.take_sightings(limits::kSavedSightings);
  const std::set<ActorId> new_tokens = rotation == nullptr ? std::set<ActorId>{} : office.take_new_tokens();
  if (sightings.empty() && new_tokens.empty()) return false;
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  for (const ActorId id : new_tokens) {
    DOORSTEP_TRY(actor, work.tx().actor(id));
    if (actor) DOORSTEP_CHECK(settle_token(work.tx(), *actor, office.now_ms()));
  }
  for (const auto& [id, seen] : sightings) {
    DOORSTEP_TRY(actor, work.tx().actor(id));
    if (!actor || seen.at_ms < actor->last_seen_ms) continue;
    take(*actor, seen);
    DOORSTEP_CHECK(work.tx().save_progress(*actor));
    if (rotation != nullptr) DOORSTEP_CHECK(offer_token(work, *actor, *rotation));
  }
  DOORSTEP_CHECK(work.commit());
  return sightings.size() == limits::kSavedSightings;
}

}  // namespace doorstep::server
