#include <iconv.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "base/id.hpp"
#include "paper/entry_sheet.hpp"
#include "paper/paper_code.hpp"
#include "schema/loader/loader.hpp"
#include "tabular/csv.hpp"
#include "tabular/sheet.hpp"
#include "unit/app/temporary_folder.hpp"
#include "unit/forms/form_samples.hpp"

using namespace doorstep;
using namespace doorstep::server;
using doorstep::test::SurveyText;

namespace {

constexpr std::int64_t kMondayMs = 1'795'397'400'000;

/// How many members are asked about follows from an answer that stands above or below them.
const SurveyText kVisit(
    "type,name,label,relevant,constraint,required,repeat_count,default\n"
    "select_one yes_no,consent,您愿意回答吗?,,,yes,,\n"
    "integer,people,家里几口人?,${consent} = 'yes',. > 0 and . < 20,yes,,\n"
    "begin_repeat,member,家里的人,${consent} = 'yes',,,${people},\n"
    "text,called,姓名,,,yes,,\n"
    "select_one yes_no,local,本地户籍,,,,,yes\n"
    "end_repeat,,,,,,,\n"
    "begin_repeat,car,车辆,${consent} = 'yes',,,${cars},\n"
    "text,plate,车牌,,,,,\n"
    "end_repeat,,,,,,,\n"
    "integer,cars,有几辆车?,${consent} = 'yes',,,,\n"
    "select_multiple needs,needs,有什么需要?,${consent} = 'yes',,,,\n",
    "list_name,name,label\nyes_no,yes,是\nyes_no,no,否\nneeds,lift,加装电梯\n"
    "needs,pipes,水、电、气\nneeds,water,水\n",
    "form_title,form_id,version\n入户问卷,visit,1\n");

std::string code_of(int door) {
  const auto id = [](int n) {
    return *parse_row_id("0193a000-0000-7000-8000-00000000000" + std::to_string(n));
  };
  return paper::paper_code(id(0), id(door));
}

struct Desk {
  Desk() {
    auto loaded = load_pack(std::string(DOORSTEP_SOURCE_DIR) + "/schemas/neighbourhood");
    REQUIRE(loaded);
    pack = std::move(*loaded);
    const auto reading = xlsform::read_xlsform(test::sheets_of(kVisit.csv()), "visit");
    INFO((reading.problems.empty() ? "" : reading.problems.front().message.zh));
    auto parsed = Form::parse(reading.json);
    REQUIRE(parsed);
    form = std::move(*parsed);
  }

  paper::EnteredPapers read(const std::vector<tabular::Row>& rows) const {
    auto read = paper::read_entries({pack, *pack.find("answer"), &*form}, rows, kMondayMs);
    REQUIRE(read);
    return std::move(*read);
  }
  paper::EnteredPapers read_csv(const std::string& text) const {
    const auto rows = tabular::read_csv(text);
    REQUIRE(rows);
    return read(*rows);
  }
  /// The one paper that the text has, which is right.
  paper::EnteredPaper paper(const std::string& text) const {
    const paper::EnteredPapers read = read_csv(text);
    for (const paper::EntryProblem& problem : read.problems) UNSCOPED_INFO(problem.error.zh);
    REQUIRE(read.problems.empty());
    REQUIRE(read.papers.size() == 1);
    return read.papers.front();
  }
  /// The one problem that the text has, as "row,cell: zh".
  std::string problem(const std::string& text) const {
    const paper::EnteredPapers read = read_csv(text);
    REQUIRE(read.problems.size() == 1);
    const paper::EntryProblem& one = read.problems.front();
    return std::to_string(one.row) + "," + std::to_string(one.cell) + ": " + one.error.zh;
  }

  Pack pack;
  std::optional<Form> form;
};

std::string answers_of(const paper::EnteredPaper& paper) {
  const auto* text = std::get_if<std::string>(&paper.answers);
  REQUIRE(text != nullptr);
  const std::size_t at = text->find("\"answers\":");
  return text->substr(at + 10, text->size() - at - 11);
}

std::string in_gb18030(const std::string& utf8) {
  const iconv_t converter = iconv_open("GB18030", "UTF-8");
  REQUIRE(converter != reinterpret_cast<iconv_t>(-1));
  std::string from = utf8, to(utf8.size() * 4, '\0');
  char* in = from.data();
  char* out = to.data();
  std::size_t in_left = from.size(), out_left = to.size();
  CHECK(iconv(converter, &in, &in_left, &out, &out_left) == 0);
  iconv_close(converter);
  to.resize(to.size() - out_left);
  return to;
}

}  // namespace

TEST_CASE("paper entry: columns moved, by their names, in English, and with others between: are the same",
          "[paper]") {
  const Desk desk;
  const std::string in_order =
      answers_of(desk.paper("纸质编号,询问人,结果,您愿意回答吗?,家里几口人?,家里的人1·姓名\n" + code_of(1) +
                            ",王芳,已答,是,1,张三\n"));
  CHECK(in_order == R"({"consent":"yes","people":1,"member":[{"called":"张三"}]})");
  const auto moved = desk.paper(
      "填写问题,member[1]/called,people,outcome,序号,consent,code,asked_by\nx,张三,1,answered,7,yes," +
      code_of(1) + ",王芳\n");
  CHECK(answers_of(moved) == in_order);
  CHECK(moved.code == code_of(1));
  CHECK(moved.code_cell == 7);
  CHECK(moved.asked_by == "王芳");
}

TEST_CASE("paper entry: a heading that is no question, twice there, or missing: is told by its cell",
          "[paper]") {
  const Desk desk;
  const std::string row = code_of(1) + ",否,\n";
  CHECK_THAT(desk.problem("纸质编号,您愿意吗?\n" + row), Catch::StartsWith("1,2: "));
  CHECK_THAT(desk.problem("纸质编号,您愿意回答吗?,consent\n" + row),
             Catch::StartsWith("1,3: ") && Catch::Contains("两次"));
  CHECK_THAT(desk.problem("您愿意回答吗?,有几辆车?\n否,\n"),
             Catch::StartsWith("1,0: ") && Catch::Contains("纸质编号"));
  CHECK_THAT(desk.problem(""), Catch::Contains("空的"));
}

TEST_CASE("paper entry: a code that is damaged: is told, and one that is only written otherwise is not",
          "[paper]") {
  const Desk desk;
  const std::string head = "纸质编号,您愿意回答吗?\n";
  std::string damaged = code_of(1);
  damaged.back() = damaged.back() == '0' ? '1' : '0';
  CHECK_THAT(desk.problem(head + damaged + ",否\n"), Catch::StartsWith("2,1: ") && Catch::Contains("校验位"));
  std::string exchanged = code_of(1);
  std::swap(exchanged[0], exchanged[1]);
  REQUIRE(exchanged != code_of(1));
  CHECK_THAT(desk.problem(head + exchanged + ",否\n"), Catch::Contains("校验位"));
  CHECK_THAT(desk.problem(head + ",否\n"), Catch::Contains("没有填纸质编号"));
  CHECK_THAT(desk.problem(head + "1.10105E+17,否\n"), Catch::StartsWith("2,1: "));
  std::string otherwise;
  for (const char c : code_of(1))
    if (c != '-') otherwise += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  CHECK(desk.paper(head + otherwise + ",否\n").code == code_of(1));
}

TEST_CASE("paper entry: a repeat whose count is an answer: has as many as that says, wherever it stands",
          "[paper]") {
  const Desk desk;
  const std::string head =
      "纸质编号,您愿意回答吗?,家里几口人?,家里的人1·姓名,家里的人2·姓名,家里的人3·姓名,车辆1·车牌,有几辆车?"
      "\n";
  CHECK(
      answers_of(desk.paper(head + code_of(1) + ",是,2,张三,李四,,吉A12345,1\n")) ==
      R"({"consent":"yes","people":2,"member":[{"called":"张三"},{"called":"李四"}],"car":[{"plate":"吉A12345"}],"cars":1})");
  CHECK_THAT(desk.problem(head + code_of(1) + ",是,2,张三,李四,王五,,\n"),
             Catch::StartsWith("2,6: ") && Catch::Contains("不该问"));
  CHECK_THAT(desk.problem(head + code_of(1) + ",是,3,张三,李四,,,\n"), Catch::StartsWith("2,6: "));
  CHECK_THAT(desk.problem(head + code_of(1) + ",是,1,张三,,,吉A12345,\n"),
             Catch::StartsWith("2,7: ") && Catch::Contains("不该问"));
}

TEST_CASE("paper entry: what is left empty: is not answered, whatever a phone would offer", "[paper]") {
  const Desk desk;
  CHECK(answers_of(desk.paper(
            "纸质编号,您愿意回答吗?,家里几口人?,家里的人1·姓名,家里的人2·姓名,家里的人2·本地户籍\n" +
            code_of(1) + ",是,2,张三,李四,否\n")) ==
        R"({"consent":"yes","people":2,"member":[{"called":"张三"},{"called":"李四","local":"no"}]})");
}

TEST_CASE("paper entry: several choices in a cell: a label may have marks of its own", "[paper]") {
  const Desk desk;
  const auto needs = [&](const std::string& typed) {
    const std::string answers =
        answers_of(desk.paper("纸质编号,您愿意回答吗?,家里几口人?,家里的人1·姓名,有什么需要?\n" + code_of(1) +
                              ",是,1,张三,\"" + typed + "\"\n"));
    return answers.substr(answers.find("\"needs\""));
  };
  CHECK(needs("水、电、气") == R"("needs":["pipes"]})");
  CHECK(needs("加装电梯、水、电、气") == R"("needs":["lift","pipes"]})");
  CHECK(needs("水,加装电梯;") == R"("needs":["lift","water"]})");
  CHECK(needs("水、加装电梯、水、电、气") == R"("needs":["lift","pipes","water"]})");
  CHECK_THAT(desk.problem("纸质编号,您愿意回答吗?,家里几口人?,家里的人1·姓名,有什么需要?\n" + code_of(1) +
                          ",是,1,张三,水、电\n"),
             Catch::StartsWith("2,5: "));
}

TEST_CASE("paper entry: two families behind one door: each has its number, and both papers are read",
          "[paper]") {
  const Desk desk;
  const auto read = desk.read_csv("纸质编号,住户序号,您愿意回答吗?\n" + code_of(1) + ",1,否\n" + code_of(1) +
                                  ",2,否\n" + code_of(2) + ",3,\n" + code_of(2) + ",多,否\n");
  REQUIRE(read.papers.size() == 2);
  CHECK(read.papers[0].number == 1);
  CHECK(read.papers[1].number == 2);
  CHECK(read.left_empty == 1);
  REQUIRE(read.problems.size() == 1);
  CHECK(read.problems[0].row == 5);
  CHECK(read.problems[0].cell == 2);
}

TEST_CASE("paper entry: a CSV file as Excel saves it, in UTF-8 or GB18030: reads as a workbook does",
          "[paper]") {
  const Desk desk;
  // 㐂 is in no GBK: GB18030 writes it with four bytes.
  const std::string text = "纸质编号,户门,您愿意回答吗?,家里几口人?,家里的人1·姓名\r\n" + code_of(1) +
                           ",和顺家园1号楼,是,1,\"张㐂,小名\"\"三\"\"\"\r\n\r\n" + code_of(2) + ",,,,\r\n";
  TemporaryFolder folder;
  for (const auto& [name, bytes] : {std::pair<std::string, std::string>{"bom.csv", "\xEF\xBB\xBF" + text},
                                    {"plain.csv", text},
                                    {"gb.csv", in_gb18030(text)}}) {
    INFO(name);
    std::ofstream(folder / name, std::ios::binary) << bytes;
    const auto sheet = tabular::read_sheet_file(folder / name);
    REQUIRE(sheet);
    const auto read = desk.read(sheet->rows);
    REQUIRE(read.papers.size() == 1);
    CHECK(answers_of(read.papers[0]) ==
          R"({"consent":"yes","people":1,"member":[{"called":"张㐂,小名\"三\""}]})");
    CHECK(read.papers[0].row == 2);
    CHECK(read.left_empty == 1);
  }
}

TEST_CASE("paper entry: the sheet that is offered: reads back as empty, and filled in as answers",
          "[paper]") {
  const Desk desk;
  const auto sheet = paper::entry_sheet({desk.pack, *desk.pack.find("answer"), &*desk.form},
                                        {{code_of(1), "和顺家园1号楼"}, {code_of(2), ""}});
  REQUIRE(sheet);
  std::vector<tabular::Row> rows(1);
  rows[0].row = 1;
  for (const auto& column : sheet->columns) rows[0].cells.push_back(column.heading);
  for (const auto& row : sheet->rows) {
    tabular::Row& line = rows.emplace_back();
    line.row = rows.size();
    for (const Value& value : row) {
      const auto* text = std::get_if<std::string>(&value);
      line.cells.push_back(text == nullptr ? std::string{} : *text);
    }
  }
  const auto empty = desk.read(rows);
  CHECK(empty.problems.empty());
  CHECK(empty.papers.empty());
  CHECK(empty.left_empty == 2);
  for (std::size_t i = 0; i < rows[0].cells.size(); ++i)
    if (rows[0].cells[i] == "您愿意回答吗?") rows[2].cells[i] = "否";
  const auto filled = desk.read(rows);
  REQUIRE(filled.papers.size() == 1);
  CHECK(filled.papers[0].row == 3);
  CHECK(answers_of(filled.papers[0]) == R"({"consent":"no"})");
}
