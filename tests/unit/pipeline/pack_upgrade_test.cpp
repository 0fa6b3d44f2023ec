#include "pipeline/pack_upgrade.hpp"

#include "simulation/pack_versions.hpp"
#include "simulation/sim_disk.hpp"
#include "unit/pipeline/town.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

Value text(const char* t) { return std::string(t); }

Table& table_of(Pack& pack, std::string_view name) {
  for (Table& table : pack.tables)
    if (table.name == name) return table;
  throw std::logic_error("no such table");
}

/// The town's pack, one version on, with one thing changed.
template <typename Change>
Pack next_pack(const Town& town, Change change) {
  Pack pack = town.pack();
  pack.version = PackVersion{raw(pack.version) + 1};
  change(pack);
  return pack;
}

Pack with_pets(const Town& town) {
  return next_pack(town, [](Pack& pack) {
    Column pets;
    pets.id = pets.cell = ColumnId{1001};
    pets.name = "pets";
    pets.label = {"宠物", "Pets"};
    pets.indexed = true;
    table_of(pack, "household").columns.push_back(pets);
  });
}

void upgrade(Office& office, const Pack& pack) {
  const PackUpgrade done = must(upgrade_pack(office, pack, "test"));
  for (const Label& violation : done.violations) FAIL(violation.en);
}

PackVersion newest(Office& office) { return *must(must(office.store().snapshot())->newest_pack()); }

}  // namespace

TEST_CASE("upgrade: a pack that does not follow: changes nothing and says why") {
  Town town;
  const Pack wrong = next_pack(town, [](Pack& pack) {
    table_of(pack, "household").columns.pop_back();
    table_of(pack, "visit").deletes = DeletePolicy::edit_beats_delete;
  });
  CHECK(must(plan_upgrade(town.office(), wrong)).violations.size() == 2);
  CHECK(must(upgrade_pack(town.office(), wrong, "test")).violations.size() == 2);
  CHECK(must(upgrade_pack(town.office(), town.pack(), "test")).violations.size() == 1);
  CHECK(newest(town.office()) == town.pack().version);
}

TEST_CASE("upgrade: a plan: tells what comes and writes nothing") {
  Town town;
  const PackUpgrade plan = must(plan_upgrade(town.office(), with_pets(town)));
  CHECK(plan.violations.empty());
  REQUIRE(plan.changes.size() == 1);
  CHECK(plan.changes[0].en == "new column: household.pets");
  CHECK(newest(town.office()) == plan.from);
}

TEST_CASE("upgrade: an office that serves: goes on when another process upgrades") {
  Town town;
  Phone wang = town.leader("王芳", "1");
  wang.sync();
  const RowId home =
      wang.insert("household", {{"place", to_text(town.place_id("1-1"))}, {"number", std::int64_t{1}}});
  wang.sync();
  const Pack pack = with_pets(town);
  {
    auto store = must(SqliteStore::open(town.path()));
    auto other = must(Office::open(*store, town.clock(), town.entropy()));
    upgrade(*other, pack);
  }
  CHECK(newest(town.office()) == pack.version);
  wang.update("household", home, {{"note", text("after")}});
  CHECK(wang.sync().size() == 1);
  CHECK(wang.last_verdict() == wire::VerdictKind::effective);
  town.put("household", {{"pets", text("cat")}, {"place", to_text(town.place_id("1-1"))}});
  town.check_sound();
  town.reopen();
  CHECK(town.value("household", home, "pets") == text("cat"));
  CHECK(town.value("household", home, "note") == text("after"));
}

TEST_CASE("upgrade: an import that began before it: is told to run again") {
  Town town;
  OfficeWriter writer(town.office());
  must(writer.put("household", {{"place", to_text(town.place_id("1-1"))}}));
  upgrade(town.office(), with_pets(town));
  const Status refused = writer.commit();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().retry == Retry::later);
  town.reopen();
  CHECK(town.count("household") == 0);
}

TEST_CASE("upgrade: a device behind: gets the columns it knows, and every version") {
  Town town;
  Phone wang = town.leader("王芳", "1");
  wang.sync();
  upgrade(town.office(), with_pets(town));
  const RowId home = town.put("household", {{"place", to_text(town.place_id("1-1"))}, {"pets", text("cat")}});
  const Table& old_table = town.table("household");
  const wire::SyncResponse answer = wang.exchange(wang.request());
  const auto section = std::find_if(answer.page->sections.begin(), answer.page->sections.end(),
                                    [&](const wire::RowSection& s) { return s.table == old_table.id; });
  REQUIRE(section != answer.page->sections.end());
  CHECK(section->columns.size() == old_table.columns.size());
  REQUIRE(section->ids == std::vector<RowId>{home});
  const RowState state = must(wire::decode_meta(old_table, section->metas[0], section->values));
  const Cell* pets = state.find(ColumnId{1001});
  REQUIRE(pets != nullptr);
  CHECK(is_null(pets->value));
  CHECK(state.cells.size() == 4);  // place, number, first_registered, pets
}

TEST_CASE("upgrade: rights to write: are those of the pack that a group was written under") {
  Town town;
  Phone wang = town.leader("王芳", "1");
  wang.sync();
  const Pack closed = next_pack(town, [](Pack& pack) { table_of(pack, "visit").office_only = true; });
  wang.insert("visit", {{"place", to_text(town.place_id("1-1"))}, {"outcome", text("met")}});
  upgrade(town.office(), closed);
  wang.sync();
  CHECK(wang.last_verdict() == wire::VerdictKind::effective);
  Op op = wang.insert_op("visit", {{"place", to_text(town.place_id("1-1"))}, {"outcome", text("met")}});
  Group& group = wang.open_group();
  group.pack = closed.version;
  group.ops.push_back(op);
  wang.close_group();
  wang.sync();
  CHECK(wang.last_verdict() == wire::VerdictKind::held);
  CHECK(wang.verdicts().back().reason == wire::HoldReason::office_only);
}

TEST_CASE("upgrade: a retired column: is accepted from before and held from after") {
  Town town;
  Phone wang = town.leader("王芳", "1");
  wang.sync();
  const Pack retired = next_pack(town, [](Pack& pack) {
    for (Column& column : table_of(pack, "household").columns)
      if (column.name == "note") column.retired = true;
  });
  upgrade(town.office(), retired);
  const Cells cells{
      {"place", to_text(town.place_id("1-1"))}, {"number", std::int64_t{1}}, {"note", text("n")}};
  const RowId home = wang.insert("household", cells);
  wang.sync();
  CHECK(wang.last_verdict() == wire::VerdictKind::effective);
  Op op = wang.update_op("household", home, {{"note", text("later")}});
  Group& group = wang.open_group();
  group.pack = retired.version;
  group.ops.push_back(op);
  wang.close_group();
  wang.sync();
  CHECK(wang.last_verdict() == wire::VerdictKind::held);
  CHECK(town.value("household", home, "note") == text("n"));
}

TEST_CASE("upgrade: a narrower bound: leaves rows as they are, and holds what names it and is past it") {
  Town town;
  Phone wang = town.leader("王芳", "1");
  wang.sync();
  const Pack narrow = next_pack(town, [](Pack& pack) {
    for (Column& column : table_of(pack, "household").columns)
      if (column.name == "head_name") column.max_bytes = 6;
  });
  const Cells cells{
      {"place", to_text(town.place_id("1-1"))}, {"number", std::int64_t{1}}, {"head_name", text("欧阳震华")}};
  const RowId home = wang.insert("household", cells);
  wang.sync();
  upgrade(town.office(), narrow);
  CHECK(town.value("household", home, "head_name") == text("欧阳震华"));
  const auto write = [&](const Cells& values, PackVersion version) {
    const Op op = wang.update_op("household", home, values);
    Group& group = wang.open_group();
    group.pack = version;
    group.ops.push_back(op);
    wang.close_group();
    wang.sync();
    return wang.last_verdict();
  };
  CHECK(write({{"phone", text("13800138000")}}, narrow.version) == wire::VerdictKind::effective);
  CHECK(write({{"head_name", text("诸葛孔明")}}, town.pack().version) == wire::VerdictKind::effective);
  CHECK(write({{"head_name", text("司马相如")}}, narrow.version) == wire::VerdictKind::held);
  CHECK(wang.verdicts().back().reason == wire::HoldReason::invalid);
  CHECK_THAT(wang.verdicts().back().detail, Catch::Contains("最多6字节"));
  CHECK(town.value("household", home, "head_name") == text("诸葛孔明"));
}

TEST_CASE("upgrade: what is no longer seen from below: leaves the phones beneath, and comes back") {
  Town town;
  Phone wang = town.leader("王芳", "1");
  const RowId above = town.person("书记");
  town.assign(above, "S");
  wang.sync();
  const std::size_t people = wang.count("person");
  REQUIRE(wang.has("person", above));
  const Pack hidden = next_pack(town, [](Pack& pack) { table_of(pack, "person").seen_from_below = false; });
  upgrade(town.office(), hidden);
  wang.sync();
  CHECK_FALSE(wang.has("person", above));
  CHECK(wang.count("person") == people - 1);
  town.check_sound();
  town.put("person", {{"name", text("书记二")}}, above);
  wang.sync();
  CHECK_FALSE(wang.has("person", above));
  Pack seen = town.pack();
  seen.version = PackVersion{raw(hidden.version) + 1};
  upgrade(town.office(), seen);
  wang.sync();
  CHECK(wang.has("person", above));
  CHECK(wang.count("person") == people);
  town.check_sound();
}

TEST_CASE("upgrade: a device that knows a pack the office has lost: is spoken to in the newest") {
  Town town;
  Phone wang = town.leader("王芳", "1");
  wire::SyncRequest request = wang.request();
  request.pack = PackVersion{99};
  const wire::SyncResponse answer = wang.exchange(request);
  CHECK(answer.checkpoint);
  CHECK(answer.pack == town.pack().version);
  CHECK_FALSE(answer.page->sections.empty());
}

TEST_CASE("upgrade: stopped at any write: the office has one pack or the other, and every row") {
  bool finished = false;
  std::size_t old_packs = 0;
  for (std::uint64_t at = 1; !finished; ++at) {
    simulation::SimDisk disk(at, [] { return std::int64_t{1'800'000'000'000}; });
    Town town(disk.vfs_name());
    const RowId home = town.put("household", {{"place", to_text(town.place_id("1-1"))}, {"note", text("n")}});
    Pack pack = with_pets(town);
    for (Column& column : table_of(pack, "place").columns)
      if (column.name == "sort") column.type = ColumnType::real;
    town.put("place", {{"sort", std::int64_t{3}}}, town.place_id("1-1"));
    disk.crash_at_write(at);
    const auto done = upgrade_pack(town.office(), pack, "test");
    finished = !disk.stopped();
    disk.crash_at_write(0);
    disk.crash();
    town.reopen();
    INFO("stopped at " << at);
    const bool old_pack = town.pack().version != pack.version;
    old_packs += old_pack;
    if (done) CHECK_FALSE(old_pack);
    CHECK(town.value("household", home, "note") == text("n"));
    CHECK(town.value("place", town.place_id("1-1"), "sort") ==
          (old_pack ? Value(std::int64_t{3}) : Value(3.0)));
    town.check_sound();
    if (old_pack) upgrade(town.office(), pack);
  }
  CHECK(old_packs > 1);
}
