#include "app/listen_address.hpp"

#include <catch2/catch.hpp>

#include "app/serve.hpp"

using namespace doorstep::server;

TEST_CASE("listen address: host and port: read and written back") {
  for (const char* text :
       {"127.0.0.1:8443", "[::1]:0", "[::]:443", "office.example.cn:65535", "localhost:1"}) {
    const auto address = parse_listen_address(text);
    REQUIRE(address);
    CHECK(to_text(*address) == text);
  }
}

TEST_CASE("listen address: anything else: a usage error") {
  for (const char* text : {"", "8443", ":8443", "host:", "host:x", "host:65536", "host:-1", "::1:80", "a b:1",
                           "[]:1", "http://host:1", "host:1 "})
    CHECK_FALSE(parse_listen_address(text));
}

TEST_CASE("listen address: loopback and wildcard: told apart") {
  CHECK(parse_listen_address("127.0.0.1:1")->loopback());
  CHECK(parse_listen_address("[::1]:1")->loopback());
  CHECK_FALSE(parse_listen_address("0.0.0.0:1")->loopback());
  CHECK(parse_listen_address("0.0.0.0:1")->wildcard());
  CHECK(parse_listen_address("[::]:1")->wildcard());
  CHECK_FALSE(parse_listen_address("192.0.2.1:1")->wildcard());
}

TEST_CASE("listen address: plain HTTP: refused everywhere but on loopback") {
  for (const char* text : {"0.0.0.0:1", "192.0.2.1:1", "[::]:1", "office.example.cn:1"}) {
    CHECK_FALSE(check_insecure(*parse_listen_address(text), true));
    CHECK(check_insecure(*parse_listen_address(text), false));
  }
  CHECK(check_insecure(*parse_listen_address("127.0.0.1:1"), true));
  CHECK(check_insecure(*parse_listen_address("[::1]:1"), true));
}
