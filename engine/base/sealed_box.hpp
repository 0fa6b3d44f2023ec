#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.hpp"

/// Bytes that anybody may seal and only one can open. Behind the same door as crypto.hpp.
namespace doorstep {

/// How the bytes are sealed. History:
/// 1  X25519 and XSalsa20-Poly1305 with a key pair of the box's own (libsodium's sealed box).
enum class BoxAlgorithm : std::uint8_t { x25519_xsalsa20_poly1305 = 1 };

/// An X25519 key pair.
struct BoxKeys {
  PublicKey public_key{};
  std::array<std::uint8_t, 32> secret_key{};
};

std::string seal_box(std::string_view content, const PublicKey& recipient);
/// nullopt when it is for somebody else, or was changed.
std::optional<std::string> open_box(std::string_view box, const BoxKeys& recipient);

}  // namespace doorstep
