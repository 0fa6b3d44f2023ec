#pragma once

#include <doorstep/error.hpp>
#include <optional>
#include <string>
#include <string_view>

/// Secrets sealed under a passphrase: the office's keys in its backups. Behind the same door as crypto.hpp.
namespace doorstep {

/// How the bytes are sealed; the first byte of them. History:
/// 1  Argon2id (RFC 9106) with libsodium's moderate limits, then XSalsa20-Poly1305.
enum class SealAlgorithm : unsigned char { argon2id_xsalsa20_poly1305 = 1 };

/// Algorithm id, salt, the key derivation's limits, nonce, then the sealed bytes. Takes about a second and
/// 256 MB. Errors: storage_failed when the memory is not there.
Result<std::string> seal_with_passphrase(std::string_view secret, std::string_view passphrase);

/// Errors: unauthorized for a wrong passphrase or bytes that were changed (they look alike); malformed;
/// version_unsupported.
Result<std::string> open_with_passphrase(std::string_view sealed, std::string_view passphrase);

}  // namespace doorstep
