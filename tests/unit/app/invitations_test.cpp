#include "app/invitations.hpp"

#include <catch2/catch.hpp>

#include "unit/app/temporary_folder.hpp"

using namespace doorstep::server;

TEST_CASE("invite address: what serve remembered, unless a host is given") {
  const TemporaryFolder folder;
  const DataFolder data(folder / "");
  CHECK(invite_address(data, "")->port == 8443);

  REQUIRE(data.remember_served_at("https://192.0.2.7:9000"));
  auto address = invite_address(data, "");
  CHECK(address->host == "192.0.2.7");
  CHECK(address->port == 9000);
  CHECK(address->note_en.empty());

  CHECK(invite_address(data, "office.example.cn")->port == 9000);
  CHECK(invite_address(data, "office.example.cn:443")->port == 443);
  CHECK(invite_address(data, "[2001:db8::1]")->host == "2001:db8::1");
  CHECK(invite_address(data, "[2001:db8::1]:443")->port == 443);
  CHECK_FALSE(invite_address(data, "https://office.example.cn"));
}

TEST_CASE("invite address: plain HTTP: for this machine only") {
  const TemporaryFolder folder;
  const DataFolder data(folder / "");
  REQUIRE(data.remember_served_at("http://127.0.0.1:9000"));
  CHECK(invite_address(data, "")->insecure_http);
  CHECK_FALSE(invite_address(data, "192.0.2.7")->insecure_http);
}

TEST_CASE("invite address: a wildcard: never in a link") {
  const TemporaryFolder folder;
  const DataFolder data(folder / "");
  REQUIRE(data.remember_served_at("https://0.0.0.0:9000"));
  const auto address = invite_address(data, "");
  CHECK(address->host != "0.0.0.0");
  CHECK_FALSE(address->note_en.empty());
}
