#include "wire/trust.hpp"

#include <catch2/catch.hpp>

#include "base/crypto.hpp"
#include "wire/codec.hpp"

using namespace doorstep;
using namespace doorstep::wire;

namespace {

KeyList sign_list(const KeyPair& identity, std::uint32_t version = 3) {
  KeyList keys;
  keys.version = version;
  keys.identity = identity.public_key;
  keys.tls_pins = {"sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="};
  keys.issued_ms = 1'700'000'000'000;
  keys.signature = sign(signed_bytes(keys), identity.secret_key);
  return keys;
}

void check_untrusted(const Result<KeyList>& result) {
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == ErrorCode::untrusted_office);
  CHECK(result.error().domain == ErrorDomain::network);
}

}  // namespace

TEST_CASE("trust: fingerprint: is the first 128 bits of the key's SHA-256") {
  // SHA-256 of 32 zero bytes is 66687aad f862bd77 6c8fc18b 8e9f8e20 ...
  CHECK(office_fingerprint(PublicKey{}) == "Zmh6rfhivXdsj8GLjp-OIA");
}

TEST_CASE("trust: the office's own list, as new as the known one or newer: is accepted") {
  const KeyPair office = make_key_pair();
  const std::string fingerprint = office_fingerprint(office.public_key);
  CHECK(check_keys(sign_list(office), fingerprint, 0).has_value());
  CHECK(check_keys(sign_list(office), fingerprint, 3)->version == 3);
}

TEST_CASE("trust: a list that somebody else signed with a key of his own: is refused") {
  const std::string fingerprint = office_fingerprint(make_key_pair().public_key);
  check_untrusted(check_keys(sign_list(make_key_pair()), fingerprint, 0));
}

TEST_CASE("trust: the office's name over another's signature: is refused") {
  const KeyPair office = make_key_pair();
  KeyList keys = sign_list(make_key_pair());
  keys.identity = office.public_key;
  check_untrusted(check_keys(keys, office_fingerprint(office.public_key), 0));
}

TEST_CASE("trust: any field changed after signing: is refused") {
  const KeyPair office = make_key_pair();
  const std::string fingerprint = office_fingerprint(office.public_key);
  const KeyList good = sign_list(office);
  std::vector<KeyList> changed(6, good);
  changed[0].version = 9;
  changed[1].office.bytes.data[0] ^= 1;
  changed[2].tls_pins.push_back("sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
  changed[3].sealing_keys.push_back(PublicKey{});
  changed[4].issued_ms += 1;
  changed[5].signature[0] ^= 1;
  for (const KeyList& keys : changed) check_untrusted(check_keys(keys, fingerprint, 0));
}

TEST_CASE("trust: an older list than the known one: is refused") {
  const KeyPair office = make_key_pair();
  check_untrusted(check_keys(sign_list(office, 3), office_fingerprint(office.public_key), 4));
}

TEST_CASE("trust: a list without TLS keys: is refused") {
  const KeyPair office = make_key_pair();
  KeyList keys = sign_list(office);
  keys.tls_pins.clear();
  keys.signature = sign(signed_bytes(keys), office.secret_key);
  check_untrusted(check_keys(keys, office_fingerprint(office.public_key), 0));
}

namespace {

/// A list of the last of these, each of which has given its word for the next.
KeyList descended(const std::vector<KeyPair>& identities) {
  KeyList keys = sign_list(identities.back());
  for (std::size_t i = 0; i + 1 < identities.size(); ++i) {
    Succession word;
    word.identity = identities[i].public_key;
    word.signature = sign(signed_bytes(keys.office, word.identity, identities[i + 1].public_key),
                          identities[i].secret_key);
    keys.successions.push_back(word);
  }
  keys.signature = sign(signed_bytes(keys), identities.back().secret_key);
  return keys;
}

}  // namespace

TEST_CASE("trust: identities that followed one another: every one of them leads to the last") {
  const std::vector<KeyPair> identities{make_key_pair(), make_key_pair(), make_key_pair(), make_key_pair()};
  const KeyList keys = descended(identities);
  for (const KeyPair& known : identities)
    CHECK(check_keys(keys, office_fingerprint(known.public_key), 0).has_value());
  check_untrusted(check_keys(keys, office_fingerprint(make_key_pair().public_key), 0));
}

TEST_CASE("trust: a succession that the key before did not sign: is refused, and by those before it too") {
  const std::vector<KeyPair> identities{make_key_pair(), make_key_pair(), make_key_pair()};
  const KeyList good = descended(identities);
  const auto resigned = [&](KeyList keys) {
    keys.signature = sign(signed_bytes(keys), identities.back().secret_key);
    return keys;
  };
  const std::string first = office_fingerprint(identities[0].public_key);
  const std::string second = office_fingerprint(identities[1].public_key);

  KeyList forged = good;  // The last key claims to follow the second.
  forged.successions[1].signature = sign("anything", identities.back().secret_key);
  check_untrusted(check_keys(resigned(forged), first, 0));
  check_untrusted(check_keys(resigned(forged), second, 0));

  KeyList skipped = good;  // The first gave its word for the second, not for the last.
  skipped.successions.erase(skipped.successions.begin() + 1);
  check_untrusted(check_keys(resigned(skipped), first, 0));

  KeyList moved = good;  // Of another office.
  moved.office.bytes.data[0] ^= 1;
  check_untrusted(check_keys(resigned(moved), first, 0));

  KeyList stolen = good;  // Changed after signing.
  stolen.successions.pop_back();
  check_untrusted(check_keys(stolen, second, 0));
}
