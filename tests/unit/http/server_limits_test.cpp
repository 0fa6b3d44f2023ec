#include <catch2/catch.hpp>

#include "http/server.hpp"
#include "unit/http/loopback.hpp"

namespace doorstep::server::http {

using namespace loopback;

namespace {

bool is_refusal(const Reply& reply, int status, const std::string& code, const std::string& retry) {
  const auto zh = reply.body.find(R"("zh":")");
  return reply.status == status && reply.has("Content-Type: application/json") &&
         reply.has("Connection: close\r\n") &&
         reply.body.rfind(R"({"error":{"code":")" + code + "\"", 0) == 0 && zh != std::string::npos &&
         zh < reply.body.find(R"("en":")") &&
         reply.body.find(R"("retry":")" + retry + "\"}}") != std::string::npos;
}

void check_alive(const Server& server) { CHECK(Client(server.port()).ask(get("/alive")).status == 200); }

}  // namespace

TEST_CASE("http limits: a body of the limit, and one beyond it: served, and refused with 413") {
  Options options;
  options.max_body_bytes = 1000;
  const auto server = start(options, echo);
  Client client(server->port());
  CHECK(client.ask(post("/", std::string(1000, 'x'))).status == 200);
  CHECK(is_refusal(client.ask(post("/", std::string(1001, 'x'))), 413, "body_too_large", "never"));
  client.finish_sending();
  CHECK(client.is_closed());

  Client chunked(server->port());
  const std::string chunk = "258\r\n" + std::string(600, 'x') + "\r\n";
  CHECK(is_refusal(
      chunked.ask("POST / HTTP/1.1\r\nHost: office\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk),
      413, "body_too_large", "never"));
  CHECK(server->statistics().requests == 1);
}

TEST_CASE("http limits: a client that sends all of a huge body before it listens: still reads the 413") {
  Options options;
  options.max_body_bytes = 1000;
  const auto server = start(options, echo);
  Client client(server->port());
  CHECK(is_refusal(client.ask(post("/", std::string(8'000'000, 'x'))), 413, "body_too_large", "never"));
}

TEST_CASE("http limits: a refused client that never stops sending: is cut when the linger time is over") {
  Options options;
  options.max_body_bytes = 1000;
  options.linger_timeout = 40ms;
  const auto server = start(options, echo);
  Client client(server->port());
  REQUIRE(client.send("POST / HTTP/1.1\r\nHost: office\r\nContent-Length: 99999999\r\n\r\n"));
  CHECK(client.receive().status == 413);
  const auto start = std::chrono::steady_clock::now();
  while (client.send(std::string(1000, 'x'))) std::this_thread::sleep_for(1ms);
  CHECK(std::chrono::steady_clock::now() - start < 2s);
  CHECK(server->statistics().timeouts == 0);
}

TEST_CASE("http limits: a request that is not HTTP: 400 and the connection closed") {
  const auto server = start({}, echo);
  const std::string request = GENERATE(
      "\x16\x03\x01\x02\x01garbage\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/3.0\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
      "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nbad name: x\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n");
  CAPTURE(request);
  Client client(server->port());
  CHECK(is_refusal(client.ask(request), 400, "malformed_request", "never"));
  client.finish_sending();
  CHECK(client.is_closed());
  CHECK(server->statistics().requests == 0);
  check_alive(*server);
}

TEST_CASE("http limits: a transfer encoding we do not know: 501") {
  const auto server = start({}, echo);
  const std::string encoding = GENERATE("gzip", "gzip, chunked", "identity");
  Client client(server->port());
  CHECK(is_refusal(
      client.ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: " + encoding + "\r\n\r\n0\r\n\r\n"), 501,
      "transfer_encoding_unknown", "never"));
}

TEST_CASE("http limits: a header beyond 16 KiB: 431, however it is cut up") {
  const auto server = start({}, echo);
  const std::string line = "X-Filler: " + std::string(88, 'x') + "\r\n";
  Client fits(server->port());
  std::string lines;
  while (lines.size() < 15'000) lines += line;
  CHECK(fits.ask(get("/", lines)).status == 200);

  Client at_once(server->port());
  CHECK(is_refusal(at_once.ask(get("/", lines + lines)), 431, "header_too_large", "never"));

  Client one_line(server->port());
  CHECK(is_refusal(one_line.ask(get("/" + std::string(20'000, 'x'))), 431, "header_too_large", "never"));

  // Each read ends one byte into the next line. A parser that counts only what it has not yet taken would go
  // on for ever.
  Client by_line(server->port());
  REQUIRE(by_line.send("GET / HTTP/1.1\r\nHost: office\r\nX"));
  for (int i = 0; i < 170; ++i) {
    std::this_thread::sleep_for(200us);
    if (!by_line.send(line.substr(1) + "X")) break;
  }
  CHECK(is_refusal(by_line.receive(), 431, "header_too_large", "never"));
}

TEST_CASE("http limits: an endless chunk header: 431 before it fills the memory") {
  const auto server = start({}, echo);
  Client client(server->port());
  REQUIRE(client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;"));
  CHECK(is_refusal(client.ask(std::string(300'000, 'x')), 431, "header_too_large", "never"));
}

TEST_CASE("http limits: a truncated request and a vanished client: the server lives") {
  const auto server = start({}, echo);
  const std::string request =
      GENERATE("", "GET / HT", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf",
               "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf");
  const bool is_reset = GENERATE(false, true);
  Client client(server->port());
  REQUIRE(client.send(request));
  if (is_reset) {
    client.reset();
  } else {
    client.finish_sending();
    CHECK(client.is_closed());
  }
  CHECK(eventually([&] { return server->statistics().open_connections == 0; }));
  CHECK(server->statistics().requests == 0);
  check_alive(*server);
}

TEST_CASE("http limits: a header that trickles: is cut at the deadline") {
  Options options;
  options.header_timeout = 60ms;
  const auto server = start(options, echo);
  Client client(server->port());
  const auto endured = client.trickle(get("/", "X-Long: " + std::string(1000, 'x') + "\r\n"), 5ms);
  REQUIRE(endured);
  CHECK(*endured >= 55ms);
  CHECK(*endured < 1s);
  CHECK(eventually([&] { return server->statistics().timeouts == 1; }));

  Client silent(server->port());
  CHECK(silent.is_closed());
}

TEST_CASE("http limits: a body below the minimum rate: is cut, one above it may take its time") {
  Options options;
  options.body_timeout = 60ms;
  options.min_bytes_per_s = 1500;
  const auto server = start(options, echo);
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n";

  Client slow(server->port());
  REQUIRE(slow.send(head));
  const auto endured = slow.trickle(std::string(1000, 'x'), 5ms);
  REQUIRE(endured);
  CHECK(*endured < 1s);
  CHECK(eventually([&] { return server->statistics().timeouts == 1; }));

  // Would be cut after 60 ms but for what has come: 900 bytes earn 600 ms.
  Client steady(server->port());
  REQUIRE(steady.send(head + std::string(900, 'x')));
  std::this_thread::sleep_for(120ms);
  CHECK(steady.ask(std::string(100, 'x')).status == 200);
}

TEST_CASE("http limits: a client that does not read its response: is cut") {
  Options options;
  options.body_timeout = 60ms;
  options.min_bytes_per_s = 1'000'000'000;
  const auto server = start(
      options, [](const Request&, const Respond& respond) { respond(text(std::string(8'000'000, 'x'))); });
  Client client(server->port(), 4096);
  REQUIRE(client.send(get("/")));
  CHECK(eventually([&] { return server->statistics().timeouts == 1; }));
  CHECK(eventually([&] { return server->statistics().open_connections == 0; }));
}

TEST_CASE("http limits: an idle kept-alive connection: is closed, and that is no timeout of anybody's") {
  Options options;
  options.idle_timeout = 40ms;
  const auto server = start(options, echo);
  Client client(server->port());
  CHECK(client.ask(get("/")).status == 200);
  CHECK(client.is_closed());
  CHECK(server->statistics().timeouts == 0);
}

TEST_CASE("http limits: too many connections: 503 with Retry-After until a place is free") {
  const bool per_address = GENERATE(false, true);
  Options options;
  (per_address ? options.max_connections_per_address : options.max_connections) = 2;
  const auto server = start(options, echo);
  Client first(server->port());
  CHECK(first.ask(get("/")).status == 200);
  {
    Client second(server->port());
    CHECK(second.ask(get("/")).status == 200);
    Client third(server->port());
    const Reply reply = third.ask(get("/"));
    CHECK(is_refusal(reply, 503, "overloaded", "later"));
    CHECK(reply.has("Retry-After: "));
    CHECK(third.is_closed());
  }
  REQUIRE(eventually([&] { return server->statistics().open_connections == 1; }));
  CHECK(Client(server->port()).ask(get("/")).status == 200);
  CHECK(first.ask(get("/")).status == 200);
  CHECK(server->statistics().refused == 1);
}

TEST_CASE("http limits: a crowd beyond the limit: the rest is turned away without a word") {
  Options options;
  options.max_connections = 2;
  const auto server = start(options, echo);
  // The listed places, then those who are told (2 / 8 + 8), then nobody.
  std::vector<std::unique_ptr<Client>> crowd;
  crowd.reserve(11);
  for (int i = 0; i < 11; ++i) crowd.push_back(std::make_unique<Client>(server->port()));
  REQUIRE(eventually([&] { return server->statistics().connections == 11; }));
  CHECK(crowd[0]->ask(get("/")).status == 200);
  CHECK(crowd[9]->receive().status == 503);
  CHECK(crowd[10]->is_closed());
  CHECK(server->statistics().refused == 9);
}

TEST_CASE(
    "http limits: bodies of all connections together beyond the limit: 503, and room again afterwards") {
  Options options;
  options.max_buffered_bytes = 100'000;
  const auto server = start(options, echo);
  {
    Client first(server->port());
    REQUIRE(
        first.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 80001\r\n\r\n" + std::string(80'000, 'x')));
    REQUIRE(eventually([&] { return server->statistics().bytes_in > 80'000; }));
    Client second(server->port());
    CHECK(is_refusal(second.ask(post("/", std::string(40'000, 'x'))), 503, "overloaded", "later"));
    CHECK(first.ask("x").status == 200);
  }
  Client third(server->port());
  CHECK(third.ask(post("/", std::string(90'000, 'x'))).status == 200);
  CHECK(third.ask(post("/", std::string(90'000, 'x'))).status == 200);
}

}  // namespace doorstep::server::http
