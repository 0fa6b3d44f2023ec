#include "base/loopback.hpp"

#include <catch2/catch.hpp>

using doorstep::is_loopback_host;

TEST_CASE("loopback: this machine's own addresses: are told from all others") {
  for (const char* host : {"localhost", "127.0.0.1", "127.255.255.254", "::1"}) {
    INFO(host);
    CHECK(is_loopback_host(host));
  }
  for (const char* host : {"", "127", "127.", "127.1", "127.0.0", "127.0.0.1.", "127.0.0.1.1", "127.0.0.256",
                           "127.0.0.0001", "127.0.0.1.example.org", "127..0.1", "128.0.0.1", "10.0.0.1",
                           "0.0.0.0", "::", "::2", "[::1]", "localhost.example.org", "office"}) {
    INFO(host);
    CHECK_FALSE(is_loopback_host(host));
  }
}
