#pragma once

#include <doorstep/error.hpp>

#include "pipeline/office.hpp"
#include "wire/messages.hpp"

namespace doorstep::server {

/// Makes a device another one whose file was put back or copied, and registers it as join() does: the same
/// person, role and place, its groups from `first` on. `actor` was authenticated by its token. Asked again by
/// the same signing key, it is the same new device with a new token, until that has been heard of. Errors:
/// `unauthorized`, `refused` for a number that cannot be, `overloaded` when the
/// person's devices were re-homed too often today, `storage_*`.
Result<wire::JoinResponse> rehome(Office& office, const SecretKey& identity, ActorId actor,
                                  const wire::RehomeRequest& request);

/// Before a re-homed device's first group: whether another copy of its file has brought the very groups it is
/// about to push. Then those stay that copy's, and the device's own begin after them; `actor` is saved so,
/// and who waited for them under its name is tried again.
Status join_twin(OfficeTransaction& work, ActorRecord& actor, const wire::Push& push);

}  // namespace doorstep::server
