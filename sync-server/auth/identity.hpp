#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// The keys by which phones know their office, in `<data>/keys`, readable by their owner only:
///
///   identity.key      Ed25519: signs the list of keys, times and enrolments. What phones pin; never
///   replaced. tls.key, tls.crt  P-256: the key in use and its certificate. tls-next.key      Already in the
///   list, so that phones trust it before it comes into use. sealing.key, sealing-next.key   X25519: what
///   phones seal bundles for. list.json         The signed list of the keys above (wire::KeyList).
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

  const RowId& office() const { return keys_.office; }

  /// What an invitation carries: wire::office_fingerprint().
  std::string fingerprint() const;

  /// What GET /v1/keys answers.
  const wire::KeyList& keys() const { return keys_; }

  const TlsKey& tls() const { return tls_; }

  wire::SignedTime sign_time(std::int64_t time_ms) const;

  /// What a phone has sealed for this office, by whichever of the listed keys. nullopt when it is for another
  /// one, or was changed.
  std::optional<std::string> open(std::string_view box) const;

  /// For the pipeline, which signs times itself.
  const SecretKey& secret_key() const { return identity_.secret_key; }

 private:
  OfficeIdentity(const KeyPair& identity, wire::KeyList keys, TlsKey tls, std::vector<BoxKeys> sealing);

  KeyPair identity_;
  wire::KeyList keys_;
  TlsKey tls_;
  std::vector<BoxKeys> sealing_;
};

}  // namespace doorstep::server::auth
