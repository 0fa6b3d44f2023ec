#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "unit/wire/equality.hpp"
#include "unit/wire/samples.hpp"
#include "wire/codec.hpp"
#include "wire/json_text.hpp"

using namespace doorstep;
using namespace doorstep::test;
using namespace doorstep::wire;

namespace {

Group group_of_visit() {
  Group group;
  group.actor = make_actor(1, 57);
  group.number = GroupNumber{312};
  group.stamp = Stamp{(std::uint64_t{1'795'309'323'004} << 16) | 3};
  Op op;
  op.kind = OpKind::update;
  op.key.table = TableId{7};
  op.cells.push_back({ColumnId{1}, std::string("met"), 0, {{make_actor(1, 1), GroupNumber{2}, 5}}});
  group.ops.push_back(op);
  return group;
}

Result<SyncRequest> request_with(const std::string& groups) {
  return from_json<SyncRequest>(R"({"actor":4294967353,"push":{"first":1,"groups":)" + groups + "}}");
}

}  // namespace

TEMPLATE_TEST_CASE("json: random message: comes back equal, and every other reader reads it", "", KeyList,
                   JoinRequest, JoinResponse, SyncRequest, SyncResponse, Pack, ErrorMessage, Certificate,
                   RehomeRequest, ReadmitRequest, HandOver, Push, WipeReport, RevealRequest, Revealed) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SeededDraw draw(seed);
    const auto message = some_message<TestType>(draw);
    const std::string json = to_json(message);
    INFO("seed " << seed << " " << json);
    REQUIRE(nlohmann::json::accept(json));
    const auto back = from_json<TestType>(json);
    REQUIRE(back.has_value());
    REQUIRE(same(*back, message));
  }
}

TEST_CASE("json: a request as a person writes it: missing keys are defaults, unknown ones are passed over") {
  const auto request = from_json<SyncRequest>(R"({"actor": 4294967353, "pull": true, "hint": {"a": [1, 2]},
      "cursor": {"incarnation": 1, "slices": [{"slice": "018f3a5e-7c3b-7def-8123-456789abcdef", "position": "12"}]}})");
  REQUIRE(request.has_value());
  CHECK(request->actor == make_actor(1, 57));
  CHECK_FALSE(request->push.has_value());
  CHECK(request->pack == PackVersion{1});
  REQUIRE(request->cursor.slices.size() == 1);
  CHECK(request->cursor.slices[0].position == FeedPosition{12});
}

TEST_CASE("json: a change group: readable, and the same bytes again") {
  SyncRequest request;
  request.push.emplace();
  request.push->groups = {encode_group(group_of_visit()), "not a group"};
  const auto json = nlohmann::json::parse(to_json(request));
  const auto& groups = json["push"]["groups"];
  CHECK(groups[0]["number"] == 312);
  CHECK(groups[0]["stamp"] == "1795309323004.3");
  CHECK(groups[0]["ops"][0]["kind"] == "update");
  CHECK(groups[0]["ops"][0]["cells"][0]["value"] == "met");
  CHECK(groups[1] == to_base64url("not a group"));
  const auto back = from_json<SyncRequest>(json.dump());
  REQUIRE(back.has_value());
  CHECK(back->push->groups == request.push->groups);
}

TEST_CASE("json: a change group written by hand: encoded like a phone's") {
  const auto request = request_with(R"([{"actor":4294967353,"number":312,"stamp":"1795309323004.3",
      "ops":[{"kind":"update","table":7,"row":"00000000-0000-0000-0000-000000000000",
              "cells":[{"column":1,"value":"met","bases":[{"actor":4294967297,"group":2,"op":5}]}]}]}])");
  REQUIRE(request.has_value());
  CHECK(request->push->groups[0] == encode_group(group_of_visit()));
}

TEST_CASE("json: values: native where nothing is lost, named otherwise") {
  const auto json_of = [](const Value& value) {
    SyncResponse message;
    message.page.emplace();
    message.page->ledger.emplace_back();
    message.page->ledger[0].value = value;
    return nlohmann::json::parse(to_json(message))["page"]["ledger"][0]["value"].dump();
  };
  CHECK(json_of(Value{}) == "null");
  CHECK(json_of(std::int64_t{-5}) == "-5");
  CHECK(json_of(std::int64_t{1} << 60) == R"({"integer":"1152921504606846976"})");
  CHECK(json_of(1.5) == "1.5");
  CHECK(json_of(2.0) == R"({"real":2.0})");
  CHECK(json_of(std::string("王\n")) == R"("王\n")");
  CHECK(json_of(std::string("\xFF")) == R"({"text":"_w"})");
  CHECK(json_of(Bytes{1, 2, 3}) == R"({"blob":"AQID"})");
}

TEST_CASE("json: names of kinds: written for known numbers, read as names or numbers") {
  SyncResponse message;
  message.verdicts.push_back({GroupNumber{1}, 1, VerdictKind::held, HoldReason::outside_scope, "", {}});
  message.verdicts.push_back({GroupNumber{2}, 1, VerdictKind::held, HoldReason{77}, "", {}});
  const auto json = nlohmann::json::parse(to_json(message));
  CHECK(json["verdicts"][0]["kind"] == "held");
  CHECK(json["verdicts"][0]["reason"] == "outside_scope");
  CHECK(json["verdicts"][1]["reason"] == 77);
  CHECK(from_json<SyncResponse>(R"({"push": 2})")->push == PushResult::gap);
  CHECK(from_json<SyncResponse>(R"({"push": "gap"})")->push == PushResult::gap);
  CHECK_FALSE(from_json<SyncResponse>(R"({"push": "gaps"})").has_value());
  CHECK_FALSE(from_json<SyncResponse>(R"({"push": 4})").has_value());
}

TEST_CASE("json: what is wrong: an error that names the key") {
  const auto complaint = [](const std::string& json) {
    const auto result = from_json<SyncRequest>(json);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ErrorCode::malformed);
    return result.error().en;
  };
  CHECK(complaint(R"({"actor": "x"})").find("\"actor\"") != std::string::npos);
  CHECK(complaint(R"({"pull": 1})").find("\"pull\"") != std::string::npos);
  CHECK(complaint(R"({"cursor": []})").find("\"cursor\"") != std::string::npos);
  CHECK(complaint(R"({"cursor": {"slices": [{"slice": "zz"}]}})").find("\"slice\"") != std::string::npos);
  CHECK(complaint(R"({"push": {"previous": "AAAA"}})").find("\"previous\"") != std::string::npos);
  CHECK(complaint(R"({"pack": 4294967296})").find("\"pack\"") != std::string::npos);
  CHECK(complaint(R"({"pack": -1})").find("\"pack\"") != std::string::npos);
  CHECK(complaint("[]").find("object") != std::string::npos);
  CHECK(complaint(R"({"actor": 1} x)").find("byte") != std::string::npos);
  complaint("");
  complaint("{\"actor\": 1");
  complaint("{\"code\": \"\xFF\"}");
}

TEST_CASE("json: hostile shapes: refused without a deep stack or a large heap") {
  CHECK_FALSE(from_json<SyncRequest>(std::string(5'000'000, '[')).has_value());
  std::string nested = R"({"hint": )";
  for (int i = 0; i < 100'000; ++i) nested += R"({"a":)";
  CHECK_FALSE(from_json<SyncRequest>(nested).has_value());
  CHECK_FALSE(from_json<SyncRequest>(std::string(13 * 1024 * 1024, ' ')).has_value());
  std::string cells = R"([{"ops":[)";
  for (int i = 0; i < 400; ++i) cells += R"({"cells":[{},{}]},)";
  cells.back() = ']';
  CHECK_FALSE(request_with(cells + "}]").has_value());  // Two cells of one column.
  std::string many = "[";
  for (int i = 0; i < 4'097; ++i) many += "\"\",";
  many.back() = ']';
  CHECK_FALSE(request_with(many).has_value());
}

TEST_CASE("json: thousands of damaged texts: an error or a message, no crash") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SeededDraw draw(seed);
    const std::string json = to_json(some_message<SyncRequest>(draw));
    for (int i = 0; i < 30; ++i) {
      std::string damaged = json;
      const char edits[] = "\"{}[],:0-9.eE\\u\x80 ntf";
      for (std::uint64_t n = 1 + draw.below(3); n > 0; --n)
        damaged[draw.below(damaged.size())] = edits[draw.below(sizeof edits - 1)];
      const auto message = from_json<SyncRequest>(damaged);
      if (message) CHECK(from_json<SyncRequest>(to_json(*message)).has_value());
    }
  }
}

TEST_CASE("json text: UTF-8 is recognised as RFC 3629 has it") {
  for (const char* good : {"", "a", "é", "王", "🏠", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"})
    CHECK(is_utf8(good));
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE7\x8E", "\xE7\x8E\x41"})
    CHECK_FALSE(is_utf8(bad));
  CHECK(as_utf8("a\xFFz") == "a\xEF\xBF\xBDz");
  CHECK(nesting_depth(R"({"a":["[[[[\"[["]})") == 2);
}

TEST_CASE("json: numbers that do not ascend, or too many: refused") {
  CHECK(from_json<SyncRequest>(R"({"held": [1, 2, 7]})")->held.size() == 3);
  for (const char* bad : {"[2, 1]", "[1, 1]", "[0]", "7", "[-1]"})
    CHECK_FALSE(from_json<SyncRequest>(std::string(R"({"held": )") + bad + "}").has_value());
  std::string many = "[";
  for (int i = 1; i <= 1'025; ++i) many += std::to_string(i) + ",";
  many.back() = ']';
  CHECK_FALSE(from_json<SyncRequest>(R"({"held": )" + many + "}").has_value());
}
