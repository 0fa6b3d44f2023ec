#include "xlsform/xlsform.hpp"

#include <doorstep/form.hpp>

#include <catch2/catch.hpp>
#include <map>

#include "unit/forms/form_samples.hpp"

using namespace doorstep;
using namespace doorstep::server;
using doorstep::test::SurveyText;

namespace {

xlsform::Reading read(const SurveyText& text) {
  return xlsform::read_xlsform(doorstep::test::sheets_of(text.csv()), "visit");
}

/// The only problem there is, as "sheet row column: zh".
std::string problem_of(const SurveyText& text) {
  const xlsform::Reading reading = read(text);
  CHECK(reading.json.empty());
  std::string told;
  for (const xlsform::Problem& problem : reading.problems)
    told +=
        problem.sheet + " " + std::to_string(problem.row) + problem.column + ": " + problem.message.zh + "\n";
  return told;
}

}  // namespace

TEST_CASE("xlsform: eleven forms of different shapes: are read, and their digests stay", "[forms]") {
  // A digest that changes here changes what stored answers are bound to.
  const std::map<std::string, std::string> kDigests = {
      {"cascading", "sha256:25ebd96b79d3476b"}, {"consent", "sha256:4eb575d2eb06cb2e"},
      {"dates", "sha256:57bd3954652ea586"},     {"exclusion", "sha256:73a289bd31aff936"},
      {"household", "sha256:ca33770693fcfd67"}, {"residents", "sha256:3d737db0b4651f4c"},
      {"safety", "sha256:a00aad4a05bed307"},    {"satisfaction", "sha256:ea0658e779917c61"},
      {"score", "sha256:eaf1812032c64a17"},     {"skip_logic", "sha256:ea3318fbf629a7c9"},
      {"welcome", "sha256:2db099a0a66605b2"}};
  for (const std::string& name : doorstep::test::sample_names()) {
    INFO(name);
    const xlsform::Reading reading = doorstep::test::read_sample(name);
    for (const xlsform::Problem& problem : reading.problems)
      UNSCOPED_INFO(problem.sheet << " " << problem.row << problem.column << ": " << problem.message.en);
    REQUIRE(reading.problems.empty());
    const auto form = Form::parse(reading.json);
    REQUIRE(form);
    CHECK(form->json() == reading.json);
    CHECK(form->name() == name);
    CHECK(form->digest().substr(0, 23) == kDigests.at(name));
  }
  CHECK(kDigests.size() == 11);
}

TEST_CASE("xlsform: languages: label::中文(zh) and label::English(en), a plain label for both", "[forms]") {
  const auto form = doorstep::test::sample("consent");
  CHECK(form.title().zh == "反诈访问");
  CHECK(form.title().en == "Anti-fraud visit");
  const xlsform::Reading plain = read(SurveyText("type,name,label\ntext,a,甲"));
  REQUIRE(plain.problems.empty());
  CHECK(plain.json.find(R"("label":{"zh":"甲"}})") != std::string::npos);
  const xlsform::Reading english = read(SurveyText("type,name,label::English(en)\ntext,a,Alpha"));
  REQUIRE(english.problems.empty());
  CHECK(english.json.find(R"("label":{"zh":"Alpha"}})") != std::string::npos);
  CHECK(problem_of(SurveyText("type,name,label,label::Deutsch (de)\ntext,a,甲,Anton")) ==
        "survey 2E: 不支持“label::Deutsch (de)”这一列,请删掉或清空。\n");
  CHECK(read(SurveyText("type,name,label,label::Deutsch (de)\ntext,a,甲,")).problems.empty());
}

TEST_CASE("xlsform: what is outside the subset: is refused with sheet, row and column", "[forms]") {
  const auto survey = [](const std::string& rows) { return problem_of(SurveyText(rows)); };
  CHECK(survey("type,name,label\ngeopoint,a,甲") == "survey 2B: 不支持“geopoint”这种题目。\n");
  CHECK(survey("type,name,label\ntext extra,a,甲") == "survey 2B: 不支持“text extra”这种题目。\n");
  CHECK(survey("type,name,label\ngroup,a,甲") == "survey 2B: 不支持“group”这种题目。\n");
  CHECK(survey("type,name,label\nselect_one,a,甲") == "survey 2B: 要写明选项表,如 select_one yes_no。\n");
  CHECK(survey("type,name,label\nselect_one nowhere,a,甲") == "survey 2B: 没有叫“nowhere”的选项表。\n");
  CHECK(survey("type,name,label\n,a,甲") == "survey 2B: 没有写 type。\n");
  CHECK(survey("type,name,label\ntext,a,甲\ntext,a,乙") == "survey 3C: 题目代号“a”用了两次。\n");
  CHECK(survey("type,name,label\ntext,户主,甲") ==
        "survey 2C: 题目代号“户主”只能用英文字母、数字和 _ - .,以字母开头。\n");
  CHECK(survey("type,name,label\ntext,a,") == "survey 2D: 题目“a”没有题面。\n");
  CHECK(survey("type,name,label\nbegin_group,g,组\ntext,a,甲") ==
        "survey 2B: 这一组没有结束(end_group、end_repeat)。\n");
  CHECK(survey("type,name,label\ntext,a,甲\nend_group,,") == "survey 3B: 这里没有可以结束的组。\n");
  CHECK(survey("type,name,label\nbegin_group,g,组\ntext,a,甲\nend_repeat,,\nend_group,,") ==
        "survey 4B: 这里没有可以结束的组。\n");
  CHECK(survey("type,name,label,trigger\ntext,a,甲,\ntext,b,乙,${a}") ==
        "survey 3E: 不支持“trigger”这一列,请删掉或清空。\n");
  CHECK(survey("type,name,label,readonly\ntext,a,甲,${b}") == "survey 2E: 只能写 yes 或 no。\n");
  CHECK(survey("type,name,label,repeat_max\nbegin_repeat,r,组,900\ntext,a,甲,\nend_repeat,,,") ==
        "survey 2E: 要写 1 到 200 的整数。\n");
  CHECK(survey("type,name,label,relevant\ntext,a,甲,random() > 1") ==
        "survey 2E: 第1个字符的函数 random() 不支持。\n");
  CHECK(survey("type,name,label,relevant\ntext,a,甲,\ntext,b,乙,${a} = ‘是’") ==
        "survey 3E: 第8个字符是中文标点或特殊空格,请改用英文的 '。\n");
  CHECK(survey("type,name,label,calculation\ncalculate,a,,${b} + 1\ncalculate,b,,${a} + 1") ==
        "survey 2E: “a”绕了一圈又取决于自己。\n");
  CHECK(survey("name,label\na,甲") == "survey 1: 没有 type 这一列。\n");
  CHECK(survey("type,name,name\ntext,a,a").find("survey 1D: “name”这一列有两个。\n") == 0);
}

TEST_CASE("xlsform: choices and settings that are wrong: are told where they stand", "[forms]") {
  const std::string survey = "type,name,label\nselect_one l,a,甲";
  CHECK(problem_of(SurveyText(survey, "list_name,name,label\nl,x,甲\nl,x,乙")) ==
        "choices 5C: 选项的值“x”在这个选项表里重复了。\n");
  CHECK(problem_of(SurveyText(survey, "list_name,name,label\nl,x y,甲")) ==
        "choices 4C: 选项的值“x y”要短,不能有空格和全角字符。\n");
  CHECK(problem_of(SurveyText(survey, "list_name,name,label\n,x,甲\nl,y,乙")) ==
        "choices 4B: 没有写 list_name。\n");
  CHECK(problem_of(SurveyText(survey, "list_name,name,label\nl,x,")) == "choices 4D: 选项“x”没有文字。\n");
  CHECK(problem_of(SurveyText(survey, "list_name,name,label,media::image\nl,x,甲,x.jpg")) ==
        "choices 4E: 不支持“media::image”这一列,请删掉或清空。\n");
  const std::string choices = "list_name,name,label\nl,x,甲";
  CHECK(problem_of(SurveyText(survey, choices, "form_id,version\nvisit,v1.2")) ==
        "settings 6C: 版本只能是数字(最多15位),如 2026112201。\n");
  CHECK(problem_of(SurveyText(survey, choices, "form_id\n走访")) ==
        "settings 6B: 表单代号只能用英文字母、数字和 _ - .,以字母开头。\n");
  CHECK(problem_of(SurveyText(survey, choices, "form_id,public_key\nvisit,abc")) ==
        "settings 6C: 不支持“public_key”这一列,请删掉或清空。\n");
  CHECK(problem_of(SurveyText("")) == "survey 0: 没有 survey 工作表,或是空的。\n");
}

TEST_CASE("xlsform: several mistakes: are all told at once, in reading order", "[forms]") {
  const std::string told =
      problem_of(SurveyText("type,name,label,relevant\naudio,a,甲,\ntext,b,乙,\nvideo,c,丙,"));
  CHECK(told == "survey 2B: 不支持“audio”这种题目。\nsurvey 4B: 不支持“video”这种题目。\n");
  const std::string expressions =
      problem_of(SurveyText("type,name,label,relevant\ntext,a,甲,${nobody} = 1\ntext,b,乙,1 +"));
  CHECK(expressions ==
        "survey 2E: 第1个字符:没有叫 ${nobody} 的题目。\nsurvey 3E: 第4个字符表达式没有写完。\n");
}

TEST_CASE("xlsform: or_other, start, today, defaults: mean what pyxform makes of them", "[forms]") {
  const xlsform::Reading reading =
      read(SurveyText("type,name,label,default\nselect_one l or_other,a,甲,x\nstart,begun,,\ntoday,day,,\n"
                      "date,d,日,today() + 1\ntext,t,字,it's\ninteger,n,数,3",
                      "list_name,name,label\nl,x,甲"));
  REQUIRE(reading.problems.empty());
  const auto has = [&](const std::string& part) { return reading.json.find(part) != std::string::npos; };
  CHECK(has(R"j({"value":"other","label":{"zh":"其他","en":"Other"}})j"));
  CHECK(has(R"j("name":"a_other")j"));
  CHECK(has(R"j("relevant":"selected(${a}, 'other')")j"));
  CHECK(has(R"j("name":"begun","calculation":"once(now())")j"));
  CHECK(has(R"j("name":"day","calculation":"once(today())")j"));
  CHECK(has(R"j("default":"'x'")j"));
  CHECK(has(R"j("default":"today() + 1")j"));
  CHECK(has(R"j("default":"\"it's\"")j"));
  CHECK(has(R"j("default":"'3'")j"));
}

TEST_CASE("xlsform: ten thousand nested groups: are refused, and do not take the stack", "[forms]") {
  std::string rows = "type,name,label\n";
  for (int i = 0; i < 10'000; ++i) rows += "begin_group,g" + std::to_string(i) + ",组\n";
  CHECK(read(SurveyText(rows)).json.empty());
  CHECK_FALSE(read(SurveyText(rows)).problems.empty());
}

TEST_CASE("xlsform: damaged sheets: never make a form that phones refuse", "[forms]") {
  const std::string csv = doorstep::test::sample_csv("household");
  SeededRandom random(11);
  for (int round = 0; round < 300; ++round) {
    std::string damaged = csv;
    for (int i = 0; i < 3; ++i) {
      const std::size_t at = random.below(damaged.size());
      if (random.below(2) == 0)
        damaged.erase(at, random.below(12));
      else
        damaged.insert(at, std::string(1, "\",\n$'(){}.x9"[random.below(12)]));
    }
    const auto sheets = doorstep::test::try_sheets_of(damaged);
    if (!sheets) continue;
    const xlsform::Reading reading = xlsform::read_xlsform(*sheets, "damaged");
    CHECK(reading.json.empty() == !reading.problems.empty());
    if (!reading.json.empty()) CHECK(Form::parse(reading.json).has_value());
  }
}
