#include "pipeline/compaction.hpp"
#include "pipeline/still_held.hpp"
#include "unit/pipeline/phone.hpp"
#include "unit/pipeline/town.hpp"

// How places lie beneath one another, how that changes, and what it costs.
using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

Cells visit_at(Town& town, const std::string& place) {
  return {{"place", to_text(town.place_id(place))}, {"outcome", "met"}};
}

RowId overlay(Town& town, const std::string& place, const std::string& over) {
  return town.put("place_overlay",
                  {{"place", to_text(town.place_id(place))}, {"overlay", to_text(town.place_id(over))}});
}

void move(Town& town, const std::string& place, const std::string& parent) {
  town.put("place", {{"parent", to_text(town.place_id(parent))}}, town.place_id(place));
}

FeedPosition head_of(Town& town) { return must(must(town.store().snapshot())->feed_head()); }

/// Rows that an answer brings, and rows that it takes away.
struct Sent {
  std::size_t rows = 0;
  std::size_t gone = 0;
};

Sent pull(Phone& phone) {
  Sent sent;
  for (;;) {
    const auto response = phone.exchange(phone.request());
    for (const wire::RowSection& section : response.page->sections) sent.rows += section.ids.size();
    sent.gone += response.page->gone.size();
    if (response.checkpoint) return sent;
  }
}

/// A building with two units of two doors, in grid 1, and 40 visits there.
void add_building(Town& town) {
  town.place("b", "1", "building");
  for (const std::string unit : {"b1", "b2"}) {
    town.place(unit, "b", "unit");
    for (const std::string door : {"-1", "-2"}) town.place(unit + door, unit);
  }
  OfficeWriter writer(town.office());
  for (int i = 0; i < 40; ++i)
    must(writer.put("visit", {{"place", to_text(town.place_id(i % 2 != 0 ? "b1-1" : "b2-2"))},
                              {"outcome", std::string("met")}}));
  must(writer.commit());
}

}  // namespace

TEST_CASE("places: an overlay: shows what lies beneath its members, and may write there") {
  Town town;
  town.place("G", "S", "estate");
  Phone grid = town.leader("Gao", "G");
  Phone li = town.leader("Li", "1");
  Phone inside = town.leader("Sun", "1-1");
  const RowId home =
      li.insert("household", {{"place", to_text(town.place_id("1-1"))}, {"number", std::int64_t{1}}});
  for (Phone* phone : {&grid, &li, &inside}) phone->sync();
  CHECK_FALSE(grid.has("household", home));
  CHECK_FALSE(inside.has("place", town.place_id("G")));
  grid.insert("visit", visit_at(town, "1-1"));
  CHECK(grid.sync()[0].reason == wire::HoldReason::outside_scope);

  const RowId edge = overlay(town, "1", "G");
  for (Phone* phone : {&grid, &li, &inside}) phone->sync();
  CHECK(grid.has("household", home));
  CHECK(grid.has("place", town.place_id("1-2")));
  CHECK(grid.has("place_overlay", edge));
  CHECK_FALSE(grid.has("place", town.place_id("2-1")));
  CHECK(inside.has("place", town.place_id("G")));  // From below.
  CHECK(inside.has("person", grid.joined().person));
  CHECK(inside.has("place_overlay", edge));
  grid.insert("visit", visit_at(town, "1-1"));
  CHECK(grid.sync()[0].kind == wire::VerdictKind::effective);

  town.remove("place_overlay", edge);
  for (Phone* phone : {&grid, &li, &inside}) phone->sync();
  CHECK_FALSE(grid.has("household", home));
  CHECK_FALSE(grid.has("place", town.place_id("1-2")));
  CHECK_FALSE(grid.has("place_overlay", edge));
  CHECK(li.has("household", home));
  CHECK(inside.has("household", home));
  CHECK_FALSE(inside.has("place", town.place_id("G")));
  CHECK_FALSE(inside.has("person", grid.joined().person));
  grid.insert("visit", visit_at(town, "1-1"));
  CHECK(grid.sync()[0].reason == wire::HoldReason::outside_scope);
  town.check_sound();
}

TEST_CASE("places: overlays in overlays, by several ways: are seen once, until the last way is gone") {
  Town town;
  town.place("G", "S", "estate");
  town.place("g1", "G", "estate");
  town.place("A", "S", "estate");
  Phone grid = town.leader("Gao", "G");
  const RowId first = overlay(town, "1-1", "g1");
  const RowId second = overlay(town, "1", "A");
  const RowId third = overlay(town, "A", "G");
  const RowId home = town.put("household", {{"place", to_text(town.place_id("1-1"))}});
  grid.sync();
  CHECK(grid.has("household", home));
  town.remove("place_overlay", third);
  CHECK(pull(grid).gone > 0);  // What only the area brought.
  CHECK(grid.has("household", home));
  CHECK_FALSE(grid.has("place", town.place_id("1")));
  CHECK_FALSE(grid.has("place", town.place_id("1-2")));
  town.remove("place_overlay", first);
  grid.sync();
  CHECK_FALSE(grid.has("household", home));
  CHECK(town.value("place_overlay", second, "overlay").has_value());
  town.check_sound();
}

TEST_CASE("places: overlays that go in a circle: are refused") {
  Town town;
  OfficeWriter writer(town.office());
  must(writer.put("place_overlay",
                  {{"place", to_text(town.place_id("S"))}, {"overlay", to_text(town.place_id("1-1"))}}));
  const Status done = writer.commit();
  REQUIRE_FALSE(done);
  CHECK(done.error().code == ErrorCode::validation_failed);
  town.check_sound();
}

TEST_CASE("places: a building that moves: costs its own row, and the rows of those who gain or lose it") {
  Town town;
  add_building(town);
  Phone one = town.leader("Li", "1");
  Phone two = town.leader("Wang", "2");
  Phone inside = town.leader("Sun", "b");
  Phone above = town.worker("Zhou", "C");
  for (Phone* phone : {&one, &two, &inside, &above}) phone->sync();
  const std::size_t rows = 40 + 7 + 3;  // Visits, places, and the leader inside with her post and phone.
  const FeedPosition before = head_of(town);
  move(town, "b", "2");
  CHECK(raw(head_of(town)) == raw(before) + 1);
  const Sent lost = pull(one);
  CHECK(lost.rows == 0);
  CHECK(lost.gone == rows);
  const Sent gained = pull(two);
  CHECK(gained.rows == rows);
  CHECK(gained.gone == 0);
  const Sent beneath = pull(inside);  // Other people above her.
  CHECK(beneath.rows == 1 + 1 + 3);
  CHECK(beneath.gone == 1 + 3);
  const Sent everything = pull(above);
  CHECK(everything.rows == 1);
  CHECK(everything.gone == 0);
  for (Phone* phone : {&one, &two, &inside, &above}) CHECK(pull(*phone).rows == 0);
  town.check_sound();
}

TEST_CASE("places: moves in the middle of a pull, to and fro: in the end everybody has hers") {
  const std::size_t page = GENERATE(range(1, 12));
  CAPTURE(page);
  Town town;
  add_building(town);
  Phone one = town.leader("Li", "1");
  Phone two = town.leader("Wang", "2");
  for (Phone* phone : {&one, &two}) phone->sync();
  town.limit_pages(page);
  move(town, "b", "2");
  for (Phone* phone : {&one, &two}) phone->pull_page();
  const RowId visit =
      town.put("visit", {{"place", to_text(town.place_id("b1-1"))}, {"outcome", std::string("vacant")}});
  move(town, "b", "1");
  for (Phone* phone : {&one, &two}) phone->pull_page();
  move(town, "b1", "2");
  for (Phone* phone : {&one, &two}) phone->sync();
  CHECK(one.count("visit") == 20);
  CHECK(two.count("visit") == 21);
  CHECK(two.has("visit", visit));
  CHECK_FALSE(one.has("visit", visit));
  CHECK(two.has("place", town.place_id("b1-2")));
  CHECK_FALSE(one.has("place", town.place_id("b1-2")));
  town.check_sound();
}

TEST_CASE("places: a way of twelve levels and more: is seen from its top to its door") {
  Town town;
  std::string above = "C";
  for (int level = 0; level < 12; ++level) {
    const std::string code = "220104001001" + std::string(static_cast<std::size_t>(level + 1), 'x');
    town.place(code, above, "building");
    above = code;
  }
  Phone street = town.leader("Sun", "S");
  Phone door = town.leader("Li", above);
  const RowId visit = door.insert("visit", visit_at(town, above));
  CHECK(door.sync()[0].kind == wire::VerdictKind::effective);
  street.sync();
  CHECK(street.has("visit", visit));
  CHECK(door.has("place", town.place_id("S")));
  // At 32 it is taken for a mistake.
  bool refused = false;
  for (int level = 0; level < 24 && !refused; ++level) {
    const std::string code = "y" + std::to_string(level);
    OfficeWriter writer(town.office());
    const RowId id = must(writer.put(
        "place",
        {{"code", code}, {"level", std::string("building")}, {"parent", to_text(town.place_id(above))}}));
    static_cast<void>(id);
    refused = !writer.commit().has_value();
    if (!refused) {
      town.place(code, above, "building");
      above = code;
    }
  }
  CHECK(refused);
  town.check_sound();
}

TEST_CASE("places: a device from before what is remembered of the places: downloads everything afresh") {
  Town town;
  add_building(town);
  Phone one = town.leader("Li", "1");
  one.sync();
  move(town, "b", "2");
  {
    OfficeTransaction work = must(OfficeTransaction::begin(town.office()));
    must(work.tx().set_horizon(head_of(town)));
    must(work.commit());
  }
  CHECK(must(must(town.store().snapshot())->place_changes()).empty());
  const auto answer = one.exchange(one.request());
  CHECK(answer.next.whole);
  while (!one.pull_page()) {
  }
  CHECK(one.count("visit") == 0);
}

TEST_CASE("posts: one of two ends: its rows leave, the others are not sent again") {
  Town town;
  add_building(town);
  const RowId who = town.person("Li");
  const RowId post = town.assign(who, "1");
  town.assign(who, "2");
  Phone li = town.enrol(who);
  for (int i = 0; i < 5; ++i) li.insert("visit", visit_at(town, "2-1"));
  li.sync();
  CHECK(li.count("visit") == 45);
  const bool deleted = GENERATE(false, true);
  CAPTURE(deleted);
  if (deleted)
    town.remove("assignment", post);
  else
    town.put("assignment", {{"ends", std::string("2026-11-21")}}, post);
  const Sent sent = pull(li);
  CHECK(sent.rows == 0);
  CHECK(sent.gone == 40 + 7 + 3 + 1);  // Visits, the building, grid and its doors, the post that is over.
  CHECK(li.count("visit") == 5);
  CHECK(li.cursor.slices.size() == 1);
  CHECK_FALSE(li.cursor.whole);
  town.check_sound();
}

TEST_CASE("posts: one ends and goes on, page by page: everything is there again") {
  const std::size_t page = GENERATE(1, 3, 10, 30);
  CAPTURE(page);
  Town town;
  add_building(town);
  const RowId who = town.person("Li");
  const RowId post = town.assign(who, "1");
  town.assign(who, "2");
  Phone li = town.enrol(who);
  li.sync();
  const std::size_t all = li.rows().size();
  town.limit_pages(page);
  town.put("assignment", {{"ends", std::string("2026-11-21")}}, post);
  li.pull_page();
  li.pull_page();
  town.put("assignment", {{"ends", std::string("2026-12-31")}}, post);
  li.sync();
  CHECK(li.rows().size() == all);
  CHECK(li.count("visit") == 40);
  town.check_sound();
}

TEST_CASE("posts: a substitute for a week: has the place for that week") {
  Town town;
  add_building(town);
  const auto day = [](const char* date) {
    return *parse_canonical_time(std::string(date) + "T01:00:00.000Z");
  };
  const RowId who = town.person("Sub");
  town.assign(who, "2");
  town.assign(who, "b", "2026-11-23", "2026-11-29");
  Phone sub = town.enrol(who);
  Phone li = town.leader("Li", "b");
  sub.sync();
  CHECK(sub.count("visit") == 0);
  town.clock().wall_ms = day("2026-11-23");
  sub.sync();
  CHECK(sub.count("visit") == 40);  // Place and history at one checkpoint.
  CHECK(sub.has("place", town.place_id("b2-2")));
  const RowId visit = sub.insert("visit", visit_at(town, "b1-1"));
  CHECK(sub.sync()[0].kind == wire::VerdictKind::effective);
  li.sync();
  CHECK(li.has("visit", visit));
  sub.insert("visit", visit_at(town, "b1-1"));  // Recorded in her week, sent after it.
  town.clock().wall_ms = day("2026-11-30");
  CHECK(sub.sync()[0].kind == wire::VerdictKind::effective);
  CHECK(sub.count("visit") == 0);
  CHECK_FALSE(sub.has("place", town.place_id("b1-1")));
  CHECK(sub.has("place", town.place_id("2-1")));
  sub.insert("visit", visit_at(town, "b1-1"));
  CHECK(sub.sync()[0].reason == wire::HoldReason::outside_scope);
  li.sync();
  CHECK(li.count("visit") == 42);
  town.check_sound();
}

TEST_CASE("posts: a handover: the successor has everything at once, and what the predecessor brings late") {
  Town town;
  add_building(town);
  const RowId before = town.person("Li");
  const RowId post = town.assign(before, "b");
  town.assign(before, "2");
  Phone li = town.enrol(before);
  const RowId hazard = li.insert("hazard", {{"place", to_text(town.place_id("b1-1"))}, {"state", "open"}});
  li.sync();
  // Her last day's work waits on her phone.
  li.update("hazard", hazard, {{"state", "told"}});
  const RowId late = li.insert("visit", visit_at(town, "b2-1"));
  town.clock().wall_ms += 24 * 3'600'000;
  town.put("assignment", {{"ends", std::string("2026-11-22")}}, post);
  const RowId after = town.person("Wang");
  town.assign(after, "b", "2026-11-23");
  Phone wang = town.enrol(after);
  CHECK(wang.pull_page());  // One checkpoint.
  CHECK(wang.count("visit") == 40);
  CHECK(wang.value("hazard", hazard, "state") == Value("open"));
  CHECK(wang.has("place", town.place_id("b1-2")));
  for (const wire::Verdict& verdict : li.sync()) CHECK(verdict.kind == wire::VerdictKind::effective);
  CHECK(li.count("visit") == 0);
  CHECK(li.count("hazard") == 0);
  CHECK_FALSE(li.has("place", town.place_id("b")));
  wang.sync();
  CHECK(wang.value("hazard", hazard, "state") == Value("told"));
  CHECK(wang.has("visit", late));
  CHECK(wang.count("visit") == 41);
  town.check_sound();
}

TEST_CASE("posts: what a phone may still hold: is listed until it has said that it gave it up") {
  Town town;
  add_building(town);
  const RowId who = town.person("Li");
  const RowId post = town.assign(who, "1");
  town.assign(who, "2");
  Phone li = town.enrol(who);
  const auto held = [&] {
    must(compact(town.office(), {}));  // Saves what is remembered of her phone.
    auto snapshot = must(town.store().snapshot());
    return must(still_held(town.office(), *snapshot, *must(snapshot->actor(li.actor()))));
  };
  CHECK(held().posts.empty());  // It has nothing yet.
  li.sync();
  li.sync();
  CHECK(held().posts.empty());
  town.put("assignment", {{"ends", std::string("2026-11-21")}}, post);
  REQUIRE(held().posts.size() == 1);
  CHECK(held().posts.front().id == post);
  li.sync();  // Takes it away; the office cannot know yet that this has arrived.
  CHECK(held().posts.size() == 1);
  li.sync();
  CHECK(held().posts.empty());

  town.clock().wall_ms += 1'000;
  move(town, "2-1", "1");
  CHECK(held().places == 1);
  li.sync();
  li.sync();
  CHECK(held().places == 0);
  town.remove("assignment", post);  // Nothing that she has not given up long ago.
  CHECK(held().posts.size() == 1);
  li.sync();
  CHECK(held().posts.empty());
}

TEST_CASE("posts: one that ends in the middle of its first pull: leaves nothing behind") {
  const std::size_t page = GENERATE(1, 5, 20);
  CAPTURE(page);
  Town town;
  add_building(town);
  const RowId who = town.person("Li");
  town.assign(who, "2");
  Phone li = town.enrol(who);
  li.sync();
  town.limit_pages(page);
  const RowId post = town.assign(who, "1");
  li.pull_page();
  li.pull_page();
  town.put("assignment", {{"ends", std::string("2026-11-21")}}, post);
  li.sync();
  CHECK(li.count("visit") == 0);
  CHECK_FALSE(li.has("place", town.place_id("b")));
  CHECK(li.has("place", town.place_id("2-2")));
  town.check_sound();
}
