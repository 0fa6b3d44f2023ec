#include "curl/curl_http.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "scripted_server.hpp"

using namespace doorstep;
using scripted::answer;
using scripted::answering;
using scripted::Connection;
using server::auth::make_p256_key;
using server::auth::Pkey;
using server::auth::tls_pin;

namespace {

HttpRequest request_to(const std::string& url, const std::string& body = "body") {
  HttpRequest request;
  request.url = url;
  request.content_type = "application/x-doorstep";
  request.body = body;
  request.timeout_ms = 5'000;
  return request;
}

HttpRequest pinned_request(const scripted::Server& server, const Pkey& key,
                           const std::string& body = "body") {
  HttpRequest request = request_to(server.url(), body);
  request.pinned_keys = {tls_pin(key)};
  return request;
}

Error error_of(const HttpRequest& request) {
  const auto result = make_curl_http()->send(request);
  REQUIRE_FALSE(result.has_value());
  CHECK_FALSE(result.error().zh.empty());
  CHECK_FALSE(result.error().en.empty());
  return result.error();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

// --- Trust -------------------------------------------------------------------------------------------------

TEST_CASE("curl http: a pinned key among several: is accepted whoever signed the certificate") {
  const Pkey key = make_p256_key();
  const scripted::Server server(answering(answer("hello")), &key);
  HttpRequest request = pinned_request(server, key);
  request.pinned_keys.insert(request.pinned_keys.begin(), tls_pin(make_p256_key()));
  const auto response = make_curl_http()->send(request);
  REQUIRE(response.has_value());
  CHECK(response->status == 200);
  CHECK(response->body == "hello");
  CHECK(response->content_type == "text/plain");
}

TEST_CASE("curl http: another key than the pinned: is untrusted and gets no request") {
  const Pkey key = make_p256_key();
  const scripted::Server server(answering(answer("hello")), &key);
  const Error error = error_of(pinned_request(server, make_p256_key()));
  CHECK(error.domain == ErrorDomain::network);
  CHECK(error.code == ErrorCode::untrusted_office);
  CHECK(server.connections() == 1);
  CHECK(server.requests() == 0);
}

TEST_CASE("curl http: a pin together with accept_any_key: still counts") {
  const Pkey key = make_p256_key();
  const scripted::Server server(answering(answer("hello")), &key);
  HttpRequest request = pinned_request(server, make_p256_key());
  request.accept_any_key = true;
  CHECK(error_of(request).code == ErrorCode::untrusted_office);
}

TEST_CASE("curl http: a connection made with accept_any_key: is not used for a pinned request") {
  const Pkey key = make_p256_key();
  const scripted::Server server(answering(answer("hello")), &key);
  const auto http = make_curl_http();
  HttpRequest any = request_to(server.url("/v1/keys"));
  any.accept_any_key = true;
  REQUIRE(http->send(any).has_value());
  const auto refused = http->send(pinned_request(server, make_p256_key()));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::untrusted_office);
  CHECK(http->send(pinned_request(server, key)).has_value());
  CHECK(server.connections() == 3);
  CHECK(server.requests() == 2);
}

TEST_CASE("curl http: requests that must not leave the phone: are refused before connecting") {
  const Pkey key = make_p256_key();
  const scripted::Server server(answering(answer("hello")), &key);
  std::vector<HttpRequest> requests;
  requests.push_back(request_to(server.url()));  // https, no pin
  for (const char* pin : {"", "sha256//", "sha256//short=", "/etc/hostname",
                          "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA;AAA=",
                          "md5//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}) {
    requests.push_back(request_to(server.url()));
    requests.back().pinned_keys = {pin};
  }
  for (const char* url :
       {"", "/v1/sync", "https://", "ftp://127.0.0.1/", "file:///etc/hostname", "http://office.example.org/",
        "http://10.0.0.1/", "http://127.0.0.1@10.0.0.1/", "http://127.0.0.1.example.org/", "http://[::2]/"}) {
    requests.push_back(request_to(url));
    requests.back().accept_any_key = true;
  }
  for (const char* token : {"a\r\nX: y", "a\nb"}) {
    requests.push_back(pinned_request(server, key));
    requests.back().bearer_token = token;
  }
  requests.push_back(pinned_request(server, key));
  requests.back().method = "GET / HTTP/1.1\r\n";
  for (const HttpRequest& request : requests) {
    INFO(request.url);
    const Error error = error_of(request);
    CHECK(error.domain == ErrorDomain::usage);
    CHECK(error.code == ErrorCode::invalid_argument);
  }
  CHECK(server.connections() == 0);
}

// --- Requests and answers ----------------------------------------------------------------------------------

TEST_CASE("curl http: a request: carries method, type, token and body, and nothing else") {
  const scripted::Server server(answering(answer("")));
  HttpRequest request = request_to(server.url("/v1/sync?x=1"), std::string("a\0b", 3));
  request.bearer_token = "secret";
  REQUIRE(make_curl_http()->send(request).has_value());
  const std::string host = server.url("").substr(7);
  CHECK(server.last_request() ==
        "POST /v1/sync?x=1 HTTP/1.1\r\nHost: " + host +
            "\r\nContent-Type: application/x-doorstep\r\nAuthorization: Bearer secret\r\n"
            "Content-Length: 3\r\n\r\n" +
            std::string("a\0b", 3));
}

TEST_CASE("curl http: other methods: go out as they are named, a GET without a body") {
  const scripted::Server server(answering(answer("x")));
  for (const char* method : {"GET", "PUT", "DELETE"}) {
    HttpRequest request = request_to(server.url(), method == std::string("PUT") ? "put" : "");
    request.method = method;
    request.content_type.clear();
    REQUIRE(make_curl_http()->send(request).has_value());
    const std::string seen = server.last_request();
    CHECK(seen.substr(0, seen.find(' ')) == method);
    CHECK(contains(seen, "Content-Length: 3\r\n\r\nput") == (method == std::string("PUT")));
    CHECK_FALSE(contains(seen, "Content-Type"));
  }
}

TEST_CASE("curl http: refusals and redirects: are answers like any other") {
  const scripted::Server server(answering(answer("no", "Location: /elsewhere\r\n", "302 Found")));
  const auto response = make_curl_http()->send(request_to(server.url()));
  REQUIRE(response.has_value());
  CHECK(response->status == 302);
  CHECK(response->body == "no");
  CHECK(server.requests() == 1);
}

TEST_CASE("curl http: byte counts: are those of head and body in both directions") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{2'000'000}}) {
    const std::string reply = answer(std::string(5'000, 'r'));
    const scripted::Server server(answering(reply));
    const auto response = make_curl_http()->send(request_to(server.url(), std::string(size, 'b')));
    REQUIRE(response.has_value());
    CHECK(response->bytes_sent == server.last_request().size());
    CHECK(response->bytes_received == reply.size());
    CHECK_FALSE(contains(server.last_request(), "Expect:"));  // costs a round trip
  }
}

TEST_CASE("curl http: Retry-After: is read as seconds and as a date, by the office's clock") {
  struct Case {
    const char* headers;
    std::optional<std::int64_t> expected_ms;
  };
  const std::string date = "Date: Wed, 21 Oct 2015 07:28:00 GMT\r\n";
  for (const Case& c :
       {Case{"", std::nullopt}, Case{"Retry-After: 120\r\n", 120'000}, Case{"retry-after:0\r\n", 0},
        Case{"Retry-After: 99999999999999999999\r\n", 86'400'000},
        Case{"Retry-After: Wed, 21 Oct 2015 07:30:00 GMT\r\n", 120'000},
        Case{"Retry-After: Wed, 21 Oct 2015 07:00:00 GMT\r\n", 0},
        Case{"Retry-After: Fri, 31 Dec 2049 23:59:59 GMT\r\n", 86'400'000},
        Case{"Retry-After: soon\r\n", std::nullopt}, Case{"Retry-After: -1\r\n", std::nullopt}}) {
    INFO(c.headers);
    const scripted::Server server(answering(answer("", date + c.headers, "503 Busy")));
    const auto response = make_curl_http()->send(request_to(server.url()));
    REQUIRE(response.has_value());
    CHECK(response->status == 503);
    CHECK(response->retry_after_ms == c.expected_ms);
  }
  const scripted::Server undated(answering(answer("", "Retry-After: Fri, 31 Dec 2049 23:59:59 GMT\r\n")));
  CHECK_FALSE(make_curl_http()->send(request_to(undated.url()))->retry_after_ms.has_value());
}

TEST_CASE("curl http: an informational answer before the real one: leaves no trace") {
  const scripted::Server server(
      answering("HTTP/1.1 103 Early\r\nRetry-After: 5\r\nContent-Type: text/html\r\n\r\n" + answer("real")));
  const auto response = make_curl_http()->send(request_to(server.url()));
  REQUIRE(response.has_value());
  CHECK(response->status == 200);
  CHECK(response->body == "real");
  CHECK(response->content_type == "text/plain");
  CHECK_FALSE(response->retry_after_ms.has_value());
}

// --- Connections -------------------------------------------------------------------------------------------

TEST_CASE("curl http: requests under one trust: share one connection") {
  const Pkey key = make_p256_key();
  const scripted::Server server(answering(answer("hello")), &key);
  const auto http = make_curl_http();
  for (int i = 0; i < 5; ++i) REQUIRE(http->send(pinned_request(server, key)).has_value());
  CHECK(server.connections() == 1);
  CHECK(server.requests() == 5);
}

TEST_CASE("curl http: a kept connection that the office closed: is replaced unnoticed") {
  const Pkey key = make_p256_key();
  const scripted::Server server(
      [](Connection& connection) {
        connection.read_request();
        connection.send(answer("hello"));
      },
      &key);
  const auto http = make_curl_http();
  for (int i = 0; i < 3; ++i) REQUIRE(http->send(pinned_request(server, key))->body == "hello");
  CHECK(server.connections() == 3);
}

// --- Failures ----------------------------------------------------------------------------------------------

TEST_CASE("curl http: nobody listening: is unreachable, and says that the work is safe") {
  std::string url;
  { url = scripted::Server(answering("")).url(); }
  const Error error = error_of(request_to(url));
  CHECK(error.domain == ErrorDomain::network);
  CHECK(error.code == ErrorCode::unreachable);
  CHECK(error.retry == Retry::later);
  CHECK(contains(error.zh, "安全"));
  CHECK(contains(error.en, "safe"));
}

TEST_CASE("curl http: no answer, or one that does not end: times out in the time given") {
  for (const char* beginning : {"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"}) {
    const scripted::Server server([beginning](Connection& connection) {
      connection.read_request();
      connection.send(beginning);
      connection.read_request();  // ends when the client gives up
    });
    HttpRequest request = request_to(server.url());
    request.timeout_ms = 200;
    const auto started = std::chrono::steady_clock::now();
    const Error error = error_of(request);
    const auto took = std::chrono::steady_clock::now() - started;
    CHECK(error.code == ErrorCode::timed_out);
    CHECK(error.retry == Retry::later);
    CHECK(took >= std::chrono::milliseconds(150));
    CHECK(took < std::chrono::seconds(4));
  }
}

TEST_CASE("curl http: an answer cut off: is unreachable, never a short body") {
  const std::string whole = answer(std::string(1'000, 'x'));
  for (const std::size_t size : {std::size_t{0}, std::size_t{8}, whole.size() - 1'001, whole.size() - 1}) {
    INFO(size);
    const scripted::Server server([&](Connection& connection) {
      connection.read_request();
      connection.send(whole.substr(0, size));
    });
    CHECK(error_of(request_to(server.url())).code == ErrorCode::unreachable);
  }
}

TEST_CASE("curl http: a connection cut during a large upload: is unreachable and raises no signal") {
  const Pkey key = make_p256_key();
  const scripted::Server server([](Connection&) {}, &key);
  CHECK(error_of(pinned_request(server, key, std::string(8'000'000, 'x'))).code == ErrorCode::unreachable);
}

TEST_CASE("curl http: something that is no HTTP or no TLS: is unreachable") {
  const scripted::Server chatter([](Connection& connection) { connection.send("220 mail ready\r\n"); });
  CHECK(error_of(request_to(chatter.url())).code == ErrorCode::unreachable);
  HttpRequest request = request_to("https" + chatter.url().substr(4));
  request.pinned_keys = {tls_pin(make_p256_key())};
  CHECK(error_of(request).code == ErrorCode::unreachable);
}

TEST_CASE("curl http: an answer at its limit: is taken, one byte more is not") {
  const std::string announced = answer(std::string(1'000, 'x'));
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" +
                              std::string(1'000, 'x') + "\r\n0\r\n\r\n";
  for (const std::string& reply : {announced, chunked}) {
    const scripted::Server server(answering(reply));
    HttpRequest request = request_to(server.url());
    request.response_limit_bytes = 1'000;
    REQUIRE(make_curl_http()->send(request).has_value());
    request.response_limit_bytes = 999;
    const Error error = error_of(request);
    CHECK(error.code == ErrorCode::too_large);
    CHECK(error.domain == ErrorDomain::network);
  }
}

TEST_CASE("curl http: an answer announced past its limit: is refused before it comes") {
  const scripted::Server server(answering("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"));
  HttpRequest request = request_to(server.url());
  request.response_limit_bytes = 1'000;
  CHECK(error_of(request).code == ErrorCode::too_large);
}

TEST_CASE("curl http: endless header fields: are given up") {
  const scripted::Server server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 100'000 && connection.is_open(); ++i)
      connection.send("X-Field: " + std::string(80, 'x') + "\r\n");
  });
  CHECK(error_of(request_to(server.url())).code == ErrorCode::too_large);
}

TEST_CASE("curl http: after any failure: the same object works again") {
  const Pkey key = make_p256_key();
  const scripted::Server server(answering(answer("hello")), &key);
  const auto http = make_curl_http();
  CHECK_FALSE(http->send(pinned_request(server, make_p256_key())).has_value());
  HttpRequest small = pinned_request(server, key);
  small.response_limit_bytes = 1;
  CHECK_FALSE(http->send(small).has_value());
  CHECK(http->send(pinned_request(server, key)).has_value());
}
