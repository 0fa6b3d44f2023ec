#include "unit/store/phone_fixture.hpp"
#include "unit/store/upgrade_town.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

Value text(const char* t) { return std::string(t); }

/// Two doors of one unit, and three residents who live behind them.
struct Unit {
  Phone phone;
  RowId unit = phone.add("place", {{"code", text("1-1")}, {"level", text("unit")}});
  RowId door_1 = door("1-1-101");
  RowId door_2 = door("1-1-102");
  RowId home_1 = phone.add("household", {{"place", to_text(door_1)}, {"phone", text("13900000001")}});
  RowId home_2 = phone.add("household", {{"place", to_text(door_2)}, {"head_name", text("李明")}});

  RowId door(const char* code) {
    return phone.add("place", {{"code", text(code)}, {"level", text("door")}, {"parent", to_text(unit)}});
  }
  RowId resident(const char* name, const RowId& home) {
    const RowId id = phone.add("resident", {{"name", text(name)}});
    phone.add("residency", {{"resident", to_text(id)}, {"household", to_text(home)}});
    return id;
  }
  Result<RowId> same(const char* table, const RowId& a, const RowId& b) {
    return phone.store->same(table, a, b, "");
  }
  std::int64_t count(const std::string& what) {
    return std::get<std::int64_t>(phone.one("SELECT count(*) FROM " + what));
  }
};

}  // namespace

TEST_CASE("sameness: nothing declared: each_ views are the tables") {
  Unit here;
  here.resident("李明", here.home_1);
  CHECK(here.count("each_resident") == 1);
  CHECK(here.count("each_household") == 2);
  CHECK(here.count("each_place") == here.count("place"));
  CHECK(here.count("doorstep_same") == 0);
}

TEST_CASE("sameness: two rows declared one: people see one, with what both say, under the root") {
  Unit here;
  const RowId a = here.resident("李明", here.home_1);
  const RowId b = here.resident("李明", here.home_2);
  REQUIRE(here.phone.run("UPDATE resident SET phone = '13900000009' WHERE id = ?1", {to_text(a)}));
  REQUIRE(here.same("resident", a, b));
  CHECK(here.count("resident") == 2);
  CHECK(here.count("each_resident") == 1);
  CHECK(here.phone.one("SELECT id FROM each_resident") == Value(to_text(b)));
  CHECK(here.phone.one("SELECT phone FROM each_resident") == text("13900000009"));
  CHECK(here.count("each_residency WHERE resident = '" + to_text(b) + "'") == 2);
  CHECK(here.count("residency WHERE resident = '" + to_text(b) + "'") == 1);
}

TEST_CASE("sameness: a declaration: stands at the lowest place above both rows") {
  Unit here;
  REQUIRE(here.same("household", here.home_1, here.home_2));
  CHECK(here.phone.one("SELECT place FROM same_as") == Value(to_text(here.unit)));
  CHECK(here.phone.one("SELECT count(*) FROM each_household") == Value(std::int64_t{1}));
  CHECK(here.phone.one("SELECT phone || head_name FROM each_household") == text("13900000001李明"));
}

TEST_CASE(
    "sameness: a later edit of a folded row: shows in the folded one, and stays its own after undoing") {
  Unit here;
  const RowId a = here.resident("李明", here.home_1);
  const RowId b = here.resident("李明", here.home_2);
  REQUIRE(here.same("resident", a, b));
  REQUIRE(here.phone.run("UPDATE resident SET phone = '13900000007' WHERE id = ?1", {to_text(a)}));
  CHECK(here.phone.one("SELECT phone FROM each_resident") == text("13900000007"));
  here.phone.reopen();
  REQUIRE(here.phone.run("UPDATE resident SET phone = '13900000008' WHERE id = ?1", {to_text(b)}));
  CHECK(here.phone.one("SELECT phone FROM each_resident") == text("13900000008"));
  REQUIRE(here.phone.store->undo_same("resident", a));
  CHECK(here.count("each_resident") == 2);
  CHECK(here.count("doorstep_same") == 0);
  CHECK(here.count("doorstep_folded_resident") == 0);
  CHECK(here.phone.one("SELECT phone FROM each_resident WHERE id = ?1", {to_text(a)}) == text("13900000007"));
}

TEST_CASE("sameness: a chain: is one, and taking its middle out leaves the rest") {
  Unit here;
  const RowId a = here.resident("一", here.home_1);
  const RowId b = here.resident("二", here.home_1);
  const RowId c = here.resident("三", here.home_1);
  REQUIRE(here.same("resident", a, b));
  REQUIRE(here.same("resident", a, c));  // Folds b, which stands for both.
  CHECK(here.count("each_resident") == 1);
  CHECK(here.phone.one("SELECT id FROM each_resident") == Value(to_text(c)));
  REQUIRE(here.phone.store->undo_same("resident", a));
  CHECK(here.count("each_resident") == 2);
}

TEST_CASE("sameness: a ring: is refused, also in plain SQL") {
  Unit here;
  const RowId a = here.resident("一", here.home_1);
  const RowId b = here.resident("二", here.home_1);
  REQUIRE(here.same("resident", a, b));
  const auto again = here.same("resident", b, a);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::already_exists);
  const Status plain = here.phone.store->write([&]() -> Status {
    const auto added = here.phone.store->add("same_as", {{"kind", text("resident")},
                                                         {"folded", to_text(b)},
                                                         {"into", to_text(a)},
                                                         {"place", to_text(here.unit)}});
    return added ? Status{} : tl::unexpected(added.error());
  });
  CHECK_FALSE(plain);
  CHECK(here.count("same_as") == 1);
}

TEST_CASE("sameness: a table that is not mergeable, a row that is not here: are refused") {
  Unit here;
  CHECK_FALSE(here.same("place", here.door_1, here.door_2));
  CHECK_FALSE(here.same("resident", here.door_1, here.door_2));
  CHECK_FALSE(here.phone.store->undo_same("household", here.home_1));
}

TEST_CASE("sameness: the root is deleted: the smallest that is left stands for all") {
  Unit here;
  const RowId a = here.resident("一", here.home_1);
  const RowId b = here.resident("二", here.home_1);
  REQUIRE(here.same("resident", a, b));
  REQUIRE(here.phone.run("DELETE FROM resident WHERE id = ?1", {to_text(b)}));
  CHECK(here.phone.one("SELECT id FROM each_resident") == Value(to_text(a)));
  CHECK(here.count("each_residency WHERE resident = '" + to_text(a) + "'") == 2);
}

TEST_CASE("sameness: a transaction that fails: leaves no trace in what follows from declarations") {
  Unit here;
  const RowId a = here.resident("一", here.home_1);
  const RowId b = here.resident("二", here.home_1);
  REQUIRE(here.same("resident", a, b));
  const Status failed = here.phone.store->write([&]() -> Status {
    REQUIRE(here.phone.store->execute("UPDATE same_as SET active = 0", {}));
    return tl::unexpected(Error{});
  });
  CHECK_FALSE(failed);
  CHECK(here.count("each_resident") == 1);
  REQUIRE(here.phone.run("UPDATE resident SET phone = '13900000007' WHERE id = ?1", {to_text(a)}));
  CHECK(here.phone.one("SELECT phone FROM each_resident") == text("13900000007"));
}

TEST_CASE("sameness: folded(): tells each row's own values, and where they differ") {
  Unit here;
  const RowId a = here.resident("李明", here.home_1);
  const RowId b = here.resident("李鸣", here.home_1);
  REQUIRE(here.same("resident", a, b));
  const auto told = here.phone.store->folded("resident", a);
  REQUIRE(told);
  CHECK(told->root == to_text(b));
  CHECK(told->rows.size() == 2);
  REQUIRE(told->differing.size() == 1);
  CHECK(told->differing[0].column == "name");
  CHECK(told->differing[0].shown == text("李鸣"));
  CHECK(told->differing[0].value == text("李明"));
  const auto why = here.phone.store->why("resident", a, "name");
  REQUIRE(why);
  CHECK(why->from == to_text(b));
  CHECK(why->shown == text("李鸣"));
}

TEST_CASE("sameness: a query of an each_ view: is heard of when a declaration or a folded row changes") {
  Unit here;
  const RowId a = here.resident("一", here.home_1);
  const RowId b = here.resident("二", here.home_1);
  const auto read = here.phone.store->tables_read_by("SELECT count(*) FROM each_resident");
  REQUIRE(read);
  std::set<std::string> changed;
  here.phone.store->on_commit([&](const std::set<std::string>& tables) { changed = tables; });
  const auto is_heard = [&] {
    return std::any_of(changed.begin(), changed.end(), [&](const auto& t) { return read->count(t) > 0; });
  };
  REQUIRE(here.same("resident", a, b));
  CHECK(is_heard());
  changed.clear();
  REQUIRE(here.phone.store->undo_same("resident", a));
  CHECK(is_heard());
  CHECK(read->count("doorstep_same") == 1);
  CHECK(read->count("doorstep_folded_resident") == 1);
}

TEST_CASE("sameness: what only this phone knows: is pending in its view, folded rows by any of theirs") {
  UpgradeTown town;
  auto phone = town.enrol("li", 1);
  town.sync(*phone);
  const auto pending = [&](const char* view) {
    const auto rows = must(phone->query(std::string("SELECT SUM(pending), COUNT(*) FROM ") + view, {})).rows;
    return std::pair(rows.front()[0], rows.front()[1]);
  };
  const auto counts = [](std::int64_t some, std::int64_t all) { return std::pair(Value(some), Value(all)); };
  CHECK(pending("each_person") == counts(0, 1));
  const RowId home = add(*phone, "household", {{"place", text("D1")}});
  const RowId a = add(*phone, "resident", {{"name", text("李明")}});
  const RowId b = add(*phone, "resident", {{"name", text("李明")}});
  for (const RowId& who : {a, b})
    add(*phone, "residency", {{"resident", to_text(who)}, {"household", to_text(home)}});
  CHECK(pending("each_household") == counts(1, 1));
  CHECK(pending("each_resident") == counts(2, 2));
  town.sync(*phone);
  CHECK(pending("each_household") == counts(0, 1));
  CHECK(pending("each_resident") == counts(0, 2));
  // Changed after the office had it; two rows that are one are so when either is.
  must(edit(*phone, "household", home, {{"note", text("三楼")}}));
  CHECK(pending("each_household") == counts(1, 1));
  must(phone->same("resident", a, b, ""));
  CHECK(pending("each_resident") == counts(0, 1));
  town.sync(*phone);
  must(edit(*phone, "resident", a, {{"phone", text("13900000009")}}));
  CHECK(pending("each_resident") == counts(1, 1));
  town.sync(*phone);
  CHECK(pending("each_resident") == counts(0, 1));
  CHECK(pending("each_household") == counts(0, 1));
}
