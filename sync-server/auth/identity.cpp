#include "auth/identity.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "auth/key_files.hpp"
#include "auth/openssl_keys.hpp"
#include "base/error.hpp"
#include "wire/codec.hpp"
#include "wire/trust.hpp"

namespace doorstep::server::auth {
namespace {

constexpr const char* kDirectory = "keys";
constexpr const char* kIdentity = "identity.key";
constexpr const char* kTls = "tls.key";
constexpr const char* kTlsNext = "tls-next.key";
constexpr const char* kCertificate = "tls.crt";
constexpr const char* kSealing = "sealing.key";
constexpr const char* kSealingNext = "sealing-next.key";
constexpr const char* kList = "list.json";

tl::unexpected<Error> fail_damaged(const std::filesystem::path& file) {
  return fail(
      ErrorDomain::storage, ErrorCode::storage_damaged, Retry::never,
      "密钥文件" + file.string() + "已损坏,或与其他密钥不配套。请从备份中恢复整个keys目录。",
      "The key file " + file.string() +
          " is damaged or does not belong to the others. Restore the whole keys directory from a backup.");
}

template <typename T>
bool contains(const std::vector<T>& items, const T& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

wire::KeyList sign_list(wire::KeyList keys, const KeyPair& identity) {
  keys.identity = identity.public_key;
  keys.signature = sign(wire::signed_bytes(keys), identity.secret_key);
  return keys;
}

Result<Pkey> load_key(const std::filesystem::path& file) {
  DOORSTEP_TRY(pem, read_key_file(file));
  return from_pem(pem);
}

/// The list is the office's own, and every private key that stands in the directory is in it.
Result<wire::KeyList> load_list(const std::filesystem::path& directory, const KeyPair& identity) {
  DOORSTEP_TRY(text, read_key_file(directory / kList));
  const auto keys = wire::from_json<wire::KeyList>(text);
  if (!keys || !wire::check_keys(*keys, wire::office_fingerprint(identity.public_key), 0))
    return fail_damaged(directory / kList);
  for (const char* name : {kTls, kTlsNext}) {
    DOORSTEP_TRY(key, load_key(directory / name));
    if (!is_p256(key) || !contains(keys->tls_pins, tls_pin(key))) return fail_damaged(directory / name);
  }
  for (const char* name : {kSealing, kSealingNext}) {
    DOORSTEP_TRY(key, load_key(directory / name));
    const auto public_key = to_x25519_public(key);
    if (!public_key || !contains(keys->sealing_keys, *public_key)) return fail_damaged(directory / name);
  }
  return *keys;
}

}  // namespace

OfficeIdentity::OfficeIdentity(const KeyPair& identity, wire::KeyList keys, TlsKey tls,
                               std::vector<BoxKeys> sealing)
    : identity_(identity), keys_(std::move(keys)), tls_(std::move(tls)), sealing_(std::move(sealing)) {}

Result<OfficeIdentity> OfficeIdentity::create(const std::filesystem::path& data, const RowId& office,
                                              std::int64_t now_ms) {
  const KeyPair identity = make_key_pair();
  const Pkey tls = make_p256_key();
  const Pkey tls_next = make_p256_key();
  const Pkey sealing = make_x25519_key();
  const Pkey sealing_next = make_x25519_key();

  wire::KeyList keys;
  keys.office = office;
  keys.tls_pins = {tls_pin(tls), tls_pin(tls_next)};
  keys.sealing_keys = {to_x25519_public(sealing).value(), to_x25519_public(sealing_next).value()};
  keys.issued_ms = now_ms;
  keys = sign_list(std::move(keys), identity);

  TlsKey tls_files{make_certificate_pem(tls), to_pem(tls)};
  DOORSTEP_CHECK(write_key_directory(data / kDirectory, {{kIdentity, to_pem(to_pkey(identity))},
                                                         {kTls, tls_files.private_key_pem},
                                                         {kCertificate, tls_files.certificate_pem},
                                                         {kTlsNext, to_pem(tls_next)},
                                                         {kSealing, to_pem(sealing)},
                                                         {kSealingNext, to_pem(sealing_next)},
                                                         {kList, wire::to_json(keys)}}));
  return OfficeIdentity(identity, std::move(keys), std::move(tls_files),
                        {to_x25519(sealing).value(), to_x25519(sealing_next).value()});
}

Result<OfficeIdentity> OfficeIdentity::load(const std::filesystem::path& data) {
  const std::filesystem::path directory = data / kDirectory;
  DOORSTEP_TRY(identity_key, load_key(directory / kIdentity));
  const auto identity = to_ed25519(identity_key);
  if (!identity) return fail_damaged(directory / kIdentity);
  DOORSTEP_TRY(keys, load_list(directory, *identity));
  DOORSTEP_TRY(private_key_pem, read_key_file(directory / kTls));
  DOORSTEP_TRY(certificate_pem, read_key_file(directory / kCertificate));
  if (!certifies(certificate_pem, from_pem(private_key_pem))) return fail_damaged(directory / kCertificate);
  std::vector<BoxKeys> sealing;
  for (const char* name : {kSealing, kSealingNext}) {
    DOORSTEP_TRY(key, load_key(directory / name));
    const auto pair = to_x25519(key);
    if (!pair) return fail_damaged(directory / name);
    sealing.push_back(*pair);
  }
  return OfficeIdentity(*identity, std::move(keys), {std::move(certificate_pem), std::move(private_key_pem)},
                        std::move(sealing));
}

std::optional<std::string> OfficeIdentity::open(std::string_view box) const {
  for (const BoxKeys& keys : sealing_)
    if (auto content = open_box(box, keys)) return content;
  return std::nullopt;
}

std::string OfficeIdentity::fingerprint() const { return wire::office_fingerprint(identity_.public_key); }

wire::SignedTime OfficeIdentity::sign_time(std::int64_t time_ms) const {
  return {time_ms, sign(wire::signed_bytes(keys_.office, time_ms), identity_.secret_key)};
}

}  // namespace doorstep::server::auth
