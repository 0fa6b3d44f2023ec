#pragma once

#include <string>
#include <string_view>

#include "base/crypto.hpp"

namespace doorstep::server::auth {

/// One-time code of an invitation: 128 random bits as wire::kInvitationSecretChars characters.
std::string make_invitation_code();

/// Secret of an enrolled device: 256 random bits, as text for an Authorization header.
std::string make_device_token();

/// What the office stores of either. They are random and long, so a plain hash cannot be searched, and equal
/// hashes can be looked up by an index.
Digest secret_hash(std::string_view secret);

}  // namespace doorstep::server::auth
