#pragma once

#include <doorstep/error.hpp>
#include <optional>
#include <string>

#include "pipeline/office.hpp"
#include "wire/messages.hpp"

/// What the office decides about its devices, and what they say of it.
namespace doorstep::server {

struct Revocation {
  std::string reason;
  /// The device is in a stranger's hands: what it recorded from then on is held for people to look at.
  std::optional<std::int64_t> lost_ms;
};

/// With its next contact the device brings what it still has to bring, empties its file and deletes it; its
/// token opens nothing else. Once revoked a device stays so; doing it again changes reason and loss. Returns
/// the device. Errors: `not_found`, `storage_*`.
Result<ActorRecord> revoke_device(Office& office, ActorId actor, const Revocation& revocation);

/// Errors: `not_found`, `invalid_argument` (an empty name), `storage_*`.
Status rename_device(Office& office, ActorId actor, const std::string& name);

/// Errors: `not_found`, `storage_*`.
Result<ActorRecord> find_device(Office& office, ActorId actor);

/// What became of work that did not come by a request of the device itself.
struct TakenWork {
  std::uint64_t groups = 0;
  std::uint64_t fresh = 0;  ///< The office did not have them yet.
  std::uint64_t held = 0;   ///< Of the fresh ones.
};

/// Admits a push in a commit of its own, as the device's own; may be repeated. Errors: `not_found`; `refused`
/// where earlier groups are missing, or others stand under these numbers: nothing of it was taken.
Status take_work(Office& office, ActorId actor, const wire::Push& push, TakenWork& taken);

/// A device says that its file is empty; may be repeated. Errors: `unauthorized` (not its own word).
Result<wire::WipeReport> note_wiped(Office& office, ActorId actor, const wire::WipeReport& report);

}  // namespace doorstep::server
