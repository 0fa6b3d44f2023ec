#pragma once

#include <doorstep/error.hpp>
#include <string>
#include <string_view>

#include "wire/messages.hpp"

/// How a phone knows its office. No clock takes part: a phone in 1970 or 2031 decides the same.
namespace doorstep::wire {

/// What invitations carry and phones pin: the first 128 bits of SHA-256 of the office's identity key, as 22
/// characters of base64url. To pass for the office, somebody would have to find another key with the same 128
/// bits (a second preimage; a collision of two keys of his own helps him nothing).
std::string office_fingerprint(const PublicKey& identity);

/// Returns the list if it is the office's: its identity key has this fingerprint or follows, each key by the
/// word of the one before, on one that has; its signature holds, it is not older than `known_version` (the
/// list this phone has; 0 for none), and it names a usable TLS key. The phone then pins the fingerprint of
/// `identity`.
/// Errors (network): `untrusted_office`; trying again helps where a Wi-Fi's sign-in page had answered.
Result<KeyList> check_keys(KeyList keys, std::string_view fingerprint, std::uint32_t known_version);

/// Whether the certificate is signed by the identity of this list, for its office. Errors (network):
/// `untrusted_office`.
Status check_certificate(const Certificate& certificate, const KeyList& keys);

}  // namespace doorstep::wire
