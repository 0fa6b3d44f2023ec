#include "base/passphrase.hpp"

#include <catch2/catch.hpp>

using namespace doorstep;

TEST_CASE("passphrase: sealed and opened: the same bytes, and never the same seal twice") {
  const std::string secret("keys\0of an office", 17);
  const auto sealed = seal_with_passphrase(secret, "正确的口令");
  REQUIRE(sealed);
  CHECK(sealed->find("office") == std::string::npos);
  const auto opened = open_with_passphrase(*sealed, "正确的口令");
  REQUIRE(opened);
  CHECK(*opened == secret);
  CHECK(*seal_with_passphrase(secret, "正确的口令") != *sealed);
}

TEST_CASE("passphrase: wrong passphrase or changed bytes: refused alike") {
  auto sealed = *seal_with_passphrase("secret", "one");
  CHECK(open_with_passphrase(sealed, "two").error().code == ErrorCode::unauthorized);
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  CHECK(open_with_passphrase(sealed, "one").error().code == ErrorCode::unauthorized);
}

TEST_CASE("passphrase: foreign, cut or greedy bytes: refused without work") {
  auto sealed = *seal_with_passphrase("secret", "one");
  CHECK(open_with_passphrase("", "one").error().code == ErrorCode::malformed);
  CHECK(open_with_passphrase(sealed.substr(0, 40), "one").error().code == ErrorCode::malformed);
  CHECK(open_with_passphrase("\x02" + sealed.substr(1), "one").error().code ==
        ErrorCode::version_unsupported);
  sealed[30] = '\x7F';  // Within the memory limit: petabytes.
  CHECK(open_with_passphrase(sealed, "one").error().code == ErrorCode::malformed);
}
