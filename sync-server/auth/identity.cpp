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

/// Keys may have been renewed several times in the seconds before the disk died.
constexpr std::int64_t kAheadMs = 3'600'000;

/// Numbered from 1, oldest first: `identity-1.key`.
std::string former_name(const char* kind, std::size_t at) {
  return std::string(kind) + '-' + std::to_string(at + 1) + ".key";
}

/// Seconds since 1970: what a restored office signs is newer than what it had signed after its backup.
std::uint32_t next_version(std::uint32_t version, std::int64_t now_ms) {
  const std::int64_t seconds = std::clamp<std::int64_t>(now_ms / 1'000, 0, UINT32_MAX - 1);
  return std::max(version + 1, static_cast<std::uint32_t>(seconds));
}

/// Everything in the directory.
struct Keys {
  KeyPair identity;
  std::vector<KeyPair> former;  ///< Oldest first, as are the sealing keys.
  Pkey tls, tls_next;
  Pkey sealing, sealing_next;
  std::vector<Pkey> former_sealing;
  std::string certificate_pem;
  wire::KeyList list;
};

/// Names the keys in use in the list and signs it.
void sign_list(Keys& keys, std::int64_t now_ms, std::int64_t ahead_ms = 0) {
  wire::KeyList& list = keys.list;
  list.version = next_version(list.version, now_ms + ahead_ms);
  list.identity = keys.identity.public_key;
  list.tls_pins = {tls_pin(keys.tls), tls_pin(keys.tls_next)};
  list.sealing_keys = {to_x25519_public(keys.sealing).value(), to_x25519_public(keys.sealing_next).value()};
  list.issued_ms = now_ms;
  list.signature = sign(wire::signed_bytes(list), keys.identity.secret_key);
}

std::vector<std::pair<std::string, std::string>> to_files(const Keys& keys) {
  std::vector<std::pair<std::string, std::string>> files{{kIdentity, to_pem(to_pkey(keys.identity))},
                                                         {kTls, to_pem(keys.tls)},
                                                         {kCertificate, keys.certificate_pem},
                                                         {kTlsNext, to_pem(keys.tls_next)},
                                                         {kSealing, to_pem(keys.sealing)},
                                                         {kSealingNext, to_pem(keys.sealing_next)},
                                                         {kList, wire::to_json(keys.list)}};
  for (std::size_t i = 0; i < keys.former.size(); ++i)
    files.emplace_back(former_name("identity", i), to_pem(to_pkey(keys.former[i])));
  for (std::size_t i = 0; i < keys.former_sealing.size(); ++i)
    files.emplace_back(former_name("sealing", i), to_pem(keys.former_sealing[i]));
  return files;
}

Result<Pkey> load_key(const std::filesystem::path& file) {
  DOORSTEP_TRY(pem, read_key_file(file));
  return from_pem(pem);
}

Result<KeyPair> load_identity(const std::filesystem::path& file) {
  DOORSTEP_TRY(key, load_key(file));
  const auto identity = to_ed25519(key);
  if (!identity) return fail_damaged(file);
  return *identity;
}

Status load_former(const std::filesystem::path& directory, Keys& keys) {
  for (std::size_t i = 0; std::filesystem::exists(directory / former_name("identity", i)); ++i) {
    DOORSTEP_TRY(former, load_identity(directory / former_name("identity", i)));
    keys.former.push_back(former);
  }
  for (std::size_t i = 0; std::filesystem::exists(directory / former_name("sealing", i)); ++i) {
    DOORSTEP_TRY(former, load_key(directory / former_name("sealing", i)));
    if (!to_x25519_public(former)) return fail_damaged(directory / former_name("sealing", i));
    keys.former_sealing.push_back(std::move(former));
  }
  return {};
}

/// The list is the office's own, and every key in use is in it.
Result<Keys> load_keys(const std::filesystem::path& directory) {
  Keys keys;
  DOORSTEP_TRY(identity, load_identity(directory / kIdentity));
  keys.identity = identity;
  DOORSTEP_TRY(text, read_key_file(directory / kList));
  const auto list = wire::from_json<wire::KeyList>(text);
  if (!list || list->identity != identity.public_key ||
      !wire::check_keys(*list, wire::office_fingerprint(identity.public_key), 0))
    return fail_damaged(directory / kList);
  keys.list = *list;
  for (const auto& [name, key] : {std::pair(kTls, &keys.tls), {kTlsNext, &keys.tls_next}}) {
    DOORSTEP_TRY(loaded, load_key(directory / name));
    if (!is_p256(loaded) || !contains(list->tls_pins, tls_pin(loaded))) return fail_damaged(directory / name);
    *key = std::move(loaded);
  }
  for (const auto& [name, key] : {std::pair(kSealing, &keys.sealing), {kSealingNext, &keys.sealing_next}}) {
    DOORSTEP_TRY(loaded, load_key(directory / name));
    const auto public_key = to_x25519_public(loaded);
    if (!public_key || !contains(list->sealing_keys, *public_key)) return fail_damaged(directory / name);
    *key = std::move(loaded);
  }
  DOORSTEP_TRY(certificate, read_key_file(directory / kCertificate));
  if (!certifies(certificate, keys.tls)) return fail_damaged(directory / kCertificate);
  keys.certificate_pem = std::move(certificate);
  DOORSTEP_CHECK(load_former(directory, keys));
  return keys;
}

/// Who has been away for longer needs a new invitation.
template <typename T>
void keep_latest(std::vector<T>& oldest_first) {
  if (oldest_first.size() > wire::kSuccessions) oldest_first.erase(oldest_first.begin());
}

/// The key in use gives its word for a new one.
void replace_identity(Keys& keys) {
  const KeyPair next = make_key_pair();
  wire::Succession word;
  word.identity = keys.identity.public_key;
  word.signature =
      sign(wire::signed_bytes(keys.list.office, word.identity, next.public_key), keys.identity.secret_key);
  auto& successions = keys.list.successions;
  successions.push_back(word);
  keep_latest(successions);
  keys.former.push_back(std::exchange(keys.identity, next));
  keep_latest(keys.former);
}

}  // namespace

OfficeIdentity::OfficeIdentity(const KeyPair& identity, std::vector<KeyPair> former, wire::KeyList keys,
                               TlsKey tls, std::vector<BoxKeys> sealing)
    : identity_(identity),
      former_(std::move(former)),
      keys_(std::move(keys)),
      tls_(std::move(tls)),
      sealing_(std::move(sealing)) {}

Result<OfficeIdentity> OfficeIdentity::create(const std::filesystem::path& data, const RowId& office,
                                              std::int64_t now_ms) {
  Keys keys;
  keys.identity = make_key_pair();
  keys.tls = make_p256_key();
  keys.tls_next = make_p256_key();
  keys.sealing = make_x25519_key();
  keys.sealing_next = make_x25519_key();
  keys.certificate_pem = make_certificate_pem(keys.tls);
  keys.list.office = office;
  sign_list(keys, now_ms);
  DOORSTEP_CHECK(write_key_directory(data / kDirectory, to_files(keys)));
  return load(data);
}

Result<OfficeIdentity> OfficeIdentity::renew(const std::filesystem::path& data, const Renewal& what,
                                             std::int64_t now_ms) {
  DOORSTEP_TRY(keys, load_keys(data / kDirectory));
  if (what.tls) {
    keys.tls = std::exchange(keys.tls_next, make_p256_key());
    keys.certificate_pem = make_certificate_pem(keys.tls);
  }
  if (what.sealing) {
    keys.former_sealing.push_back(
        std::exchange(keys.sealing, std::exchange(keys.sealing_next, make_x25519_key())));
    keep_latest(keys.former_sealing);
  }
  if (what.identity) replace_identity(keys);
  sign_list(keys, now_ms, what.restored ? kAheadMs : 0);
  DOORSTEP_CHECK(replace_key_directory(data / kDirectory, to_files(keys)));
  return load(data);
}

Result<OfficeIdentity> OfficeIdentity::load(const std::filesystem::path& data) {
  DOORSTEP_TRY(keys, load_keys(data / kDirectory));
  TlsKey tls{std::move(keys.certificate_pem), to_pem(keys.tls)};
  std::vector<BoxKeys> sealing{to_x25519(keys.sealing).value(), to_x25519(keys.sealing_next).value()};
  for (auto key = keys.former_sealing.rbegin(); key != keys.former_sealing.rend(); ++key)
    sealing.push_back(to_x25519(*key).value());
  return OfficeIdentity(keys.identity, std::move(keys.former), std::move(keys.list), std::move(tls),
                        std::move(sealing));
}

std::optional<std::string> OfficeIdentity::open(std::string_view box) const {
  for (const BoxKeys& keys : sealing_)
    if (auto content = open_box(box, keys)) return content;
  return std::nullopt;
}

std::string OfficeIdentity::card_code(const CardSubject& subject) const {
  return make_card_code(subject, keys_.office, identity_.secret_key);
}

std::optional<CardSubject> OfficeIdentity::read_card_code(std::string_view code) const {
  if (const auto subject = auth::read_card_code(code, keys_.office, identity_.secret_key)) return subject;
  for (const KeyPair& former : former_)
    if (const auto subject = auth::read_card_code(code, keys_.office, former.secret_key)) return subject;
  return std::nullopt;
}

std::string OfficeIdentity::fingerprint() const { return wire::office_fingerprint(identity_.public_key); }

std::vector<SecretKey> OfficeIdentity::former_secret_keys() const {
  std::vector<SecretKey> keys;
  for (auto former = former_.rbegin(); former != former_.rend(); ++former) keys.push_back(former->secret_key);
  return keys;
}

}  // namespace doorstep::server::auth
