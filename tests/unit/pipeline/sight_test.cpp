#include <cstdio>

#include "schema/validation.hpp"
#include "unit/pipeline/rights_fixture.hpp"
#include "wire/checksum.hpp"

// What reaches a phone of what its holder may read, and nothing else.
using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;
using wire::HoldReason;
using wire::VerdictKind;

TEST_CASE("rights: a hidden column: neither value nor version nor conflict reaches the phone") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone sun = town.worker("Sun", "C");
  Phone zhou = town.worker("Zhou", "C");
  const RowId row = resident_at(town, "1-1");
  for (Phone* phone : {&li, &sun, &zhou}) phone->sync();
  sun.update("resident", row, {{"id_number", kOther}});
  town.clock().wall_ms += 1000;
  zhou.update("resident", row, {{"id_number", Value{}}});
  zhou.sync();
  CHECK(sun.sync()[0].kind == VerdictKind::in_review);
  for (Phone* phone : {&li, &zhou}) phone->sync();
  CHECK(zhou.ledger().size() == 1);
  CHECK(knows(zhou, town, row, "id_number"));

  CHECK(li.has("resident", row));
  CHECK(li.value("resident", row, "name") == Value("Sun"));
  CHECK(li.value("resident", row, "id_number") == Value{});
  CHECK_FALSE(knows(li, town, row, "id_number"));
  CHECK(li.ledger().empty());
  const std::string said = everything(town, li, li.joined().pack);
  CHECK(said.find("Sun") != std::string::npos);
  CHECK(said.find(kNumber) == std::string::npos);
  CHECK(said.find(kOther) == std::string::npos);
  CHECK(everything(town, zhou, zhou.joined().pack).find(kOther) != std::string::npos);
}

TEST_CASE("rights: a checksum: is over what was sent") {
  Town town;
  Phone li = town.leader("Li", "1");
  resident_at(town, "1-1");
  li.sync();
  wire::SyncRequest request = li.request();
  request.check = wire::Bucket{0, 1};
  const auto first = must(town.pipeline().exchange(request));
  REQUIRE(first.checksum);
  wire::Checksum mine;
  for (const auto& [key, row] : li.rows()) {
    ++mine.rows;
    mine.sum +=
        wire::row_sum(key, must(wire::decode_meta(*town.pack().find(key.table), row.meta, row.values)));
  }
  CHECK(first.checksum->rows == mine.rows);
  CHECK(first.checksum->sum == mine.sum);
  request.repair = true;
  CHECK(in_letters(must(town.pipeline().exchange(request))).find(kNumber) == std::string::npos);
}

TEST_CASE("rights: what a row holds unseen: keeps it from being deleted") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone sun = town.worker("Sun", "C");
  const RowId home = li.insert("household", home_at(town, "1-1"));
  const RowId row = li.insert("resident", {{"name", "Wu"}});
  li.insert("residency", {{"resident", to_text(row)}, {"household", to_text(home)}});
  li.sync();
  sun.sync();
  sun.update("resident", row, {{"id_number", kNumber}});
  sun.sync();
  li.sync();
  li.remove("resident", row);
  li.sync();
  CHECK(town.value("resident", row, "id_number") == Value(kNumber));
  CHECK(li.has("resident", row));
  // The delete that is noted names versions; it does not travel to her.
  const auto& stored = li.rows().at({town.table("resident").id, row});
  CHECK(must(wire::decode_meta(town.table("resident"), stored.meta, stored.values)).alive());
  sun.sync();
  sun.remove("resident", row);
  sun.sync();
  CHECK(town.count("resident") == 0);
  town.check_sound();
}

TEST_CASE("rights: another role: brings columns, and takes them away again") {
  Town town;
  const RowId who = town.person("Li");
  const RowId post = town.assign(who, "1");
  Phone li = town.enrol(who);
  const RowId row = resident_at(town, "1-1");
  li.sync();
  CHECK_FALSE(knows(li, town, row, "id_number"));
  town.put("assignment", {{"role", std::string("community_worker")}}, post);
  li.sync();
  CHECK(li.value("resident", row, "id_number") == Value(kNumber));
  li.update("resident", row, {{"id_number", kOther}});
  town.clock().wall_ms += 1000;
  town.put("resident", {{"id_number", Value{}}}, row);
  CHECK(li.sync()[0].kind == VerdictKind::in_review);
  CHECK(li.ledger().size() == 1);
  town.put("assignment", {{"role", std::string("leader")}}, post);
  li.sync();
  CHECK_FALSE(knows(li, town, row, "id_number"));
  CHECK(li.ledger().empty());
  CHECK(li.has("resident", row));
}

TEST_CASE("rights: two posts: each counts where it lies") {
  Town town;
  const RowId who = town.person("Li");
  town.assign(who, "1");
  town.assign(who, "2", "2026-01-01", "", "community_worker");
  Phone li = town.enrol(who);
  const RowId here = resident_at(town, "1-1");
  const RowId there = resident_at(town, "2-1", kOther);
  li.sync();
  CHECK_FALSE(knows(li, town, here, "id_number"));
  CHECK(li.value("resident", there, "id_number") == Value(kOther));
  CHECK(told(li, li.update_op("resident", here, {{"id_number", kOther}})).reason ==
        HoldReason::not_permitted);
  CHECK(told(li, li.update_op("resident", there, {{"id_number", kNumber}})).kind == VerdictKind::effective);

  // Who lives at both is seen by both; when she moves out of the one, less of her is seen.
  const RowId home = li.insert_op("household", home_at(town, "2-1")).key.row;
  const RowId second = town.put("residency", {{"resident", to_text(here)}, {"household", to_text(home)}});
  li.sync();
  CHECK(li.value("resident", here, "id_number") == Value(kNumber));
  town.remove("residency", second);
  li.sync();
  CHECK(li.has("resident", here));
  CHECK_FALSE(knows(li, town, here, "id_number"));
  wire::SyncRequest request = li.request();
  request.check = wire::Bucket{0, 1};
  const auto answer = must(town.pipeline().exchange(request));
  std::uint64_t sum = 0;
  for (const auto& [key, stored] : li.rows())
    sum +=
        wire::row_sum(key, must(wire::decode_meta(*town.pack().find(key.table), stored.meta, stored.values)));
  REQUIRE(answer.checksum);
  CHECK(answer.checksum->sum == sum);
}

TEST_CASE("rights: two posts: a conflict goes with the place where she might read it") {
  Town town;
  const RowId who = town.person("Li");
  town.assign(who, "1");
  town.assign(who, "2", "2026-01-01", "", "community_worker");
  Phone li = town.enrol(who);
  Phone sun = town.worker("Sun", "C");
  Phone zhou = town.worker("Zhou", "C");
  const RowId row = resident_at(town, "1-1");
  const RowId home = town.put("household", {{"place", to_text(town.place_id("2-1"))}});
  const RowId second = town.put("residency", {{"resident", to_text(row)}, {"household", to_text(home)}});
  for (Phone* phone : {&sun, &zhou}) phone->sync();
  sun.update("resident", row, {{"id_number", kOther}});
  town.clock().wall_ms += 1000;
  zhou.update("resident", row, {{"id_number", Value{}}});
  for (Phone* phone : {&zhou, &sun, &li}) phone->sync();
  const auto open_entries = [](const Phone& phone) {
    std::size_t open = 0;
    for (const auto& [entry, item] : phone.ledger()) open += item.open ? 1 : 0;
    return open;
  };
  REQUIRE(open_entries(li) == 1);

  if (GENERATE(true, false))
    town.remove("residency", second);
  else
    town.put("place", {{"parent", to_text(town.place_id("1"))}}, town.place_id("2-1"));
  li.sync();
  CHECK(li.has("resident", row));
  CHECK_FALSE(knows(li, town, row, "id_number"));
  CHECK(open_entries(li) == 0);
  zhou.sync();
  CHECK(open_entries(zhou) == 1);
}

TEST_CASE("rights: two posts: what leaves one place and is deleted at another: is gone") {
  Town town;
  const RowId who = town.person("Li");
  town.assign(who, "1");
  town.assign(who, "2", "2026-01-01", "", "community_worker");
  Phone li = town.enrol(who);
  const RowId row = resident_at(town, "1-1");
  const RowId home = town.put("household", {{"place", to_text(town.place_id("2-1"))}});
  const RowId second = town.put("residency", {{"resident", to_text(row)}, {"household", to_text(home)}});
  li.sync();
  CHECK(li.has("resident", row));
  town.remove("residency", second);
  town.remove("resident", row);
  li.sync();
  CHECK_FALSE(li.has("resident", row));
}

TEST_CASE("rights: her own row from when she might: is sent without it, not named") {
  Town town;
  const RowId who = town.person("Li");
  const RowId post = town.assign(who, "1", "2026-01-01", "", "community_worker");
  Phone li = town.enrol(who);
  const RowId home = li.insert("household", home_at(town, "1-1"));
  li.sync();
  Group& group = li.open_group();
  group.ops.push_back(li.insert_op("resident", {{"name", "Wu"}, {"id_number", kNumber}}));
  group.ops.push_back(
      li.insert_op("residency", {{"resident", to_text(group.ops[0].key.row)}, {"household", to_text(home)}}));
  const RowId row = group.ops[0].key.row;
  li.close_group();
  li.push();
  town.put("assignment", {{"role", std::string("leader")}}, post);
  li.sync();
  CHECK(li.has("resident", row));
  CHECK_FALSE(knows(li, town, row, "id_number"));
}

TEST_CASE("rights: a table without read: is a letter box") {
  Town town;
  town.change_pack(
      [](Pack& pack) { table_of(pack, "hazard").rights.push_back(leaders({&RoleRights::add})); });
  Phone li = town.leader("Li", "1");
  Phone sun = town.worker("Sun", "C");
  const std::string door = to_text(town.place_id("1-1"));
  const RowId known = town.put("hazard", {{"place", door}, {"party", std::string("canary")}});
  const RowId mine = li.insert("hazard", {{"place", door}, {"state", "open"}});
  CHECK(li.sync()[0].kind == VerdictKind::effective);
  sun.sync();
  CHECK(sun.has("hazard", mine));
  CHECK(li.count("hazard") == 0);
  CHECK(li.own_rows == 0);
  CHECK(everything(town, li, li.joined().pack).find("canary") == std::string::npos);
  // Neither an edit nor a delete tells whether there is one, and no delete is told.
  const RowId nowhere = *parse_row_id("00000000-0000-4000-8000-000000000001");
  CHECK(alike(told(li, li.update_op("hazard", known, {{"party", "x"}})),
              told(li, li.update_op("hazard", nowhere, {{"party", "x"}}))));
  town.remove("hazard", known);
  const std::string said = in_letters(must(town.pipeline().exchange(li.request())));
  CHECK(said.find(to_text(known)) == std::string::npos);
}

TEST_CASE("masks: what is sent: cannot be turned back into its source") {
  Town town;
  town.change_pack([](Pack& pack) {
    Table& table = table_of(pack, "resident");
    const auto add = [&](std::uint32_t id, const char* name, const char* source, Mask mask) {
      Column column;
      column.id = column.cell = ColumnId{id};
      column.name = name;
      column.label = {name, name};
      column.masks = column_of(table, source);
      column.mask = mask;
      table.columns.push_back(column);
    };
    add(1000, "id_mask", "id_number", Mask::first_last);
    add(1001, "born", "birth_date", Mask::age_band);
    for (RoleRights& rights : table.rights) rights.hidden.push_back(column_of(table, "birth_date"));
  });
  Phone li = town.leader("Li", "1");
  Phone sun = town.worker("Sun", "C");
  const RowId row = resident_at(town, "1-1");
  li.sync();
  sun.sync();
  CHECK(li.value("resident", row, "id_mask") == Value("1***X"));
  CHECK(li.value("resident", row, "born") == Value("1940-1949"));
  CHECK(li.value("resident", row, "birth_date") == Value{});
  CHECK(sun.value("resident", row, "id_mask") == Value("1***X"));
  CHECK(sun.value("resident", row, "id_number") == Value(kNumber));
  // Even who knows the district has more than a hundred thousand to choose from.
  const std::string said = everything(town, li, li.joined().pack);
  CHECK(said.find("1949-12-31") == std::string::npos);
  std::size_t candidates = 0;
  for (int year = 1940; year <= 1949; ++year)
    for (int day = 0; day < 12 * 28; ++day)
      for (int serial = 1; serial < 1000; serial += 10) {
        char number[19];
        std::snprintf(number, sizeof number, "110105%04d%02d%02d%03dX", year, 1 + day / 28, 1 + day % 28,
                      serial);
        candidates += is_cn_resident_id(number) ? 10U : 0U;
      }
  CHECK(candidates > 100'000);

  // It follows its source, without telling who wrote that.
  town.clock().wall_ms += 1000;
  sun.update("resident", row, {{"id_number", kOther}});
  sun.sync();
  li.sync();
  CHECK(li.value("resident", row, "id_mask") == Value("4***4"));
  const auto& stored = li.rows().at({town.table("resident").id, row});
  for (const VersionName& name :
       must(wire::decode_meta(town.table("resident"), stored.meta, stored.values)).heads())
    CHECK(name.actor != sun.actor());
  // Nobody writes it, not even the office.
  CHECK(told(sun, sun.update_op("resident", row, {{"id_mask", "1***1"}})).reason ==
        HoldReason::not_permitted);
  OfficeWriter writer(town.office());
  CHECK_FALSE(writer.put("resident", {{"id_mask", std::string("1***1")}}, row).has_value());
  town.check_sound();
}
