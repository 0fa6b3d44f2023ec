#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/types.hpp"

/// The one door to cryptography (libsodium today), so that an SM2/SM3 build can replace what is behind
/// it. Every stored or sent hash and signature travels with its algorithm id.
namespace doorstep {

enum class HashAlgorithm : std::uint8_t { sha256 = 1 };
enum class SignatureAlgorithm : std::uint8_t { ed25519 = 1 };

/// SHA-256 (FIPS 180-4).
using Digest = std::array<std::uint8_t, 32>;
Digest sha256(std::string_view bytes);
Digest sha256(std::string_view first, std::string_view second);

/// Ed25519 (RFC 8032).
using PublicKey = std::array<std::uint8_t, 32>;
using SecretKey = std::array<std::uint8_t, 64>;
using Signature = std::array<std::uint8_t, 64>;
struct KeyPair {
  PublicKey public_key{};
  SecretKey secret_key{};
};
KeyPair make_key_pair();
/// The pair that follows from a seed of 32 bytes.
KeyPair make_key_pair(std::string_view seed);
Signature sign(std::string_view message, const SecretKey& key);
[[nodiscard]] bool verify(std::string_view message, const Signature& signature, const PublicKey& key);

/// Fills with the operating system's randomness. Core code takes randomness through a port instead.
void fill_random(void* bytes, std::size_t size);

/// Constant-time comparison of secrets.
[[nodiscard]] bool equal_secrets(std::string_view a, std::string_view b);

/// Lower-case hex, and URL-safe base64 without padding (RFC 4648 §5).
std::string to_hex(std::string_view bytes);
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

template <std::size_t N>
std::string_view view(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}

}  // namespace doorstep
