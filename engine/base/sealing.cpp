#include "base/sealing.hpp"

#include <sodium.h>

#include <algorithm>

#include "base/error.hpp"

namespace doorstep {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kHeaderBytes = 1 + kNonceBytes;
constexpr std::size_t kSeedBytes = 32;

const unsigned char* data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* data(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

}  // namespace

/// Of an Ed25519 secret key only the seed is secret; the rest is the public key.
SealingKey::SealingKey(const SecretKey& secret, std::string_view purpose) {
  static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == 32);
  std::array<unsigned char, 64> both{};
  crypto_generichash(both.data(), both.size(), data(purpose), purpose.size(), secret.data(), kSeedBytes);
  std::copy(both.begin(), both.begin() + 32, cipher_key_.begin());
  std::copy(both.begin() + 32, both.end(), nonce_key_.begin());
  sodium_memzero(both.data(), both.size());
}

SealingKey::~SealingKey() {
  sodium_memzero(cipher_key_.data(), cipher_key_.size());
  sodium_memzero(nonce_key_.data(), nonce_key_.size());
}

std::string SealingKey::seal(std::string_view content, std::string_view context) const {
  std::string sealed(kHeaderBytes + content.size() + kTagBytes, '\0');
  sealed[0] = static_cast<char>(SealingAlgorithm::xchacha20_poly1305_by_content);
  unsigned char* nonce = data(sealed) + 1;
  // The hash of the context has one size, so that no context and content look like another pair.
  const Digest context_hash = sha256(context);
  crypto_generichash_state state;
  crypto_generichash_init(&state, nonce_key_.data(), nonce_key_.size(), kNonceBytes);
  crypto_generichash_update(&state, context_hash.data(), context_hash.size());
  crypto_generichash_update(&state, data(content), content.size());
  crypto_generichash_final(&state, nonce, kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(data(sealed) + kHeaderBytes, nullptr, data(content),
                                             content.size(), data(context), context.size(), nullptr, nonce,
                                             cipher_key_.data());
  return sealed;
}

Result<std::string> SealingKey::open(std::string_view sealed, std::string_view context) const {
  if (sealed.empty()) return fail_format("sealed bytes are missing");
  if (static_cast<SealingAlgorithm>(sealed[0]) != SealingAlgorithm::xchacha20_poly1305_by_content)
    return fail(ErrorDomain::format, ErrorCode::version_unsupported, Retry::never,
                "这份密封的内容由更新版本的程序写成,请升级后再打开。",
                "This was sealed by a later version of this program. Upgrade to open it.");
  if (sealed.size() < kHeaderBytes + kTagBytes) return fail_format("sealed bytes are cut off");
  std::string content(sealed.size() - kHeaderBytes - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(data(content), nullptr, nullptr, data(sealed) + kHeaderBytes,
                                                 sealed.size() - kHeaderBytes, data(context), context.size(),
                                                 data(sealed) + 1, cipher_key_.data()) != 0)
    return fail(ErrorDomain::usage, ErrorCode::unauthorized, Retry::never,
                "这份密封的内容不是用这个街道的密钥封的,或者被改动过。",
                "This was not sealed with this office's key, or it was changed.");
  return content;
}

}  // namespace doorstep
