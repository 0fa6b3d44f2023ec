#include "schema/evolution.hpp"

#include <rapidcheck.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "schema/fitted.hpp"
#include "schema/loader/loader.hpp"
#include "simulation/pack_versions.hpp"

namespace {

using namespace doorstep;

Pack base() {
  auto pack = load_pack(DOORSTEP_SOURCE_DIR "/schemas/neighbourhood");
  REQUIRE(pack);
  return *pack;
}

Table& table(Pack& pack, std::string_view name) {
  return *std::find_if(pack.tables.begin(), pack.tables.end(),
                       [&](const Table& t) { return t.name == name; });
}

Column& column(Pack& pack, std::string_view of, std::string_view name) {
  auto& columns = table(pack, of).columns;
  return *std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
}

Column& add(Pack& pack, std::string_view to, std::uint32_t id, const char* name) {
  Column fresh;
  fresh.id = fresh.cell = ColumnId{id};
  fresh.name = name;
  auto& columns = table(pack, to).columns;
  columns.push_back(fresh);
  return columns.back();
}

void remove_column(Pack& pack, std::string_view from, std::string_view name) {
  auto& columns = table(pack, from).columns;
  columns.erase(
      std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; }));
}

void remove_table(Pack& pack, std::string_view name) {
  pack.tables.erase(
      std::find_if(pack.tables.begin(), pack.tables.end(), [&](const Table& t) { return t.name == name; }));
}

using Change = std::function<void(Pack& pack)>;

std::vector<Label> after(const Change& change, const Change& before = {}) {
  Pack older = base();
  if (before) before(older);
  Pack newer = older;
  newer.version = PackVersion{raw(older.version) + 1};
  change(newer);
  return check_evolution(older, newer);
}

struct Rule {
  const char* name;
  const char* said;  ///< In the one violation; nullptr: it may change.
  Change change;
  Change before;
};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all{
      // The pack.
      {"nothing but the version", nullptr, [](Pack&) {}, {}},
      {"same version", "no way back", [](Pack& p) { p.version = base().version; }, {}},
      {"lower version", "no way back", [](Pack& p) { p.version = PackVersion{0}; }, {}},
      {"another pack", "not 'other'", [](Pack& p) { p.name = "other"; }, {}},
      {"labels",
       nullptr,
       [](Pack& p) {
         p.label.zh = p.levels[0].label.zh = p.roles[0].label.zh = "新";
         column(p, "household", "note").label = table(p, "visit").label = {"新", "New"};
       },
       {}},
      {"new level",
       nullptr,
       [](Pack& p) {
         p.levels.insert(p.levels.begin(), {"city", {"市", "City"}});
       },
       {}},
      {"removed level",
       "the level 'door' cannot be removed",
       [](Pack& p) {
         const auto is_door = [](const auto& entry) { return entry.label.en == "Door"; };
         auto& choices = column(p, "place", "level").choices;
         p.levels.erase(
             std::find_if(p.levels.begin(), p.levels.end(), [](auto& l) { return l.name == "door"; }));
         choices.erase(std::find_if(choices.begin(), choices.end(), is_door));
       },
       {}},
      {"new role",
       nullptr,
       [](Pack& p) {
         p.roles.push_back({"cook", {"炊事员", "Cook"}});
       },
       {}},
      {"removed role", "the role ", [](Pack& p) { p.roles.pop_back(); }, {}},
      // Tables.
      {"new table",
       nullptr,
       [](Pack& p) {
         Table fresh = table(p, "visit");
         fresh.id = TableId{900};
         fresh.name = "call";
         p.tables.push_back(fresh);
       },
       {}},
      {"removed table", "it cannot be removed", [](Pack& p) { remove_table(p, "hazard"); }, {}},
      {"table id",
       "its id changed from",
       [](Pack& p) {
         Table moved = table(p, "hazard");
         remove_table(p, "hazard");
         moved.id = TableId{901};
         p.tables.push_back(moved);
       },
       {}},
      {"table name", "Ids are never used again", [](Pack& p) { table(p, "hazard").name = "danger"; }, {}},
      {"natural key",
       "natural_key cannot change",
       [](Pack& p) { std::swap(table(p, "household").natural_key[0], table(p, "household").natural_key[1]); },
       {}},
      {"delete policy",
       "'deletes' cannot change",
       [](Pack& p) { table(p, "household").deletes = DeletePolicy::append_only; },
       {}},
      {"place rule",
       "'place' cannot change",
       [](Pack& p) { table(p, "visit").place_column = table(p, "visit").find("household")->id; },
       {}},
      {"office_only on", nullptr, [](Pack& p) { table(p, "visit").office_only = true; }, {}},
      {"office_only off", nullptr, [](Pack& p) { table(p, "person").office_only = false; }, {}},
      {"seen_from_below on", nullptr, [](Pack& p) { table(p, "visit").seen_from_below = true; }, {}},
      {"seen_from_below off", nullptr, [](Pack& p) { table(p, "person").seen_from_below = false; }, {}},
      {"names", nullptr, [](Pack& p) { table(p, "person").names.clear(); }, {}},
      // Columns.
      {"new column", nullptr, [](Pack& p) { add(p, "household", 1001, "pets"); }, {}},
      {"new required column",
       "needs a default",
       [](Pack& p) { add(p, "household", 1001, "pets").required = true; },
       {}},
      {"new required column with default",
       nullptr,
       [](Pack& p) {
         Column& pets = add(p, "household", 1001, "pets");
         pets.required = true;
         pets.default_rule = DefaultRule::constant;
         pets.default_value = std::string("none");
       },
       {}},
      {"removed column", "it cannot be removed", [](Pack& p) { remove_column(p, "household", "note"); }, {}},
      {"column id",
       "its id changed from",
       [](Pack& p) {
         remove_column(p, "household", "note");
         add(p, "household", 1001, "note");
       },
       {}},
      {"column name, or a reused id",
       "Ids are never used again",
       [](Pack& p) { column(p, "household", "note").name = "remark"; },
       {}},
      {"integer to real", nullptr, [](Pack& p) { column(p, "place", "sort").type = ColumnType::real; }, {}},
      {"real to integer", "its type cannot change",
       [](Pack& p) { column(p, "place", "sort").type = ColumnType::integer; },
       [](Pack& p) { column(p, "place", "sort").type = ColumnType::real; }},
      {"integer to real in a natural key",
       "its type cannot change",
       [](Pack& p) { column(p, "household", "number").type = ColumnType::real; },
       {}},
      {"date to time",
       "its type cannot change",
       [](Pack& p) { column(p, "resident", "birth_date").type = ColumnType::time; },
       {}},
      {"text to list",
       "its type cannot change",
       [](Pack& p) { column(p, "household", "note").type = ColumnType::list; },
       {}},
      {"merge kind",
       "its merge kind cannot change",
       [](Pack& p) { column(p, "household", "note").merge = MergeKind::review; },
       {}},
      {"target",
       "its target cannot change",
       [](Pack& p) { column(p, "visit", "corrects").target = table(p, "hazard").id; },
       {}},
      {"cell of an old column",
       "'cell' cannot change",
       [](Pack& p) { column(p, "household", "note").cell = column(p, "household", "phone").id; },
       {}},
      {"new column in an old cell",
       "cannot join the cell of an old one",
       [](Pack& p) { add(p, "household", 1001, "altitude").cell = column(p, "household", "note").id; },
       {}},
      {"two new columns in one cell",
       nullptr,
       [](Pack& p) {
         add(p, "household", 1001, "east");
         add(p, "household", 1002, "north").cell = ColumnId{1001};
       },
       {}},
      {"more choices",
       nullptr,
       [](Pack& p) {
         column(p, "household", "status").choices.push_back({"shop", {"商用", "Shop"}});
       },
       {}},
      {"fewer choices",
       "the choice 'moved_out' cannot be removed",
       [](Pack& p) { column(p, "household", "status").choices.pop_back(); },
       {}},
      {"choices to open text",
       nullptr,
       [](Pack& p) { column(p, "household", "status").choices.clear(); },
       {}},
      {"open text to choices",
       "cannot be closed to choices",
       [](Pack& p) {
         column(p, "household", "note").choices.push_back({"a", {"甲", "A"}});
       },
       {}},
      {"required",
       "it cannot become required",
       [](Pack& p) { column(p, "household", "note").required = true; },
       {}},
      {"no longer required", nullptr, [](Pack& p) { column(p, "visit", "outcome").required = false; }, {}},
      {"retired", nullptr, [](Pack& p) { column(p, "household", "note").retired = true; }, {}},
      {"retired on the way to a place",
       "cannot be retired",
       [](Pack& p) { column(p, "visit", "place").retired = true; },
       {}},
      {"retired on the way of another table to its place",
       "cannot be retired",
       [](Pack& p) { column(p, "assignment", "person").retired = true; },
       {}},
      {"in use again", nullptr, [](Pack& p) { column(p, "household", "note").retired = false; },
       [](Pack& p) { column(p, "household", "note").retired = true; }},
      {"new check",
       "its check cannot become stricter",
       [](Pack& p) { column(p, "household", "note").check = Check::cn_phone; },
       {}},
      {"another check",
       "its check cannot become stricter",
       [](Pack& p) { column(p, "household", "phone").check = Check::cn_resident_id; },
       {}},
      {"no check any more",
       nullptr,
       [](Pack& p) { column(p, "household", "phone").check = Check::none; },
       {}},
      {"check with a condition",
       nullptr,
       [](Pack& p) {
         column(p, "household", "phone").check_when = column(p, "household", "status").id;
         column(p, "household", "phone").check_equals = "owner";
       },
       {}},
      {"check without its condition",
       "its check cannot become stricter",
       [](Pack& p) { column(p, "resident", "id_number").check_when.reset(); },
       {}},
      {"check under another condition",
       "its check cannot become stricter",
       [](Pack& p) { column(p, "resident", "id_number").check_equals = "passport"; },
       {}},
      {"narrower bounds",
       nullptr,
       [](Pack& p) {
         column(p, "household", "number").most = 9;
         column(p, "household", "head_name").max_bytes = 60;
       },
       {}},
      {"indexed, sensitive, default",
       nullptr,
       [](Pack& p) {
         Column& note = column(p, "household", "note");
         note.indexed = note.sensitive = true;
         note.default_rule = DefaultRule::constant;
         note.default_value = std::string("-");
         column(p, "visit", "at").indexed = false;
         column(p, "visit", "place").index_with = {column(p, "visit", "at").id};
       },
       {}},
  };
  return all;
}

bool speaks_chinese(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7F; });
}

}  // namespace

TEST_CASE("evolution: each rule: refuses what old phones could not follow, and says what to do") {
  for (const Rule& rule : rules()) {
    INFO(rule.name);
    const std::vector<Label> violations = after(rule.change, rule.before);
    if (rule.said == nullptr) {
      for (const Label& violation : violations) FAIL_CHECK(violation.en);
      continue;
    }
    REQUIRE(violations.size() == 1);
    INFO(violations[0].en);
    CHECK(violations[0].en.find(rule.said) != std::string::npos);
    CHECK(speaks_chinese(violations[0].zh));
  }
}

TEST_CASE("evolution: several violations: all are told at once") {
  const auto violations = after([](Pack& p) {
    remove_table(p, "hazard");
    column(p, "household", "note").type = ColumnType::list;
    column(p, "household", "status").choices.pop_back();
    p.name = "other";
  });
  CHECK(violations.size() == 4);
}

TEST_CASE("evolution: versions that each may follow the one before: may follow one another") {
  const std::vector<Pack> packs = simulation::pack_versions(base());
  for (std::size_t older = 0; older < packs.size(); ++older)
    for (std::size_t newer = 0; newer < packs.size(); ++newer) {
      const auto violations = check_evolution(packs[older], packs[newer]);
      INFO(older << " to " << newer);
      CHECK(violations.empty() == (older < newer));
    }
}

TEST_CASE("evolution: what may be done in two steps: may be done in one") {
  REQUIRE(rc::check([] {
    const auto step = [](Pack pack) {
      pack.version = PackVersion{raw(pack.version) + 1};
      for (int changes = *rc::gen::inRange(1, 4); changes > 0; --changes) {
        const auto at = *rc::gen::inRange<std::size_t>(0, rules().size());
        // Only what stands on its own: the others need what they take away.
        const Rule& rule = rules()[at];
        if (rule.said == nullptr && !rule.before) rule.change(pack);
      }
      return pack;
    };
    const Pack first = base();
    const Pack second = step(first);
    const Pack third = step(second);
    RC_PRE(check_evolution(first, second).empty() && check_evolution(second, third).empty());
    RC_ASSERT(check_evolution(first, third).empty());
  }));
}

TEST_CASE("evolution: a description: names what is new, retired and changed") {
  const std::vector<Pack> packs = simulation::pack_versions(base());
  std::string told;
  for (const Label& change : describe_changes(packs[0], packs[1])) {
    told += change.en + '\n';
    CHECK(speaks_chinese(change.zh));
  }
  CHECK(told ==
        "new choice 'shop': household.status\n"
        "integer becomes real: household.rooms\n"
        "retired: household.doorbell\n"
        "new column: household.pets\n"
        "new column: household.bell_code\n"
        "new column: visit.mood\n"
        "new table: meter\n"
        "1 labels change\n");
  CHECK(describe_changes(packs[1], packs[1]).empty());
}

TEST_CASE("evolution: another bound: is told") {
  const Pack older = base();
  Pack newer = older;
  column(newer, "household", "number").most = 9;
  const auto changes = describe_changes(older, newer);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].en == "other bounds for what is written from now on: household.number");
  CHECK(speaks_chinese(changes[0].zh));
}

TEST_CASE("evolution: what rows are found by: may change, and is told") {
  const Pack older = base();
  Pack newer = older;
  newer.version = PackVersion{raw(older.version) + 1};
  column(newer, "household", "phone").search = false;
  column(newer, "matter", "title").search = true;
  table(newer, "residency").ends = {};
  CHECK(check_evolution(older, newer).empty());
  std::string told;
  for (const Label& change : describe_changes(older, newer)) {
    told += change.en + '\n';
    CHECK(speaks_chinese(change.zh));
  }
  CHECK(told ==
        "no longer found by: household.phone\n"
        "another column is the last day: residency\n"
        "found by from now on: matter.title\n");
}

TEST_CASE("evolution: views: come, change and go, and the description says so") {
  const Pack older = base();
  Pack newer = older;
  newer.version = PackVersion{raw(older.version) + 1};
  const auto named = [&](const char* name) {
    return std::find_if(newer.views.begin(), newer.views.end(),
                        [&](const View& v) { return v.name == name; });
  };
  newer.views.erase(named("coverage_by_building"));
  named("overdue_hazards")->parameters[0].default_offset_ms = 86'400'000;
  named("unvisited_doors")->columns[1].label.en = "Door code";  // A label is a label.
  newer.views.insert(newer.views.begin(), View{"a_view", {"新的", "New"}, "SELECT 1 AS one", 0, {}, {}});
  CHECK(check_evolution(older, newer).empty());
  CHECK(same_layout(older, newer));
  std::string told;
  for (const Label& change : describe_changes(older, newer)) told += change.en + '\n';
  CHECK(told == "new view: a_view\nanother view: overdue_hazards\nview removed: coverage_by_building\n");
}

TEST_CASE("evolution: a layout: is columns and types, not labels and rules") {
  Pack pack = base();
  column(pack, "household", "note").label.zh = "新";
  column(pack, "household", "note").retired = true;
  CHECK(same_layout(base(), pack));
  column(pack, "place", "sort").type = ColumnType::real;
  CHECK_FALSE(same_layout(base(), pack));
  pack = base();
  add(pack, "visit", 1001, "pets");
  CHECK_FALSE(same_layout(base(), pack));
}

TEST_CASE("evolution: 5 and 5.0: are one value in either type of column") {
  Column real;
  real.type = ColumnType::real;
  Column integer;
  integer.type = ColumnType::integer;
  CHECK(fitted(real, std::int64_t{5}) == Value(5.0));
  CHECK(fitted(integer, 5.0) == Value(std::int64_t{5}));
  CHECK(fitted(integer, 5.5) == Value(5.5));
  CHECK(fitted(integer, 1e300) == Value(1e300));
  CHECK(fitted(real, std::string("5")) == Value(std::string("5")));
  CHECK(is_null(fitted(real, Value{})));
}
