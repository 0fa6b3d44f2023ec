#include "pipeline/held_desk.hpp"
#include "unit/pipeline/town.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

using wire::HoldReason;
using wire::VerdictKind;

Cells visit_at(Town& town, const std::string& place) {
  return {{"place", to_text(town.place_id(place))}, {"at", "2026-11-22T00:30:00.000Z"}, {"outcome", "met"}};
}

Cells household_at(Town& town, const std::string& place, const std::string& head) {
  return {{"place", to_text(town.place_id(place))}, {"number", std::int64_t{1}}, {"head_name", head}};
}

GroupName group_of(const Phone& phone, std::uint64_t number) { return {phone.actor(), GroupNumber{number}}; }

GroupRecord stored(Town& town, const Phone& phone, std::uint64_t number) {
  return *must(must(town.store().snapshot())->group(phone.actor(), GroupNumber{number}));
}

const Decider kClerk{"张书记", "请找李组长"};

/// An update of a row that the phone does not have, on a version it names.
void update_on(Phone& phone, const RowId& row, const Cells& cells, const VersionName& base) {
  Group& group = phone.open_group();
  Op op = phone.update_op("household", row, cells);
  for (CellWrite& cell : op.cells) cell.bases = {base};
  group.ops.push_back(std::move(op));
  phone.close_group();
}

}  // namespace

TEST_CASE("release: outside the scope: is applied as recorded, and what built on it follows") {
  Town town;
  Phone phone = town.leader("Li", "1");
  const RowId household = phone.insert("household", household_at(town, "2-1", "Zhao"));
  update_on(phone, household, {{"head_name", "Qian"}}, {phone.actor(), GroupNumber{1}, 0});
  REQUIRE(phone.sync().size() == 2);
  const auto listed = must(held_groups(town.office())).groups;
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].person == "Li");
  CHECK(listed[0].dependents == std::vector<GroupName>{group_of(phone, 2)});

  town.clock().wall_ms += 3'600'000;
  const Decided decided = must(release_group(town.office(), group_of(phone, 1), kClerk));
  CHECK(decided.record.verdict == VerdictKind::effective);
  REQUIRE(decided.dependents.size() == 1);
  CHECK(decided.dependents[0].reason == HoldReason::outside_scope);  // Its own reason, now that it is judged.
  CHECK(town.value("household", household, "head_name") == Value("Zhao"));
  CHECK(must(release_group(town.office(), group_of(phone, 2), kClerk)).record.verdict ==
        VerdictKind::effective);
  CHECK(town.value("household", household, "head_name") == Value("Qian"));

  const GroupRecord record = stored(town, phone, 1);
  CHECK(record.decision->by == "张书记");
  CHECK_FALSE(record.admitted);  // The claimed stamp, clamped as of receipt, not of release.
  const auto verdicts = phone.sync();
  REQUIRE(verdicts.size() == 2);
  CHECK(verdicts[0].kind == VerdictKind::effective);
  CHECK(verdicts[1].kind == VerdictKind::effective);
  CHECK(phone.held.empty());
  CHECK(phone.sync().empty());
  CHECK(town.conflicts().empty());
  town.check_sound();
}

TEST_CASE("release: a late one under a later edit of the same author: the later one still shows") {
  Town town;
  Phone phone = town.leader("Li", "1");
  const RowId household = town.put("household", {{"place", to_text(town.place_id("1-1"))}, {"note", "old"}});
  phone.sync();
  phone.clock_ms = *parse_canonical_time("2031-01-01T00:00:00.000Z");
  Group& group = phone.open_group();
  group.ops.push_back(phone.update_op("household", household, {{"note", "first"}}));
  group.ops.push_back(phone.insert_op("visit", visit_at(town, "2-1")));  // Not hers.
  phone.close_group();
  phone.update("household", household, {{"note", "second"}});
  REQUIRE(phone.sync().size() == 2);
  CHECK(town.value("household", household, "note") == Value("second"));
  town.clock().wall_ms += 3'600'000;
  CHECK(wire::is_applied(must(release_group(town.office(), group_of(phone, 1), kClerk)).record.verdict));
  CHECK(town.value("household", household, "note") == Value("second"));
  town.check_sound();
}

TEST_CASE("release: what speaks against it beyond the scope: still holds it, and says what") {
  Town town;
  Phone phone = town.leader("Li", "1");
  phone.insert("visit", {{"place", to_text(town.place_id("1-1"))}, {"outcome", "danced"}});
  phone.insert("person", {{"name", "me"}});
  phone.groups.push_back("not a group");
  phone.digests.push_back(wire::chain_digest(phone.digests.back(), phone.groups.back()));
  phone.sync();
  CHECK(must(release_group(town.office(), group_of(phone, 1), kClerk)).record.reason == HoldReason::invalid);
  CHECK(must(release_group(town.office(), group_of(phone, 2), kClerk)).record.reason ==
        HoldReason::office_only);
  CHECK(must(release_group(town.office(), group_of(phone, 3), kClerk)).record.reason ==
        HoldReason::undecodable);
  CHECK_FALSE(release_group(town.office(), group_of(phone, 4), kClerk));
  CHECK(town.count("visit") == 0);
  town.check_sound();
}

TEST_CASE("release: before the phone has heard of it: rows travel whole, not as the phone's own") {
  Town town;
  Phone phone = town.leader("Li", "S");
  const RowId visit = phone.insert("visit", visit_at(town, "2-1"));
  Group& group = phone.open_group();
  group.depends = {GroupNumber{3}};  // Waits for what comes next.
  group.ops.push_back(phone.insert_op("visit", visit_at(town, "1-1")));
  const RowId waiting = group.ops.back().key.row;
  phone.close_group();
  phone.insert("visit", visit_at(town, "1-2"));
  phone.push();
  phone.held.clear();  // As if it had too many to ask for.
  while (!phone.pull_page()) {
  }
  CHECK(phone.own_rows == 2);
  CHECK(phone.has("visit", visit));
  CHECK(phone.has("visit", waiting));
  CHECK(town.value("visit", waiting, "outcome") == Value("met"));
}

TEST_CASE("held: an edit of a row that is not there: applied by itself when the row comes") {
  Town town;
  Phone early = town.leader("Li", "1");
  Phone late = town.leader("Wang", "1");
  const RowId household = late.insert("household", household_at(town, "1-1", "Zhao"));
  update_on(early, household, {{"note", "x"}}, {late.actor(), GroupNumber{1}, 0});
  update_on(early, household, {{"phone", "13900000001"}}, {early.actor(), GroupNumber{1}, 0});
  auto verdicts = early.sync();
  REQUIRE(verdicts.size() == 2);
  CHECK(verdicts[0].reason == HoldReason::missing_base);
  CHECK(verdicts[1].reason == HoldReason::depends_on_held);
  early.open_group().ops.push_back(early.update_op("household", household, {{"head_name", "Sun"}}));
  early.close_group();
  CHECK(early.sync()[0].reason == HoldReason::outside_scope);
  late.sync();
  CHECK(town.value("household", household, "note") == Value("x"));
  CHECK(town.value("household", household, "phone") == Value("13900000001"));
  verdicts = early.sync();
  REQUIRE(verdicts.size() == 3);
  CHECK(early.held.empty());
  CHECK(early.value("household", household, "note") == Value("x"));
  CHECK(must(held_groups(town.office())).groups.empty());
  town.check_sound();
}

TEST_CASE("held: an edit of an unknown row of which nothing is taken: is held all the same") {
  Town town;
  Phone phone = town.leader("Li", "1");
  const RowId nowhere = *parse_row_id("00000000-0000-4000-8000-000000000001");
  phone.open_group().ops.push_back(
      phone.update_op("household", nowhere, {{"last_visited", "2031-01-01T00:00:00.000Z"}}));
  phone.close_group();
  CHECK(phone.sync()[0].reason == HoldReason::outside_scope);
}

TEST_CASE("held: a base that has not come: the later arrival is no conflict") {
  Town town;
  Phone first = town.leader("Li", "1");
  Phone second = town.leader("Wang", "1");
  const RowId household = town.put("household", {{"place", to_text(town.place_id("1-1"))}, {"note", "old"}});
  first.sync();
  second.sync();
  first.update("household", household, {{"note", "one"}});
  town.clock().wall_ms += 1'000;
  update_on(second, household, {{"note", "two"}}, {first.actor(), GroupNumber{1}, 0});
  CHECK(second.sync()[0].reason == HoldReason::missing_base);
  CHECK(town.value("household", household, "note") == Value("old"));
  first.sync();
  CHECK(town.value("household", household, "note") == Value("two"));
  CHECK(town.conflicts(false).empty());
  CHECK(second.sync()[0].kind == VerdictKind::effective);
  town.check_sound();
}

TEST_CASE("held: more waiting than one transaction takes: all are applied in the end") {
  Town town;
  Phone early = town.leader("Li", "1");
  Phone late = town.leader("Wang", "1");
  const RowId household = late.insert("household", household_at(town, "1-1", "Zhao"));
  for (int i = 0; i < 600; ++i)
    update_on(early, household, {{"note", std::to_string(i)}},
              i == 0 ? VersionName{late.actor(), GroupNumber{1}, 0}
                     : VersionName{early.actor(), GroupNumber{static_cast<std::uint64_t>(i)}, 0});
  early.sync();
  CHECK(early.held.size() == 600);
  late.sync();
  CHECK(town.value("household", household, "note") == Value("599"));
  early.sync();
  CHECK(early.held.empty());
  CHECK(town.conflicts(false).empty());
  town.check_sound();
}

TEST_CASE("held: the office brings the row: applied by itself") {
  Town town;
  Phone phone = town.leader("Li", "1");
  const RowId id = *natural_key_id(town.office().record().office, town.table("household"), [&] {
    std::vector<Value> values(town.table("household").columns.size());
    values[0] = to_text(town.place_id("1-1"));
    values[1] = std::int64_t{1};
    return values;
  }());
  phone.open_group().ops.push_back(phone.update_op("household", id, {{"note", "x"}}));
  phone.close_group();
  CHECK(phone.sync()[0].reason == HoldReason::outside_scope);
  CHECK(town.put("household", {{"place", to_text(town.place_id("1-1"))}}) == id);
  CHECK(town.value("household", id, "note") == Value("x"));
}

TEST_CASE("return: the holder is told with the note, and what builds on it comes back too, also later") {
  Town town;
  Phone phone = town.leader("Li", "1");
  const RowId household = phone.insert("household", household_at(town, "2-1", "Zhao"));
  update_on(phone, household, {{"note", "x"}}, {phone.actor(), GroupNumber{1}, 0});
  phone.sync();
  const Decided decided = must(return_group(town.office(), group_of(phone, 1), kClerk));
  CHECK(decided.record.verdict == VerdictKind::returned);
  REQUIRE(decided.dependents.size() == 1);
  CHECK(decided.dependents[0].verdict == VerdictKind::returned);
  update_on(phone, household, {{"note", "y"}}, {phone.actor(), GroupNumber{2}, 0});
  phone.insert("visit", visit_at(town, "1-1"));
  const auto verdicts = phone.sync();
  REQUIRE(verdicts.size() == 4);
  CHECK(verdicts[0].kind == VerdictKind::returned);
  CHECK(verdicts[0].detail == "请找李组长");
  CHECK(verdicts[1].kind == VerdictKind::returned);
  CHECK(verdicts[2].kind == VerdictKind::returned);
  CHECK(verdicts[2].first == GroupNumber{3});
  CHECK(verdicts[2].detail.empty());
  CHECK(verdicts[3].kind == VerdictKind::effective);
  CHECK_FALSE(release_group(town.office(), group_of(phone, 1), kClerk));
  CHECK(town.count("household") == 0);
  town.check_sound();
}

TEST_CASE("release: a row without a place that gets one elsewhere: leaves its author's phone") {
  Town town;
  Phone phone = town.leader("Li", "1");
  const RowId household = town.put("household", {{"place", to_text(town.place_id("2-1"))}});
  const RowId resident = phone.insert("resident", {{"name", "Zhao"}});
  phone.sync();
  CHECK(phone.has("resident", resident));
  phone.insert("residency", {{"resident", to_text(resident)}, {"household", to_text(household)}});
  CHECK(phone.sync()[0].reason == HoldReason::outside_scope);
  CHECK(phone.has("resident", resident));
  CHECK(wire::is_applied(must(release_group(town.office(), group_of(phone, 2), kClerk)).record.verdict));
  phone.sync();
  CHECK_FALSE(phone.has("resident", resident));
  Phone there = town.leader("Wang", "2");
  there.sync();
  CHECK(there.has("resident", resident));
  town.check_sound();
}

TEST_CASE("edit: the office applies the changed content in its own name, references follow a changed door") {
  Town town;
  Phone phone = town.leader("Li", "1");
  Group& group = phone.open_group();
  group.ops.push_back(phone.insert_op("household", household_at(town, "2-1", "Zhao")));
  const RowId wrong = group.ops.back().key.row;
  group.ops.push_back(phone.insert_op("resident", {{"name", "Zhao"}}));
  const RowId resident = group.ops.back().key.row;
  group.ops.push_back(
      phone.insert_op("residency", {{"resident", to_text(resident)}, {"household", to_text(wrong)}}));
  const RowId residency = group.ops.back().key.row;
  phone.close_group();
  update_on(phone, wrong, {{"note", "x"}}, {phone.actor(), GroupNumber{1}, 0});
  phone.sync();
  const Table& table = town.table("household");
  const HeldEdit door{table.id, std::nullopt, table.find("place")->id, to_text(town.place_id("1-1"))};
  const Decided decided = must(edit_group(town.office(), group_of(phone, 1), {door}, kClerk));
  CHECK(decided.record.verdict == VerdictKind::replaced);
  CHECK(decided.record.decision->replaced_by != GroupNumber{});
  CHECK(town.count("household") == 1);
  CHECK_FALSE(town.value("household", wrong, "head_name"));
  const Value household = *town.value("residency", residency, "household");
  CHECK(town.value("household", *parse_row_id(std::get<std::string>(household)), "head_name") ==
        Value("Zhao"));
  // Its edit of the wrong door has nothing to stand on.
  REQUIRE(decided.dependents.size() == 1);
  CHECK(decided.dependents[0].reason == HoldReason::unknown_row);
  CHECK(phone.sync()[0].kind == VerdictKind::replaced);

  const HeldEdit bad{table.id, std::nullopt, table.find("phone")->id, std::string("12")};
  phone.insert("household", household_at(town, "2-2", "Wu"));
  phone.sync();
  CHECK_FALSE(edit_group(town.office(), group_of(phone, 3), {bad}, kClerk));
  CHECK(town.count("household") == 1);
  CHECK(stored(town, phone, 3).verdict == VerdictKind::held);
  town.check_sound();
}

TEST_CASE("pages: of one row each, and groups of many: no phone ever sees half of a group") {
  Town town;
  town.limit_pages(1);
  Phone writer = town.leader("Li", "1");
  Phone reader = town.leader("Wang", "1");
  std::vector<RowId> rows;
  for (const char* door : {"1-1", "1-2"})
    rows.push_back(writer.insert("household", household_at(town, door, "0")));
  Group& first = writer.open_group();
  for (int i = 0; i < 5; ++i) first.ops.push_back(writer.insert_op("visit", visit_at(town, "1-1")));
  writer.close_group();
  writer.sync();
  std::size_t checkpoints = 0;
  for (int round = 1; round <= 40; ++round) {
    // A group on both rows between any two of the reader's pages.
    if (round % 3 == 0) {
      Group& group = writer.open_group();
      for (const RowId& row : rows)
        group.ops.push_back(writer.update_op("household", row, {{"head_name", std::to_string(round)}}));
      writer.close_group();
      writer.sync();
    }
    if (!reader.pull_page()) continue;
    ++checkpoints;
    CHECK(reader.value("household", rows[0], "head_name") == reader.value("household", rows[1], "head_name"));
    CHECK((reader.count("visit") == 0 || reader.count("visit") == 5));
  }
  CHECK(checkpoints > 3);
  CHECK(reader.pages > checkpoints);
}
