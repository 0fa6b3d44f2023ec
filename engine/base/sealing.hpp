#pragma once

#include <array>
#include <cstdint>
#include <doorstep/error.hpp>
#include <string>
#include <string_view>

#include "base/crypto.hpp"

/// Bytes that others keep for us: sealed under a secret of ours, so that whoever has them can neither read
/// nor alter nor make any. Behind the same door as crypto.hpp.
namespace doorstep {

/// How the bytes are sealed; the first byte of them. History:
/// 1  XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) whose nonce is a keyed hash (BLAKE2b, RFC 7693) of
/// context
///    and content: the same content is sealed into the same bytes, and no two contents share a nonce.
enum class SealingAlgorithm : std::uint8_t { xchacha20_poly1305_by_content = 1 };

/// Derived from a secret; wiped when it goes.
class SealingKey {
 public:
  /// Keys for different purposes tell nothing of one another, nor of the secret.
  SealingKey(const SecretKey& secret, std::string_view purpose);
  ~SealingKey();
  SealingKey(const SealingKey&) = delete;
  SealingKey& operator=(const SealingKey&) = delete;

  /// Algorithm id, nonce, then the sealed bytes. `context` is not in them, and needed to open them.
  std::string seal(std::string_view content, std::string_view context) const;
  /// Errors: unauthorized for another key, another context or bytes that were changed (they look alike);
  /// malformed; version_unsupported.
  Result<std::string> open(std::string_view sealed, std::string_view context) const;

 private:
  std::array<unsigned char, 32> cipher_key_{};
  std::array<unsigned char, 32> nonce_key_{};
};

}  // namespace doorstep
