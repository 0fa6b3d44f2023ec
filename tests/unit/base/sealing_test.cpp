#include "base/sealing.hpp"

#include <catch2/catch.hpp>

using namespace doorstep;

namespace {

SecretKey secret_of(char c) { return make_key_pair(std::string(32, c)).secret_key; }

}  // namespace

TEST_CASE("sealing: sealed and opened: the same bytes, and the same content is always sealed alike") {
  const SealingKey key(secret_of('a'), "a purpose");
  const std::string content("rows\0of an office", 17);
  const std::string sealed = key.seal(content, "group 7");
  CHECK(sealed.find("office") == std::string::npos);
  CHECK(key.open(sealed, "group 7").value() == content);
  CHECK(key.seal(content, "group 7") == sealed);
  CHECK(key.open(key.seal("", "group 7"), "group 7").value().empty());
}

TEST_CASE("sealing: another content or context: another nonce") {
  const SealingKey key(secret_of('a'), "a purpose");
  const auto nonce = [&](const char* content, const char* context) {
    return key.seal(content, context).substr(1, 24);
  };
  CHECK(nonce("one", "group 7") != nonce("two", "group 7"));
  CHECK(nonce("one", "group 7") != nonce("one", "group 8"));
}

TEST_CASE("sealing: another secret, purpose or context: refused") {
  const SealingKey key(secret_of('a'), "a purpose");
  const std::string sealed = key.seal("content", "group 7");
  CHECK(SealingKey(secret_of('b'), "a purpose").open(sealed, "group 7").error().code ==
        ErrorCode::unauthorized);
  CHECK(SealingKey(secret_of('a'), "another").open(sealed, "group 7").error().code ==
        ErrorCode::unauthorized);
  CHECK(key.open(sealed, "group 8").error().code == ErrorCode::unauthorized);
}

TEST_CASE("sealing: any byte changed, cut off, or of the future: refused") {
  const SealingKey key(secret_of('a'), "a purpose");
  const std::string sealed = key.seal("content", "group 7");
  for (std::size_t i = 1; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK(key.open(changed, "group 7").error().code == ErrorCode::unauthorized);
  }
  for (std::size_t size = 0; size < sealed.size(); ++size)
    CHECK_FALSE(key.open(sealed.substr(0, size), "group 7").has_value());
  CHECK(key.open("\x02" + sealed.substr(1), "group 7").error().code == ErrorCode::version_unsupported);
}
