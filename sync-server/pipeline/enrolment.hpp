#pragma once

#include <doorstep/error.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/office.hpp"
#include "wire/messages.hpp"

namespace doorstep::server {

/// Makes the office in an empty store: its id (random), incarnation (Unix seconds), own actor, and pack.
/// `pack_source` says where the pack came from, for people. Errors: `already_exists`, `pack_invalid`.
Status create_office(Store& store, ClockPort& clock, EntropyPort& entropy, const std::string& name, Pack pack,
                     const std::string& pack_source);

/// Whom an invitation enrols. Person, place and assignment are rows that the caller has put.
struct InvitationOffer {
  RowId person;
  std::string role;
  RowId place;
  std::int64_t valid_ms = 14LL * 24 * 60 * 60 * 1000;
};

/// One-time codes (22 characters of base64url, 128 bits), one an offer, in one commit. The store keeps
/// hashes.
Result<std::vector<std::string>> invite(Office& office, const std::vector<InvitationOffer>& offers);

/// Trades a code for an actor and its token, and registers the device as a row where the pack has a table for
/// it. `identity` signs the certificate. Errors: `invitation_invalid` (unknown, used or expired),
/// `storage_*`.
Result<wire::JoinResponse> join(Office& office, const SecretKey& identity, const wire::JoinRequest& request);

/// Whose token this is. Errors: `unauthorized`.
Result<ActorId> authenticate(Office& office, std::string_view token);

/// The refusal (`unauthorized`) of a token or actor that is not enrolled.
tl::unexpected<Error> unknown_device();

// --- What every way to become a device of the office shares ---

/// Random; the store gets its hash.
std::string new_token(EntropyPort& entropy);
/// The only one it has from now on.
void give_token(ActorRecord& actor, const std::string& token, std::int64_t now_ms);
/// The id of the next device to be enrolled.
Result<ActorId> next_actor(OfficeTransaction& work);
/// What a device calls itself, cut to what the office keeps.
std::string device_name(const std::string& given);
/// Whether the answer that made this device was lost on its way, when the holder of `signing_key` asks again:
/// it is that device, and was not heard of since.
bool awaits_answer(const ActorRecord& actor, const PublicKey& signing_key);
/// The device's row, where the pack has a table for it.
Status register_device(OfficeTransaction& work, const ActorRecord& actor);
/// Its entry in the audit trail.
Status record_device(OfficeTransaction& work, AuditKind kind, const ActorRecord& actor);
/// Everything a phone keeps about itself but its token, with the certificate by which an office that was put
/// back to a backup admits it again.
Result<wire::JoinResponse> describe(OfficeTransaction& work, const ActorRecord& actor,
                                    const SecretKey& identity);

}  // namespace doorstep::server
