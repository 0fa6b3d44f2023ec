#include "http/server.hpp"

#include <catch2/catch.hpp>
#include <future>
#include <mutex>
#include <stdexcept>

#include "unit/http/loopback.hpp"

namespace doorstep::server::http {

using namespace loopback;

namespace {

/// Keeps what the handler was given, so that the test answers when it likes.
class Desk {
 public:
  Handler handler() {
    return [this](Request request, Respond respond) {
      const std::lock_guard lock(mutex_);
      requests_.push_back(std::move(request));
      responds_.push_back(std::move(respond));
    };
  }

  /// Waits for the handler's n-th call and takes its Respond.
  Respond take(std::size_t n) {
    REQUIRE(eventually([&] { return count() > n; }));
    const std::lock_guard lock(mutex_);
    return std::move(responds_[n]);
  }

  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return responds_.size();
  }

 private:
  std::mutex mutex_;
  std::vector<Request> requests_;
  std::vector<Respond> responds_;
};

}  // namespace

TEST_CASE("http server: a request with everything: the handler sees its parts and the client its answer") {
  std::promise<Request> seen;
  const auto server = start({}, [&seen](Request request, const Respond& respond) {
    seen.set_value(std::move(request));
    Response response = text("已收到");
    response.status = 201;
    response.retry_after_s = 7;
    response.headers = {{"X-First", "1"}, {"X-Second", "2"}};
    respond(std::move(response));
  });
  Client client(server->port());
  const Reply reply = client.ask(post("/v1/push?since=4&x=%20", "body",
                                      "Content-Type: application/json\r\nContent-Encoding: zstd\r\n"
                                      "Accept: text/html\r\nAuthorization: Bearer abc\r\n"));
  CHECK(reply.status == 201);
  CHECK(reply.body == "已收到");
  CHECK(reply.has("Content-Type: text/plain\r\n"));
  CHECK(reply.has("Retry-After: 7\r\nX-First: 1\r\nX-Second: 2\r\n"));
  CHECK_FALSE(reply.has("Connection: close"));

  const Request request = seen.get_future().get();
  CHECK(request.method == "POST");
  CHECK(request.target == "/v1/push");
  CHECK(request.query == "since=4&x=%20");
  CHECK(request.content_type == "application/json");
  CHECK(request.content_encoding == "zstd");
  CHECK(request.accept == "text/html");
  CHECK(request.authorization == "Bearer abc");
  CHECK(request.remote_address == "127.0.0.1");
  CHECK(request.body == "body");
}

TEST_CASE("http server: an unknown path: is the handler's business") {
  const auto server = start({}, [](const Request& request, const Respond& respond) {
    Response response = text("没有这一页");
    if (request.target != "/known") response.status = 404;
    respond(std::move(response));
  });
  Client client(server->port());
  CHECK(client.ask(get("/unknown")).status == 404);
  CHECK(client.ask(get("/known")).status == 200);
}

TEST_CASE("http server: keep-alive: one connection serves many requests") {
  const auto server = start({}, echo);
  Client client(server->port());
  for (int i = 0; i < 5; ++i) {
    const std::string body(static_cast<std::size_t>(i) * 50'000, 'b');
    CHECK(client.ask(post("/" + std::to_string(i), body)).body == "POST /" + std::to_string(i) + "? " + body);
  }
  const Statistics statistics = server->statistics();
  CHECK(statistics.connections == 1);
  CHECK(statistics.requests == 5);
  CHECK(statistics.bytes_in > 500'000);
  CHECK(statistics.open_connections == 1);
  // Counted when the last byte has gone, which the client may see first.
  CHECK(eventually([&] { return server->statistics().bytes_out > 500'000; }));
  client.leave();
  CHECK(eventually([&] { return server->statistics().open_connections == 0; }));
}

TEST_CASE("http server: who wants the connection closed: it closes after the response") {
  const auto server = start({}, echo);
  const std::string request = GENERATE(get("/", "Connection: close\r\n"), "GET / HTTP/1.0\r\n\r\n");
  Client client(server->port());
  const Reply reply = client.ask(request);
  CHECK(reply.status == 200);
  CHECK(reply.has("Connection: close\r\n"));
  CHECK(client.is_closed());
}

TEST_CASE("http server: HTTP/1.0 with keep-alive: is told that it is kept") {
  const auto server = start({}, echo);
  Client client(server->port());
  CHECK(client.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").has("Connection: keep-alive\r\n"));
  CHECK(client.ask(get("/again")).body == "GET /again? ");
}

TEST_CASE("http server: pipelined requests in pieces: answers come whole and in order") {
  // Odd ones are answered later and from elsewhere.
  std::vector<std::thread> elsewhere;
  {
    const auto server = start({}, [&elsewhere](Request request, const Respond& respond) {
      if (request.target == "/1" || request.target == "/3") {
        elsewhere.emplace_back([request, respond] {
          std::this_thread::sleep_for(10ms);
          echo(request, respond);
        });
      } else {
        echo(std::move(request), respond);
      }
    });
    Client client(server->port());
    const std::string all = post("/1", "one") + get("/2") + post("/3", std::string(20'000, '3')) + get("/4");
    REQUIRE(client.send(all.substr(0, 70)));
    std::this_thread::sleep_for(5ms);
    REQUIRE(client.send(all.substr(70)));
    CHECK(client.receive().body == "POST /1? one");
    CHECK(client.receive().body == "GET /2? ");
    CHECK(client.receive().body == "POST /3? " + std::string(20'000, '3'));
    CHECK(client.receive().body == "GET /4? ");
  }
  for (std::thread& thread : elsewhere) thread.join();
}

TEST_CASE("http server: a chunked body in any pieces: arrives whole, and its trailer is no header") {
  const auto server = start({}, [](const Request& request, const Respond& respond) {
    respond(text(request.body + "|" + request.authorization));
  });
  const std::string request =
      "POST / HTTP/1.1\r\nHost: office\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;name=value\r\nhello\r\nb\r\n, neighbour\r\n0\r\nAuthorization: forged\r\n\r\n";
  const std::size_t piece = GENERATE(1U, 3U, 7U, 1000U);
  Client client(server->port());
  for (std::size_t at = 0; at < request.size(); at += piece) {
    REQUIRE(client.send(request.substr(at, piece)));
    if (piece < 1000) std::this_thread::sleep_for(100us);
  }
  CHECK(client.receive().body == "hello, neighbour|");
  CHECK(client.ask(get("/")).status == 200);
}

TEST_CASE("http server: Expect 100-continue: the body is asked for, or refused before it is sent") {
  Options options;
  options.max_body_bytes = 2'000'000;
  const auto server = start(options, [](const Request& request, const Respond& respond) {
    respond(text(std::to_string(request.body.size())));
  });
  Client client(server->port());
  const auto head = [](std::size_t size) {
    return "POST / HTTP/1.1\r\nHost: office\r\nExpect: 100-continue\r\nContent-Length: " +
           std::to_string(size) + "\r\n\r\n";
  };
  CHECK(client.ask(head(1'500'000)).status == 100);
  CHECK(client.ask(std::string(1'500'000, 'x')).body == "1500000");
  CHECK(client.ask(head(2'000'001)).status == 413);
  CHECK(client.is_closed());
}

TEST_CASE("http server: HEAD and 204: have no body") {
  const auto server = start({}, [](const Request& request, const Respond& respond) {
    Response response = text("eleven char");
    if (request.method == "DELETE") response.status = 204;
    respond(std::move(response));
  });
  Client client(server->port());
  REQUIRE(client.send("HEAD / HTTP/1.1\r\nHost: office\r\n\r\n"));
  CHECK(client.receive(true).has("Content-Length: 11\r\n"));
  CHECK(client.ask("DELETE / HTTP/1.1\r\nHost: office\r\n\r\n").status == 204);
  CHECK(client.ask(get("/")).body == "eleven char");
}

TEST_CASE("http server: the client sends its request and half-closes: it still gets its answer") {
  const auto server = start({}, echo);
  Client client(server->port());
  REQUIRE(client.send(get("/last")));
  client.finish_sending();
  CHECK(client.receive().body == "GET /last? ");
  CHECK(client.is_closed());
}

TEST_CASE("http server: a handler that fails: the client hears 500 and the server lives") {
  const auto server = start({}, [](const Request& request, const Respond& respond) {
    if (request.target == "/throws") throw std::runtime_error("bug");
    if (request.target == "/forgets") return;
    Response response = text("fine");
    if (request.target == "/forges") response.headers = {{"Content-Disposition", "a\r\nSet-Cookie: b"}};
    if (request.target == "/invents") response.status = 42;
    respond(std::move(response));
    respond(text("a second answer"));
  });
  Client client(server->port());
  for (const char* target : {"/throws", "/forgets", "/forges", "/invents"}) {
    const Reply reply = client.ask(get(target));
    CHECK(reply.status == 500);
    CHECK(reply.body.find(R"("code":"internal_error")") != std::string::npos);
    CHECK_FALSE(reply.has("Set-Cookie"));
  }
  CHECK(client.ask(get("/fine")).body == "fine");
  CHECK(client.ask(get("/fine")).body == "fine");
}

TEST_CASE("http server: the last copy of Respond is dropped elsewhere: the waiting client hears 500") {
  Desk desk;
  const auto server = start({}, desk.handler());
  Client client(server->port());
  REQUIRE(client.send(get("/")));
  desk.take(0) = nullptr;
  CHECK(client.receive().status == 500);
}

TEST_CASE("http server: the handler is too slow: 504, and its late answer is dropped") {
  Desk desk;
  Options options;
  options.handler_timeout = 40ms;
  const auto server = start(options, desk.handler());
  Client client(server->port());
  const Reply reply = client.ask(get("/"));
  CHECK(reply.status == 504);
  CHECK(reply.body.find(R"("code":"handler_timeout")") != std::string::npos);
  CHECK(reply.body.find(R"("retry":"later")") != std::string::npos);
  CHECK(client.is_closed());
  desk.take(0)(text("late"));
  CHECK(server->statistics().timeouts == 1);
}

TEST_CASE("http server: the client leaves while the handler works: the late answer harms nobody") {
  Desk desk;
  const auto server = start({}, desk.handler());
  const bool is_reset = GENERATE(false, true);
  {
    Client client(server->port());
    REQUIRE(client.send(get("/")));
    REQUIRE(eventually([&] { return desk.count() == 1; }));
    if (is_reset) client.reset();
  }
  desk.take(0)(text(std::string(1'000'000, 'x')));
  CHECK(eventually([&] { return server->statistics().open_connections == 0; }));
  Client other(server->port());
  REQUIRE(other.send(get("/")));
  desk.take(1)(text("for the other"));
  CHECK(other.receive().body == "for the other");
}

TEST_CASE("http server: Respond outlives the server: calling or dropping it does nothing") {
  Desk desk;
  Respond called;
  Respond dropped;
  {
    const auto server = start({}, desk.handler());
    Client first(server->port());
    Client second(server->port());
    REQUIRE(first.send(get("/")));
    called = desk.take(0);
    REQUIRE(second.send(get("/")));
    dropped = desk.take(1);
  }
  called(text("nobody there"));
  dropped = nullptr;
  SUCCEED("no use after free: the sanitizer builds run this too");
}

TEST_CASE("http server: stop with grace: requests in flight finish, idle connections and newcomers do not") {
  Desk desk;
  const auto server = start({}, desk.handler());
  Client idle(server->port());
  Client busy(server->port());
  REQUIRE(busy.send(get("/")));
  const Respond respond = desk.take(0);
  std::thread stopping([&] { server->stop(5s); });
  CHECK(idle.is_closed());
  CHECK(eventually([&] { return !Client(server->port()).is_connected(); }));
  respond(text("finished"));
  const Reply reply = busy.receive();
  CHECK(reply.body == "finished");
  CHECK(reply.has("Connection: close\r\n"));
  CHECK(busy.is_closed());
  busy.leave();
  stopping.join();
  CHECK(server->statistics().open_connections == 0);
}

TEST_CASE("http server: stop and the grace is over: what is left is cut") {
  Desk desk;
  const auto server = start({}, desk.handler());
  Client waiting(server->port());
  Client sending(server->port());
  REQUIRE(waiting.send(get("/")));
  REQUIRE(sending.send("POST / HTTP/1.1\r\nHost: office\r\nContent-Length: 10\r\n\r\n12345"));
  REQUIRE(eventually([&] { return desk.count() == 1 && server->statistics().open_connections == 2; }));
  server->stop(20ms);
  CHECK(waiting.is_closed());
  CHECK(sending.is_closed());
  server->stop(20ms);
}

TEST_CASE("http server: an unusable address: start says which and why") {
  const auto server = start({}, echo);
  Options taken;
  taken.port = server->port();
  Options unknown;
  unknown.host = "203.0.113.1";
  for (const Options& options : {taken, unknown}) {
    const auto second = Server::start(options, echo);
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().domain == ErrorDomain::usage);
    CHECK(second.error().code == ErrorCode::invalid_argument);
    CHECK(second.error().en.find(options.host + ":" + std::to_string(options.port)) != std::string::npos);
    CHECK_FALSE(second.error().zh.empty());
  }
}

}  // namespace doorstep::server::http
