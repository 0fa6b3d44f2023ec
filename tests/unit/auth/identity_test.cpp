#include "auth/identity.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "auth/secrets.hpp"
#include "base/id.hpp"
#include "wire/codec.hpp"
#include "wire/invitation.hpp"
#include "wire/trust.hpp"

using namespace doorstep;
using namespace doorstep::server::auth;
namespace fs = std::filesystem;

namespace {

const RowId kOffice = make_name_based_id(RowId{}, "office");
constexpr std::int64_t kNow = 1'800'000'000'000;

class DataDirectory {
 public:
  DataDirectory() {
    char path[] = "/tmp/doorstep-identity-XXXXXX";
    REQUIRE(mkdtemp(path) != nullptr);
    path_ = path;
  }
  ~DataDirectory() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }
  fs::path key(const char* name) const { return path_ / "keys" / name; }

 private:
  fs::path path_;
};

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

constexpr auto kOwnerOnly = fs::perms::owner_read | fs::perms::owner_write;
constexpr const char* kFiles[] = {"identity.key", "tls.key",          "tls.crt",  "tls-next.key",
                                  "sealing.key",  "sealing-next.key", "list.json"};

}  // namespace

TEST_CASE("identity: created keys: load again as they were") {
  const DataDirectory data;
  const auto created = OfficeIdentity::create(data.path(), kOffice, kNow);
  REQUIRE(created.has_value());
  const auto loaded = OfficeIdentity::load(data.path());
  REQUIRE(loaded.has_value());
  CHECK(loaded->office() == kOffice);
  CHECK(loaded->fingerprint() == created->fingerprint());
  CHECK(wire::to_json(loaded->keys()) == wire::to_json(created->keys()));
  CHECK(loaded->tls().certificate_pem == created->tls().certificate_pem);
  CHECK(loaded->tls().private_key_pem == created->tls().private_key_pem);
}

TEST_CASE("identity: the list of keys: is what a phone with the fingerprint accepts") {
  const DataDirectory data;
  const auto identity = OfficeIdentity::create(data.path(), kOffice, kNow);
  REQUIRE(identity.has_value());
  const wire::KeyList& keys = identity->keys();
  CHECK(wire::check_keys(keys, identity->fingerprint(), 0).has_value());
  CHECK(keys.version == 1'800'000'000);  // Seconds since 1970.
  CHECK(keys.office == kOffice);
  CHECK(keys.issued_ms == kNow);
  REQUIRE(keys.tls_pins.size() == 2);
  CHECK(keys.tls_pins[0] != keys.tls_pins[1]);
  REQUIRE(keys.sealing_keys.size() == 2);
  CHECK(keys.sealing_keys[0] != keys.sealing_keys[1]);
}

TEST_CASE("identity: the certificate: is valid on any clock and carries the pinned key") {
  const DataDirectory data;
  const auto identity = OfficeIdentity::create(data.path(), kOffice, kNow);
  REQUIRE(identity.has_value());
  const std::string& pem = identity->tls().certificate_pem;
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free_all);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), &X509_free);
  REQUIRE(certificate);
  std::time_t start_1970 = 1;
  std::time_t year_2100 = 4'102'444'800;
  CHECK(X509_cmp_time(X509_get0_notBefore(certificate.get()), &start_1970) < 0);
  CHECK(X509_cmp_time(X509_get0_notAfter(certificate.get()), &year_2100) > 0);
  CHECK(X509_verify(certificate.get(), X509_get0_pubkey(certificate.get())) == 1);

  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(X509_get0_pubkey(certificate.get()), &der);
  REQUIRE(size > 0);
  const Digest digest = sha256({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  unsigned char base64[64] = {};
  EVP_EncodeBlock(base64, digest.data(), static_cast<int>(digest.size()));
  CHECK(identity->keys().tls_pins[0] == "sha256//" + std::string(reinterpret_cast<const char*>(base64)));
}

TEST_CASE("identity: key files: are their owner's alone, and refused when others may read them") {
  const DataDirectory data;
  REQUIRE(OfficeIdentity::create(data.path(), kOffice, kNow).has_value());
  CHECK(fs::status(data.path() / "keys").permissions() == fs::perms::owner_all);
  for (const char* name : kFiles) {
    INFO(name);
    CHECK(fs::status(data.key(name)).permissions() == kOwnerOnly);
    fs::permissions(data.key(name), kOwnerOnly | fs::perms::group_read);
    const auto refused = OfficeIdentity::load(data.path());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().en.find("chmod 600") != std::string::npos);
    fs::permissions(data.key(name), kOwnerOnly);
  }
  CHECK(OfficeIdentity::load(data.path()).has_value());
}

TEST_CASE("identity: creating twice: is refused and leaves the first keys") {
  const DataDirectory data;
  const auto first = OfficeIdentity::create(data.path(), kOffice, kNow);
  REQUIRE(first.has_value());
  const auto second = OfficeIdentity::create(data.path(), kOffice, kNow);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == ErrorCode::already_exists);
  CHECK(OfficeIdentity::load(data.path())->fingerprint() == first->fingerprint());
}

TEST_CASE("identity: a creation that was cut off: is begun anew and leaves nothing behind") {
  const DataDirectory data;
  fs::create_directory(data.path() / "keys.unfinished");
  std::ofstream(data.path() / "keys.unfinished" / "identity.key") << "half";
  REQUIRE(OfficeIdentity::create(data.path(), kOffice, kNow).has_value());
  CHECK(OfficeIdentity::load(data.path()).has_value());
  CHECK_FALSE(fs::exists(data.path() / "keys.unfinished"));
}

TEST_CASE("identity: a data directory that is not there: is an error that names it") {
  const auto refused = OfficeIdentity::create("/nonexistent/office", kOffice, kNow);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::storage_failed);
  CHECK(refused.error().en.find("/nonexistent/office") != std::string::npos);
}

TEST_CASE("identity: any file missing, damaged or another office's: is named") {
  const DataDirectory data;
  const DataDirectory other;
  REQUIRE(OfficeIdentity::create(data.path(), kOffice, kNow).has_value());
  REQUIRE(OfficeIdentity::create(other.path(), kOffice, kNow).has_value());
  for (const char* name : kFiles) {
    INFO(name);
    const std::string good = read(data.key(name));
    for (const std::string& bad : {std::string(), good.substr(0, good.size() / 2), read(other.key(name)),
                                   read(data.key(name == kFiles[0] ? "tls.key" : "identity.key"))}) {
      std::ofstream(data.key(name), std::ios::binary) << bad;
      const auto refused = OfficeIdentity::load(data.path());
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().code == ErrorCode::storage_damaged);
    }
    fs::remove(data.key(name));
    const auto missing = OfficeIdentity::load(data.path());
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().code == ErrorCode::not_found);
    CHECK(missing.error().zh.find(name) != std::string::npos);
    std::ofstream(data.key(name), std::ios::binary) << good;
    fs::permissions(data.key(name), kOwnerOnly);
  }
  CHECK(OfficeIdentity::load(data.path()).has_value());
}

TEST_CASE("identity: renewed: the next keys come into use, phones follow, what was replaced is kept") {
  const DataDirectory data;
  const auto first = OfficeIdentity::create(data.path(), kOffice, kNow);
  REQUIRE(first.has_value());
  Renewal what;
  what.tls = what.sealing = true;
  const auto second = OfficeIdentity::renew(data.path(), what, kNow);
  REQUIRE(second.has_value());
  CHECK(second->keys().version == first->keys().version + 1);
  CHECK(second->keys().tls_pins.front() == first->keys().tls_pins.back());
  CHECK(second->keys().tls_pins.back() != first->keys().tls_pins.front());
  CHECK(second->keys().sealing_keys.front() == first->keys().sealing_keys.back());
  CHECK(second->fingerprint() == first->fingerprint());
  CHECK(read(data.key("sealing-1.key")).size() > 0);
  CHECK(second->former_secret_keys().empty());

  what.identity = true;
  const auto third = OfficeIdentity::renew(data.path(), what, kNow + 7'000);
  REQUIRE(third.has_value());
  CHECK(third->keys().version == 1'800'000'007);
  CHECK(third->fingerprint() != first->fingerprint());
  CHECK(third->former_secret_keys() == std::vector<SecretKey>{first->secret_key()});
  CHECK(wire::check_keys(third->keys(), first->fingerprint(), first->keys().version).has_value());

  const auto loaded = OfficeIdentity::load(data.path());
  REQUIRE(loaded.has_value());
  CHECK(wire::to_json(loaded->keys()) == wire::to_json(third->keys()));
  CHECK_FALSE(fs::exists(data.path() / "keys.unfinished"));
  for (const auto& entry : fs::directory_iterator(data.path() / "keys"))
    CHECK(entry.status().permissions() == kOwnerOnly);
}

TEST_CASE("identity: renewed more often than a list goes back: whoever was away for longer is told") {
  const DataDirectory data;
  const auto first = OfficeIdentity::create(data.path(), kOffice, kNow);
  Renewal what;
  what.identity = true;
  std::string second;
  for (std::size_t i = 0; i <= wire::kSuccessions; ++i) {
    const auto renewed = OfficeIdentity::renew(data.path(), what, kNow);
    REQUIRE(renewed.has_value());
    if (i == 0) second = renewed->fingerprint();
  }
  const auto last = OfficeIdentity::load(data.path());
  REQUIRE(last.has_value());
  CHECK(last->keys().successions.size() == wire::kSuccessions);
  CHECK(last->former_secret_keys().size() == wire::kSuccessions);
  CHECK_FALSE(wire::check_keys(last->keys(), first->fingerprint(), 0).has_value());
  CHECK(wire::check_keys(last->keys(), second, 0).has_value());
}

TEST_CASE("secrets: codes and tokens: fit where they travel, and are never the same") {
  const std::string code = make_invitation_code();
  CHECK(code.size() == wire::kInvitationSecretChars);
  CHECK(code != make_invitation_code());
  CHECK(make_device_token().size() == 43);
  CHECK(make_device_token() != make_device_token());
  CHECK(secret_hash(code) == sha256(code));

  wire::Invitation invitation{"office.example.org", 8443, false, code,
                              wire::office_fingerprint(make_key_pair().public_key)};
  const auto read = wire::parse_invitation(wire::to_url(invitation));
  REQUIRE(read.has_value());
  CHECK(read->code == code);
}
