#include <catch2/catch.hpp>

#include "http/server.hpp"
#include "unit/http/loopback.hpp"

namespace doorstep::server::http {

using namespace loopback;

namespace {

Options with_tls() {
  static const TlsIdentity identity = make_identity();
  Options options;
  options.tls = identity;
  return options;
}

}  // namespace

TEST_CASE("http tls: versions 1.2 and 1.3: serve large bodies both ways and say goodbye") {
  const auto server = start(with_tls(), echo);
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  TlsClient client(server->port(), version, "\x02h2\x08http/1.1");
  REQUIRE(client.is_secure());
  CHECK(client.version() == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"));
  CHECK(client.alpn() == "http/1.1");
  CHECK(client.ask(get("/a?b")).body == "GET /a?b ");
  const std::string body(3'000'000, 'x');
  CHECK(client.ask(post("/large", body)).body == "POST /large? " + body);
  CHECK(client.ask(get("/", "Connection: close\r\n")).status == 200);
  CHECK(client.is_closed());
  CHECK(client.heard_goodbye());
}

TEST_CASE("http tls: version 1.1: is refused") {
  const auto server = start(with_tls(), echo);
  CHECK_FALSE(TlsClient(server->port(), TLS1_1_VERSION).is_secure());
  CHECK(TlsClient(server->port(), TLS1_2_VERSION).is_secure());
}

TEST_CASE("http tls: ciphers without forward secrecy or authenticated encryption: are refused") {
  const auto server = start(with_tls(), echo);
  for (const char* weak : {"AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384",
                           "ECDHE-ECDSA-NULL-SHA", "AECDH-AES128-SHA"}) {
    CAPTURE(weak);
    const std::string only = std::string(weak) + ":@SECLEVEL=0";
    CHECK_FALSE(TlsClient(server->port(), TLS1_2_VERSION, "", only.c_str()).is_secure());
  }
  CHECK(TlsClient(server->port(), TLS1_2_VERSION, "", "ECDHE-ECDSA-AES128-GCM-SHA256").is_secure());
}

TEST_CASE("http tls: a client that offers only other protocols: is refused in the handshake") {
  const auto server = start(with_tls(), echo);
  CHECK_FALSE(TlsClient(server->port(), TLS1_3_VERSION, "\x02h2").is_secure());
}

TEST_CASE("http tls: plain HTTP on the TLS port: is cut, and the server lives") {
  const auto server = start(with_tls(), echo);
  Client client(server->port());
  CHECK(client.ask(get("/")).status == 0);
  CHECK(client.is_closed());
  CHECK(TlsClient(server->port()).ask(get("/")).status == 200);
}

TEST_CASE("http tls: a handshake that trickles: is cut at the deadline") {
  Options options = with_tls();
  options.handshake_timeout = 60ms;
  const auto server = start(options, echo);
  Client client(server->port());
  const auto endured = client.trickle(std::string("\x16\x03\x01\x02\x00", 5) + std::string(500, '\x01'), 5ms);
  REQUIRE(endured);
  CHECK(*endured < 1s);
  CHECK(eventually([&] { return server->statistics().timeouts == 1; }));
}

TEST_CASE("http tls: an oversized body under way: the client still reads the 413") {
  Options options = with_tls();
  options.max_body_bytes = 1000;
  const auto server = start(options, echo);
  TlsClient client(server->port());
  CHECK(client.ask(post("/", std::string(3'000'000, 'x'))).status == 413);
}

TEST_CASE("http tls: too many connections: 503 inside TLS") {
  Options options = with_tls();
  options.max_connections = 1;
  const auto server = start(options, echo);
  TlsClient first(server->port());
  TlsClient second(server->port());
  CHECK(second.receive().status == 503);
  CHECK(first.ask(get("/")).status == 200);
}

TEST_CASE("http tls: stop while clients shake hands, idle and wait: all end") {
  Options options = with_tls();
  std::vector<Respond> kept;
  std::atomic<int> waiting{0};
  const auto server = start(options, [&](const Request&, Respond respond) {
    kept.push_back(std::move(respond));
    ++waiting;
  });
  Client shaking(server->port());
  TlsClient idle(server->port());
  TlsClient busy(server->port());
  REQUIRE(busy.send(get("/")));
  REQUIRE(eventually([&] { return waiting == 1; }));
  server->stop(10ms);
  CHECK(shaking.is_closed());
  CHECK(idle.is_closed());
  CHECK(busy.is_closed());
}

TEST_CASE("http tls: an identity that does not hold together: start refuses it") {
  const TlsIdentity good = *with_tls().tls;
  const TlsIdentity other = make_identity();
  for (const TlsIdentity& bad : {TlsIdentity{"", ""}, TlsIdentity{good.certificate_pem, "no key"},
                                 TlsIdentity{good.certificate_pem, other.private_key_pem}}) {
    Options options;
    options.tls = bad;
    const auto server = Server::start(options, echo);
    REQUIRE_FALSE(server.has_value());
    CHECK(server.error().code == ErrorCode::invalid_argument);
    CHECK(server.error().en.find("TLS") != std::string::npos);
  }
}

}  // namespace doorstep::server::http
