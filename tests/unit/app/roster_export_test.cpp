#include "app/roster_export.hpp"

#include "unit/app/roster_fixture.hpp"

using doorstep::Value;
using namespace doorstep::server;

namespace {

tabular::Sheet exported_sheet(RosterFixture& office, const std::string& table, std::size_t expected_rows) {
  auto output = export_table(office.pack_, office.office_, *office.pack_.find(table), office);
  REQUIRE(output);
  CHECK(output->sheet.rows.size() == expected_rows);
  return std::move(output->sheet);
}

std::string exported(RosterFixture& office, const std::string& table, std::size_t expected_rows) {
  return tabular::to_csv(exported_sheet(office, table, expected_rows));
}

}  // namespace

TEST_CASE_METHOD(RosterFixture, "export: every table: import reads it back without a change") {
  import_estate();
  import("places", "code,parent,level\nG,C,grid\n");
  import("place_overlay", "place,overlay,active\nC-1,G,是\nC-1-1,G,否\n");
  import("people", "name,phone\n王芳,13800138000\n王芳,13800138001\n李明,13800138002\n");
  import("assignments", "person,phone,place,role,starts\n王芳,13800138001,C-1-1,unit_leader,2026-01-01\n");
  import("residents", "name,id_type,id_number,birth_date,flags,kind,place,moved_in\n甲,resident_id," +
                          resident_id_number(7) + ",1990-01-01,独居老人、宠物,户籍,C-1-1-101,2020-05-01\n");
  import("households", "place,number,head_name,tags\nC-1-1-101,2,=SUM(1),\"a,b\"\n");
  import("visits",
         "place,visitor,at,channel,outcome,at_doubt\nC-1-1-102,李明,2026-11-01 09:00:01.25,visit,met,否\n");
  for (const doorstep::Table& table : pack_.tables) {
    INFO(table.name);
    const tabular::Sheet sheet = exported_sheet(*this, table.name, count(table.name));
    for (const std::string& bytes : {tabular::to_csv(sheet), *tabular::to_xlsx(sheet)}) {
      const auto file = tabular::read_sheet(bytes);
      REQUIRE(file);
      const auto again = plan_import(pack_, office_, table, file->rows, *this, now_ms_);
      REQUIRE(again);
      for (const RosterProblem& problem : again->problems)
        UNSCOPED_INFO(problem.row << " " << problem.column << " " << problem.error.en);
      CHECK(again->problems.empty());
      CHECK(again->rows.empty());
      CHECK(again->counts.unchanged == count(table.name));
    }
  }
}

TEST_CASE_METHOD(RosterFixture, "export: for Excel: byte order mark, numbers as text, no live formula") {
  import_estate();
  import("households", "place,number,head_name\nC-1-1-101,2,=SUM(1)\n");
  const std::string csv = exported(*this, "household", 3);
  CHECK(csv.substr(0, 3) == "\xEF\xBB\xBF");
  CHECK(csv.find("'=SUM(1)") != std::string::npos);
  CHECK(csv.find("户主姓名") != std::string::npos);
  import("residents", "name,id_number,place\n甲," + resident_id_number(1) + ",C-1-1-101\n");
  CHECK(exported(*this, "resident", 1).find("\t" + resident_id_number(1)) != std::string::npos);
}

TEST_CASE_METHOD(RosterFixture, "export: references: names where they are unique, ids where not") {
  import_estate();
  import("people", "name,phone\n王芳,13800138000\n王芳,13800138001\n李明,13800138002\n");
  import("assignments",
         "person,phone,place,role\n王芳,13800138001,C-1,building_leader\n李明,,C-1-1,unit_leader\n");
  const std::string csv = exported(*this, "assignment", 2);
  CHECK(csv.find("李明") != std::string::npos);
  CHECK(csv.find("王芳") == std::string::npos);
  CHECK(csv.find("单元长") != std::string::npos);
}
