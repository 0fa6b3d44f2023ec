#include "base/passphrase.hpp"

#include <sodium.h>

#include <array>

#include "base/crypto.hpp"
#include "base/error.hpp"

namespace doorstep {
namespace {

constexpr std::size_t kSaltBytes = crypto_pwhash_SALTBYTES;
constexpr std::size_t kNonceBytes = crypto_secretbox_NONCEBYTES;
constexpr std::size_t kLimitBytes = 8;
constexpr std::size_t kHeaderBytes = 1 + kSaltBytes + 2 * kLimitBytes + kNonceBytes;
/// What a file may ask of the machine that opens it: four times what we ask today.
constexpr std::uint64_t kMostOperations = 4 * crypto_pwhash_OPSLIMIT_MODERATE;
constexpr std::uint64_t kMostMemoryBytes = 4ULL * crypto_pwhash_MEMLIMIT_MODERATE;

const unsigned char* data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* data(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

void append_number(std::string& out, std::uint64_t number) {
  for (std::size_t i = 0; i < kLimitBytes; ++i) out.push_back(static_cast<char>(number >> (8 * i) & 0xFF));
}

std::uint64_t read_number(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = kLimitBytes; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

/// Wiped when it goes.
class DerivedKey {
 public:
  DerivedKey() = default;
  ~DerivedKey() { sodium_memzero(bytes_.data(), bytes_.size()); }
  DerivedKey(const DerivedKey&) = delete;
  DerivedKey& operator=(const DerivedKey&) = delete;

  Status derive(std::string_view passphrase, std::string_view salt, std::uint64_t operations,
                std::uint64_t memory) {
    if (crypto_pwhash(bytes_.data(), bytes_.size(), passphrase.data(), passphrase.size(), data(salt),
                      operations, static_cast<std::size_t>(memory), crypto_pwhash_ALG_ARGON2ID13) == 0)
      return {};
    return fail(ErrorDomain::storage, ErrorCode::storage_failed, Retry::later,
                "内存不够,没能处理口令。请关掉一些程序后再试。",
                "There is not enough memory to process the passphrase. Close other programs and try again.");
  }
  const unsigned char* data_pointer() const { return bytes_.data(); }

 private:
  std::array<unsigned char, crypto_secretbox_KEYBYTES> bytes_{};
};

}  // namespace

Result<std::string> seal_with_passphrase(std::string_view secret, std::string_view passphrase) {
  std::string sealed(1, static_cast<char>(SealAlgorithm::argon2id_xsalsa20_poly1305));
  sealed.resize(1 + kSaltBytes);
  fill_random(sealed.data() + 1, kSaltBytes);
  append_number(sealed, crypto_pwhash_OPSLIMIT_MODERATE);
  append_number(sealed, crypto_pwhash_MEMLIMIT_MODERATE);
  sealed.resize(kHeaderBytes + crypto_secretbox_MACBYTES + secret.size());
  unsigned char* nonce = data(sealed) + kHeaderBytes - kNonceBytes;
  fill_random(nonce, kNonceBytes);

  DerivedKey key;
  DOORSTEP_CHECK(key.derive(passphrase, std::string_view(sealed).substr(1, kSaltBytes),
                            crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE));
  crypto_secretbox_easy(data(sealed) + kHeaderBytes, data(secret), secret.size(), nonce, key.data_pointer());
  return sealed;
}

Result<std::string> open_with_passphrase(std::string_view sealed, std::string_view passphrase) {
  if (sealed.empty()) return fail_format("sealed bytes are missing");
  if (static_cast<SealAlgorithm>(sealed[0]) != SealAlgorithm::argon2id_xsalsa20_poly1305)
    return fail(ErrorDomain::format, ErrorCode::version_unsupported, Retry::never,
                "这份备份由更新版本的程序写成,请升级后再打开。",
                "This backup was written by a later version of this program. Upgrade to open it.");
  if (sealed.size() < kHeaderBytes + crypto_secretbox_MACBYTES)
    return fail_format("sealed bytes are cut off");
  const std::uint64_t operations = read_number(sealed.substr(1 + kSaltBytes));
  const std::uint64_t memory = read_number(sealed.substr(1 + kSaltBytes + kLimitBytes));
  if (operations > kMostOperations || memory > kMostMemoryBytes)
    return fail_format("sealed bytes ask for too much work");

  DerivedKey key;
  DOORSTEP_CHECK(key.derive(passphrase, sealed.substr(1, kSaltBytes), operations, memory));
  const std::string_view box = sealed.substr(kHeaderBytes);
  std::string secret(box.size() - crypto_secretbox_MACBYTES, '\0');
  if (crypto_secretbox_open_easy(data(secret), data(box), box.size(),
                                 data(sealed) + kHeaderBytes - kNonceBytes, key.data_pointer()) != 0)
    return fail(ErrorDomain::usage, ErrorCode::unauthorized, Retry::never, "口令不对,或者备份文件被改动过。",
                "The passphrase is wrong, or the backup was changed.");
  return secret;
}

}  // namespace doorstep
