#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/card_code.hpp"
#include "base/crypto.hpp"
#include "base/sealed_box.hpp"
#include "base/types.hpp"
#include "wire/messages.hpp"

namespace doorstep::server::auth {

/// What the HTTP server needs to speak TLS.
struct TlsKey {
  std::string certificate_pem;
  std::string private_key_pem;
};

/// What `renew` replaces. The list is signed anew in any case.
struct Renewal {
  bool tls = false;
  bool sealing = false;
  bool identity = false;
  /// Nothing, but the office was put back: phones may have lists that it does not know of.
  bool restored = false;
};

/// The keys by which phones know their office, in `<data>/keys`, readable by their owner only:
///
///   identity.key    Ed25519: signs the list of keys, times and enrolments. What phones pin.
///   identity-N.key  The Nth one, which was replaced: opens what was sealed under it, and knows what it
///   signed. tls.key, tls.crt, tls-next.key      P-256: the key in use and its certificate; the next, which
///   phones
///                                       trust before it comes into use.
///   sealing.key, sealing-next.key, sealing-N.key  X25519: what phones seal bundles for; those replaced.
///   list.json       The signed list of the keys above (wire::KeyList).
///
/// They belong in the backup: an office without identity.key has to invite every phone again.
/// Const methods are thread-safe.
class OfficeIdentity {
 public:
  /// Makes the keys of a new office. All files are on disk when it returns, or none. Errors: already_exists,
  /// storage_full, storage_failed.
  static Result<OfficeIdentity> create(const std::filesystem::path& data, const RowId& office,
                                       std::int64_t now_ms);

  /// Errors: not_found, storage_damaged (a file is not what it should be, or the files do not belong
  /// together), storage_failed (other users may read a key).
  static Result<OfficeIdentity> load(const std::filesystem::path& data);

  /// Replaces keys, all at once or not at all: the next TLS and sealing keys come into use and new ones are
  /// next; a new identity is signed by the one before. Also after a restore, with nothing to replace: the
  /// list that it signs is newer than any before. Whoever serves goes on with the old ones until it is
  /// started again. Errors: as load(), storage_full.
  static Result<OfficeIdentity> renew(const std::filesystem::path& data, const Renewal& what,
                                      std::int64_t now_ms);

  const RowId& office() const { return keys_.office; }

  /// What an invitation carries: wire::office_fingerprint().
  std::string fingerprint() const;

  /// What GET /v1/keys answers.
  const wire::KeyList& keys() const { return keys_; }

  const TlsKey& tls() const { return tls_; }

  /// What a phone has sealed for this office, by whichever of its keys, replaced ones too. nullopt when it is
  /// for another one, or was changed.
  std::optional<std::string> open(std::string_view box) const;

  /// What a card or plate carries; it stays good while this office has the identity that made it.
  std::string card_code(const CardSubject& subject) const;
  /// nullopt when it is none of this office's.
  std::optional<CardSubject> read_card_code(std::string_view code) const;

  /// For the pipeline, which signs itself.
  const SecretKey& secret_key() const { return identity_.secret_key; }
  /// Those before it, the latest first.
  std::vector<SecretKey> former_secret_keys() const;

 private:
  OfficeIdentity(const KeyPair& identity, std::vector<KeyPair> former, wire::KeyList keys, TlsKey tls,
                 std::vector<BoxKeys> sealing);

  KeyPair identity_;
  std::vector<KeyPair> former_;  ///< Oldest first.
  wire::KeyList keys_;
  TlsKey tls_;
  std::vector<BoxKeys> sealing_;
};

}  // namespace doorstep::server::auth
