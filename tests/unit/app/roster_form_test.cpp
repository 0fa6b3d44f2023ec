#include "app/roster_form.hpp"

#include "app/roster_headers.hpp"
#include "app/roster_report.hpp"
#include "tabular/sheet_writer.hpp"
#include "unit/app/roster_fixture.hpp"

using doorstep::Value;
using namespace doorstep::server;
using Catch::Matchers::Contains;

namespace {

std::string text(const Value& value) { return tabular::cell_text(value); }

const tabular::SheetColumn& column(const tabular::Sheet& sheet, const std::string& heading) {
  for (const tabular::SheetColumn& one : sheet.columns)
    if (one.heading == heading) return one;
  FAIL("no column " << heading);
  return sheet.columns.front();
}

const std::string kFaulty =
    "户门,填写问题,户主姓名,联系电话,备注\nC-1-1-101,旧的,甲,13800138000,好\n\nC-1-1-102,,乙,1.38E+10,#N/A\n"
    "2.20104E+11,,丙,,\n";

}  // namespace

TEST_CASE_METHOD(RosterFixture, "import: each fault: told with row, Excel's letter and the file's heading") {
  import_estate();
  const RosterPlan faulty = plan("households", kFaulty);
  REQUIRE(faulty.problems.size() == 3);
  CHECK_THAT(problem_zh(faulty.problems[0]), Contains("第4行 D列“联系电话”:"));
  CHECK_THAT(problem_en(faulty.problems[0]), Contains("Row 4, column D (联系电话): "));
  CHECK_THAT(problem_zh(faulty.problems[1]), Contains("第4行 E列“备注”:") && Contains("#N/A"));
  CHECK_THAT(problem_zh(faulty.problems[2]),
             Contains("第5行 A列“户门”:户门已被Excel改成科学计数,请用模板重填"));
}

TEST_CASE_METHOD(RosterFixture, "import: what the file lacks or means as a whole: told with the row alone") {
  import_estate();
  const RosterPlan lacking = plan("places", "code\nX\n");
  REQUIRE_FALSE(lacking.problems.empty());
  CHECK(lacking.problems[0].cell == 0);
  CHECK_THAT(problem_zh(lacking.problems[0]), Contains("第2行:"));
  const RosterPlan unknown = plan("places", "code,什么\nX,1\n");
  REQUIRE(unknown.problems.size() == 1);
  CHECK_THAT(problem_zh(unknown.problems[0]), Contains("第1行 B列“什么”:"));
  const RosterPlan headless = plan("places", "code,level,\nX,community,1\n");
  REQUIRE(headless.problems.size() == 1);
  CHECK(headless.problems[0].cell == 3);
}

TEST_CASE_METHOD(RosterFixture,
                 "import: an ID number that became a number in a workbook: the damage is named") {
  import_estate();
  tabular::Sheet sheet;
  sheet.columns = {{"姓名", {}, {}, {}}, {"证件号码", {}, {}, {}}, {"证件类型", {}, {}, {}}};
  sheet.rows = {{Value("甲"), Value("1.10105199001011E+17"), Value("居民身份证")}};
  const std::string heading = pack_.find("resident")->find("id_number")->label.zh;
  sheet.columns[1].heading = heading;
  sheet.columns[2].heading = pack_.find("resident")->find("id_type")->label.zh;
  sheet.rows[0][2] = Value("resident_id");
  const auto read = tabular::read_sheet(*tabular::to_xlsx(sheet));
  REQUIRE(read);
  const auto planned = plan_import(pack_, office_, *pack_.find("resident"), read->rows, *this, now_ms_);
  REQUIRE(planned);
  REQUIRE(planned->problems.size() == 1);
  CHECK_THAT(problem_zh(planned->problems[0]),
             Contains("第2行 B列“" + heading + "”:" + heading + "已被Excel改成科学计数,请用模板重填"));
}

TEST_CASE_METHOD(RosterFixture,
                 "form: a copy to correct: says what is wrong, marks it, and imports once corrected") {
  import_estate();
  const auto file = *tabular::read_csv(kFaulty);
  const RosterPlan faulty = plan("households", kFaulty);
  tabular::Sheet copy = copy_to_correct(file, faulty.problems, false);
  REQUIRE(copy.columns.size() == 5);
  CHECK(copy.columns[0].heading == "填写问题");
  CHECK(copy.columns[1].heading == "户门");
  CHECK(copy.columns[2].heading == "户主姓名");
  REQUIRE(copy.rows.size() == 3);
  CHECK(doorstep::is_null(copy.rows[0][0]));
  CHECK_THAT(text(copy.rows[1][0]), Contains("“联系电话”:") && Contains("#N/A") && Contains(" / "));
  CHECK(text(copy.rows[1][3]) == "1.38E+10");
  const std::set<std::pair<std::size_t, std::size_t>> marked{{1, 0}, {1, 3}, {1, 4}, {2, 0}, {2, 1}};
  CHECK(copy.marked == marked);
  const tabular::Sheet bad = copy_to_correct(file, faulty.problems, true);
  REQUIRE(bad.rows.size() == 2);
  CHECK(bad.marked.count({0, 3}) == 1);

  copy.rows[1][3] = Value("13800138001");
  copy.rows[1][4] = Value();
  copy.rows[2][1] = Value("C-1-1-101/2");
  copy.rows.pop_back();
  const auto corrected = tabular::read_sheet(*tabular::to_xlsx(copy));
  REQUIRE(corrected);
  const RosterPlan once = import("households", tabular::to_csv(copy));
  CHECK(once.counts.changed == 2);
  // The same from the workbook: nothing is left to change.
  const auto again = plan_import(pack_, office_, *pack_.find("household"), corrected->rows, *this, now_ms_);
  REQUIRE(again);
  CHECK(again->problems.empty());
  CHECK(again->rows.empty());
  CHECK(again->counts.unchanged == 2);
}

TEST_CASE_METHOD(RosterFixture,
                 "form: every table's empty form: its headings are known, types and choices are said") {
  for (const doorstep::Table& table : pack_.tables) {
    INFO(table.name);
    const tabular::Sheet form = empty_form(pack_, table);
    const auto read = tabular::read_sheet(*tabular::to_xlsx(form));
    REQUIRE(read);
    REQUIRE(read->rows.size() == 1);
    CHECK(read->name == table.label.zh);
    CHECK(is_heading(pack_, table, read->rows[0]));
    std::vector<RosterProblem> problems;
    read_headers(pack_, table, read->rows[0], problems);
    for (const RosterProblem& problem : problems) UNSCOPED_INFO(problem.error.en);
    CHECK(problems.empty());
    for (const tabular::SheetColumn& one : form.columns) CHECK_FALSE(one.note.empty());
  }
  const tabular::Sheet visits = empty_form(pack_, *pack_.find("hazard"));
  CHECK(column(visits, "隐患类别").choices.front() == "楼道堵塞");
  CHECK_THAT(column(visits, "隐患地点").note, Contains("必填"));
  CHECK(column(empty_form(pack_, *pack_.find("assignment")), "任职日期").format ==
        tabular::SheetColumn::Format::date);
  CHECK(column(empty_form(pack_, *pack_.find("person")), "联系电话").format ==
        tabular::SheetColumn::Format::text);
}

TEST_CASE_METHOD(RosterFixture, "form: which first row is a heading: one that is known for the most part") {
  const doorstep::Table& table = *pack_.find("household");
  CHECK(is_heading(pack_, table, {1, {"户门", "户主姓名", "什么"}}));
  CHECK_FALSE(is_heading(pack_, table, {1, {"填写说明"}}));
  CHECK_FALSE(is_heading(pack_, table, {1, {}}));
}
