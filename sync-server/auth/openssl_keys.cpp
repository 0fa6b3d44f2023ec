#include "auth/openssl_keys.hpp"

#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

#include "base/ensure.hpp"

namespace doorstep::server::auth {
namespace {

constexpr std::size_t kSeedBytes = 32;
constexpr int kSerialBits = 127;  // RFC 5280 §4.1.2.2: positive, at most 20 octets

template <auto* Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freer<&BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freer<&X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<&X509_EXTENSION_free>>;
using BigNumber = std::unique_ptr<BIGNUM, Freer<&BN_free>>;

std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Bio open_text(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::optional<PublicKey> raw_public(const Pkey& key) {
  PublicKey out;
  std::size_t size = out.size();
  if (EVP_PKEY_get_raw_public_key(key.get(), out.data(), &size) != 1 || size != out.size())
    return std::nullopt;
  return out;
}

std::string public_der(const Pkey& key) {
  std::string der(static_cast<std::size_t>(std::max(i2d_PUBKEY(key.get(), nullptr), 0)), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  ensure(i2d_PUBKEY(key.get(), &out) > 0, "a TLS key has a public part");
  return der;
}

void add_extension(X509* certificate, int nid, const char* value) {
  const Extension extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
  ensure(extension && X509_add_ext(certificate, extension.get(), -1) == 1,
         "certificate extensions are well-formed");
}

}  // namespace

Pkey make_p256_key() {
  Pkey key(EVP_EC_gen("P-256"));
  ensure(key != nullptr, "OpenSSL makes P-256 keys");
  return key;
}

Pkey make_x25519_key() {
  Pkey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
  ensure(key != nullptr, "OpenSSL makes X25519 keys");
  return key;
}

Pkey to_pkey(const KeyPair& ed25519) {
  Pkey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, ed25519.secret_key.data(), kSeedBytes));
  ensure(key != nullptr, "OpenSSL takes Ed25519 keys");
  return key;
}

std::string to_pem(const Pkey& key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  ensure(PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
         "private keys have a PEM form");
  return text_of(bio);
}

Pkey from_pem(const std::string& pem) {
  // The empty password keeps OpenSSL from asking for one on the terminal.
  std::string no_password;
  return Pkey(PEM_read_bio_PrivateKey(open_text(pem).get(), nullptr, nullptr, no_password.data()));
}

std::optional<KeyPair> to_ed25519(const Pkey& key) {
  KeyPair pair;
  std::size_t size = kSeedBytes;
  if (!key || EVP_PKEY_is_a(key.get(), "ED25519") != 1 ||
      EVP_PKEY_get_raw_private_key(key.get(), pair.secret_key.data(), &size) != 1)
    return std::nullopt;
  const auto public_key = raw_public(key);
  if (!public_key) return std::nullopt;
  pair.public_key = *public_key;
  // A libsodium secret key is the seed followed by the public key.
  std::copy(public_key->begin(), public_key->end(), pair.secret_key.begin() + kSeedBytes);
  return pair;
}

std::optional<PublicKey> to_x25519_public(const Pkey& key) {
  if (!key || EVP_PKEY_is_a(key.get(), "X25519") != 1) return std::nullopt;
  return raw_public(key);
}

std::optional<BoxKeys> to_x25519(const Pkey& key) {
  const auto public_key = to_x25519_public(key);
  if (!public_key) return std::nullopt;
  BoxKeys keys{*public_key, {}};
  std::size_t size = keys.secret_key.size();
  if (EVP_PKEY_get_raw_private_key(key.get(), keys.secret_key.data(), &size) != 1) return std::nullopt;
  return keys;
}

bool is_p256(const Pkey& key) {
  std::array<char, 32> group{};
  return key && EVP_PKEY_is_a(key.get(), "EC") == 1 &&
         EVP_PKEY_get_group_name(key.get(), group.data(), group.size(), nullptr) == 1 &&
         std::string_view(group.data()) == "prime256v1";
}

std::string tls_pin(const Pkey& key) {
  const Digest digest = sha256(public_der(key));
  std::array<unsigned char, 4 * ((sizeof(Digest) + 2) / 3) + 1> text{};
  EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
  return "sha256//" + std::string(reinterpret_cast<const char*>(text.data()));
}

std::string make_certificate_pem(const Pkey& key) {
  const Certificate certificate(X509_new());
  const BigNumber serial(BN_new());
  X509* const raw = certificate.get();
  X509_NAME* const name = X509_get_subject_name(raw);
  const bool filled =
      X509_set_version(raw, X509_VERSION_3) == 1 && BN_rand(serial.get(), kSerialBits, 0, 0) == 1 &&
      BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(raw)) != nullptr &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>("Doorstep office"), -1, -1, 0) == 1 &&
      X509_set_issuer_name(raw, name) == 1 &&
      ASN1_TIME_set_string_X509(X509_getm_notBefore(raw), "19700101000000Z") == 1 &&
      ASN1_TIME_set_string_X509(X509_getm_notAfter(raw), "99991231235959Z") == 1 &&
      X509_set_pubkey(raw, key.get()) == 1;
  ensure(filled, "certificate fields are well-formed");
  add_extension(raw, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(raw, NID_key_usage, "critical,digitalSignature");
  add_extension(raw, NID_ext_key_usage, "serverAuth");
  ensure(X509_sign(raw, key.get(), EVP_sha256()) > 0, "a P-256 key signs its certificate");
  const Bio bio(BIO_new(BIO_s_mem()));
  ensure(PEM_write_bio_X509(bio.get(), raw) == 1, "certificates have a PEM form");
  return text_of(bio);
}

bool certifies(const std::string& certificate_pem, const Pkey& key) {
  const Certificate certificate(
      PEM_read_bio_X509(open_text(certificate_pem).get(), nullptr, nullptr, nullptr));
  return certificate && X509_check_private_key(certificate.get(), key.get()) == 1;
}

}  // namespace doorstep::server::auth
