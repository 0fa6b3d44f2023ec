#include "unit/pipeline/town.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

TEST_CASE("office: made twice: is refused") {
  Town town;
  const Status again = create_office(town.store(), town.clock(), town.entropy(), "other", town.pack(), "");
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::already_exists);
  CHECK(town.office().record().name == "余杭街道");
  CHECK(town.office().record().incarnation == town.clock().wall_ms / 1000);
}

TEST_CASE("join: a code: works once, before it expires, and only if it was given") {
  Town town;
  const RowId person = town.person("Li");
  const auto codes = must(invite(town.office(), {{person, "leader", town.place_id("1"), 1000},
                                                 {person, "leader", town.place_id("1"), 1000}}));
  REQUIRE(codes.size() == 2);
  CHECK(codes[0].size() == 22);
  CHECK(codes[0] != codes[1]);
  wire::JoinRequest request;
  request.device_name = "phone";
  const auto refused = [&](const std::string& code) {
    request.code = code;
    const auto response = town.pipeline().join(request);
    REQUIRE_FALSE(response);
    CHECK(response.error().code == ErrorCode::invitation_invalid);
    return response.error().en;
  };
  refused("nonsense");
  request.code = codes[0];
  const wire::JoinResponse joined = must(town.pipeline().join(request));
  CHECK(refused(codes[0]).find("used") != std::string::npos);
  town.clock().wall_ms += 1000;
  CHECK(refused(codes[1]).find("expired") != std::string::npos);

  CHECK(joined.office == town.office().record().office);
  CHECK(joined.person == person);
  CHECK(joined.person_name == "Li");
  CHECK(joined.role == "leader");
  CHECK(incarnation_of(joined.actor) == town.office().record().incarnation);
  CHECK(serial_of(joined.actor) == 2);
  const Result<ActorId> known = town.pipeline().authenticate(joined.token);
  REQUIRE(known);
  CHECK(*known == joined.actor);
  CHECK(town.pipeline().authenticate("x").error().code == ErrorCode::unauthorized);
  CHECK_FALSE(town.pipeline().authenticate(""));
  const auto stored = must(must(town.store().snapshot())->actor(joined.actor));
  CHECK(stored->token_hash == sha256(joined.token));
}

TEST_CASE("join: the answer was lost: the same phone gets the same actor again, nobody else does") {
  Town town;
  const RowId person = town.person("Li");
  town.assign(person, "1");
  wire::JoinRequest request;
  request.code = must(invite(town.office(), {{person, "leader", town.place_id("1"), 1000}})).front();
  request.signing_key = make_key_pair().public_key;
  const wire::JoinResponse lost = must(town.pipeline().join(request));
  town.clock().wall_ms += 5000;  // Past the invitation's time.
  wire::JoinRequest other = request;
  other.signing_key = make_key_pair().public_key;
  CHECK(town.pipeline().join(other).error().code == ErrorCode::invitation_invalid);
  other.signing_key = {};
  CHECK_FALSE(town.pipeline().join(other));

  const wire::JoinResponse joined = must(town.pipeline().join(request));
  CHECK(joined.actor == lost.actor);
  CHECK(*town.pipeline().authenticate(joined.token) == joined.actor);
  CHECK_FALSE(town.pipeline().authenticate(lost.token));
  CHECK(town.count("device") == 1);

  Phone phone(town, joined);
  phone.insert("visit", {{"place", to_text(town.place_id("1-1"))}, {"outcome", "met"}});
  phone.sync();
  CHECK_FALSE(town.pipeline().join(request));  // It has the answer.
  town.check_sound();
}

TEST_CASE("join: a new device: is a row of the device table, as the office's own work") {
  Town town;
  Phone phone = town.leader("Li", "1");
  phone.sync();
  REQUIRE(phone.count("device") == 1);
  const auto device = std::find_if(phone.rows().begin(), phone.rows().end(), [&](const auto& row) {
    return row.first.table == town.table("device").id;
  });
  CHECK(device->second.values[0] == Value(std::to_string(raw(phone.actor()))));
  CHECK(device->second.values[1] == Value(to_text(phone.joined().person)));
  CHECK(device->second.values[2] == Value("Li's phone"));
  town.check_sound();
}

TEST_CASE("office writer: the same values again: change nothing; other values: only their cells") {
  Town town;
  Phone li = town.leader("Li", "1");
  const std::vector<NamedValue> values{{"place", to_text(town.place_id("1-1"))},
                                       {"number", std::string("１")},
                                       {"phone", std::string("13800138000")}};
  const RowId row = town.put("household", values);
  CHECK(town.value("household", row, "number") == Value(std::int64_t{1}));
  const Digest state = must(state_hash(town.office()));
  OfficeWriter writer(town.office());
  CHECK(must(writer.put("household", values)) == row);
  must(writer.commit());
  CHECK(writer.summary().unchanged == 1);
  CHECK(must(state_hash(town.office())) == state);

  li.sync();
  town.put("household", {{"place", to_text(town.place_id("1-1"))}, {"phone", std::string("13900139000")}});
  li.update("household", row, {{"note", "meanwhile"}});
  CHECK(li.sync()[0].kind == wire::VerdictKind::effective);  // Other cells: they do not meet.
  CHECK(town.value("household", row, "phone") == Value("13900139000"));
  CHECK(town.conflicts().empty());
  town.check_sound();
}

TEST_CASE("office writer: defaults of the pack: fill an insert, also the natural key") {
  Town town;
  const RowId row = town.put("household", {{"place", to_text(town.place_id("1-1"))}});
  CHECK(town.value("household", row, "number") == Value(std::int64_t{1}));
  CHECK(town.value("household", row, "first_registered") == Value("2026-11-22T01:00:00.000Z"));
}

TEST_CASE(
    "office writer: a wrong value or a row that fails the checks: is refused in words, nothing is written") {
  Town town;
  OfficeWriter writer(town.office());
  CHECK_FALSE(writer.put("nothing", {}));
  CHECK_FALSE(writer.put("household", {{"nothing", std::string("x")}}));
  CHECK_FALSE(writer.put("household", {{"number", std::string("many")}}));
  must(writer.put("household", {{"place", to_text(town.place_id("1-1"))}}));
  must(writer.put("visit", {{"place", to_text(town.place_id("1-1"))}}));  // No outcome.
  const Status done = writer.commit();
  REQUIRE_FALSE(done);
  CHECK(done.error().code == ErrorCode::validation_failed);
  CHECK(town.count("household") == 0);
  town.check_sound();
}

TEST_CASE("office writer: many rows and a row twice: are several groups, chained") {
  Town town;
  OfficeWriter writer(town.office());
  const RowId row = must(writer.put("household", {{"place", to_text(town.place_id("1-1"))}}));
  must(writer.put("household", {{"place", to_text(town.place_id("1-1"))}, {"note", std::string("second")}}));
  for (std::int64_t i = 0; i < 1200; ++i)
    must(writer.put("household", {{"place", to_text(town.place_id("1-2"))}, {"number", i + 1}}));
  must(writer.remove("household", row));
  must(writer.commit());
  CHECK(writer.summary().inserted == 1201);
  CHECK(writer.summary().updated == 1);
  CHECK(writer.summary().removed == 1);
  CHECK(town.count("household") == 1200);
  const VerifyReport report = must(verify(town.office()));
  CHECK(report.fault_count == 0);
  CHECK(report.groups > 4);
}

TEST_CASE("office writer: a deleted row put again: is born again") {
  Town town;
  const RowId row =
      town.put("household", {{"place", to_text(town.place_id("1-1"))}, {"note", std::string("old")}});
  town.remove("household", row);
  CHECK_FALSE(town.value("household", row, "note"));
  town.put("household", {{"place", to_text(town.place_id("1-1"))}});
  CHECK(town.value("household", row, "note") == Value{});
  CHECK(town.conflicts(false).empty());
  town.check_sound();
}

TEST_CASE("office writer: a contested cell: the import settles only what it wrote over") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "1");
  const RowId row = town.put("household", {{"place", to_text(town.place_id("1-1"))}});
  li.sync();
  wang.sync();
  li.update("household", row, {{"note", "a"}});
  town.clock().wall_ms += 1000;
  wang.update("household", row, {{"note", "b"}});
  li.sync();
  wang.sync();
  REQUIRE(town.conflicts().size() == 1);
  town.put("household", {{"note", std::string("c")}}, row);
  CHECK(town.value("household", row, "note") == Value("c"));
  REQUIRE(town.conflicts().size() == 1);
  CHECK(town.conflicts()[0].record.item.value == Value("a"));
  CHECK(town.conflicts()[0].shown == Value("c"));
  town.check_sound();
}
