#include "pipeline/rehoming.hpp"

#include "pipeline/compaction.hpp"
#include "pipeline/limits.hpp"
#include "unit/pipeline/town.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

Cells visit_at(Town& town, const std::string& door) {
  return {{"place", to_text(town.place_id(door))}, {"at", "2026-11-22T00:30:00.000Z"}, {"outcome", "met"}};
}

wire::RehomeRequest asked(const Phone& phone, std::uint64_t first, std::uint8_t key) {
  wire::RehomeRequest request;
  request.first = GroupNumber{first};
  request.previous = first < 2 ? Digest{} : phone.digests.at(first - 2);
  request.device_name = "copy";
  request.signing_key.fill(key);
  return request;
}

/// The phone as it goes on once the office has answered.
Phone as(Town& town, const Phone& copy, const wire::JoinResponse& answer, std::uint64_t first) {
  Phone phone(town, answer);
  phone.groups = copy.groups;
  phone.digests = copy.digests;
  phone.acknowledged = GroupNumber{first - 1};
  return phone;
}

/// Two copies of one phone: both have `common` groups, one has brought another one besides.
struct Copies {
  explicit Copies(Town& town, int common = 1) : one(town.leader("Li", "1")), other(one) {
    for (int i = 0; i < common; ++i) one.insert("visit", visit_at(town, "1-1"));
    other = one;
    one.insert("visit", visit_at(town, "1-1"));
    one.sync();
  }
  Phone one;
  Phone other;
};

std::size_t devices(Town& town) { return must(must(town.store().snapshot())->actors()).size(); }

}  // namespace

TEST_CASE("rehoming: a fork: the answer names the last group that agrees, with the verdicts up to there") {
  Town town;
  Copies phones(town, 2);
  phones.other.insert("visit", visit_at(town, "1-2"));
  phones.other.insert("visit", visit_at(town, "1-2"));
  const auto response = phones.other.exchange(phones.other.request());
  CHECK(response.push == wire::PushResult::forked);
  CHECK(response.admitted_through == GroupNumber{2});
  REQUIRE(response.verdicts.size() == 1);
  CHECK(response.verdicts[0].count == 2);
  CHECK_FALSE(response.page);
  CHECK(town.count("visit") == 3);
}

TEST_CASE("rehoming: another past: nothing agrees") {
  Town town;
  Copies phones(town, 2);
  phones.other.insert("visit", visit_at(town, "1-2"));
  phones.other.insert("visit", visit_at(town, "1-2"));
  phones.other.acknowledged = GroupNumber{3};
  const auto response = phones.other.exchange(phones.other.request());
  CHECK(response.push == wire::PushResult::forked);
  CHECK(response.admitted_through == GroupNumber{3});
  CHECK(response.verdicts.empty());
}

TEST_CASE("rehoming: a pull after another copy has pushed: the answer tells, also an accepted push's") {
  Town town;
  Copies phones(town);
  const auto response = phones.other.exchange(phones.other.request());
  CHECK(response.push == wire::PushResult::accepted);
  CHECK(response.admitted_through == GroupNumber{2});
}

TEST_CASE("rehoming: a copy: goes on as another device of the same person, under its own numbers") {
  Town town;
  Copies phones(town);
  phones.other.insert("visit", visit_at(town, "1-2"));
  const auto answer = must(town.pipeline().rehome(phones.one.actor(), asked(phones.other, 2, 1)));
  CHECK(answer.actor != phones.one.actor());
  CHECK(answer.person == phones.one.joined().person);
  CHECK(answer.role == "leader");
  CHECK_FALSE(answer.token.empty());
  CHECK(must(town.pipeline().authenticate(answer.token)) == answer.actor);

  Phone copy = as(town, phones.other, answer, 2);
  REQUIRE(copy.sync().size() == 1);
  CHECK(copy.last_verdict() == wire::VerdictKind::effective);
  CHECK(town.count("visit") == 3);
  CHECK(copy.count("visit") == 3);
  const auto record = must(must(town.store().snapshot())->actor(answer.actor));
  REQUIRE(record);
  CHECK(record->origin == phones.one.actor());
  CHECK(record->first == GroupNumber{2});
  CHECK(record->device_name == "copy");
  town.check_sound();
}

TEST_CASE("rehoming: the same key asks again: is the same device until it was heard of") {
  Town town;
  Copies phones(town);
  const auto first = must(town.pipeline().rehome(phones.one.actor(), asked(phones.other, 2, 1)));
  const auto again = must(town.pipeline().rehome(phones.one.actor(), asked(phones.other, 2, 1)));
  CHECK(again.actor == first.actor);
  CHECK_FALSE(town.pipeline().authenticate(first.token));
  CHECK(must(town.pipeline().authenticate(again.token)) == again.actor);
  const std::size_t before = devices(town);
  const auto other_key = must(town.pipeline().rehome(phones.one.actor(), asked(phones.other, 2, 2)));
  CHECK(other_key.actor != first.actor);
  CHECK(devices(town) == before + 1);

  phones.other.insert("visit", visit_at(town, "1-2"));
  town.clock().wall_ms += 1'000;
  as(town, phones.other, again, 2).sync();
  CHECK(must(town.pipeline().rehome(phones.one.actor(), asked(phones.other, 2, 1))).actor != first.actor);
  town.check_sound();
}

TEST_CASE("rehoming: numbers that cannot be, and devices that are not: are refused") {
  Town town;
  Copies phones(town);
  for (const std::uint64_t first : {std::uint64_t{0}, UINT64_MAX}) {
    wire::RehomeRequest request = asked(phones.other, 1, 1);
    request.first = GroupNumber{first};
    const auto refused = town.pipeline().rehome(phones.one.actor(), request);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::refused);
  }
  for (const ActorId nobody : {town.office().actor(), make_actor(1, 99)}) {
    const auto refused = town.pipeline().rehome(nobody, asked(phones.other, 1, 1));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::unauthorized);
  }
}

TEST_CASE("rehoming: two copies that bring the same groups, one after the other: they are there once") {
  const int common = GENERATE(0, 1);  // Nothing stands before group 1.
  const auto first = static_cast<std::uint64_t>(common) + 1;
  Town town;
  Copies phones(town, common);
  phones.other.insert("visit", visit_at(town, "1-2"));
  phones.other.insert("visit", visit_at(town, "1-2"));
  Phone third = phones.other;
  third.insert("visit", visit_at(town, "1-2"));
  Phone copy = as(town, phones.other,
                  must(town.pipeline().rehome(phones.one.actor(), asked(phones.other, first, 1))), first);
  Phone twin =
      as(town, third, must(town.pipeline().rehome(phones.one.actor(), asked(third, first, 2))), first);
  copy.sync();
  CHECK(town.count("visit") == first + 2);
  const wire::SyncRequest request = twin.request();
  const auto verdicts = twin.sync();
  CHECK(town.count("visit") == first + 3);
  REQUIRE(verdicts.size() == 1);
  CHECK(verdicts[0].count == 3);
  CHECK(twin.count("visit") == first + 3);
  const auto record = must(must(town.store().snapshot())->actor(twin.actor()));
  CHECK(record->twin == copy.actor());
  CHECK(record->origin == phones.one.actor());
  CHECK(record->first == GroupNumber{first + 2});

  // Its answer was lost: it asks from its own first number on.
  const auto repeated = must(town.pipeline().exchange(request));
  CHECK(repeated.push == wire::PushResult::accepted);
  CHECK(repeated.verdicts.size() == 1);
  CHECK(town.count("visit") == first + 3);
  town.check_sound();
}

TEST_CASE("rehoming: two copies that bring the same groups in turns: they are there once") {
  Town town;
  Copies phones(town);
  for (int i = 0; i < 3; ++i) phones.other.insert("visit", visit_at(town, "1-2"));
  const auto up_to = [&](Phone phone, std::size_t groups) {
    phone.groups = {phones.other.groups.begin(), phones.other.groups.begin() + groups};
    phone.digests = {phones.other.digests.begin(), phones.other.digests.begin() + groups};
    return phone;
  };
  const auto become = [&](const Phone& file, ActorId from, std::uint64_t first, std::uint8_t key) {
    return as(town, file, must(town.pipeline().rehome(from, asked(phones.other, first, key))), first);
  };
  // Groups 2 to 4 are in both copies' files. One brings 2, the other 3, the one 4.
  Phone one = become(up_to(phones.other, 2), phones.one.actor(), 2, 1);
  one.sync();
  Phone other = become(up_to(phones.other, 3), phones.one.actor(), 2, 2);
  REQUIRE(other.sync().size() == 1);
  CHECK(town.count("visit") == 4);

  one.groups = phones.other.groups;
  one.digests = phones.other.digests;
  const auto forked = one.exchange(one.request());
  CHECK(forked.push == wire::PushResult::forked);
  CHECK(forked.admitted_through == GroupNumber{2});
  Phone again = become(phones.other, one.actor(), 3, 3);
  again.sync();
  CHECK(town.count("visit") == 5);
  const auto record = must(must(town.store().snapshot())->actor(again.actor()));
  CHECK(record->twin == other.actor());
  CHECK(record->first == GroupNumber{4});
  CHECK(again.count("visit") == 5);
  town.check_sound();
}

TEST_CASE("rehoming: again and again in one day: is bounded for each person, and asking again is free") {
  Town town;
  Copies phones(town);
  const auto rehome = [&](std::size_t key) {
    return town.pipeline().rehome(phones.one.actor(), asked(phones.other, 2, static_cast<std::uint8_t>(key)));
  };
  for (std::size_t i = 1; i <= server::limits::kRehomingsADay; ++i) must(rehome(i));
  const auto refused = rehome(99);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::overloaded);
  CHECK(refused.error().retry == Retry::later);
  must(rehome(1));
  Phone stranger = town.leader("Wang", "1");
  stranger.insert("visit", visit_at(town, "1-1"));
  stranger.sync();
  must(town.pipeline().rehome(stranger.actor(), asked(stranger, 1, 1)));
  town.clock().wall_ms += 24LL * 3'600'000;
  must(rehome(99));
}

TEST_CASE("rehoming: a new device: goes on from the floor of the one it was") {
  Town town;
  Copies phones(town);
  phones.one.insert("visit", visit_at(town, "1-1"));
  phones.one.sync();
  const auto floor = must(must(town.store().snapshot())->actor(phones.one.actor()))->floor;
  REQUIRE(floor != FeedPosition{});
  const auto answer = must(town.pipeline().rehome(phones.one.actor(), asked(phones.other, 2, 1)));
  CHECK(must(must(town.store().snapshot())->actor(answer.actor))->floor == floor);
}

TEST_CASE("rehoming: a new device without a floor: compaction does not wait for it") {
  Town town;
  Copies phones(town);
  const auto answer = must(town.pipeline().rehome(phones.one.actor(), asked(phones.other, 2, 1)));
  REQUIRE(must(must(town.store().snapshot())->actor(answer.actor))->floor == FeedPosition{});
  Compaction compaction(town.office(), CompactionOptions{});
  while (must(compaction.step())) {
  }
  CHECK(compaction.report().devices == 2);
  CHECK(compaction.report().waited_for == 1);
}

TEST_CASE("rehoming: groups that their holder is done with: are returned unseen, and what was held too") {
  Town town;
  Phone phone = town.leader("Li", "1");
  const RowId home = phone.insert(
      "household",
      {{"place", to_text(town.place_id("2-1"))}, {"number", std::int64_t{1}}, {"note", std::string("a")}});
  phone.sync();
  REQUIRE(phone.last_verdict() == wire::VerdictKind::held);  // Outside her places.
  phone.insert("visit", visit_at(town, "1-1"));
  wire::SyncRequest request = phone.request();
  REQUIRE(request.push);
  request.push->withdrawn = {GroupNumber{1}, GroupNumber{2}, GroupNumber{9}};
  const auto response = must(town.pipeline().exchange(request));
  REQUIRE(response.verdicts.size() >= 1);
  CHECK(response.verdicts.back().first == GroupNumber{2});
  CHECK(response.verdicts.back().kind == wire::VerdictKind::returned);
  CHECK(town.count("visit") == 0);
  auto snapshot = must(town.store().snapshot());
  CHECK(must(snapshot->group(phone.actor(), GroupNumber{1}))->verdict == wire::VerdictKind::returned);
  CHECK(must(snapshot->group(phone.actor(), GroupNumber{2}))->verdict == wire::VerdictKind::returned);
  // What is part of the rows stays.
  phone.insert("visit", visit_at(town, "1-2"));
  wire::SyncRequest next = phone.request();
  REQUIRE(must(town.pipeline().exchange(next)).push == wire::PushResult::accepted);
  REQUIRE(town.count("visit") == 1);
  next.push->withdrawn = {GroupNumber{3}};
  CHECK(must(town.pipeline().exchange(next)).push == wire::PushResult::accepted);
  CHECK(town.count("visit") == 1);
  CHECK_FALSE(town.value("household", home, "note"));
  town.check_sound();
}

TEST_CASE(
    "rehoming: a group of a copy that builds on its own: is no conflict, though it names the old device") {
  Town town;
  Copies phones(town);
  const RowId home = phones.one.insert(
      "household",
      {{"place", to_text(town.place_id("1-1"))}, {"number", std::int64_t{1}}, {"note", std::string("a")}});
  phones.one.sync();
  phones.other = phones.one;
  phones.one.insert("visit", visit_at(town, "1-1"));
  phones.one.sync();

  // Number 4 and 5 of the copy: the second edits what the first wrote.
  phones.other.update("household", home, {{"note", std::string("b")}});
  const ColumnId note = town.table("household").find("note")->id;
  Op op{OpKind::update, {town.table("household").id, home}, Birth{1}, {}, {}};
  op.cells.push_back({note, std::string("c"), 0, {{phones.one.actor(), GroupNumber{4}, 0}}});
  Group& group = phones.other.open_group();
  group.depends = {GroupNumber{3}, GroupNumber{4}};
  group.ops.push_back(op);
  phones.other.close_group();
  Phone copy =
      as(town, phones.other, must(town.pipeline().rehome(phones.one.actor(), asked(phones.other, 4, 1))), 4);
  copy.sync();
  CHECK(town.value("household", home, "note") == Value(std::string("c")));
  CHECK(town.conflicts().empty());
  const Why why = must(server::why(town.office(), "household", home, "note"));
  REQUIRE(why.versions.size() == 3);
  CHECK(why.versions[0].device == "copy");
  CHECK(why.versions[0].bases == std::vector<VersionName>{{copy.actor(), GroupNumber{4}, 0}});
  CHECK(why.versions[2].device == "Li's phone");
  town.check_sound();
}

TEST_CASE("rehoming: a row without a place: goes to every device of the person who wrote it") {
  Town town;
  Copies phones(town);
  const RowId resident = phones.one.insert("resident", {{"name", std::string("张三")}});
  phones.one.sync();
  Phone copy =
      as(town, phones.other, must(town.pipeline().rehome(phones.one.actor(), asked(phones.other, 2, 1))), 2);
  copy.sync();
  CHECK(copy.has("resident", resident));
  copy.update("resident", resident, {{"name", std::string("张山")}});
  CHECK(copy.sync()[0].kind == wire::VerdictKind::effective);
  Phone stranger = town.leader("Wang", "1");
  stranger.sync();
  CHECK_FALSE(stranger.has("resident", resident));
  town.check_sound();
}
