#pragma once

#include <doorstep/error.hpp>

#include "pipeline/office.hpp"

namespace doorstep::server {

/// How long a device keeps its token, and by whose secret the next one is made.
struct TokenRotation {
  SecretKey identity{};
  std::int64_t lifetime_ms = 0;
};

/// The token that follows the one with this hash: always the same, so that an answer that was lost may be
/// given again.
std::string next_token(const RowId& office, const ActorRecord& actor, const SecretKey& identity);

/// Saves, in one transaction, what devices told with requests that wrote nothing, at most
/// limits::kSavedSightings of them; with `rotation`, offers new tokens to those whose own has lived long
/// enough, and settles on the new one of those who use it. True when there is more. A crash before loses
/// some: a device may then be waited for a little less long than its lease.
Result<bool> save_sightings(Office& office, const TokenRotation* rotation = nullptr);

}  // namespace doorstep::server
