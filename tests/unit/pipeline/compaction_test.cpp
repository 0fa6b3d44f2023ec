#include "pipeline/compaction.hpp"

#include "pipeline/held_desk.hpp"
#include "pipeline/split.hpp"
#include "unit/pipeline/town.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

constexpr std::int64_t kDayMs = CompactionOptions::kDayMs;

/// Nothing is kept longer than it must be.
CompactionOptions at_once() {
  CompactionOptions options;
  options.history_ms = 0;
  options.without_backup = true;
  return options;
}

/// A while after everything that happened so far.
CompactionReport compact_later(Town& town, const CompactionOptions& options = at_once()) {
  town.clock().wall_ms += 1'000;
  return must(compact(town.office(), options));
}

RowId hazard(Phone& phone, Town& town, const std::string& place) {
  const RowId row = phone.insert("hazard", {{"place", to_text(town.place_id(place))}, {"note", "wire"}});
  phone.sync();
  return row;
}

std::size_t entries_of(Town& town, std::string_view table, const RowId& row) {
  return must(must(town.store().snapshot())->feed_of(town.table(table).id, row)).size();
}

std::optional<DeadRow> dead(Town& town, std::string_view table, const RowId& row) {
  return must(must(town.store().snapshot())->dead({town.table(table).id, row}));
}

GroupRecord group_of(Town& town, const Phone& phone, std::uint64_t number) {
  return *must(must(town.store().snapshot())->group(phone.actor(), GroupNumber{number}));
}

/// Something after it in the feed: the last entry always stays.
void end_feed(Town& town) {
  town.put("visit", {{"place", to_text(town.place_id("2-2"))}, {"outcome", std::string("met")}});
}

}  // namespace

TEST_CASE("compaction: a deleted row that every device has heard of: only its birth is left") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "C");
  const RowId row = hazard(li, town, "1-1");
  wang.sync();
  wang.remove("hazard", row);
  wang.sync();
  end_feed(town);
  CHECK(compact_later(town).deleted_rows == 0);  // Li has not heard of it.
  CHECK(entries_of(town, "hazard", row) == 1);
  for (int i = 0; i < 2; ++i) {  // That she has it she says with her next request.
    li.sync();
    wang.sync();
  }
  const CompactionReport done = compact_later(town);
  CHECK(done.devices == 2);
  CHECK(done.waited_for == 2);
  CHECK(done.deleted_rows == 1);
  CHECK(entries_of(town, "hazard", row) == 0);
  CHECK(dead(town, "hazard", row)->state.empty());
  CHECK(dead(town, "hazard", row)->birth == Birth{1});
  town.check_sound();
  CHECK(compact_later(town).feed_entries == 0);
}

TEST_CASE("compaction: a device past its lease: is not waited for, and begins afresh with its work") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "C");
  const RowId row = hazard(li, town, "1-1");
  wang.sync();
  wang.remove("hazard", row);
  wang.sync();
  end_feed(town);
  town.clock().wall_ms += 61 * kDayMs;
  wang.sync();
  const CompactionReport done = compact_later(town);
  CHECK(done.waited_for == 1);
  CHECK(done.deleted_rows == 1);
  const RowId visit = li.insert("visit", {{"place", to_text(town.place_id("1-2"))}, {"outcome", "met"}});
  CHECK(li.has("hazard", row));
  li.sync();
  CHECK_FALSE(li.has("hazard", row));
  CHECK(li.last_verdict() == wire::VerdictKind::effective);
  CHECK(li.has("visit", visit));
  town.check_sound();
}

TEST_CASE("compaction: work on a row that was deleted long ago: is held; a delete is done already") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "C");
  Phone sun = town.leader("Sun", "C");
  const RowId row = hazard(li, town, "1-1");
  wang.sync();
  sun.sync();
  wang.remove("hazard", row);
  wang.sync();
  end_feed(town);
  wang.sync();
  li.update("hazard", row, {{"note", Value("late")}});
  sun.remove("hazard", row);
  town.clock().wall_ms += 61 * kDayMs;
  wang.sync();
  REQUIRE(compact_later(town).deleted_rows == 1);
  li.sync();
  REQUIRE(li.last_verdict() == wire::VerdictKind::held);
  CHECK(li.verdicts().back().reason == wire::HoldReason::deleted_long_ago);
  sun.sync();
  CHECK(sun.last_verdict() == wire::VerdictKind::effective);
  // Whoever means it again begins its next birth.
  Op again = li.insert_op("hazard", {{"place", to_text(town.place_id("1-1"))}}, row);
  li.open_group().ops.push_back(again);
  li.close_group();
  li.sync();
  CHECK(li.verdicts().back().reason == wire::HoldReason::deleted_long_ago);
  again.birth = Birth{2};
  li.open_group().ops.push_back(again);
  li.close_group();
  li.sync();
  CHECK(li.last_verdict() == wire::VerdictKind::effective);
  CHECK(li.has("hazard", row));
  CHECK_FALSE(dead(town, "hazard", row));
  town.check_sound();
}

TEST_CASE("compaction: a household that was deleted: is found by late work and by the next registration") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "C");
  const Cells door{{"place", to_text(town.place_id("1-1"))}, {"number", std::int64_t{1}}};
  const RowId row = li.insert("household", door);
  li.sync();
  wang.sync();
  li.update("household", row, {{"note", Value("late")}});
  wang.remove("household", row);
  wang.sync();
  end_feed(town);
  town.clock().wall_ms += 61 * kDayMs;
  wang.sync();
  CHECK(compact_later(town).deleted_rows == 0);
  li.sync();
  CHECK(li.last_verdict() == wire::VerdictKind::merged);
  CHECK(town.value("household", row, "note") == Value("late"));
  town.check_sound();
}

TEST_CASE("compaction: the last entry of the feed: stays, so that no position is given twice") {
  Town town;
  Phone li = town.leader("Li", "1");
  const RowId row = hazard(li, town, "1-1");
  li.remove("hazard", row);
  li.sync();
  li.sync();
  const FeedPosition head = must(must(town.store().snapshot())->feed_head());
  CHECK(compact_later(town).deleted_rows == 0);
  CHECK(must(must(town.store().snapshot())->feed_head()) == head);
  end_feed(town);
  li.sync();
  CHECK(compact_later(town).deleted_rows == 1);
  CHECK(must(must(town.store().snapshot())->feed_head()) > head);
}

TEST_CASE("compaction: superseded content: goes, and its group is still known by its digest") {
  Town town;
  Phone li = town.leader("Li", "1");
  const RowId row = hazard(li, town, "1-1");
  for (const char* note : {"first", "second", "third"}) {
    li.update("hazard", row, {{"party", Value(note)}});
    li.sync();
  }
  CompactionOptions options = at_once();
  options.dry_run = true;
  CHECK(compact_later(town, options).groups == 2);
  CHECK_FALSE(group_of(town, li, 2).is_cut());
  options.dry_run = options.without_backup = false;
  const CompactionReport refused = compact_later(town, options);
  CHECK(refused.groups == 0);
  CHECK(refused.groups_without_backup == 2);
  const CompactionReport done = compact_later(town);
  CHECK(done.groups == 2);
  CHECK(done.group_bytes > 0);
  CHECK_FALSE(group_of(town, li, 1).is_cut());  // The place and more of it still show.
  CHECK(group_of(town, li, 2).is_cut());
  CHECK(group_of(town, li, 3).is_cut());
  CHECK_FALSE(group_of(town, li, 4).is_cut());
  town.check_sound();
  const Why told = must(why(town.office(), "hazard", row, "party"));
  CHECK(told.is_cut);
  CHECK(told.versions.size() == 1);
  CHECK_FALSE(must(why(town.office(), "hazard", row, "place")).is_cut);
  // A phone that never heard its verdicts says it all again.
  li.acknowledged = GroupNumber{};
  const auto response = li.exchange(li.request());
  CHECK(response.push == wire::PushResult::accepted);
  CHECK(response.admitted_through == GroupNumber{4});
  CHECK(compact_later(town).groups == 0);
}

TEST_CASE("compaction: what a held group builds on: is kept until it is decided") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "2");
  const RowId row = hazard(li, town, "1-1");
  li.update("hazard", row, {{"state", Value("told")}});
  li.sync();
  const Op outside = li.update_op("hazard", row, {{"state", Value("fixed")}});
  wang.open_group().ops.push_back(outside);
  wang.close_group();
  wang.sync();
  REQUIRE(wang.last_verdict() == wire::VerdictKind::held);
  li.update("hazard", row, {{"state", Value("deadline")}});
  li.sync();
  compact_later(town);
  CHECK_FALSE(group_of(town, li, 2).is_cut());
  const auto released = must(release_group(town.office(), {wang.actor(), GroupNumber{1}}, {"clerk", ""}));
  CHECK(wire::is_applied(released.record.verdict));
  town.check_sound();
}

TEST_CASE("compaction: a move from a state that is not kept any more: is for people to judge") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "C");
  const RowId row = hazard(li, town, "1-1");
  li.update("hazard", row, {{"state", Value("told")}});
  li.sync();
  wang.sync();
  wang.update("hazard", row, {{"state", Value("fixed")}});
  li.update("hazard", row, {{"state", Value("deadline")}});
  li.sync();
  compact_later(town);
  REQUIRE(group_of(town, li, 2).is_cut());
  wang.sync();
  REQUIRE(wang.last_verdict() == wire::VerdictKind::held);
  CHECK(wang.verdicts().back().reason == wire::HoldReason::read_long_ago);
  const auto released = must(release_group(town.office(), {wang.actor(), GroupNumber{1}}, {"clerk", ""}));
  CHECK(wire::is_applied(released.record.verdict));
  CHECK(town.value("hazard", row, "state") == Value("fixed"));
  town.check_sound();
}

TEST_CASE("compaction: a settled conflict: goes when it is old and everybody has heard of it") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "C");
  const RowId row = hazard(li, town, "1-1");
  wang.sync();
  li.update("hazard", row, {{"party", Value("one")}});
  wang.update("hazard", row, {{"party", Value("two")}});
  li.sync();
  wang.sync();
  REQUIRE(town.conflicts().size() == 1);
  CHECK(compact_later(town).ledger_entries == 0);
  li.sync();
  li.update("hazard", row, {{"party", Value("settled")}});
  li.sync();
  end_feed(town);
  CHECK(town.conflicts().empty());
  CHECK(compact_later(town).ledger_entries == 0);  // Wang has not heard of it.
  for (int i = 0; i < 2; ++i) {
    li.sync();
    wang.sync();
  }
  CompactionOptions patient = at_once();
  patient.history_ms = kDayMs;
  CHECK(compact_later(town, patient).ledger_entries == 0);
  CHECK(compact_later(town).ledger_entries == 1);
  CHECK(town.conflicts(false).empty());
  town.check_sound();
}

TEST_CASE("compaction: two families in one row whose history is cut: are not parted") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "C");
  const Cells door{{"place", to_text(town.place_id("1-1"))}, {"number", std::int64_t{1}}, {"note", "Zhang"}};
  const RowId row = li.insert("household", door);
  li.sync();
  wang.sync();
  wang.update("household", row, {{"note", Value("Chen")}});
  wang.sync();
  wang.update("household", row, {{"note", Value("Chen, phone")}});
  wang.sync();
  REQUIRE(split_household(town.office(), row, wang.joined().person, true));
  REQUIRE(compact_later(town).groups > 0);
  const auto refused = split_household(town.office(), row, wang.joined().person, true);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().domain == ErrorDomain::usage);
}

TEST_CASE("compaction: a device that only pulls: is heard of all the same") {
  Town town;
  Phone li = town.leader("Li", "1");
  li.sync();
  town.clock().wall_ms += 61 * kDayMs;
  li.sync();
  CHECK(compact_later(town).waited_for == 1);
  town.reopen();
  CHECK(compact_later(town).waited_for == 1);
  town.clock().wall_ms += 61 * kDayMs;
  CHECK(compact_later(town).waited_for == 0);
}

TEST_CASE("compaction: much that went: the file becomes smaller") {
  Town town;
  Phone li = town.leader("Li", "1");
  const std::string words(4'000, 'x');
  std::vector<RowId> rows;
  for (int i = 0; i < 200; ++i)
    rows.push_back(li.insert("hazard", {{"place", to_text(town.place_id("1-1"))}, {"note", words}}));
  li.sync();
  for (const RowId& row : rows) li.remove("hazard", row);
  li.sync();
  end_feed(town);
  li.sync();
  const CompactionReport first = compact_later(town);
  CHECK(first.deleted_rows == 200);
  // What only those rows rested on goes the next time.
  const CompactionReport second = compact_later(town);
  CHECK(second.groups == 400);
  CHECK(second.after.free_bytes == 0);
  CHECK(second.after.bytes < first.before.bytes * 3 / 5);
  town.check_sound();
}
