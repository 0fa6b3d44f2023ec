#include "base/limits.hpp"
#include "pipeline/page_builder.hpp"
#include "unit/pipeline/town.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

Cells visit_at(Town& town, const std::string& place) {
  return {{"place", to_text(town.place_id(place))}, {"outcome", "met"}};
}

/// As the office, several commits' worth.
void add_visits(Town& town, const std::string& place, std::size_t count) {
  OfficeWriter writer(town.office());
  for (std::size_t i = 0; i < count; ++i)
    must(writer.put("visit", {{"place", to_text(town.place_id(place))}, {"outcome", std::string("met")}}));
  must(writer.commit());
}

/// Whether the phone has exactly the rows that lie in one of `places`, as the office has them.
void check_equal(Town& town, const Phone& phone, std::string_view table_name,
                 const std::set<std::string>& places) {
  const Table& table = town.table(table_name);
  const auto place_at = static_cast<std::size_t>(table.position(table.place_column));
  std::set<Value> wanted;
  for (const std::string& place : places) wanted.insert(Value(to_text(town.place_id(place))));
  std::size_t expected = 0;
  auto snapshot = must(town.store().snapshot());
  must(snapshot->each_row(table, [&](const RowId& id, const RowView& row) {
    std::vector<Value> values;
    row.append_values(values);
    if (wanted.count(values[place_at]) == 0) return true;
    ++expected;
    const auto theirs = phone.rows().find({table.id, id});
    REQUIRE(theirs != phone.rows().end());
    CHECK(theirs->second == PhoneRow{values, std::string(row.meta())});
    return true;
  }));
  CHECK(phone.count(table_name) == expected);
}

}  // namespace

TEST_CASE("pull: own inserts: are named, not sent, and stand with the office's metadata") {
  Town town;
  Phone phone = town.leader("Li", "1");
  phone.sync();
  for (int i = 0; i < 20; ++i) phone.insert("visit", visit_at(town, "1-1"));
  phone.clock_ms = town.clock().wall_ms + 10'000'000;  // Clamped at admission.
  phone.insert("visit", visit_at(town, "1-2"));
  const auto response = phone.exchange(phone.request());
  REQUIRE(response.page);
  CHECK(response.page->own.size() == 21);
  CHECK(response.page->sections.empty());
  CHECK(response.included_through == GroupNumber{21});
  check_equal(town, phone, "visit", {"1-1", "1-2"});
  // A second device of the same person gets them in full.
  Phone tablet = town.enrol(phone.joined().person, "tablet");
  tablet.sync();
  CHECK(tablet.own_rows == 0);
  check_equal(town, tablet, "visit", {"1-1", "1-2"});
}

TEST_CASE("pull: own inserts that are included already, or that others changed: are sent in full") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "1");
  const Cells cells{{"place", to_text(town.place_id("1-1"))}, {"number", std::int64_t{1}}};
  const RowId row = li.insert("household", cells);
  li.push();
  wang.sync();
  wang.update("household", row, {{"note", "x"}});
  wang.push();
  li.sync();
  CHECK(li.own_rows == 0);
  CHECK(li.value("household", row, "note") == Value("x"));
  // Reading all over again: the device says what its canonical state includes.
  li.insert("visit", visit_at(town, "1-1"));
  li.sync();
  CHECK(li.own_rows == 1);
  li.cursor = {};
  li.sync();
  CHECK(li.own_rows == 1);
  check_equal(town, li, "visit", {"1-1"});
}

TEST_CASE("pull: more than a page: comes in pages, and the checkpoint ends it") {
  Town town;
  Phone phone = town.leader("Li", "C");
  add_visits(town, "1-1", doorstep::limits::kPageRows + 100);
  CHECK_FALSE(phone.pull_page());
  CHECK(phone.count("visit") == 0);  // Staged.
  CHECK(phone.pull_page());
  CHECK(phone.pages == 2);
  check_equal(town, phone, "visit", {"1-1"});
}

TEST_CASE("pull: writes between the pages: no row is missed, none is old") {
  const std::size_t rows = doorstep::limits::kPageRows + 500;
  Town town;
  Phone phone = town.leader("Li", "C");
  Phone writer = town.leader("Wang", "1");
  std::vector<RowId> households;
  {
    OfficeWriter office(town.office());
    for (std::size_t i = 0; i < rows; ++i)
      households.push_back(
          must(office.put("household", {{"place", to_text(town.place_id(i % 2 ? "1-1" : "1-2"))},
                                        {"number", std::int64_t(i + 1)}})));
    must(office.commit());
  }
  writer.sync();
  REQUIRE_FALSE(phone.pull_page());
  // The first was sent, the last was not; one more comes, one goes.
  writer.update("household", households[0], {{"note", "changed after its page"}});
  writer.update("household", households[rows - 1], {{"note", "changed before its page"}});
  writer.remove("household", households[1]);
  writer.insert("household", {{"place", to_text(town.place_id("1-1"))}, {"number", std::int64_t(rows + 1)}});
  writer.sync();
  while (!phone.pull_page()) {
  }
  check_equal(town, phone, "household", {"1-1", "1-2"});
  CHECK(phone.value("household", households[0], "note") == Value("changed after its page"));
  CHECK_FALSE(phone.has("household", households[1]));
  town.check_sound();
}

TEST_CASE("pull: a row that is deleted, and one that moves out of the scope: are told apart") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone above = town.leader("Sun", "C");
  const RowId deleted = li.insert("hazard", {{"place", to_text(town.place_id("1-1"))}});
  const RowId moved = li.insert("hazard", {{"place", to_text(town.place_id("1-1"))}});
  li.sync();
  above.sync();
  above.remove("hazard", deleted);
  above.update("hazard", moved, {{"place", to_text(town.place_id("2-1"))}});
  above.sync();
  const auto response = li.exchange(li.request());
  REQUIRE(response.page);
  REQUIRE(response.page->gone.size() == 2);
  CHECK(response.page->gone[0].key.row == deleted);
  CHECK(response.page->gone[0].reason == wire::GoneReason::deleted);
  CHECK(response.page->gone[0].birth == Birth{1});
  CHECK(response.page->gone[1].key.row == moved);
  CHECK(response.page->gone[1].reason == wire::GoneReason::left_scope);
  CHECK(above.has("hazard", moved));
  CHECK(li.count("hazard") == 0);
  town.check_sound();
}

TEST_CASE("pull: cut off in the middle: goes on from any page, also twice from the same one") {
  Town town;
  Phone phone = town.leader("Li", "C");
  add_visits(town, "1-1", doorstep::limits::kPageRows + 100);
  REQUIRE_FALSE(phone.pull_page());
  Phone lost = phone;
  lost.pull_page();  // The answer never arrived.
  CHECK(phone.pull_page());
  CHECK(phone.pages == 2);
  check_equal(town, phone, "visit", {"1-1"});
}

TEST_CASE("pull: a new post: its slice starts at 0 and the others go on") {
  Town town;
  Phone phone = town.leader("Li", "1");
  add_visits(town, "1-1", 10);
  add_visits(town, "2-1", 10);
  phone.sync();
  CHECK(phone.count("visit") == 10);
  town.assign(phone.joined().person, "2");
  const auto response = phone.exchange(phone.request());
  REQUIRE(response.page);
  CHECK(response.next.slices.size() == 2);
  REQUIRE_FALSE(response.page->sections.empty());
  std::size_t visits = 0;
  for (const wire::RowSection& section : response.page->sections)
    if (section.table == town.table("visit").id) visits += section.ids.size();
  CHECK(visits == 10);  // Those of the new grid alone.
  CHECK(phone.count("visit") == 20);
  CHECK(response.checkpoint);
}

TEST_CASE("pull: a post that moves to another place: is another slice") {
  Town town;
  const RowId person = town.person("Li");
  const RowId post = town.assign(person, "1");
  Phone phone = town.enrol(person);
  add_visits(town, "1-1", 3);
  add_visits(town, "2-1", 4);
  phone.sync();
  town.put("assignment", {{"place", to_text(town.place_id("2"))}}, post);
  const auto response = phone.exchange(phone.request());
  CHECK(response.next.slices.size() == 1);
  std::size_t visits = 0;
  for (const wire::RowSection& section : response.page->sections)
    if (section.table == town.table("visit").id) visits += section.ids.size();
  CHECK(visits == 4);
}

TEST_CASE("pull: slices at different positions: meet without sending a row twice") {
  Town town;
  Phone phone = town.leader("Li", "1");
  add_visits(town, "1-1", 5);
  phone.sync();
  add_visits(town, "1-1", 3);
  add_visits(town, "2-1", 7);
  town.assign(phone.joined().person, "2");
  const auto response = phone.exchange(phone.request());
  std::size_t visits = 0;
  for (const wire::RowSection& section : response.page->sections)
    if (section.table == town.table("visit").id) visits += section.ids.size();
  CHECK(visits == 10);
  CHECK(phone.count("visit") == 15);
}

TEST_CASE("pull: a small scope in a large office: looks its places up and misses nothing") {
  Town town;
  Phone small = town.leader("Li", "1");
  Phone large = town.leader("Sun", "C");
  add_visits(town, "1-1", 40);
  add_visits(town, "2-1", 6000);
  add_visits(town, "1-2", 20);
  small.insert("visit", visit_at(town, "1-1"));
  small.insert("resident", {{"name", "stands nowhere"}});
  small.sync();
  CHECK(small.pages == 1);
  check_equal(town, small, "visit", {"1-1", "1-2"});
  CHECK(small.count("resident") == 1);
  CHECK(small.has("place", town.place_id("S")));
  CHECK(small.has("person", large.joined().person));
  large.sync();
  check_equal(town, large, "visit", {"1-1", "1-2", "2-1"});
}

TEST_CASE("pull: a cursor of another incarnation or from the future: starts at 0") {
  Town town;
  Phone phone = town.leader("Li", "1");
  add_visits(town, "1-1", 3);
  phone.sync();
  const wire::Cursor cursor = phone.cursor;
  const auto rows_sent = [&](const wire::Cursor& from) {
    Phone copy = phone;
    copy.cursor = from;
    const auto response = copy.exchange(copy.request());
    std::size_t rows = 0;
    for (const wire::RowSection& section : response.page->sections) rows += section.ids.size();
    return rows;
  };
  CHECK(rows_sent(cursor) == 0);
  wire::Cursor other = cursor;
  ++other.incarnation;
  const std::size_t everything = rows_sent(other);
  CHECK(everything > 3);
  other = cursor;
  other.slices[0].position = FeedPosition{raw(cursor.slices[0].position) + 1};
  CHECK(rows_sent(other) == everything);
  CHECK(phone.cursor.chain != 0);
}

TEST_CASE("pull: while the writer holds its lock: is answered") {
  Town town;
  Phone phone = town.leader("Li", "1");
  add_visits(town, "1-1", 3);
  {
    OfficeTransaction writing = must(OfficeTransaction::begin(town.office()));
    must(writing.tx().bump_territory());
    CHECK(phone.pull_page());
  }
  CHECK(phone.count("visit") == 3);
}

TEST_CASE("pull: only verdicts wanted: has no page and keeps the cursor") {
  Town town;
  Phone phone = town.leader("Li", "1");
  phone.insert("visit", visit_at(town, "1-1"));
  const auto response = phone.push();
  CHECK_FALSE(response.page);
  CHECK_FALSE(response.checkpoint);
  CHECK(response.included_through == GroupNumber{0});
  CHECK(response.next.slices.empty());
}

TEST_CASE("pull: times: are signed by the office") {
  Town town;
  Phone phone = town.leader("Li", "1");
  const KeyPair keys = make_key_pair();
  Pipeline::Options options;
  options.identity = keys.secret_key;
  auto pipeline = must(Pipeline::open(town.store(), town.clock(), town.entropy(), options));
  const auto response = must(pipeline->exchange(phone.request()));
  CHECK(response.time.ms == town.clock().wall_ms);
  CHECK(verify(wire::signed_bytes(phone.joined().office, response.time.ms), response.time.signature,
               keys.public_key));
}

TEST_CASE("pull: a first pull: is whole to its checkpoint, later ones are not") {
  Town town;
  Phone phone = town.leader("Li", "C");
  add_visits(town, "1-1", doorstep::limits::kPageRows + 10);
  const auto first = phone.exchange(phone.request());
  CHECK_FALSE(first.checkpoint);
  CHECK(first.next.whole);
  const FeedPosition began = first.next.floor;
  CHECK(began == must(must(town.store().snapshot())->feed_head()));
  add_visits(town, "1-1", 1);
  const auto last = phone.exchange(phone.request());
  REQUIRE(last.checkpoint);
  CHECK(last.next.whole);
  CHECK(last.next.floor > began);
  const auto later = phone.exchange(phone.request());
  CHECK_FALSE(later.next.whole);
  CHECK(later.next.floor == last.next.floor);
}

TEST_CASE("pull: pages of a slice that is new to a device: keep the floor of its last checkpoint") {
  Town town;
  Phone phone = town.leader("Li", "1");
  phone.sync();
  const FeedPosition floor = phone.cursor.floor;
  add_visits(town, "1-1", doorstep::limits::kPageRows + 10);
  const auto page = phone.exchange(phone.request());
  REQUIRE_FALSE(page.checkpoint);
  CHECK(page.next.floor == floor);
  CHECK_FALSE(page.next.whole);
}

TEST_CASE("pull: a cursor ahead of the feed, or of another incarnation: everything comes again, whole") {
  Town town;
  Phone phone = town.leader("Li", "1");
  add_visits(town, "1-1", 3);
  phone.sync();
  const wire::Cursor good = phone.cursor;
  const auto answer_to = [&](const wire::Cursor& cursor) {
    wire::SyncRequest request = phone.request();
    request.cursor = cursor;
    return must(town.pipeline().exchange(request));
  };
  CHECK_FALSE(answer_to(good).next.whole);
  wire::Cursor ahead = good;
  ahead.slices.front().position = FeedPosition{raw(good.slices.front().position) + 1};
  wire::Cursor foreign = good;
  ++foreign.incarnation;
  for (const wire::Cursor& cursor : {ahead, foreign}) {
    const auto response = answer_to(cursor);
    CHECK(response.next.whole);
    CHECK(response.next.floor == must(must(town.store().snapshot())->feed_head()));
    REQUIRE_FALSE(response.page->sections.empty());
  }
}
