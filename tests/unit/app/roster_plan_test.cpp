#include "app/roster_plan.hpp"

#include <algorithm>

#include "unit/app/roster_fixture.hpp"

using doorstep::Value;
using namespace doorstep::server;

TEST_CASE_METHOD(RosterFixture, "import: places in any order: parents come first") {
  const RosterPlan plan =
      import("place", "code,parent,level\nA-1-1,A-1,unit\nA-1,A,building\nA,,community\n");
  REQUIRE(plan.rows.size() == 3);
  CHECK(plan.rows[0].row == 4);
  CHECK(plan.rows[1].row == 3);
  CHECK(plan.rows[2].row == 2);
  CHECK(plan.counts.added == 3);
}

TEST_CASE_METHOD(RosterFixture, "import: the same file twice: nothing changes") {
  import_estate();
  const RosterPlan again = import(
      "places", "code,parent,level,name\nC,,community,社区\nC-1,C,building,1栋\nC-1-1,C-1,unit,1单元\n");
  CHECK(again.rows.empty());
  CHECK(again.counts.unchanged == 3);
  const RosterPlan households = import("household", "place,head_name\nC-1-1-101,甲\n");
  CHECK(households.rows.empty());
}

TEST_CASE_METHOD(RosterFixture, "import: Chinese headings and labels: same rows as English ones") {
  import("地点", "编码,上级,层级,名称\nC,,社区,幸福社区\nC-1,C,楼栋,1栋\n");
  CHECK(value("place", "code", Value("C-1"), "level") == Value("building"));
  CHECK(import("places", "code,parent,level,name\nC-1,C,building,1栋\n").counts.unchanged == 1);
}

TEST_CASE_METHOD(RosterFixture, "import: one cell differs: only that cell is written") {
  import_estate();
  const RosterPlan plan = import("households", "户门,户主姓名,联系电话\nC-1-1-101,甲,13800138000\n");
  REQUIRE(plan.rows.size() == 1);
  REQUIRE(plan.rows[0].cells.size() == 1);
  CHECK(plan.rows[0].cells[0].second == Value("13800138000"));
  CHECK(plan.counts.changed == 1);
}

TEST_CASE_METHOD(RosterFixture, "import: an empty cell: the office's value stays") {
  import_estate();
  CHECK(import("households", "place,head_name\nC-1-1-101,\n").rows.empty());
}

TEST_CASE_METHOD(RosterFixture, "import: second family at a door: a household of its own") {
  import_estate();
  import("households", "place,number,head_name\nC-1-1-101,2,丙\n");
  CHECK(count("household") == 3);
}

TEST_CASE_METHOD(RosterFixture, "import: several faults: every one is told with row and column") {
  import_estate();
  const RosterPlan plan = this->plan(
      "households", "place,number,phone\nNOWHERE,1,138\nC-1-1-101,x,13800138000\nC-1-1-102,1,13800138000\n");
  REQUIRE(plan.problems.size() == 3);
  CHECK(plan.problems[0].row == 2);
  CHECK(plan.problems[1].row == 2);
  CHECK(plan.problems[2].row == 3);
  CHECK(plan.problems[2].column == "number");
  std::vector<std::string> columns{plan.problems[0].column, plan.problems[1].column};
  std::sort(columns.begin(), columns.end());
  CHECK(columns == std::vector<std::string>{"phone", "place"});
  CHECK(plan.rows.size() == 1);
}

TEST_CASE_METHOD(RosterFixture, "import: required cells missing: each is named") {
  const RosterPlan plan = this->plan("places", "code,level,name\n,,x\n");
  REQUIRE(plan.problems.size() == 2);
  CHECK(plan.problems[0].column == "code");
  CHECK(plan.problems[1].column == "level");
}

TEST_CASE_METHOD(RosterFixture, "import: unknown heading: refused, and the known ones are listed") {
  const RosterPlan plan = this->plan("households", "place,cat\nC,1\n");
  REQUIRE(plan.problems.size() == 1);
  CHECK(plan.problems[0].row == 1);
  CHECK(plan.problems[0].error.zh.find("户主姓名") != std::string::npos);
  CHECK(plan.rows.empty());
}

TEST_CASE_METHOD(RosterFixture, "import: a running number and an empty heading without cells: ignored") {
  CHECK(import("places", "序号,code,level,\n1,C,community,\n").counts.added == 1);
  CHECK(plan("places", "code,level,\nD,community,what\n").problems.size() == 1);
}

TEST_CASE_METHOD(RosterFixture,
                 "import: headings that begin with ※: are for reading, whatever stands beneath") {
  CHECK(import("places", "※户主姓名,code,※,level,※level\n甲,C,1,community,无\n").counts.added == 1);
  CHECK(plan("places", "户主※,code,level\n甲,D,community\n").problems.size() == 1);
}

TEST_CASE_METHOD(RosterFixture, "import: the same heading twice: refused") {
  CHECK(plan("places", "code,编码,level\nC,C,community\n").problems.size() == 1);
}

TEST_CASE_METHOD(RosterFixture, "import: places in a circle: refused, the others pass") {
  const RosterPlan plan =
      this->plan("places", "code,parent,level\nA,B,unit\nB,A,unit\nC,,community\nD,C,building\n");
  CHECK(plan.problems.size() == 2);
  CHECK(plan.rows.size() == 2);
  CHECK(plan.counts.added == 2);
}

TEST_CASE_METHOD(RosterFixture, "import: a faulty parent: its children are refused too") {
  const RosterPlan plan = this->plan("places", "code,parent,level\nA,,palace\nB,A,unit\nC,B,door\n");
  CHECK(plan.problems.size() == 3);
  CHECK(plan.rows.empty());
}

TEST_CASE_METHOD(RosterFixture, "import: one row twice in a file: the second is refused") {
  const RosterPlan plan = this->plan("places", "code,level\nA,unit\nA,door\n");
  REQUIRE(plan.problems.size() == 1);
  CHECK(plan.problems[0].row == 3);
}

TEST_CASE_METHOD(RosterFixture, "import: digits that Excel turned into a quantity: the damage is named") {
  import_estate();
  const RosterPlan plan = this->plan("residents", "name,id_number,place\n王芳,2.20102E+17,C-1-1-101\n");
  REQUIRE_FALSE(plan.problems.empty());
  CHECK(plan.problems[0].error.zh.find("科学计数") != std::string::npos);
}

TEST_CASE_METHOD(RosterFixture, "import: people of one name: told apart by phone") {
  import("people", "name,phone\n王芳,13800138000\n王芳,13800138001\n");
  CHECK(count("person") == 2);
  CHECK(import("people", "姓名,联系电话\n王芳,13800138001\n").counts.unchanged == 1);
  CHECK(plan("people", "name,phone\n王芳,\n").problems.size() == 1);
}

TEST_CASE_METHOD(RosterFixture, "import: a person without a phone gets one: still the same person") {
  import("people", "name\n王芳\n");
  import("people", "name,phone\n王芳,13800138000\n");
  CHECK(count("person") == 1);
}

TEST_CASE_METHOD(RosterFixture, "import: a post by name, phone and code: found again") {
  import_estate();
  import("people", "name,phone\n王芳,13800138000\n王芳,13800138001\n");
  const std::string csv = "person,phone,place,role\n王芳,13800138001,C-1-1,unit_leader\n";
  const RosterPlan first = import("assignments", csv);
  REQUIRE(first.rows.size() == 1);
  CHECK(import("assignments", csv).rows.empty());
  CHECK(plan("assignments", "person,place,role\n王芳,C-1-1,unit_leader\n").problems.size() == 1);
  CHECK(import("任职", "人员,人员.联系电话,负责地点,岗位\n王芳,13800138001,C-1-1,单元长\n").rows.empty());
}

TEST_CASE_METHOD(RosterFixture, "import: a post that has ended: begins anew") {
  import_estate();
  import("people", "name\n王芳\n");
  import("assignments", "person,place,role,starts,ends\n王芳,C-1,building_leader,2020-01-01,2021-01-01\n");
  const RosterPlan again = import("assignments", "person,place,role\n王芳,C-1,building_leader\n");
  CHECK(again.counts.added == 1);
  CHECK(import("assignments", "person,place,role\n王芳,C-1,building_leader\n").rows.empty());
}

TEST_CASE_METHOD(RosterFixture, "import: residents with their doors: residencies come with them") {
  import_estate();
  const std::string csv = "姓名,证件类型,身份证号,户门,住户序号,迁入日期\n甲,居民身份证," +
                          resident_id_number(1) + ",C-1-1-101,1,2020-05-01\n乙,,,C-1-1-102,,\n";
  const RosterPlan first = import("residents", csv);
  CHECK(first.counts.added == 2);
  CHECK(first.residencies.added == 2);
  CHECK(count("residency") == 2);
  const RosterPlan again = import("residents", csv);
  CHECK(again.rows.empty());
  CHECK(again.residencies.unchanged == 2);
}

TEST_CASE_METHOD(RosterFixture,
                 "import: a resident known by door and name: takes the ID number that comes later") {
  import_estate();
  import("residents", "name,place\n甲,C-1-1-101\n");
  import("residents", "name,id_number,place\n甲," + resident_id_number(1) + ",C-1-1-101\n");
  CHECK(count("resident") == 1);
  CHECK(import("residents", "name,id_number\n甲," + resident_id_number(1) + "\n").rows.empty());
}

TEST_CASE_METHOD(RosterFixture, "import: two of one name at one door: told apart by ID number") {
  import_estate();
  import("residents", "name,id_number,place\n甲," + resident_id_number(1) + ",C-1-1-101\n甲," +
                          resident_id_number(2) + ",C-1-1-101\n");
  CHECK(count("resident") == 2);
  CHECK(plan("residents", "name,place\n甲,C-1-1-101\n").problems.size() == 1);
}

TEST_CASE_METHOD(RosterFixture, "import: a resident without door or ID number: refused") {
  CHECK(plan("residents", "name\n甲\n").problems.size() == 1);
}

TEST_CASE_METHOD(RosterFixture, "import: a resident's moved-in date changes: the residency is corrected") {
  import_estate();
  import("residents", "name,place,moved_in\n甲,C-1-1-101,2020-01-01\n");
  const RosterPlan plan = import("residents", "name,place,moved_in\n甲,C-1-1-101,2020-02-01\n");
  CHECK(plan.counts.unchanged == 1);
  CHECK(plan.residencies.changed == 1);
  CHECK(count("residency") == 1);
}

TEST_CASE_METHOD(RosterFixture, "import: visits name doors and second families: found by code") {
  import_estate();
  import("households", "place,number\nC-1-1-101,2\n");
  const std::string csv = "place,household,at,outcome\nC-1-1-101,C-1-1-101/2,2026-11-01 09:00,见到人\n";
  CHECK(import("visits", csv).counts.added == 1);
  CHECK(import("visits", csv).rows.empty());
  CHECK(plan("visits", "place,household,at,outcome\nC-1-1-101,C-1-1-101/3,2026-11-01 09:00,met\n")
            .problems.size() == 1);
}

TEST_CASE_METHOD(RosterFixture, "import: an id that nobody has: refused") {
  CHECK(plan("people", "id,name\n11111111-1111-4111-8111-111111111112,王芳\n").problems.size() == 1);
  CHECK(plan("people", "id,name\nsomething,王芳\n").problems.size() == 1);
}

TEST_CASE_METHOD(RosterFixture, "import: an unknown table: the known ones are listed") {
  const auto found = find_table(pack_, "cats");
  REQUIRE_FALSE(found);
  CHECK(found.error().en.find("household") != std::string::npos);
}

TEST_CASE_METHOD(RosterFixture, "import: grids by code: put in, and taken out again by one cell") {
  import("places",
         "code,parent,level\n220104,,street\n220104001001,220104,community\n"
         "220104001001-G1,220104001001,grid\n220104001001-G2,220104001001,grid\n");
  import("places", "编码,上级,层级\n220104001001-8,220104001001,楼栋\n");
  const RosterPlan put = import("地点归属", "地点,归入\n220104001001-8,220104001001-G1\n");
  CHECK(put.counts.added == 1);
  const RosterPlan again =
      import("place_overlay",
             "地点,归入,有效\n220104001001-8,220104001001-G1,否\n220104001001-8,220104001001-G2,是\n");
  CHECK(again.counts.added == 1);
  CHECK(again.counts.changed == 1);
  CHECK(count("place_overlay") == 2);
  const RosterPlan unknown = plan("place_overlay", "地点,归入\n220104001001-8,220104001001-G9\n");
  CHECK(unknown.problems.size() == 1);
}
