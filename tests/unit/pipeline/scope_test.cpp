#include "unit/pipeline/town.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

Cells household(Town& town, const std::string& door) {
  return {{"place", to_text(town.place_id(door))}, {"number", std::int64_t{1}}, {"head_name", "Zhao"}};
}

Cells visit_at(Town& town, const std::string& place) {
  return {{"place", to_text(town.place_id(place))}, {"outcome", "met"}};
}

}  // namespace

TEST_CASE(
    "scope: two grids: each leader receives hers, the community worker both, all see who stands above") {
  Town town;
  Phone one = town.leader("Li", "1");
  Phone two = town.leader("Wang", "2");
  Phone above = town.leader("Sun", "C");
  const RowId a = one.insert("household", household(town, "1-1"));
  const RowId b = two.insert("household", household(town, "2-1"));
  for (Phone* phone : {&one, &two, &above}) phone->sync();
  one.sync();
  CHECK(one.has("household", a));
  CHECK_FALSE(one.has("household", b));
  CHECK(two.has("household", b));
  CHECK_FALSE(two.has("household", a));
  CHECK(above.has("household", a));
  CHECK(above.has("household", b));
  CHECK(one.has("place", town.place_id("S")));  // Seen from below.
  CHECK(one.has("place", town.place_id("1-1")));
  CHECK_FALSE(one.has("place", town.place_id("2")));
  CHECK_FALSE(one.has("place", town.place_id("2-1")));
  CHECK(one.has("person", above.joined().person));
  CHECK_FALSE(one.has("person", two.joined().person));
  CHECK(above.has("person", two.joined().person));
  CHECK(one.count("device") == 2);  // Hers, and the one above.
  town.check_sound();
}

TEST_CASE("scope: an edit of a row outside: is held") {
  Town town;
  Phone one = town.leader("Li", "1");
  Phone two = town.leader("Wang", "2");
  const RowId row = two.insert("household", household(town, "2-1"));
  two.sync();
  one.update("household", row, {{"note", "mine"}});
  CHECK(one.sync()[0].reason == wire::HoldReason::outside_scope);
  CHECK(town.value("household", row, "note") == Value{});
}

TEST_CASE("scope: no post on the day of recording: is not authorised") {
  Town town;
  const RowId person = town.person("Li");
  town.assign(person, "1", "2026-01-01", "2026-11-21");
  Phone phone = town.enrol(person);
  phone.insert("visit", visit_at(town, "1-1"));
  CHECK(phone.sync()[0].reason == wire::HoldReason::not_authorised);
  // Recorded while the post lasted, sent later.
  phone.clock_ms = *parse_canonical_time("2026-11-21T15:59:00.000Z");  // 23:59 in China.
  phone.office_time_ms = phone.clock_ms;
  phone.insert("visit", visit_at(town, "1-1"));
  CHECK(phone.sync()[0].kind == wire::VerdictKind::effective);
  phone.clock_ms = *parse_canonical_time("2026-11-21T16:01:00.000Z");
  phone.office_time_ms = phone.clock_ms;
  phone.insert("visit", visit_at(town, "1-1"));
  CHECK(phone.sync()[0].reason == wire::HoldReason::not_authorised);
  CHECK(town.count("visit") == 1);
}

TEST_CASE("scope: a resident without a residency: is her author's alone until it comes") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "1");
  Phone other = town.leader("Zhou", "2");
  const RowId door = li.insert("household", household(town, "1-1"));
  const RowId resident = li.insert("resident", {{"name", "Sun"}});
  for (Phone* phone : {&li, &wang, &other}) phone->sync();
  CHECK(li.has("resident", resident));
  CHECK_FALSE(wang.has("resident", resident));
  // Nobody else may touch her, nor take her in.
  wang.update("resident", resident, {{"phone", "13800138000"}});
  CHECK(wang.sync()[0].reason == wire::HoldReason::outside_scope);
  wang.insert("residency", {{"resident", to_text(resident)}, {"household", to_text(door)}});
  CHECK(wang.sync()[0].reason == wire::HoldReason::outside_scope);
  li.update("resident", resident, {{"phone", "13800138000"}});
  CHECK(li.sync()[0].kind == wire::VerdictKind::effective);

  li.insert("residency", {{"resident", to_text(resident)}, {"household", to_text(door)}});
  CHECK(li.sync()[0].kind == wire::VerdictKind::effective);
  wang.sync();
  other.sync();
  CHECK(wang.has("resident", resident));
  CHECK(wang.value("resident", resident, "phone") == Value("13800138000"));
  CHECK(li.has("resident", resident));
  CHECK_FALSE(other.has("resident", resident));
  wang.update("resident", resident, {{"kind", "floating"}});
  CHECK(wang.sync()[0].kind == wire::VerdictKind::effective);
  town.check_sound();
}

TEST_CASE("scope: a resident and her residency in one group: arrive together") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "1");
  Group& group = li.open_group();
  group.ops.push_back(li.insert_op("resident", {{"name", "Sun"}}));
  group.ops.push_back(li.insert_op("household", household(town, "1-1")));
  group.ops.push_back(li.insert_op("residency", {{"resident", to_text(group.ops[0].key.row)},
                                                 {"household", to_text(group.ops[1].key.row)}}));
  const RowId resident = group.ops[0].key.row;
  li.close_group();
  CHECK(li.sync()[0].kind == wire::VerdictKind::effective);
  wang.sync();
  CHECK(wang.has("resident", resident));
  CHECK(wang.count("residency") == 1);
  town.check_sound();
}

TEST_CASE("scope: a resident who gets two homes in one group: reaches both leaders") {
  Town town;
  Phone one = town.leader("Li", "1");
  Phone two = town.leader("Wang", "2");
  Phone sun = town.worker("Sun", "C");
  const RowId first = town.put("household", {{"place", to_text(town.place_id("1-1"))}});
  const RowId second = town.put("household", {{"place", to_text(town.place_id("2-1"))}});
  sun.sync();
  const RowId resident = sun.insert("resident", {{"name", "Wu"}});
  sun.sync();
  Group& group = sun.open_group();
  for (const RowId& home : {first, second})
    group.ops.push_back(
        sun.insert_op("residency", {{"resident", to_text(resident)}, {"household", to_text(home)}}));
  sun.close_group();
  CHECK(sun.sync()[0].kind == wire::VerdictKind::effective);
  one.sync();
  two.sync();
  CHECK(one.has("resident", resident));
  CHECK(two.has("resident", resident));
  town.check_sound();
}

TEST_CASE("scope: a residency that is deleted: takes the resident away from those who saw her by it") {
  Town town;
  Phone one = town.leader("Li", "1");
  Phone two = town.leader("Wang", "2");
  Phone above = town.leader("Sun", "C");
  const RowId a = town.put("household", {{"place", to_text(town.place_id("1-1"))}});
  const RowId b = town.put("household", {{"place", to_text(town.place_id("2-1"))}});
  const RowId resident = town.put("resident", {{"name", "Zhao"}});
  const RowId in_a = town.put("residency", {{"resident", to_text(resident)}, {"household", to_text(a)}});
  town.put("residency", {{"resident", to_text(resident)}, {"household", to_text(b)}});
  for (Phone* phone : {&one, &two, &above}) {
    phone->sync();
    CHECK(phone->has("resident", resident));
  }
  one.remove("residency", in_a);
  one.sync();
  two.sync();
  above.sync();
  CHECK_FALSE(one.has("resident", resident));
  CHECK(two.has("resident", resident));
  CHECK(above.has("resident", resident));
  town.check_sound();
}

TEST_CASE("scope: a residency whose household comes later: gets its place then") {
  Town town;
  Phone li = town.leader("Li", "1");
  const RowId resident = town.put("resident", {{"name", "Zhao"}});
  const RowId household_id = li.insert_op("household", household(town, "1-1")).key.row;
  const RowId residency =
      town.put("residency", {{"resident", to_text(resident)}, {"household", to_text(household_id)}});
  li.sync();
  CHECK_FALSE(li.has("residency", residency));
  li.insert("household", household(town, "1-1"));
  li.sync();
  CHECK(li.has("residency", residency));
  CHECK(li.has("resident", resident));
  town.check_sound();
}

namespace {

/// Of a place that need not be registered.
RowId place_coded(const Town& town, const Phone& phone, const char* code) {
  std::vector<Value> row(town.table("place").columns.size());
  row.front() = Value(code);
  return natural_key_id(phone.joined().office, town.table("place"), row).value();
}

}  // namespace

TEST_CASE("places: a leader adds a door: within her place it is effective, elsewhere it is held") {
  Town town;
  Phone li = town.leader("Li", "1");
  const auto door = [&](const std::string& code, const std::string& parent) {
    return Cells{{"code", code}, {"level", "door"}, {"parent", to_text(town.place_id(parent))}};
  };
  Group& group = li.open_group();
  group.ops.push_back(li.insert_op("place", door("1-3", "1")));
  const RowId place = group.ops[0].key.row;
  group.ops.push_back(li.insert_op("visit", {{"place", to_text(place)}, {"outcome", "met"}}));
  li.close_group();
  li.insert("visit", {{"place", to_text(place)}, {"outcome", "vacant"}});
  CHECK(li.sync()[0].kind == wire::VerdictKind::effective);
  CHECK(li.count("visit") == 2);

  li.insert("place", door("2-3", "2"));
  CHECK(li.sync()[0].reason == wire::HoldReason::outside_scope);
  li.insert("visit", {{"place", to_text(place_coded(town, li, "2-3"))}, {"outcome", "met"}});
  CHECK(li.sync()[0].reason == wire::HoldReason::outside_scope);
  town.check_sound();
}

TEST_CASE("places: a group with a new place that is held: leaves no trace in the tree") {
  Town town;
  Phone li = town.leader("Li", "1");
  Group& group = li.open_group();
  group.ops.push_back(
      li.insert_op("place", {{"code", "1-3"}, {"level", "door"}, {"parent", to_text(town.place_id("1"))}}));
  const RowId place = group.ops[0].key.row;
  group.ops.push_back(li.insert_op("visit", visit_at(town, "2-1")));
  li.close_group();
  CHECK(li.sync()[0].reason == wire::HoldReason::outside_scope);
  li.insert("visit", {{"place", to_text(place)}, {"outcome", "met"}});
  CHECK(li.sync()[0].reason == wire::HoldReason::outside_scope);
  town.check_sound();
}

TEST_CASE("places: a loop: is refused") {
  Town town;
  OfficeWriter writer(town.office());
  must(writer.put("place", {{"parent", to_text(town.place_id("1-1"))}}, town.place_id("C")));
  const Status done = writer.commit();
  REQUIRE_FALSE(done);
  CHECK(done.error().code == ErrorCode::validation_failed);
  Phone li = town.leader("Li", "1");
  li.insert("visit", visit_at(town, "1-1"));
  CHECK(li.sync()[0].kind == wire::VerdictKind::effective);
  town.check_sound();
}

TEST_CASE("places: a building moves to another grid: its rows leave one leader and reach the other") {
  Town town;
  town.place("1a", "1", "unit");
  town.place("1a-1", "1a");
  Phone one = town.leader("Li", "1");
  Phone two = town.leader("Wang", "2");
  Phone inside = town.leader("Sun", "1a");
  const RowId row = one.insert("household", household(town, "1a-1"));
  const RowId visit = one.insert("visit", visit_at(town, "1a"));
  for (Phone* phone : {&one, &two, &inside}) phone->sync();
  one.sync();
  CHECK(one.has("household", row));
  CHECK(inside.has("place", town.place_id("1")));
  town.put("place", {{"parent", to_text(town.place_id("2"))}}, town.place_id("1a"));
  for (Phone* phone : {&one, &two, &inside}) phone->sync();
  for (const auto& [table, id] :
       std::vector<std::pair<std::string, RowId>>{{"household", row},
                                                  {"visit", visit},
                                                  {"place", town.place_id("1a")},
                                                  {"place", town.place_id("1a-1")}}) {
    CHECK_FALSE(one.has(table, id));
    CHECK(two.has(table, id));
    CHECK(inside.has(table, id));
  }
  CHECK_FALSE(inside.has("place", town.place_id("1")));
  CHECK(inside.has("place", town.place_id("2")));
  CHECK(inside.has("person", two.joined().person));
  CHECK_FALSE(inside.has("person", one.joined().person));
  one.update("household", row, {{"note", "x"}});
  CHECK(one.sync()[0].reason == wire::HoldReason::outside_scope);
  town.check_sound();
}

TEST_CASE("places: rows that name a place before it is registered: come with it") {
  Town town;
  Phone above = town.leader("Sun", "C");
  const RowId door = place_coded(town, above, "2-9");
  const RowId row = town.put("household", {{"place", to_text(door)}});
  above.sync();
  CHECK_FALSE(above.has("household", row));
  town.place("2-9", "2");
  above.sync();
  CHECK(above.has("household", row));
  town.check_sound();
}

TEST_CASE("places: a place that is deleted: is gone where it was seen, what stands there stays") {
  Town town;
  Phone one = town.leader("Li", "1");
  const RowId row = one.insert("household", household(town, "1-1"));
  one.sync();
  town.remove("place", town.place_id("1-1"));
  one.sync();
  CHECK_FALSE(one.has("place", town.place_id("1-1")));
  CHECK(one.has("household", row));
  one.update("household", row, {{"note", "still mine"}});
  CHECK(one.sync()[0].kind == wire::VerdictKind::effective);
  town.check_sound();
}
