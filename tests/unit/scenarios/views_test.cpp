#include "pipeline/office_writer.hpp"
#include "schema/calendar.hpp"
#include "schema/validation.hpp"
#include "schema/view_arguments.hpp"
#include "sqlite/layout.hpp"
#include "unit/scenarios/street.hpp"

// The pack's views, asked on a phone and at the office.
using namespace doorstep;
using namespace doorstep::test;

namespace {

struct Asked : Street {
  /// Without the doors outside the street that the office begins with: no phone here has them.
  Asked() {
    server::OfficeWriter writer(office());
    for (const char* code : {"D1", "D2"}) {
      const std::string sql = std::string("SELECT id FROM place WHERE code = '") + code + "'";
      const auto door = must(server::query_office_file(path("office.db"), sql)).rows;
      must(writer.remove("place", *parse_row_id(std::get<std::string>(door[0][0]))));
    }
    must(writer.commit());
  }

  server::QueryRows at_office(const std::string& name, const std::vector<NamedValue>& given = {}) {
    const View& view = *must(need_view(pack(1), name));
    const auto arguments = must(view_arguments(view, given, {clock().wall_ms, std::nullopt}));
    return must(server::view_office_file(path("office.db"), view, arguments));
  }
  /// The same view, which must say the same on a phone that has everything.
  std::vector<std::vector<Value>> ask(PhoneStore& phone, const std::string& name,
                                      const std::vector<NamedValue>& given = {}) {
    const ResultSet here = must(phone.view(name, given));
    const server::QueryRows there = at_office(name, given);
    CHECK(here.columns == there.columns);
    CHECK(here.rows == there.rows);
    return here.rows;
  }
  Value id(const std::string& code) const { return to_text(at(code)); }
};

Value count(std::int64_t n) { return n; }

/// A pack of which a newer version has this view.
Pack with_view(const Pack& pack, View view) {
  Pack newer = pack;
  newer.version = PackVersion{raw(pack.version) + 1};
  newer.views.push_back(std::move(view));
  return newer;
}

View view_of(const std::string& sql, const std::vector<std::string>& columns) {
  View view{"odd", {"怪", "Odd"}, sql, 0, {}, {}};
  for (const std::string& name : columns)
    view.columns.push_back({name, {name, name}, ColumnType::text, {}, {}, {}});
  return view;
}

}  // namespace

TEST_CASE("views: doors not yet visited: phone and office name the same, the never visited first") {
  Asked street;
  street.post("王芳", "street");
  auto wang = street.phone("王芳");
  street.sync(*wang);
  street.put("household",
             {{"place", street.id("302")}, {"number", count(2)}, {"head_name", std::string("钱")}});
  visit(*wang, "102");
  visit(*wang, "301");
  street.day("2027-03-02");
  visit(*wang, "101");
  street.sync(*wang);
  const auto rows = street.ask(*wang, "unvisited_doors");
  REQUIRE(rows.size() == 4);
  CHECK(rows[0][0] == street.id("201"));
  CHECK(is_null(rows[0][4]));
  CHECK(rows[1][0] == street.id("302"));
  CHECK(rows[1][3] == Value("钱"));  // Of the family that came last.
  CHECK(rows[2][0] == street.id("102"));
  CHECK(rows[3][0] == street.id("301"));
  CHECK_THAT(std::get<std::string>(rows[3][4]), Catch::StartsWith("2027-03-01T04:0"));
  CHECK(street.ask(*wang, "unvisited_doors", {{"since", std::string("2027-03-01")}}).size() == 2);
}

TEST_CASE("views: what is beneath a folded household: shows once") {
  Asked street;
  street.post("王芳", "street");
  auto wang = street.phone("王芳");
  street.sync(*wang);
  const RowId twin = street.put(
      "household", {{"place", street.id("302")}, {"number", count(2)}, {"head_name", std::string("钱")}});
  street.sync(*wang);
  must(wang->same("household", twin, street.home("302"), ""));
  street.sync(*wang);
  const auto rows = street.ask(*wang, "unvisited_doors");
  CHECK(rows.size() == 5);
  CHECK(rows.back()[3] == Value("钱"));
}

TEST_CASE("views: coverage by building: counts doors from the top down, one row a building") {
  Asked street;
  street.post("王芳", "street");
  auto wang = street.phone("王芳");
  street.place("B1-1", "unit", "B1");
  street.place("103", "door", "B1-1");
  street.place("B4", "building", "E2");
  street.sync(*wang);
  visit(*wang, "103");
  visit(*wang, "103");
  add(*wang, "visit", {{"place", std::string("101")}, {"outcome", std::string("nobody_home")}});
  street.sync(*wang);
  const auto rows = street.ask(*wang, "coverage_by_building");
  REQUIRE(rows.size() == 4);
  CHECK(rows[0] == std::vector<Value>{street.id("B1"), "B1", "B1", count(3), count(2), count(1)});
  CHECK(rows[1] == std::vector<Value>{street.id("B2"), "B2", "B2", count(1), count(0), count(0)});
  CHECK(rows[3] == std::vector<Value>{street.id("B4"), "B4", "B4", count(0), count(0), count(0)});
  street.day("2027-03-02");
  CHECK(street.ask(*wang, "coverage_by_building")[0][4] == count(0));
  CHECK(street.ask(*wang, "coverage_by_building", {{"since", std::string("2027-03-01")}})[0][4] == count(2));
}

TEST_CASE("views: overdue hazards: count their days by the calendar, from the day after") {
  Asked street;
  street.post("王芳", "street");
  auto wang = street.phone("王芳");
  street.sync(*wang);
  const auto hazard = [&](const std::string& due, const std::string& state) {
    return add(
        *wang, "hazard",
        {{"place", std::string("B1")}, {"kind", std::string("lighting")}, {"due", due}, {"state", state}});
  };
  const RowId late = hazard("2027-02-27", "deadline");
  hazard("2027-03-01", "deadline");
  hazard("2027-02-01", "fixed");
  street.sync(*wang);
  const auto rows = street.ask(*wang, "overdue_hazards");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0][0] == Value(to_text(late)));
  CHECK(rows[0][5] == count(2));
  CHECK(street.ask(*wang, "overdue_hazards", {{"on_date", std::string("2028-03-01")}})[0][5] == count(368));
}

TEST_CASE("views: on a phone: references may be names, and mistakes name what there is") {
  Asked street;
  street.post("王芳", "street");
  auto wang = street.phone("王芳");
  Pack newer = with_view(street.pack(1),
                         view_of("SELECT code FROM place WHERE parent = :place AND :me <> ''", {"code"}));
  ViewParameter place;
  place.name = "place";
  place.label = {"地点", "Place"};
  place.type = ColumnType::reference;
  place.target = newer.find("place")->id;
  ViewParameter me = place;
  me.name = "me";
  me.target = newer.find("person")->id;
  me.default_rule = DefaultRule::me;
  newer.views.back().parameters = {me, place};
  street.upgrade(newer);
  must(wang->install_pack(newer));
  street.sync(*wang);
  CHECK(must(wang->view("odd", {{"place", std::string("B1")}})).rows ==
        std::vector<std::vector<Value>>{{"101"}, {"102"}});
  CHECK_THAT(wang->view("odd", {}).error().en, Catch::Contains("\"place\"") && Catch::Contains("me, place"));
  CHECK(wang->view("odd", {{"place", std::string("nowhere")}}).error().code == ErrorCode::not_found);
  CHECK_THAT(wang->view("none", {}).error().en,
             Catch::Contains("coverage_by_building") && Catch::Contains("unvisited_doors"));
  CHECK(must(wang->tables_read_by(must(wang->sql_of_view("odd")))).count("place") == 1);
  CHECK_THAT(must(wang->catalogue()), Catch::Contains("\"odd\"") && Catch::Contains("逾期天数"));
}

TEST_CASE("views: one that does not fit the tables: the office refuses the pack, naming it") {
  Asked street;
  const std::pair<View, const char*> odd[] = {
      {view_of("SELECT colour FROM place", {"colour"}), "no such column"},
      {view_of("SELECT code FROM places", {"code"}), "no such table"},
      {view_of("SELECT code FROM place", {"name"}), "'code' by the SQL and 'name'"},
      {view_of("SELECT code, name FROM place", {"code"}), "2 columns"},
      {view_of("SELECT code FROM place WHERE name = :name", {"code"}), "':name' is not among"},
      {view_of("SELECT _meta FROM place", {"_meta"}), "cannot read place._meta"},
      {view_of("SELECT token_hash FROM doorstep_actor", {"token_hash"}), "cannot read doorstep_actor"},
      {view_of("SELECT root FROM doorstep_same", {"root"}), "cannot read doorstep_same.root"},
      {view_of("SELECT sql FROM sqlite_schema", {"sql"}), "cannot read sqlite_master"},
      {view_of("DELETE FROM place RETURNING code", {"code"}), "not authorized"},
  };
  for (const auto& [view, why] : odd) {
    INFO(view.sql);
    const Pack newer = with_view(street.pack(1), view);
    const auto done = server::upgrade_pack(street.office(), newer, "test");
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::pack_invalid);
    CHECK_THAT(done.error().en, Catch::StartsWith("views/odd.toml: ") && Catch::Contains(why));
    CHECK(must(server::try_views(newer)).size() == 1);
  }
  CHECK(must(server::try_views(street.pack(1))).empty());
  CHECK(raw(*must(must(street.office().store().snapshot())->newest_pack())) == 1);
  // What an each_ view itself reads is no business of the pack's.
  street.upgrade(with_view(street.pack(1), view_of("SELECT id FROM each_resident WHERE id = ''", {"id"})));
}

TEST_CASE("views: one that does not prepare on a phone: is an error of its own, and the pack is installed") {
  Asked street;
  street.post("王芳", "street");
  auto wang = street.phone("王芳");
  must(wang->install_pack(with_view(street.pack(1), view_of("SELECT colour FROM place", {"colour"}))));
  CHECK(raw(wang->pack_version()) == 2);
  CHECK_THAT(wang->view("odd", {}).error().en, Catch::Contains("colour"));
  CHECK(wang->view("unvisited_doors", {}));
}

TEST_CASE("calendar: is the same on both sides: each day once, with its weekday") {
  Asked street;
  street.post("王芳", "street");
  auto wang = street.phone("王芳");
  const std::string sql = "SELECT day, date, weekday FROM doorstep_calendar ORDER BY day";
  const ResultSet here = must(wang->query(sql, {}));
  CHECK(here.rows == must(server::query_office_file(street.path("office.db"), sql)).rows);
  REQUIRE(here.rows.size() == 20 * 365 + 5);
  for (std::size_t i = 0; i < here.rows.size(); ++i) {
    const std::int64_t day = 18'262 + static_cast<std::int64_t>(i);
    const std::vector<Value> row{day, local_date(day * 86'400'000), (day + 3) % 7 + 1};
    if (here.rows[i] != row) FAIL("day " << day);
  }
  CHECK(here.rows.front()[1] == Value("2020-01-01"));
  CHECK(here.rows.front()[2] == count(3));  // A Wednesday.
  CHECK(here.rows.back()[1] == Value("2039-12-31"));
  CHECK(here.rows.back()[2] == count(6));
}

TEST_CASE("default today: a date left out is the day in China, on a phone and from the office") {
  Asked street;
  street.post("王芳", "street");
  Pack newer = street.pack(1);
  newer.version = PackVersion{2};
  for (Table& table : newer.tables)
    for (Column& column : table.columns)
      if (table.name == "residency" && column.name == "moved_in") column.default_rule = DefaultRule::today;
  street.upgrade(newer);
  auto wang = street.phone("王芳");
  must(wang->install_pack(newer));
  street.sync(*wang);
  const RowId person = street.put("resident", {{"name", std::string("孙")}});
  street.clock().wall_ms = street.phone_clock().wall_ms = *parse_canonical_time("2027-03-01T16:01:00.000Z");
  const RowId there =
      street.put("residency", {{"resident", to_text(person)}, {"household", to_text(street.home("101"))}});
  CHECK(street.office_value("residency", there, "moved_in") == Value("2027-03-02"));
  street.clock().wall_ms = street.phone_clock().wall_ms = *parse_canonical_time("2027-03-01T15:59:00.000Z");
  const RowId here =
      add(*wang, "residency", {{"household", to_text(street.home("102"))}, {"resident", to_text(person)}});
  CHECK(value(*wang, "residency", here, "moved_in") == Value("2027-03-01"));
}
