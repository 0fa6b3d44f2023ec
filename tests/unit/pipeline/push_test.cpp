#include "unit/pipeline/town.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

Cells visit_at(Town& town, const std::string& place) {
  return {{"place", to_text(town.place_id(place))}, {"at", "2026-11-22T00:30:00.000Z"}, {"outcome", "met"}};
}

Cells household_at(Town& town, const std::string& place, const std::string& head) {
  return {{"place", to_text(town.place_id(place))}, {"number", std::int64_t{1}}, {"head_name", head}};
}

}  // namespace

TEST_CASE("push: a visit in scope: is effective and stands in the table") {
  Town town;
  Phone phone = town.leader("Li", "1");
  const RowId visit = phone.insert("visit", visit_at(town, "1-1"));
  const auto verdicts = phone.sync();
  REQUIRE(verdicts.size() == 1);
  CHECK(verdicts[0].kind == wire::VerdictKind::effective);
  CHECK_FALSE(verdicts[0].admitted);
  CHECK(town.value("visit", visit, "outcome") == Value("met"));
  CHECK(phone.has("visit", visit));
  CHECK(phone.included == GroupNumber{1});
  town.check_sound();
}

TEST_CASE("push: the same groups again: get the same verdicts and change nothing") {
  Town town;
  Phone phone = town.leader("Li", "1");
  phone.insert("visit", visit_at(town, "1-1"));
  phone.insert("visit", visit_at(town, "2-1"));  // Outside her scope.
  phone.insert("visit", visit_at(town, "1-2"));
  const wire::SyncRequest request = phone.request(false);
  const auto first = phone.exchange(request).verdicts;
  const Digest state = must(state_hash(town.office()));
  const auto second = phone.exchange(request).verdicts;
  REQUIRE(first.size() == 3);
  REQUIRE(second.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(first[i].kind == second[i].kind);
    CHECK(first[i].reason == second[i].reason);
    CHECK(first[i].detail == second[i].detail);
  }
  CHECK(first[1].kind == wire::VerdictKind::held);
  CHECK(must(state_hash(town.office())) == state);
  CHECK(town.count("visit") == 2);
}

TEST_CASE("push: half known, half new: recalls the one and admits the other") {
  Town town;
  Phone phone = town.leader("Li", "1");
  phone.insert("visit", visit_at(town, "1-1"));
  phone.push();
  phone.insert("visit", visit_at(town, "1-2"));
  phone.acknowledged = GroupNumber{0};
  const auto response = phone.push();
  REQUIRE(response.verdicts.size() == 1);
  CHECK(response.verdicts[0].count == 2);
  CHECK(response.admitted_through == GroupNumber{2});
  CHECK(town.count("visit") == 2);
}

TEST_CASE("push: a number is missing: names what is admitted and applies nothing") {
  Town town;
  Phone phone = town.leader("Li", "1");
  for (int i = 0; i < 3; ++i) phone.insert("visit", visit_at(town, "1-1"));
  phone.acknowledged = GroupNumber{2};
  const auto response = phone.push();
  CHECK(response.push == wire::PushResult::gap);
  CHECK(response.admitted_through == GroupNumber{0});
  CHECK(response.verdicts.empty());
  CHECK(town.count("visit") == 0);
}

TEST_CASE("push: another content under an admitted number: is a fork, applies nothing, gets no page") {
  Town town;
  Phone phone = town.leader("Li", "1");
  phone.insert("visit", visit_at(town, "1-1"));
  Phone copy = phone;
  phone.insert("visit", visit_at(town, "1-1"));
  phone.push();
  copy.insert("visit", visit_at(town, "1-2"));
  copy.insert("visit", visit_at(town, "1-2"));
  const auto response = copy.exchange(copy.request());
  CHECK(response.push == wire::PushResult::forked);
  CHECK(response.verdicts.size() == 1);
  CHECK(response.admitted_through == GroupNumber{1});
  CHECK_FALSE(response.page);
  CHECK(town.count("visit") == 2);

  SECTION("also when only the past differs") {
    copy.acknowledged = GroupNumber{2};
    CHECK(copy.push().push == wire::PushResult::forked);
    CHECK(town.count("visit") == 2);
  }
}

TEST_CASE("push: bytes that do not decode: are held raw and the number is consumed") {
  Town town;
  Phone phone = town.leader("Li", "1");
  phone.groups.push_back("not a group");
  phone.digests.push_back(wire::chain_digest({}, phone.groups.back()));
  phone.insert("visit", visit_at(town, "1-1"));
  const auto verdicts = phone.sync();
  REQUIRE(verdicts.size() == 2);
  CHECK(verdicts[0].reason == wire::HoldReason::undecodable);
  CHECK(verdicts[1].kind == wire::VerdictKind::effective);
  const auto stored = must(must(town.store().snapshot())->group(phone.actor(), GroupNumber{1}));
  REQUIRE(stored);
  CHECK(stored->bytes == "not a group");
  town.check_sound();
}

TEST_CASE("push: a group that names another actor: is held") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "1");
  li.insert("visit", visit_at(town, "1-1"));
  wang.groups = li.groups;
  wang.digests = li.digests;
  CHECK(wang.sync()[0].reason == wire::HoldReason::undecodable);
  CHECK(town.count("visit") == 0);
}

TEST_CASE("push: a group of a pack the office does not have: is held") {
  Town town;
  Phone phone = town.leader("Li", "1");
  phone.open_group().ops.push_back(phone.insert_op("visit", visit_at(town, "1-1")));
  Group copy = phone.open_group();
  copy.pack = PackVersion{99};
  phone.groups.push_back(wire::encode_group(copy));
  phone.digests.push_back(wire::chain_digest({}, phone.groups.back()));
  CHECK(phone.sync()[0].reason == wire::HoldReason::unknown_pack);
}

TEST_CASE("push: an unknown device: is refused") {
  Town town;
  Phone phone = town.leader("Li", "1");
  wire::SyncRequest request = phone.request();
  request.actor = make_actor(5, 77);
  const auto response = town.pipeline().exchange(request);
  REQUIRE_FALSE(response);
  CHECK(response.error().code == ErrorCode::unauthorized);
  request.actor = town.office().actor();
  CHECK_FALSE(town.pipeline().exchange(request));
}

TEST_CASE("held: outside the scope: nothing of the group is applied, dependents are held too") {
  Town town;
  Phone phone = town.leader("Li", "1");
  Group& group = phone.open_group();
  group.ops.push_back(phone.insert_op("visit", visit_at(town, "1-1")));
  group.ops.push_back(phone.insert_op("household", household_at(town, "2-1", "Zhao")));
  const RowId household = group.ops.back().key.row;
  phone.close_group();
  // Builds on it by base, by `depends`, and not at all.
  Op update = phone.update_op("household", household, {{"note", "x"}});
  update.cells[0].bases = {{phone.actor(), GroupNumber{1}, 1}};
  phone.open_group().ops.push_back(update);
  phone.close_group();
  Group& by_dependence = phone.open_group();
  by_dependence.ops.push_back(phone.insert_op("visit", visit_at(town, "1-2")));
  by_dependence.depends = {GroupNumber{1}};
  phone.close_group();
  phone.insert("visit", visit_at(town, "1-2"));

  const auto verdicts = phone.sync();
  REQUIRE(verdicts.size() == 3);
  CHECK(verdicts[0].reason == wire::HoldReason::outside_scope);
  CHECK(verdicts[0].detail.find("住户") != std::string::npos);
  CHECK(verdicts[1].reason == wire::HoldReason::depends_on_held);
  CHECK(verdicts[1].count == 2);
  CHECK(verdicts[2].kind == wire::VerdictKind::effective);
  CHECK(town.count("visit") == 1);
  CHECK(town.count("household") == 0);
  town.check_sound();
}

TEST_CASE("held: what the pack refuses: names the reason") {
  Town town;
  Phone phone = town.leader("Li", "1");
  const std::string door = to_text(town.place_id("1-1"));
  const auto held = [&](std::string_view table, const Cells& cells, std::optional<RowId> id = std::nullopt) {
    phone.insert(table, cells, id);
    const auto verdicts = phone.sync();
    REQUIRE(verdicts.size() == 1);
    CHECK(verdicts[0].kind == wire::VerdictKind::held);
    return verdicts[0];
  };
  CHECK(held("visit", {{"place", door}}).reason == wire::HoldReason::invalid);  // No outcome.
  CHECK(held("visit", {{"place", door}, {"outcome", "danced"}}).reason == wire::HoldReason::invalid);
  CHECK(held("household", household_at(town, "1-1", "Li"), RowId{}).reason == wire::HoldReason::wrong_key);
  CHECK(held("person", {{"name", "me"}}).reason == wire::HoldReason::office_only);
  const Cells bad_phone{{"place", door}, {"number", std::int64_t{1}}, {"phone", "12"}};
  const wire::Verdict verdict = held("household", bad_phone);
  CHECK(verdict.reason == wire::HoldReason::invalid);
  CHECK(verdict.detail.find("联系电话") != std::string::npos);

  phone.update("household", *parse_row_id("00000000-0000-4000-8000-000000000001"), {{"note", "x"}});
  CHECK(phone.sync()[0].reason == wire::HoldReason::outside_scope);
  const RowId visit = phone.insert("visit", visit_at(town, "1-1"));
  phone.sync();
  phone.update("visit", visit, {{"note", "x"}});
  CHECK(phone.sync()[0].reason == wire::HoldReason::append_only);
  const RowId household = phone.insert("household", household_at(town, "1-1", "Li"));
  phone.sync();
  phone.update("household", household, {{"number", std::int64_t{2}}});
  CHECK(phone.sync()[0].reason == wire::HoldReason::invalid);
  town.check_sound();
}

TEST_CASE("stamps: a phone in 2031: is clamped, in order, and a later edit of somebody else wins") {
  Town town;
  Phone ahead = town.leader("Li", "1");
  Phone right = town.leader("Wang", "1");
  const RowId household = ahead.insert("household", household_at(town, "1-1", "A"));
  ahead.sync();
  right.sync();
  ahead.clock_ms = *parse_canonical_time("2031-01-01T00:00:00.000Z");
  ahead.update("household", household, {{"note", "from 2031"}});
  ahead.insert("visit", visit_at(town, "1-1"));
  const auto verdicts = ahead.sync();
  REQUIRE(verdicts.size() == 2);
  REQUIRE(verdicts[0].admitted);
  REQUIRE(verdicts[1].admitted);
  CHECK(verdicts[0].admitted->ms() <= town.clock().wall_ms + 60'000);
  CHECK(*verdicts[0].admitted < *verdicts[1].admitted);
  town.clock().wall_ms += 120'000;
  right.update("household", household, {{"note", "later"}});  // Has not seen the other edit.
  CHECK(right.sync()[0].kind == wire::VerdictKind::merged);
  CHECK(town.value("household", household, "note") == Value("later"));
  town.check_sound();
}

TEST_CASE("stamps: a phone in 1970: keeps its order, and its edit of what it has read wins") {
  Town town;
  Phone behind = town.leader("Li", "1");
  const RowId household = town.put("household", {{"place", to_text(town.place_id("1-1"))}, {"note", "old"}});
  behind.sync();
  behind.clock_ms = 86'400'000;
  behind.clock_in_doubt = true;
  behind.office_time_ms = 0;
  behind.update("household", household, {{"note", "from 1970"}});
  behind.insert("visit", visit_at(town, "1-1"));
  behind.insert("visit", visit_at(town, "1-1"));
  const auto verdicts = behind.sync();
  REQUIRE(verdicts.size() == 3);
  Stamp last;
  for (const wire::Verdict& verdict : verdicts) {
    CHECK(verdict.kind == wire::VerdictKind::effective);
    REQUIRE(verdict.admitted);
    CHECK(last < *verdict.admitted);
    last = *verdict.admitted;
  }
  CHECK(town.value("household", household, "note") == Value("from 1970"));
  town.check_sound();
}

TEST_CASE("max: a time claimed from the future: is not taken, and the phone learns it") {
  Town town;
  Phone phone = town.leader("Li", "1");
  Cells cells = household_at(town, "1-1", "Li");
  cells.emplace_back("last_visited", "2031-01-01T00:00:00.000Z");
  const RowId household = phone.insert("household", cells);
  const auto verdicts = phone.sync();
  CHECK(verdicts[0].kind == wire::VerdictKind::merged);
  CHECK_FALSE(verdicts[0].detail.empty());
  CHECK(town.value("household", household, "last_visited") == Value{});
  CHECK(phone.value("household", household, "last_visited") == Value{});
  phone.update("household", household, {{"last_visited", "2026-11-22T00:59:00.000Z"}});
  phone.sync();
  CHECK(town.value("household", household, "last_visited") == Value("2026-11-22T00:59:00.000Z"));
  town.check_sound();
}
