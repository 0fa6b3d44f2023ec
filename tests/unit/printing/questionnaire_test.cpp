#include "printing/questionnaire.hpp"

#include <catch2/catch.hpp>

#include "unit/printing/recording_page.hpp"

using namespace doorstep;
using namespace doorstep::server::printing;

namespace {

std::vector<Block> read(const std::string& items) {
  const auto form = forms::read_definition(
      R"({"format":1,"name":"f","title":{"zh":"表"},"lists":[{"name":"use","choices":[)"
      R"({"value":"rented","label":{"zh":"出租","en":"Rented out"}},{"value":"vacant","label":{"zh":"空置"}}]}],"items":[)" +
      items + "]}");
  REQUIRE(form);
  const auto blocks = blocks_of(*form);
  REQUIRE(blocks);
  return *blocks;
}

std::string question(const std::string& type, const std::string& name, const std::string& more = {}) {
  return R"({"type":")" + type + R"(","name":")" + name + R"(","label":{"zh":")" + name + R"("})" +
         (type.substr(0, 6) == "select" ? R"(,"list":"use")" : "") + (more.empty() ? "" : "," + more) + "}";
}

/// The condition of a third question; 1 is a choice of one, 2 a number.
FormText condition(const std::string& relevant) {
  const auto blocks = read(question("select_one", "a") + "," + question("integer", "b") + "," +
                           question("calculate", "c", R"("calculation":"1")") + "," +
                           question("text", "d", R"("relevant":")" + relevant + "\""));
  REQUIRE(blocks.size() == 3);
  return blocks[2].condition;
}

PaperDoor door() { return {"和顺家园 1号楼 101室", "S1-101", "7KQ2M-9XD3F"}; }

Questionnaire::Heading heading() {
  return {"幸福街道",
          "需求调查",
          {{"已答", "Answered"}, {"空置", "Vacant"}, {"拒答", "Refused"}, {"家中无人", "Nobody home"}}};
}

}  // namespace

TEST_CASE("paper: questions: are numbered, without what is calculated") {
  const auto blocks = read(question("note", "n") + "," + question("text", "a") + "," +
                           question("calculate", "c", R"("calculation":"1")") + "," +
                           question("integer", "x", R"("calculation":"2")") + "," +
                           question("select_multiple", "b", R"-("required":"true()")-") + "," +
                           question("date", "e", R"("read_only":true)"));
  REQUIRE(blocks.size() == 3);
  CHECK(blocks[0].number == 0);
  CHECK(blocks[0].answer == Block::Answer::none);
  CHECK(blocks[1].number == 1);
  CHECK(blocks[1].answer == Block::Answer::line);
  CHECK(blocks[2].number == 2);
  CHECK(blocks[2].answer == Block::Answer::some_of);
  CHECK(blocks[2].is_required);
  REQUIRE(blocks[2].choices.size() == 2);
  CHECK(blocks[2].choices[0].en == "Rented out");
}

TEST_CASE("paper: a simple condition: is a sentence that names the question and the choice") {
  CHECK(condition("${a} = 'rented'").zh == "第1题是“出租”才答");
  CHECK(condition("${a} = 'rented'").en == "Only if question 1 is \"Rented out\"");
  CHECK(condition("'vacant' != ${a}").zh == "第1题不是“空置”才答");
  CHECK(condition("${b} >= 60").zh == "第2题不少于60才答");
  CHECK(condition("60 >= ${b}").zh == "第2题不超过60才答");
  CHECK(condition("${b} != ''").zh == "第2题答了才答");
  CHECK(condition("selected(${a}, 'vacant')").zh == "第1题选了“空置”才答");
  CHECK(condition("not(selected(${a}, 'vacant'))").zh == "第1题没有选“空置”才答");
  CHECK(condition("${a} = 'rented' and (${b} > 2 or ${b} = 0)").zh ==
        "第1题是“出租”,并且(第2题大于2,或者第2题是0)才答");
  CHECK(condition("not(${a} = 'rented' or ${a} = 'vacant')").zh == "第1题不是“出租”,并且第1题不是“空置”才答");
}

TEST_CASE("paper: any other condition: is not made up") {
  for (const char* relevant : {"${c} = 1", "${b} + 1 = 2", "not(${b} > 2)", "count-selected(${a}) > 1",
                               "${a} = 'rented' and ${c} = 1", "string-length(${a}) > 2", "${a} = ${b}"}) {
    INFO(relevant);
    CHECK(condition(relevant).zh == "不是每户都答:按手机上的表单");
  }
}

TEST_CASE("paper: a repeat: is blank blocks with the same numbers") {
  const std::string inner =
      R"("items":[)" + question("text", "name") + "," + question("integer", "age") + "]";
  const auto three = read(question("text", "first") + "," + question("repeat", "r", inner));
  REQUIRE(three.size() == 1 + 3 * 3);
  CHECK(three[1].label.zh == "r(1)");
  CHECK(three[7].label.zh == "r(3)");
  CHECK_FALSE(three[7].hint.zh.empty());
  CHECK(three[2].number == 2);
  CHECK(three[8].number == 2);
  CHECK(three[9].number == 3);
  CHECK(three[9].depth == 1);
  CHECK(read(question("repeat", "r", R"("repeat_count":"5",)" + inner)).size() == 5 * 3);
  CHECK(read(question("repeat", "r", R"("repeat_count":"500",)" + inner)).size() == 10 * 3);
  CHECK(read(question("repeat", "r", R"("max":2,)" + inner)).size() == 2 * 3);
}

TEST_CASE("paper: an answer in a label: is the number of its question") {
  const auto blocks =
      read(question("text", "a") + "," +
           R"({"type":"text","name":"b","label":{"zh":"${a}的电话","en":"Phone of ${a}, ${none"}})");
  CHECK(blocks[1].label.zh == "(第1题)的电话");
  CHECK(blocks[1].label.en == "Phone of (question 1), ${none");
}

TEST_CASE("paper: repeats within repeats without end: are too large") {
  std::string items = question("text", "a");
  for (int i = 0; i < 7; ++i)
    items = question("repeat", "r" + std::to_string(i), R"("repeat_count":"10","items":[)" + items + "]");
  const auto form =
      forms::read_definition(R"({"format":1,"name":"f","title":{"zh":"表"},"items":[)" + items + "]}");
  REQUIRE(form);
  const auto blocks = blocks_of(*form);
  REQUIRE_FALSE(blocks);
  CHECK(blocks.error().code == ErrorCode::too_large);
}

TEST_CASE("paper: sheets: hold every question once, within the paper, and name the door") {
  for (const std::size_t count : {1U, 10U, 60U, 200U}) {
    std::string items;
    for (std::size_t i = 0; i < count; ++i)
      items += (i == 0 ? "" : ",") + question(i % 3 == 0   ? "select_one"
                                              : i % 3 == 1 ? "text"
                                                           : "date",
                                              "q" + std::to_string(i) + "x");
    RecordingPage scrap;
    const Questionnaire form(scrap, heading(), read(items));
    std::size_t found = 0;
    for (std::size_t sheet = 0; sheet < form.sheets(); ++sheet) {
      RecordingPage page;
      form.draw(page, door(), sheet);
      INFO(count << " questions, sheet " << sheet);
      CHECK(page.is_within());
      CHECK(page.says("7KQ2M-9XD3F"));
      CHECK(page.says("和顺家园 1号楼 101室"));
      CHECK(page.says("第 " + std::to_string(sheet + 1) + "/" + std::to_string(form.sheets()) + " 页"));
      CHECK(page.codes.size() == (sheet == 0 ? 1 : 0));
      CHECK(page.says("拒答") == (sheet == 0));
      for (std::size_t i = 0; i < count; ++i)
        found += page.says(std::to_string(i + 1) + ". q" + std::to_string(i) + "x") ? 1 : 0;
    }
    CHECK(found == count);
    CHECK((form.sheets() > 1) == (count > 20));
  }
}

TEST_CASE("paper: a list of choices longer than a page: goes on overleaf") {
  auto blocks = read(question("select_one", "a"));
  blocks[0].choices.assign(400, {"第一种选择的说明", "A choice"});
  RecordingPage scrap;
  const Questionnaire form(scrap, heading(), blocks);
  CHECK(form.sheets() > 1);
  std::size_t choices = 0;
  for (std::size_t sheet = 0; sheet < form.sheets(); ++sheet) {
    RecordingPage page;
    form.draw(page, door(), sheet);
    CHECK(page.is_within());
    for (const RecordingPage::Text& text : page.texts) choices += text.text == "第一种选择的说明" ? 1 : 0;
  }
  CHECK(choices == 400);
}
