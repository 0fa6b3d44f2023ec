#include "simulation/sim_disk.hpp"
#include "sql/connection.hpp"
#include "unit/store/upgrade_town.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

Value text(const char* t) { return std::string(t); }
Value whole(std::int64_t n) { return n; }

RowId household(PhoneStore& phone, const char* door = "D1") {
  return add(phone, "household", {{"place", text(door)}, {"note", text("first")}, {"rooms", whole(3)}});
}

/// Columns of a table as the file has them: name and type.
std::string columns_of(PhoneStore& phone, const std::string& table) {
  std::string out;
  for (const auto& row :
       must(phone.query("SELECT name, type FROM pragma_table_info(?1) ORDER BY cid", {Value(table)})).rows)
    out += std::get<std::string>(row[0]) + ' ' + std::get<std::string>(row[1]) + ';';
  return out;
}

std::string indexes_of(PhoneStore& phone) {
  std::string out;
  for (const auto& row :
       must(phone.query("SELECT name FROM sqlite_schema WHERE type IN ('index', 'trigger') AND "
                        "name NOT LIKE 'sqlite_%' ORDER BY name",
                        {}))
           .rows)
    out += std::get<std::string>(row[0]) + ';';
  return out;
}

}  // namespace

TEST_CASE("migration: a newer pack: makes the very tables of a new phone") {
  UpgradeTown town;
  auto upgraded = town.enrol("王芳", 1);
  town.sync(*upgraded);
  household(*upgraded);
  must(upgraded->install_pack(town.pack(2)));
  must(upgraded->install_pack(town.pack(3)));
  auto skipped = town.enrol("李军", 1);
  must(skipped->install_pack(town.pack(3)));
  auto fresh = town.enrol("张敏", 3);
  for (const Table& table : town.pack(3).tables) {
    CHECK(columns_of(*upgraded, table.name) == columns_of(*fresh, table.name));
    CHECK(columns_of(*skipped, table.name) == columns_of(*fresh, table.name));
  }
  CHECK(indexes_of(*upgraded) == indexes_of(*fresh));
  CHECK(indexes_of(*skipped) == indexes_of(*fresh));
  CHECK(one(*upgraded, "SELECT typeof(rooms) FROM household") == text("real"));
}

TEST_CASE("migration: work in the outbox, held groups, an open form: stay and arrive") {
  UpgradeTown town;
  auto phone = town.enrol("王芳", 1);
  town.sync(*phone);
  const RowId home = household(*phone);
  town.sync(*phone);
  must(edit(*phone, "household", home, {{"rooms", whole(4)}, {"doorbell", text("left")}}));
  // A group that the office holds: a place outside.
  const RowId outside =
      town.put("place", {{"code", text("X")}, {"level", text("street")}, {"name", text("X")}});
  add(*phone, "visit", {{"place", to_text(outside)}, {"outcome", text("met")}});
  town.sync(*phone);
  must(edit(*phone, "household", home, {{"note", text("waiting")}}));
  const RowId other = household(*phone, "D2");
  Draft form = must(phone->draft("household", home));
  form.set("note", text("from the form"));
  const std::vector<std::string> before = outbox(*phone);
  REQUIRE(before.size() == 3);

  must(phone->install_pack(town.pack(2)));
  CHECK(outbox(*phone) == before);
  CHECK(value(*phone, "household", home, "note") == text("waiting"));
  CHECK(value(*phone, "household", home, "rooms") == Value(4.0));
  CHECK(value(*phone, "household", other, "rooms") == Value(3.0));
  must(phone->write([&] { return phone->save(form.content()); }));
  must(edit(*phone, "household", home, {{"rooms", Value(4.5)}, {"pets", text("猫")}}));

  town.upgrade(2);
  const SyncReport report = town.sync(*phone);
  CHECK(report.held == 0);
  CHECK(outbox(*phone).size() == 1);  // The held one.
  CHECK(town.office_value("household", home, "note") == text("from the form"));
  CHECK(town.office_value("household", home, "rooms") == Value(4.5));
  CHECK(town.office_value("household", home, "pets") == text("cat"));
  CHECK(town.office_value("household", home, "doorbell") == text("left"));
  CHECK(town.office_value("household", other, "rooms") == Value(3.0));
  CHECK(town.conflicts() == 0);
  town.check_sound();
}

TEST_CASE("migration: what a phone had not known: comes after the upgrade") {
  UpgradeTown town;
  auto old_phone = town.enrol("王芳", 1);
  auto new_phone = town.enrol("李军", 1);
  town.sync(*old_phone);
  const RowId home = household(*old_phone);
  town.sync(*old_phone);
  town.upgrade(2);
  town.sync(*new_phone);
  CHECK(new_phone->pack_version() == PackVersion{2});
  must(edit(*new_phone, "household", home, {{"pets", text("dog")}, {"rooms", Value(3.5)}}));
  const RowId meter = add(*new_phone, "meter", {{"place", text("D1")}, {"reading", Value(12.0)}});
  town.sync(*new_phone);

  const SyncReport behind = town.sync(*old_phone, false);
  CHECK(old_phone->pack_version() == PackVersion{1});
  CHECK(behind.pulled_rows == 1);
  CHECK(value(*old_phone, "household", home, "rooms") == Value(3.5));
  town.sync(*old_phone);
  CHECK(old_phone->pack_version() == PackVersion{2});
  CHECK(value(*old_phone, "household", home, "pets") == text("dog"));
  CHECK(value(*old_phone, "meter", meter, "reading") == Value(12.0));
  CHECK(value(*old_phone, "household", home, "note") == text("first"));
}

TEST_CASE("migration: another label: is no reason to send everything again") {
  UpgradeTown town;
  auto phone = town.enrol("王芳", 1);
  CHECK(town.sync(*phone).pulled_rows > 3);
  Pack relabelled = town.pack(1);
  relabelled.version = PackVersion{2};
  relabelled.tables[0].label.zh = "地方";
  town.upgrade(relabelled);
  Session session(*phone, 1);
  auto action = session.start();
  const auto answer = must(town.pipeline().exchange(std::get<Session::SendSync>(action).request));
  action = session.on_response(answer, wire::to_frame(answer), 0);
  REQUIRE(std::holds_alternative<Session::FetchPack>(action));
  action = session.on_pack(relabelled);
  REQUIRE(std::holds_alternative<Session::SendSync>(action));
  const auto rest = must(town.pipeline().exchange(std::get<Session::SendSync>(action).request));
  CHECK(rest.page->sections.empty());
  CHECK(rest.checkpoint);
  CHECK(phone->pack()->tables[0].label.zh == "地方");
}

TEST_CASE("migration: a phone that stays behind: loses no value it does not know") {
  UpgradeTown town;
  auto behind = town.enrol("王芳", 1);
  auto ahead = town.enrol("李军", 1);
  town.sync(*behind);
  const RowId home = household(*behind);
  const RowId gone = household(*behind, "D2");
  town.sync(*behind);
  town.upgrade(2);
  town.upgrade(3);
  town.sync(*ahead);
  REQUIRE(ahead->pack_version() == PackVersion{3});
  for (const RowId& id : {home, gone})
    must(edit(*ahead, "household", id, {{"bell_code", text("17")}, {"rooms", Value(5.0)}}));
  add(*ahead, "meter", {{"place", text("D1")}, {"reading", Value(1.0)}});
  town.sync(*ahead);
  town.sync(*behind, false);
  CHECK(value(*behind, "household", home, "rooms") == whole(5));

  SECTION("by editing, plainly or through a form") {
    must(edit(*behind, "household", home, {{"note", text("edited")}}));
    Draft form = must(behind->draft("household", home));
    form.set("rooms", whole(6));
    must(behind->write([&] { return behind->save(form.content()); }));
  }
  SECTION("by replacing the row") {
    must(run(*behind,
             "INSERT OR REPLACE INTO household(id, place, number, note, rooms, first_registered) "
             "SELECT id, place, number, 'edited', 6, first_registered FROM household WHERE id = ?1",
             {to_text(home)}));
  }
  town.sync(*behind, false);
  CHECK(town.office_value("household", home, "note") == text("edited"));
  CHECK(town.office_value("household", home, "rooms") == Value(6.0));
  CHECK(town.office_value("household", home, "bell_code") == text("17"));
  // A delete has seen the versions of cells that the phone cannot show.
  must(behind->write([&] { return behind->remove("household", gone); }));
  town.sync(*behind, false);
  CHECK(town.office_value("household", gone, "note") == text("no such row"));
  CHECK(town.conflicts() == 0);
  town.check_sound();
  CHECK(behind->pack_version() == PackVersion{1});
}

TEST_CASE("migration: a form saved without change by a phone behind: writes nothing") {
  UpgradeTown town;
  auto behind = town.enrol("王芳", 1);
  auto ahead = town.enrol("李军", 1);
  town.sync(*behind);
  const RowId home = household(*behind);
  town.sync(*behind);
  town.upgrade(2);
  town.sync(*ahead);
  must(edit(*ahead, "household", home, {{"rooms", Value(5.0)}}));
  town.sync(*ahead);
  must(edit(*behind, "household", home, {{"note", text("covered")}}));  // The canonical row lies beneath.
  town.sync(*behind, false);
  Draft form = must(behind->draft("household", home));
  form.set("rooms", whole(5));
  must(behind->write([&] { return behind->save(form.content()); }));
  CHECK(outbox(*behind).empty());
}

TEST_CASE("migration: a new column written before its values came: is a conflict, not an overwrite") {
  UpgradeTown town;
  auto behind = town.enrol("王芳", 1);
  auto ahead = town.enrol("李军", 1);
  town.sync(*behind);
  const RowId home = household(*behind);
  const RowId covered = household(*behind, "D2");
  town.sync(*behind);
  town.upgrade(2);
  town.sync(*ahead);
  for (const RowId& id : {home, covered}) must(edit(*ahead, "household", id, {{"pets", text("dog")}}));
  town.sync(*ahead);
  town.sync(*behind, false);
  must(edit(*behind, "household", covered, {{"note", text("waiting")}}));
  must(behind->install_pack(town.pack(2)));
  for (const RowId& id : {home, covered}) must(edit(*behind, "household", id, {{"pets", text("cat")}}));
  town.sync(*behind);
  CHECK(town.conflicts() == 2);
  town.check_sound();
}

TEST_CASE("migration: 5 and 5.0 of phones before and after: agree") {
  UpgradeTown town;
  auto behind = town.enrol("王芳", 1);
  auto ahead = town.enrol("李军", 1);
  town.sync(*behind);
  const RowId home = household(*behind);
  town.sync(*behind);
  town.upgrade(2);
  town.sync(*ahead);
  // Whoever comes first.
  must(edit(*behind, "household", home, {{"rooms", whole(5)}}));
  must(edit(*ahead, "household", home, {{"rooms", Value(5.0)}}));
  town.sync(*behind, false);
  town.sync(*ahead);
  town.sync(*behind, false);
  must(edit(*behind, "household", home, {{"rooms", whole(8)}}));
  must(edit(*ahead, "household", home, {{"rooms", Value(8.0)}}));
  town.sync(*ahead);
  town.sync(*behind, false);
  town.sync(*ahead);
  CHECK(town.conflicts() == 0);
  must(edit(*ahead, "household", home, {{"rooms", Value(6.0)}}));
  must(edit(*behind, "household", home, {{"rooms", whole(7)}}));
  town.sync(*ahead);
  town.sync(*behind, false);
  CHECK(town.conflicts() == 1);
  town.check_sound();
}

TEST_CASE("migration: a retired column: takes what was written before, and nothing new") {
  UpgradeTown town;
  auto phone = town.enrol("王芳", 1);
  town.sync(*phone);
  const RowId home = household(*phone);
  town.sync(*phone);
  Draft form = must(phone->draft("household", home));
  form.set("doorbell", text("ding"));
  must(edit(*phone, "household", home, {{"doorbell", text("before")}}));
  town.upgrade(2);
  town.sync(*phone);
  CHECK(town.office_value("household", home, "doorbell") == text("before"));
  CHECK_FALSE(run(*phone, "UPDATE household SET doorbell = 'after' WHERE id = ?1", {to_text(home)}));
  CHECK_FALSE(edit(*phone, "household", home, {{"doorbell", text("after")}}));
  // Beside what the form's pack does not have, the form cannot be saved.
  CHECK_FALSE(phone->write([&]() -> Status {
    const Status saved = phone->save(form.content());
    return saved ? phone->edit("household", home, {{"pets", text("cat")}}) : saved;
  }));
  must(phone->write([&] { return phone->save(form.content()); }));
  const auto groups = outbox(*phone);
  REQUIRE(groups.size() == 1);
  CHECK(must(wire::decode_group(groups[0])).pack == PackVersion{1});
  CHECK(town.sync(*phone).held == 0);
  CHECK(town.conflicts() == 1);  // With what was written while the form was open.
  town.check_sound();
}

TEST_CASE("migration: a replaced row: keeps what its retired columns hold") {
  UpgradeTown town;
  auto phone = town.enrol("王芳", 1);
  town.sync(*phone);
  const RowId home = household(*phone);
  must(edit(*phone, "household", home, {{"doorbell", text("ding")}}));
  town.upgrade(2);
  town.sync(*phone);
  must(run(*phone,
           "INSERT OR REPLACE INTO household(id, place, number, note, first_registered) "
           "SELECT id, place, number, 'replaced', first_registered FROM household WHERE id = ?1",
           {to_text(home)}));
  CHECK(value(*phone, "household", home, "doorbell") == text("ding"));
  CHECK(is_null(value(*phone, "household", home, "rooms")));
  CHECK(town.sync(*phone).held == 0);
  CHECK(town.office_value("household", home, "note") == text("replaced"));
  CHECK(town.office_value("household", home, "doorbell") == text("ding"));
  CHECK(value(*phone, "household", home, "doorbell") == text("ding"));
}

TEST_CASE("migration: a table of the app's own in the way: is left alone, and the pack waits") {
  UpgradeTown town;
  auto phone = town.enrol("王芳", 1);
  town.sync(*phone);
  must(run(*phone, "CREATE TABLE meter(mine TEXT)"));
  must(run(*phone, "INSERT INTO meter(mine) VALUES('kept')"));
  town.upgrade(2);
  CHECK(town.sync(*phone).pack_behind);
  CHECK(phone->pack_version() == PackVersion{1});
  CHECK(one(*phone, "SELECT mine FROM meter") == text("kept"));
  must(run(*phone, "DROP TABLE meter"));
  CHECK_FALSE(town.sync(*phone).pack_behind);
  CHECK(phone->pack_version() == PackVersion{2});
}

TEST_CASE("migration: a form of a row deleted meanwhile: brings it back with what became required") {
  UpgradeTown town;
  auto phone = town.enrol("王芳", 2);
  town.upgrade(2);
  town.sync(*phone);
  const RowId home = household(*phone);
  town.sync(*phone);
  Draft form = must(phone->draft("household", home));
  form.set("note", text("from the form"));
  must(phone->write([&] { return phone->remove("household", home); }));
  town.sync(*phone);
  town.upgrade(3);
  town.sync(*phone);
  must(phone->write([&] { return phone->save(form.content()); }));
  CHECK(value(*phone, "household", home, "car") == text("none"));
  CHECK(town.sync(*phone).held == 0);
  CHECK(town.office_value("household", home, "note") == text("from the form"));
  CHECK(town.office_value("household", home, "car") == text("none"));
}

TEST_CASE("migration: a page made for the older pack: is not installed under the newer") {
  UpgradeTown town;
  auto phone = town.enrol("王芳", 1);
  const wire::SyncRequest request = must(phone->next_request());
  const wire::SyncResponse answer = must(town.pipeline().exchange(request));
  REQUIRE(answer.checkpoint);
  auto other_process = town.open("王芳");
  must(other_process->install_pack(town.pack(2)));
  SyncReport report;
  must(phone->accept(answer, wire::to_frame(answer), 0, report));
  CHECK(phone->pack_version() == PackVersion{2});
  CHECK(must(phone->query("SELECT id FROM place", {})).rows.empty());
  town.upgrade(2);
  town.sync(*phone);
  CHECK(must(phone->query("SELECT id FROM place", {})).rows.size() >= 3);
}

TEST_CASE("migration: a half download: is begun again under the newer layout") {
  UpgradeTown town;
  auto phone = town.enrol("王芳", 1);
  wire::SyncResponse answer = must(town.pipeline().exchange(must(phone->next_request())));
  answer.checkpoint = false;
  SyncReport report;
  must(phone->accept(answer, wire::to_frame(answer), 0, report));
  REQUIRE(phone->status().pull_unfinished);
  must(phone->install_pack(town.pack(2)));
  CHECK_FALSE(phone->status().pull_unfinished);
  town.upgrade(2);
  town.sync(*phone);
  CHECK(must(phone->query("SELECT id FROM place WHERE level = 'door'", {})).rows.size() == 2);
}

TEST_CASE("migration: a pack that does not follow: is refused, and the phone goes on with its own") {
  UpgradeTown town;
  auto phone = town.enrol("王芳", 2);
  Pack wrong = town.pack(3);
  wrong.name = "other";
  const Status refused = phone->install_pack(wrong);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::pack_invalid);
  must(phone->install_pack(town.pack(1)));  // Older: nothing happens.
  CHECK(phone->pack_version() == PackVersion{2});
  CHECK(phone->pack()->version == PackVersion{2});
  town.upgrade(2);
  town.upgrade(3);
  town.sync(*phone, false);
  CHECK(town.fetched() == 1);
  household(*phone);
  CHECK(town.sync(*phone, false).effective == 1);
}

TEST_CASE("migration: an app's own view, and whoever observes: outlive it and hear of it") {
  UpgradeTown town;
  auto phone = town.enrol("王芳", 1);
  town.sync(*phone);
  const RowId home = household(*phone);
  must(run(*phone, "CREATE VIEW homes AS SELECT id, rooms FROM household"));
  std::set<std::string> heard;
  phone->on_commit([&](const std::set<std::string>& tables) { heard.insert(tables.begin(), tables.end()); });
  must(phone->install_pack(town.pack(2)));
  CHECK(heard == std::set<std::string>{"household", "meter", "visit"});
  CHECK(one(*phone, "SELECT rooms FROM homes WHERE id = ?1", {to_text(home)}) == Value(3.0));

  auto foreign = must(sql::Connection::open(town.path("王芳.db"), {}));
  CHECK_FALSE(foreign.execute("UPDATE household SET note = 'foreign'"));
  CHECK_FALSE(foreign.execute("DELETE FROM household"));
  CHECK_FALSE(foreign.execute("INSERT INTO meter(id) VALUES('1')"));
}

TEST_CASE("migration: no room for it: the phone goes on with its pack, and follows when there is room") {
  simulation::SimDisk disk(1, [] { return std::int64_t{1'800'000'000'000}; });
  UpgradeTown town;
  Options options;
  options.sqlite_vfs = disk.vfs_name();
  auto phone = town.enrol("王芳", 1, options);
  town.sync(*phone);
  const RowId home = household(*phone);
  town.upgrade(2);
  disk.fail_full_after(12'000);
  const Status refused = phone->install_pack(town.pack(2));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::storage_full);
  CHECK(phone->pack_version() == PackVersion{1});
  must(edit(*phone, "household", home, {{"note", text("meanwhile")}}));
  disk.free_space();
  CHECK(town.sync(*phone).held == 0);
  CHECK(phone->pack_version() == PackVersion{2});
  CHECK(town.office_value("household", home, "note") == text("meanwhile"));
  phone.reset();
}

TEST_CASE("migration: stopped at any write: the phone has the old pack or the new one, and all its work") {
  bool finished = false;
  std::size_t old_packs = 0;
  for (std::uint64_t at = 1; !finished; ++at) {
    simulation::SimDisk disk(at, [] { return std::int64_t{1'800'000'000'000}; });
    UpgradeTown town;
    Options options;
    options.sqlite_vfs = disk.vfs_name();
    auto phone = town.enrol("王芳", 1, options);
    town.sync(*phone);
    const RowId home = household(*phone);
    town.sync(*phone);
    must(edit(*phone, "household", home, {{"rooms", whole(4)}}));
    const RowId other = household(*phone, "D2");
    const std::vector<std::string> before = outbox(*phone);

    disk.crash_at_write(at);
    const Status installed = phone->install_pack(town.pack(2));
    finished = !disk.stopped();
    if (finished) must(installed);
    disk.crash_at_write(0);
    disk.crash();
    phone.reset();
    phone = town.open("王芳", options);
    INFO("stopped at " << at);
    if (installed) CHECK(phone->pack_version() == PackVersion{2});
    CHECK(outbox(*phone) == before);
    const bool old_pack = phone->pack_version() == PackVersion{1};
    old_packs += old_pack;
    CHECK(value(*phone, "household", home, "rooms") == (old_pack ? whole(4) : Value(4.0)));
    must(edit(*phone, "household", other, {{"note", text("afterwards")}}));
    town.upgrade(2);
    CHECK(town.sync(*phone).held == 0);
    CHECK(phone->pack_version() == PackVersion{2});
    CHECK(town.office_value("household", other, "note") == text("afterwards"));
    CHECK(value(*phone, "household", home, "rooms") == Value(4.0));
    CHECK(outbox(*phone).empty());
    phone.reset();
  }
  CHECK(old_packs > 1);
}
