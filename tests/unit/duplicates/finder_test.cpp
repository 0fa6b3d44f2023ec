#include "duplicates/finder.hpp"

#include "duplicates/rules.hpp"
#include "pipeline/office_writer.hpp"
#include "pipeline/sameness.hpp"
#include "unit/pipeline/town.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

constexpr const char* kKey = "0123456789abcdef0123456789abcdef";

struct Homes {
  Town town;

  RowId unit = town.place("1-U", "1", "unit");
  RowId door_1 = town.place("1-U-101", "1-U");
  RowId door_2 = town.place("1-U-102", "1-U");
  RowId home_1 = home(door_1, 1, "", "");
  RowId home_2 = home(door_2, 1, "", "");

  RowId home(const RowId& door, std::int64_t number, const char* head, const char* phone) {
    std::vector<NamedValue> values{{"place", to_text(door)}, {"number", number}};
    if (*head != 0) values.emplace_back("head_name", std::string(head));
    if (*phone != 0) values.emplace_back("phone", std::string(phone));
    return town.put("household", values);
  }
  RowId resident(const char* name, const RowId& lives_in, const char* phone = "", const char* number = "") {
    std::vector<NamedValue> values{{"name", std::string(name)}};
    if (*phone != 0) values.emplace_back("phone", std::string(phone));
    if (*number != 0) {
      values.emplace_back("id_type", std::string("passport"));
      values.emplace_back("id_number", std::string(number));
    }
    const RowId id = town.put("resident", values);
    town.put("residency", {{"resident", to_text(id)}, {"household", to_text(lives_in)}});
    return id;
  }
  std::vector<Proposal> find() {
    auto snapshot = must(town.store().snapshot());
    plan = must(town.office().newest_plan(*snapshot));
    return must(find_duplicates(*snapshot, *plan, kKey));
  }
  SamePair pair(const Proposal& proposal) {
    return {plan->find(proposal.table), proposal.row, proposal.other, {}};
  }

  std::shared_ptr<const PackPlan> plan;
};

}  // namespace

TEST_CASE("duplicates: one name in one home: is proposed, the later row into the earlier") {
  Homes here;
  const RowId first = here.resident("李明", here.home_1);
  here.town.clock().wall_ms += 5;
  const RowId second = here.resident("李明", here.home_1);
  here.resident("李明", here.home_2);
  const auto found = here.find();
  REQUIRE(found.size() == 1);
  CHECK(found[0].table == "resident");
  CHECK(found[0].other == first);
  CHECK(found[0].row == second);
  CHECK(found[0].score == 90);
}

TEST_CASE("duplicates: one ID number: is proposed across homes, the surer the likelier the name") {
  Homes here;
  here.resident("李明", here.home_1, "", "E12345678");
  here.resident("李鸣", here.home_2, "", "E12345678");
  here.resident("赵六", here.home_2, "", "E99999999");
  here.resident("周七", here.home_1, "", "E99999999");
  const auto found = here.find();
  REQUIRE(found.size() == 2);
  CHECK(found[0].score == 98);
  CHECK(found[1].score == 80);
}

TEST_CASE("duplicates: one name at home under two ID numbers: is hardly one person") {
  Homes here;
  here.resident("李明", here.home_1, "", "E12345678");
  here.resident("李明", here.home_1, "", "E12345679");
  const auto found = here.find();
  REQUIRE(found.size() == 1);
  CHECK(found[0].score == 40);
}

TEST_CASE("duplicates: one phone and much the same name in one unit: is proposed; a family's phone is not") {
  Homes here;
  here.resident("李明", here.home_1, "13800138000");
  here.resident("李鸣", here.home_2, "13800138000");
  here.resident("赵芳", here.home_1, "13800138000");
  const auto found = here.find();
  REQUIRE(found.size() == 1);
  CHECK(found[0].score == 60);
}

TEST_CASE("duplicates: two households at a door with one head or phone: are proposed") {
  Homes here;
  here.home(here.door_1, 1, "李明", "13800138000");
  here.home(here.door_1, 2, "李明", "13800138000");
  here.home(here.door_1, 3, "赵六", "");
  const auto found = here.find();
  REQUIRE(found.size() == 1);
  CHECK(found[0].table == "household");
  CHECK(found[0].score == 92);
}

TEST_CASE("duplicates: what was accepted or rejected: is not proposed again") {
  Homes here;
  here.resident("李明", here.home_1);
  here.resident("李明", here.home_1);
  here.resident("王芳", here.home_2);
  here.resident("王芳", here.home_2);
  const auto found = here.find();
  REQUIRE(found.size() == 2);
  CHECK(code_of(found[0]) != code_of(found[1]));
  CHECK(must(declare_same(here.town.office(), {here.pair(found[0])})) == 1);
  must(declare_not_same(here.town.office(), here.pair(found[1])));
  CHECK(here.find().empty());
  here.town.check_sound();
}

TEST_CASE("duplicates: somebody who has moved out: is no double of who lives there") {
  Homes here;
  here.resident("李明", here.home_1);
  const RowId gone = here.town.put("resident", {{"name", std::string("李明")}});
  here.town.put("residency", {{"resident", to_text(gone)},
                              {"household", to_text(here.home_1)},
                              {"moved_out", std::string("2026-01-01")}});
  CHECK(here.find().empty());
}

TEST_CASE("duplicates: names: are similar when one character of two or more differs") {
  CHECK(are_similar_names("李明", "李明"));
  CHECK(are_similar_names("李明", "李鸣"));
  CHECK(are_similar_names("欧阳明", "欧阳小明"));
  CHECK(are_similar_names("明", "明"));
  CHECK_FALSE(are_similar_names("明", "鸣"));
  CHECK_FALSE(are_similar_names("李明", "王芳"));
  CHECK_FALSE(are_similar_names("李明", "李小芳"));
  CHECK_FALSE(are_similar_names("", ""));
}

TEST_CASE("duplicates: a phone that fifty people gave: says nothing") {
  Census census;
  for (int i = 0; i < 50; ++i) {
    CountedResident resident;
    resident.id.bytes.data[15] = static_cast<std::uint8_t>(i);
    resident.name = "李明";
    resident.phone = "13800138000";
    resident.addresses.push_back({{}, {}, {}, *parse_row_id("11111111-2222-4333-8444-555555555555")});
    census.residents.push_back(resident);
  }
  std::size_t found = 0;
  find_equal_phones_nearby(census, [&](const RowId&, const RowId&, int, Label) { ++found; });
  CHECK(found == 0);
  census.residents.resize(3);
  find_equal_phones_nearby(census, [&](const RowId&, const RowId&, int, Label) { ++found; });
  CHECK(found == 3);
}
