#pragma once

#include <doorstep/error.hpp>
#include <vector>

#include "pipeline/office.hpp"
#include "wire/messages.hpp"

namespace doorstep::server {

/// Admits a device again that the office enrolled after the backup it was put back to: its certificate,
/// signed by `identity` or one of the `former` ones, is the office's own word, and the device proves that it
/// is the one. Person and post are made where they are missing; the device's groups are awaited from the
/// certificate's first one on. A device that the office knows by this very key gets a new token. Errors:
/// `unauthorized`, `storage_*`.
Result<wire::JoinResponse> readmit(Office& office, const SecretKey& identity,
                                   const std::vector<SecretKey>& former, const wire::ReadmitRequest& request);

}  // namespace doorstep::server
