#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "schema/loader/loader.hpp"
#include "schema/validation.hpp"
#include "sqlite/layout.hpp"
#include "unit/schema/pack_folder.hpp"

using namespace doorstep;

namespace {

Pack load(const std::string& name) {
  auto pack = load_pack(std::string(DOORSTEP_SOURCE_DIR) + "/schemas/" + name);
  if (!pack) FAIL(pack.error().en);
  return *pack;
}

/// One line a column: what travels on the wire and lies in databases, and so never changes.
std::string frozen_part(const Pack& pack) {
  std::ostringstream out;
  for (const Table& table : pack.tables) {
    out << "table " << raw(table.id) << ' ' << table.name << " key";
    for (const ColumnId key : table.natural_key) out << ' ' << raw(key);
    out << " deletes " << int(raw(table.deletes)) << " place " << int(raw(table.place_rule)) << ' '
        << raw(table.place_table) << ' ' << raw(table.place_column) << '\n';
    for (const Column& column : table.columns) {
      out << raw(column.id) << ' ' << column.name << " type " << int(raw(column.type)) << " merge "
          << int(raw(column.merge));
      if (column.target) out << " to " << raw(*column.target);
      if (column.cell != column.id) out << " cell " << raw(column.cell);
      out << '\n';
    }
  }
  return out.str();
}

constexpr const char* kFrozenNeighbourhood = R"(
table 1 place key 1 deletes 2 place 1 0 0
1 code type 1 merge 1
2 parent type 7 merge 1 to 1
3 level type 1 merge 1
4 name type 1 merge 1
5 sort type 2 merge 1
table 2 person key deletes 2 place 3 3 1
1 name type 1 merge 1
2 phone type 1 merge 1
table 3 assignment key deletes 2 place 2 0 2
1 person type 7 merge 1 to 2
2 place type 7 merge 1 to 1
3 role type 1 merge 1
4 starts type 5 merge 1
5 ends type 5 merge 1
table 4 household key 1 2 deletes 2 place 2 0 1
1 place type 7 merge 1 to 1
2 number type 2 merge 1
3 head_name type 1 merge 1
4 phone type 1 merge 1
5 tags type 8 merge 7
6 note type 1 merge 8
7 status type 1 merge 1
8 last_visited type 6 merge 3
9 first_registered type 6 merge 4
table 5 resident key deletes 2 place 3 6 1
1 name type 1 merge 1
2 id_type type 1 merge 1
3 id_number type 1 merge 2
4 birth_date type 5 merge 5
5 phone type 1 merge 1
6 flags type 8 merge 7
7 kind type 1 merge 1
table 6 residency key deletes 2 place 2 0 2
1 resident type 7 merge 1 to 5
2 household type 7 merge 1 to 4
3 moved_in type 5 merge 1
4 moved_out type 5 merge 1
table 7 visit key deletes 1 place 2 0 1
1 place type 7 merge 1 to 1
2 household type 7 merge 1 to 4
3 visitor type 7 merge 1 to 2
4 at type 6 merge 1
5 at_doubt type 4 merge 1
6 channel type 1 merge 1
7 outcome type 1 merge 1
8 note type 1 merge 1
9 corrects type 7 merge 1 to 7
table 8 safety_check key deletes 1 place 2 0 1
1 place type 7 merge 1 to 1
2 checker type 7 merge 1 to 2
3 kind type 1 merge 1
4 at type 6 merge 1
5 at_doubt type 4 merge 1
6 items type 8 merge 1
7 outcome type 1 merge 1
8 note type 1 merge 1
table 9 hazard key deletes 2 place 2 0 1
1 place type 7 merge 1 to 1
2 kind type 1 merge 1
3 state type 1 merge 9
4 due type 5 merge 1
5 finder type 7 merge 1 to 2
6 party type 1 merge 1
7 note type 1 merge 8
8 found_in type 7 merge 1 to 8
9 found_at type 6 merge 5
table 10 device key 1 deletes 2 place 2 0 2
1 actor type 1 merge 1
2 person type 7 merge 1 to 2
3 name type 1 merge 1
4 enrolled type 6 merge 1
table 11 same_as key 1 2 deletes 2 place 2 0 4
1 kind type 1 merge 1
2 folded type 1 merge 1
3 into type 1 merge 2
4 place type 7 merge 1 to 1
5 active type 4 merge 1
6 by type 7 merge 1 to 2
7 at type 6 merge 1
8 note type 1 merge 1
table 12 not_same key 1 2 3 deletes 2 place 2 0 4
1 kind type 1 merge 1
2 one type 1 merge 1
3 other type 1 merge 1
4 place type 7 merge 1 to 1
5 at type 6 merge 1
table 13 place_overlay key 1 2 deletes 2 place 2 0 1
1 place type 7 merge 1 to 1
2 overlay type 7 merge 1 to 1
3 active type 4 merge 1
)";

std::string choice_values(const Pack& pack, const char* table, const char* column) {
  std::string values;
  for (const Choice& choice : pack.find(table)->find(column)->choices) values += choice.value + ' ';
  return values;
}

}  // namespace

// Add lines when the pack grows. A changed or missing line is a broken promise to every phone in the field.
TEST_CASE("packs: neighbourhood: ids, types, merge kinds and keys never change") {
  CHECK('\n' + frozen_part(load("neighbourhood")) == kFrozenNeighbourhood);
}

TEST_CASE("packs: changchun: is neighbourhood with grids and three kinds of leader") {
  const Pack pack = load("changchun");
  CHECK(pack.name == "changchun");
  CHECK(pack.find("resident")->find("id_mask")->id == ColumnId{1000});
  CHECK(pack.find("resident")->find("born")->id == ColumnId{1001});
  CHECK(choice_values(pack, "place", "level") == "street community grid estate building unit floor door ");
  CHECK(choice_values(pack, "assignment", "role") ==
        "community_worker leader grid_leader building_leader unit_leader ");
  CHECK(choice_values(load("neighbourhood"), "place", "level") ==
        "street community estate building unit floor door ");
}

TEST_CASE("packs: every table and column: is found by name and by id") {
  const Pack pack = load("changchun");
  for (const Table& table : pack.tables) {
    CHECK(pack.find(table.id) == &table);
    CHECK(pack.find(table.name) == &table);
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      CHECK(table.find(table.columns[i].id) == &table.columns[i]);
      CHECK(table.find(table.columns[i].name) == &table.columns[i]);
      CHECK(table.position(table.columns[i].id) == static_cast<int>(i));
    }
  }
  CHECK(pack.find("grid") == nullptr);
  CHECK(pack.find(TableId{77}) == nullptr);
  CHECK(pack.find("place")->position(ColumnId{77}) == -1);
}

TEST_CASE("packs: neighbourhood: says who writes, who sees, what is looked up and what is filled in") {
  const Pack pack = load("neighbourhood");
  std::string office_only;
  std::string seen_from_below;
  std::string indexed;
  std::string sensitive;
  std::string personal;
  std::string filled;
  for (const Table& table : pack.tables) {
    if (table.office_only) office_only += table.name + ' ';
    if (table.seen_from_below) seen_from_below += table.name + ' ';
    for (const Column& column : table.columns) {
      const std::string name = table.name + '.' + column.name;
      if (column.indexed) indexed += name + ' ';
      if (column.sensitive) sensitive += name + ' ';
      if (column.personal) personal += name + ' ';
      if (column.default_rule != DefaultRule::none)
        filled += name + '=' + std::to_string(raw(column.default_rule)) + ' ';
    }
  }
  CHECK(office_only == "person assignment device not_same place_overlay ");
  CHECK(seen_from_below == "place person assignment device same_as place_overlay ");
  CHECK(indexed ==
        "place.code place.parent assignment.person assignment.place household.place residency.resident "
        "residency.household visit.place visit.household visit.at safety_check.place safety_check.at "
        "hazard.place device.actor device.person same_as.folded same_as.into same_as.place "
        "place_overlay.place place_overlay.overlay ");
  CHECK(sensitive == "resident.id_number ");
  CHECK(personal ==
        "household.head_name household.phone household.tags household.note resident.name resident.id_type "
        "resident.id_number resident.birth_date resident.phone resident.flags visit.note safety_check.note "
        "hazard.party hazard.note ");
  CHECK(filled ==
        "household.number=1 household.first_registered=2 visit.visitor=3 visit.at=2 visit.at_doubt=4 "
        "visit.channel=1 "
        "safety_check.checker=3 safety_check.kind=1 safety_check.at=2 safety_check.at_doubt=4 hazard.kind=1 "
        "hazard.state=1 hazard.finder=3 hazard.found_at=2 same_as.active=1 same_as.by=3 same_as.at=2 "
        "not_same.at=2 place_overlay.active=1 ");
  CHECK(pack.find("household")->find("number")->default_value == Value(std::int64_t{1}));
  CHECK(pack.find("place")->find("code")->check == Check::key_text);
  CHECK(pack.find("place")->find("code")->required);
}

TEST_CASE("packs: a resident with a passport: needs no ID number check character") {
  const Pack pack = load("neighbourhood");
  const Table& resident = *pack.find("resident");
  std::vector<Value> row(resident.columns.size());
  const auto set = [&](const char* name, Value value) {
    const Column& column = *resident.find(name);
    auto stored = normalize(column, std::move(value));
    REQUIRE(stored);
    row[static_cast<std::size_t>(resident.position(column.id))] = *stored;
  };
  set("name", "测试居民");
  set("id_number", "11010519491231002x");
  CHECK(validate_row(resident, row));
  set("id_number", "E1234567");
  CHECK_FALSE(validate_row(resident, row));
  set("id_type", "护照");
  CHECK(validate_row(resident, row));
}

TEST_CASE("packs: views: fit the tables of the pack, and of those that extend it") {
  for (const char* name : {"neighbourhood", "changchun"}) {
    const Pack pack = load(name);
    CHECK(pack.views.size() >= 3);
    const Status fits = server::try_views(pack);
    if (!fits) FAIL_CHECK(fits.error().en);
  }
}

TEST_CASE("packs: the example in docs/packs.md: loads") {
  const std::filesystem::path source = DOORSTEP_SOURCE_DIR;
  std::ifstream page(source / "docs/packs.md");
  std::vector<std::string> blocks;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line == "```toml") {
      blocks.emplace_back();
      inside = true;
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back() += line + '\n';
    }
  }
  REQUIRE(blocks.size() == 4);

  test::PackFolder folder;
  folder.file("furong/pack.toml") = blocks[0];
  folder.file("furong/tables/meter.toml") = blocks[1];
  folder.file("furong/tables/household.toml") = blocks[2];
  folder.file("furong/views/meters_to_read.toml") = blocks[3];
  folder.write();
  std::filesystem::copy(source / "schemas/neighbourhood", folder.path("neighbourhood"),
                        std::filesystem::copy_options::recursive);
  const auto pack = load_pack(folder.path("furong"));
  if (!pack) FAIL(pack.error().en);
  CHECK(pack->tables.back().name == "meter");
  CHECK(pack->find("household")->columns.back().name == "pets");
  CHECK(server::try_views(*pack));
  CHECK(pack->find_view("meters_to_read")->parameters[0].default_offset_ms == -30LL * 86'400'000);
  CHECK(choice_values(*pack, "household", "status") == "owner rented vacant moved_out shop ");
  CHECK(pack->find("household")->find("status")->label.zh == "房屋使用情况");
}
