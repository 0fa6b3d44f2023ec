#include "app/router.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "wire/codec.hpp"

using namespace doorstep;
using namespace doorstep::server;

namespace {

class FakeOffice final : public OfficeService {
 public:
  const wire::KeyList& keys() const override { return keys_; }
  void join(wire::JoinRequest request, Answer<wire::JoinResponse> answer) override {
    ++joins;
    if (request.code == "throw") throw std::runtime_error("inner secret");
    if (request.code != "right")
      return answer(tl::unexpected(Error{ErrorDomain::office, ErrorCode::invitation_invalid, Retry::never,
                                         "邀请无效。", "Not a valid invitation."}));
    wire::JoinResponse joined;
    joined.office_name = "街道";
    joined.actor = make_actor(1, 2);
    answer(joined);
  }
  void rehome(const std::string& given, wire::RehomeRequest request,
              Answer<wire::JoinResponse> answer) override {
    token = given;
    if (failure) return answer(tl::unexpected(*failure));
    wire::JoinResponse rehomed;
    rehomed.actor = make_actor(1, static_cast<std::uint32_t>(raw(request.first)));
    answer(rehomed);
  }
  void readmit(wire::ReadmitRequest request, Answer<wire::JoinResponse> answer) override {
    if (request.certificate.device_name != "known")
      return answer(tl::unexpected(Error{ErrorDomain::office, ErrorCode::unauthorized, Retry::after_sign_in,
                                         "不认识。", "Not known."}));
    wire::JoinResponse admitted;
    admitted.token = "new token";
    answer(admitted);
  }
  void hand_over(wire::HandOver brought, Answer<wire::HandOver> answer) override {
    answer(std::move(brought));
  }
  void wiped(const std::string& given, wire::WipeReport report, Answer<wire::WipeReport> answer) override {
    token = given;
    if (failure) return answer(tl::unexpected(*failure));
    answer(report);
  }
  void reveal(const std::string& given, wire::RevealRequest request, Answer<wire::Revealed> answer) override {
    token = given;
    if (failure) return answer(tl::unexpected(*failure));
    answer(wire::Revealed{Value(request.reason)});
  }
  void sync(const std::string& given, wire::SyncRequest request, Answer<wire::SyncResponse> answer) override {
    token = given;
    if (failure) return answer(tl::unexpected(*failure));
    wire::SyncResponse response;
    response.admitted_through = GroupNumber{raw(request.actor)};
    answer(response);
  }
  Result<std::string> pack_frame(PackVersion version) override {
    if (raw(version) == 1) return wire::to_frame(Pack{});
    return tl::unexpected(
        Error{ErrorDomain::office, ErrorCode::not_found, Retry::never, "没有这个版本。", "No such version."});
  }
  Result<CardPage> card(const std::string& code) override {
    if (code != "good")
      return tl::unexpected(
          Error{ErrorDomain::office, ErrorCode::not_found, Retry::never, "没有。", "No such card."});
    CardPage page;
    page.leaders = {{"王芳", {"单元长", "Unit leader"}}};
    return page;
  }
  OfficeHealth health() override { return {writable, "街道", 1}; }
  void observe(Metrics& metrics) override { metrics.set_feed_head(42); }

  wire::KeyList keys_;
  int joins = 0;
  std::string token;
  std::optional<Error> failure;
  bool writable = true;
};

/// Runs work at once, or takes none.
class InlineWorkers final : public Workers {
 public:
  bool post(std::uint64_t line, std::function<void()> work) override {
    if (full) return false;
    lines.push_back(line);
    work();
    return true;
  }
  bool full = false;
  std::vector<std::uint64_t> lines;
};

struct RouterFixture {
  FakeOffice office;
  InlineWorkers workers;
  Metrics metrics;
  Log log{Log::Form::silent};
  Router router{{office, workers, metrics, log}};

  http::Response send(http::Request request) {
    request.remote_address = "192.0.2.1";
    std::optional<http::Response> answer;
    router.handle(std::move(request), [&](http::Response response) { answer = std::move(response); });
    REQUIRE(answer);
    return *answer;
  }
  http::Response get(std::string target, std::string query = {}, std::string type = {}) {
    http::Request request;
    request.method = "GET";
    request.target = std::move(target);
    request.query = std::move(query);
    request.content_type = std::move(type);
    return send(std::move(request));
  }
  http::Response post(std::string target, std::string body, std::string type,
                      std::string authorization = "Bearer secret") {
    http::Request request;
    request.method = "POST";
    request.target = std::move(target);
    request.body = std::move(body);
    request.content_type = std::move(type);
    request.authorization = std::move(authorization);
    return send(std::move(request));
  }
};

ErrorCode code_of(const http::Response& response) {
  const auto message = wire::from_json<wire::ErrorMessage>(response.body);
  REQUIRE(message);
  CHECK_FALSE(message->error.zh.empty());
  CHECK_FALSE(message->error.en.empty());
  return message->error.code;
}

wire::JoinRequest join_request(std::string code) {
  wire::JoinRequest request;
  request.code = std::move(code);
  return request;
}

}  // namespace

TEST_CASE_METHOD(RouterFixture, "routes: keys: a frame for phones, JSON for others") {
  CHECK(wire::from_frame<wire::KeyList>(get("/v1/keys", {}, wire::kFrameType).body));
  const auto json = get("/v1/keys");
  CHECK(json.status == 200);
  CHECK(wire::from_json<wire::KeyList>(json.body));
}

TEST_CASE_METHOD(RouterFixture, "routes: pack: by version, in both forms") {
  CHECK(wire::from_frame<Pack>(get("/v1/pack", "version=1", wire::kFrameType).body));
  CHECK(wire::from_json<Pack>(get("/v1/pack", "a=b&version=1").body));
  CHECK(get("/v1/pack", "version=2").status == 404);
  for (const char* query : {"", "version=", "version=0", "version=1x", "version=-1", "version=99999999999"})
    CHECK(get("/v1/pack", query).status == 400);
}

TEST_CASE_METHOD(RouterFixture, "routes: join: frame and JSON bodies are answered in kind") {
  const auto frame = post("/v1/join", wire::to_frame(join_request("right")), wire::kFrameType);
  CHECK(frame.content_type == wire::kFrameType);
  CHECK(wire::from_frame<wire::JoinResponse>(frame.body)->office_name == "街道");
  const auto json = post("/v1/join", wire::to_json(join_request("right")), "application/json; charset=utf-8");
  CHECK(wire::from_json<wire::JoinResponse>(json.body)->actor == make_actor(1, 2));
}

TEST_CASE_METHOD(RouterFixture,
                 "routes: rehome: with the token it came with, in kind; who guesses is limited") {
  wire::RehomeRequest request;
  request.first = GroupNumber{9};
  const auto done = post("/v1/rehome", wire::to_frame(request), wire::kFrameType);
  CHECK(done.content_type == wire::kFrameType);
  CHECK(wire::from_frame<wire::JoinResponse>(done.body)->actor == make_actor(1, 9));
  CHECK(office.token == "secret");
  CHECK(post("/v1/rehome", wire::to_json(request), wire::kJsonType).status == 200);
  CHECK(code_of(post("/v1/rehome", wire::to_frame(request), wire::kFrameType, {})) ==
        ErrorCode::unauthorized);

  office.failure = Error{ErrorDomain::office, ErrorCode::overloaded, Retry::later, "明天再连。", "Often."};
  for (unsigned i = 0; i <= JoinLimit::kFailures; ++i) {
    const auto too_often = post("/v1/rehome", wire::to_frame(request), wire::kFrameType);
    CHECK(too_often.status == 429);
    CHECK(too_often.retry_after_s == 3'600);
    CHECK(code_of(too_often) == ErrorCode::overloaded);
  }

  office.failure =
      Error{ErrorDomain::office, ErrorCode::unauthorized, Retry::after_sign_in, "不认识。", "No."};
  for (unsigned i = 0; i < JoinLimit::kFailures; ++i)
    CHECK(post("/v1/rehome", wire::to_frame(request), wire::kFrameType).status == 401);
  CHECK(post("/v1/rehome", wire::to_frame(request), wire::kFrameType).status == 429);
}

TEST_CASE_METHOD(RouterFixture,
                 "routes: join with wrong codes again and again: refused before the office is asked") {
  for (unsigned i = 0; i < JoinLimit::kFailures; ++i) {
    const auto refused = post("/v1/join", wire::to_frame(join_request("wrong")), wire::kFrameType);
    CHECK(refused.status == 403);
    CHECK(code_of(refused) == ErrorCode::invitation_invalid);
  }
  const auto limited = post("/v1/join", wire::to_frame(join_request("right")), wire::kFrameType);
  CHECK(limited.status == 429);
  CHECK(limited.retry_after_s);
  CHECK(office.joins == static_cast<int>(JoinLimit::kFailures));
}

TEST_CASE_METHOD(RouterFixture, "routes: readmit: answered in kind, and guesses are limited") {
  wire::ReadmitRequest request;
  request.certificate.device_name = "known";
  const auto admitted = post("/v1/readmit", wire::to_frame(request), wire::kFrameType);
  CHECK(wire::from_frame<wire::JoinResponse>(admitted.body)->token == "new token");
  request.certificate.device_name = "unknown";
  for (unsigned i = 0; i < JoinLimit::kFailures; ++i)
    CHECK(post("/v1/readmit", wire::to_frame(request), wire::kFrameType).status == 401);
  CHECK(post("/v1/readmit", wire::to_frame(request), wire::kFrameType).status == 429);
  CHECK(post("/v1/join", wire::to_frame(join_request("right")), wire::kFrameType).status == 200);
}

TEST_CASE_METHOD(RouterFixture, "routes: sync: the token reaches the office") {
  wire::SyncRequest request;
  request.actor = ActorId{7};
  const auto answer = post("/v1/sync", wire::to_frame(request), wire::kFrameType, "bearer  abc ");
  CHECK(wire::from_frame<wire::SyncResponse>(answer.body)->admitted_through == GroupNumber{7});
  CHECK(office.token == "abc");
}

TEST_CASE_METHOD(RouterFixture, "routes: sync without a token: 401, join first") {
  for (const char* authorization : {"", "Bearer", "Bearer  ", "Basic abc"}) {
    const auto answer =
        post("/v1/sync", wire::to_frame(wire::SyncRequest{}), wire::kFrameType, authorization);
    CHECK(answer.status == 401);
    CHECK(wire::from_json<wire::ErrorMessage>(answer.body)->error.retry == Retry::after_sign_in);
  }
}

TEST_CASE_METHOD(RouterFixture, "routes: wiped: the token reaches the office, without one 401") {
  const wire::WipeReport report{make_actor(1, 2), GroupNumber{9}};
  const auto answer = post("/v1/wiped", wire::to_frame(report), wire::kFrameType);
  CHECK(answer.status == 200);
  CHECK(wire::from_frame<wire::WipeReport>(answer.body)->through == GroupNumber{9});
  CHECK(office.token == "secret");
  CHECK(post("/v1/wiped", wire::to_frame(report), wire::kFrameType, "").status == 401);
}

TEST_CASE_METHOD(RouterFixture,
                 "routes: reveal: the token reaches the office, too often is 429 with an hour to wait") {
  const std::string request = wire::to_frame(wire::RevealRequest{{}, {}, "why"});
  const auto answer = post("/v1/reveal", request, wire::kFrameType);
  CHECK(answer.status == 200);
  CHECK(wire::from_frame<wire::Revealed>(answer.body)->value == Value("why"));
  CHECK(office.token == "secret");
  CHECK(post("/v1/reveal", request, wire::kFrameType, "").status == 401);
  office.failure = Error{ErrorDomain::office, ErrorCode::overloaded, Retry::later, "太多。", "Too often."};
  const auto refused = post("/v1/reveal", request, wire::kFrameType);
  CHECK(refused.status == 429);
  CHECK(refused.retry_after_s == 3'600);
  office.failure = Error{ErrorDomain::office, ErrorCode::refused, Retry::never, "不行。", "No."};
  CHECK(post("/v1/reveal", request, wire::kFrameType).status == 403);
}

TEST_CASE_METHOD(RouterFixture, "routes: guessed tokens: this address waits, a phone behind it does not") {
  const std::string request = wire::to_frame(wire::SyncRequest{});
  CHECK(post("/v1/sync", request, wire::kFrameType, "Bearer right").status == 200);
  office.failure =
      Error{ErrorDomain::office, ErrorCode::unauthorized, Retry::after_sign_in, "不认识。", "No."};
  int refused = 0;
  for (int i = 0; i < 1'100 && refused == 0; ++i)
    refused =
        post("/v1/sync", request, wire::kFrameType, "Bearer guess" + std::to_string(i)).status == 429 ? i : 0;
  CHECK(refused == 1'000);
  office.failure.reset();
  office.token.clear();
  CHECK(post("/v1/sync", request, wire::kFrameType, "Bearer guess again").status == 429);
  CHECK(office.token.empty());
  CHECK(post("/v1/sync", request, wire::kFrameType, "Bearer right").status == 200);
}

TEST_CASE_METHOD(RouterFixture, "routes: lines: made up tokens share their network's, a device has its own") {
  const std::string request = wire::to_frame(wire::SyncRequest{});
  for (const char* token : {"Bearer a", "Bearer b", "Bearer a"})
    post("/v1/sync", request, wire::kFrameType, token);
  post("/v1/join", "?", wire::kFrameType, "");
  REQUIRE(workers.lines.size() == 4);
  CHECK(workers.lines[0] == workers.lines[1]);
  CHECK(workers.lines[0] == workers.lines[3]);
  CHECK(workers.lines[2] != workers.lines[0]);
}

TEST_CASE_METHOD(RouterFixture, "routes: a device that asks too much: 429 with a time to come again") {
  const std::string request = wire::to_frame(wire::SyncRequest{});
  CHECK(post("/v1/sync", request, wire::kFrameType).status == 200);
  http::Response last;
  for (int i = 0; i < 3'000 && last.status != 429; ++i) last = post("/v1/sync", request, wire::kFrameType);
  CHECK(last.status == 429);
  CHECK(last.retry_after_s == 1);
  CHECK(code_of(last) == ErrorCode::overloaded);
  CHECK(post("/v1/sync", request, wire::kFrameType, "Bearer another").status == 200);
}

TEST_CASE_METHOD(RouterFixture, "routes: bodies that do not decode: 400") {
  for (const char* type : {wire::kFrameType, wire::kJsonType, ""}) {
    const auto answer = post("/v1/sync", "nonsense", type);
    CHECK(answer.status == 400);
    CHECK(code_of(answer) == ErrorCode::malformed);
  }
  const std::string frame = wire::to_frame(wire::SyncRequest{});
  CHECK(post("/v1/sync", frame.substr(0, frame.size() - 1), wire::kFrameType).status == 400);
  CHECK(post("/v1/sync", frame + "x", wire::kFrameType).status == 400);
  CHECK(post("/v1/join", frame, wire::kFrameType).status == 400);
}

TEST_CASE_METHOD(RouterFixture, "routes: another protocol version: said by name") {
  std::string frame = wire::to_frame(wire::SyncRequest{});
  frame[2] = 99;
  CHECK(code_of(post("/v1/sync", frame, wire::kFrameType)) == ErrorCode::version_unsupported);
}

TEST_CASE_METHOD(RouterFixture, "routes: other content types and encodings: 415") {
  CHECK(post("/v1/join", "a=b", "application/x-www-form-urlencoded").status == 415);
  http::Request request;
  request.method = "POST";
  request.target = "/v1/join";
  request.content_type = wire::kFrameType;
  request.content_encoding = "gzip";
  CHECK(send(request).status == 415);
}

TEST_CASE_METHOD(RouterFixture, "routes: unknown address 404, wrong method 405") {
  CHECK(get("/v1/secrets").status == 404);
  CHECK(get("/v1/sync").status == 405);
  CHECK(post("/v1/keys", "", wire::kFrameType).status == 405);
}

TEST_CASE_METHOD(RouterFixture, "routes: no worker free: 503 with a time to come again") {
  workers.full = true;
  const auto answer = post("/v1/sync", wire::to_frame(wire::SyncRequest{}), wire::kFrameType);
  CHECK(answer.status == 503);
  CHECK(answer.retry_after_s);
  CHECK(get("/health").status == 200);
}

TEST_CASE_METHOD(RouterFixture, "routes: the office's refusals: a fitting status each") {
  const auto status_for = [&](ErrorCode code) {
    office.failure = Error{ErrorDomain::office, code, Retry::never, "不行。", "No."};
    return post("/v1/sync", wire::to_frame(wire::SyncRequest{}), wire::kFrameType).status;
  };
  CHECK(status_for(ErrorCode::unauthorized) == 401);
  CHECK(status_for(ErrorCode::refused) == 403);
  CHECK(status_for(ErrorCode::not_found) == 404);
  CHECK(status_for(ErrorCode::too_large) == 413);
  CHECK(status_for(ErrorCode::overloaded) == 503);
  CHECK(status_for(ErrorCode::storage_full) == 503);
  CHECK(status_for(ErrorCode::storage_damaged) == 500);
}

TEST_CASE_METHOD(RouterFixture, "routes: a fault inside: 500 and no word of it") {
  const auto answer = post("/v1/join", wire::to_frame(join_request("throw")), wire::kFrameType);
  CHECK(answer.status == 500);
  CHECK(answer.body.find("inner secret") == std::string::npos);
}

TEST_CASE_METHOD(RouterFixture, "routes: health and metrics: for machines") {
  CHECK(nlohmann::json::parse(get("/health").body)["status"] == "ok");
  office.writable = false;
  CHECK(get("/health").status == 503);
  const auto metrics_text = get("/metrics");
  CHECK(metrics_text.content_type.rfind("text/plain", 0) == 0);
  CHECK(metrics_text.body.find("doorstep_http_requests_total{route=\"/health\",status=\"503\"} 1") !=
        std::string::npos);
  CHECK(metrics_text.body.find("doorstep_feed_head 42") != std::string::npos);
}

TEST_CASE_METHOD(RouterFixture, "routes: a browser: a page in Chinese and English") {
  for (const char* target : {"/", "/join"}) {
    const auto page = get(target);
    CHECK(page.content_type.rfind("text/html", 0) == 0);
    CHECK(page.body.find("家门口") != std::string::npos);
    CHECK(page.body.find("street office") != std::string::npos);
  }
}

TEST_CASE_METHOD(RouterFixture, "routes: a card: a page for people, also for a code that is none") {
  const http::Response good = get("/card/good");
  CHECK(good.status == 200);
  CHECK(good.body.find("王芳") != std::string::npos);
  for (const char* other : {"/card/", "/card/bad", "/card/good/more"}) {
    const http::Response response = get(other);
    CHECK(response.status == 404);
    CHECK(response.content_type == "text/html; charset=utf-8");
    CHECK(response.body.find("王芳") == std::string::npos);
  }
  CHECK(get("/card").status == 404);
  CHECK(post("/card/good", {}, {}, {}).status == 405);
}

TEST_CASE_METHOD(RouterFixture, "routes: a card: who tries codes is told to wait, who scans one is not") {
  for (unsigned i = 0; i < JoinLimit::kFailures; ++i) CHECK(get("/card/bad").status == 404);
  const http::Response later = get("/card/bad");
  CHECK(later.status == 429);
  CHECK(later.retry_after_s.has_value());
  CHECK(later.content_type == "text/html; charset=utf-8");
  CHECK(get("/card/good").status == 200);
}
