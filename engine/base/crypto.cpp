#include "base/crypto.hpp"

#include <sodium.h>

#include "base/ensure.hpp"

namespace doorstep {
namespace {

const unsigned char* data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

void init() {
  static const bool ready = sodium_init() >= 0;
  ensure(ready, "libsodium initialises");
}

}  // namespace

Digest sha256(std::string_view bytes) {
  Digest out;
  crypto_hash_sha256(out.data(), data(bytes), bytes.size());
  return out;
}

Digest sha256(std::string_view first, std::string_view second) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  crypto_hash_sha256_update(&state, data(first), first.size());
  crypto_hash_sha256_update(&state, data(second), second.size());
  Digest out;
  crypto_hash_sha256_final(&state, out.data());
  return out;
}

KeyPair make_key_pair() {
  init();
  KeyPair pair;
  crypto_sign_keypair(pair.public_key.data(), pair.secret_key.data());
  return pair;
}

KeyPair make_key_pair(std::string_view seed) {
  init();
  ensure(seed.size() == crypto_sign_SEEDBYTES, "a key's seed has 32 bytes");
  KeyPair pair;
  crypto_sign_seed_keypair(pair.public_key.data(), pair.secret_key.data(), data(seed));
  return pair;
}

Signature sign(std::string_view message, const SecretKey& key) {
  Signature signature;
  crypto_sign_detached(signature.data(), nullptr, data(message), message.size(), key.data());
  return signature;
}

bool verify(std::string_view message, const Signature& signature, const PublicKey& key) {
  return crypto_sign_verify_detached(signature.data(), data(message), message.size(), key.data()) == 0;
}

void fill_random(void* bytes, std::size_t size) {
  init();
  randombytes_buf(bytes, size);
}

bool equal_secrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string to_hex(std::string_view bytes) {
  std::string out(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), data(bytes), bytes.size());
  out.pop_back();
  return out;
}

std::string to_base64url(std::string_view bytes) {
  constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(out.data(), out.size(), data(bytes), bytes.size(), variant);
  out.pop_back();
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string out(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(),
                        nullptr, &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return std::nullopt;
  out.resize(size);
  return out;
}

}  // namespace doorstep
