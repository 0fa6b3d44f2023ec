#pragma once

#include <openssl/evp.h>

#include <memory>
#include <optional>
#include <string>

#include "base/crypto.hpp"
#include "base/sealed_box.hpp"

/// Keys as files and TLS know them. Inside the auth room only.
namespace doorstep::server::auth {

struct PkeyFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Pkey = std::unique_ptr<EVP_PKEY, PkeyFree>;

Pkey make_p256_key();
Pkey make_x25519_key();
Pkey to_pkey(const KeyPair& ed25519);

/// PKCS#8, unencrypted. Reading gives null for anything else.
std::string to_pem(const Pkey& key);
Pkey from_pem(const std::string& pem);

/// nullopt when the key is of another kind.
std::optional<KeyPair> to_ed25519(const Pkey& key);
std::optional<PublicKey> to_x25519_public(const Pkey& key);
std::optional<BoxKeys> to_x25519(const Pkey& key);
bool is_p256(const Pkey& key);

/// `sha256//BASE64` of the SubjectPublicKeyInfo (RFC 7469 §2.4), as curl writes it.
std::string tls_pin(const Pkey& key);

/// A certificate that the key signs itself, valid from 1970 to the end of 9999 (RFC 5280 §4.1.2.5): phones
/// pin the key and read no dates, and whatever does read them finds it valid on any clock.
std::string make_certificate_pem(const Pkey& key);
bool certifies(const std::string& certificate_pem, const Pkey& key);

}  // namespace doorstep::server::auth
