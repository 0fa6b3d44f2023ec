#include <doorstep/form.hpp>

#include <rapidcheck.h>
#include <algorithm>
#include <catch2/catch.hpp>

#include "forms/form_content.hpp"
#include "forms/state.hpp"
#include "unit/draw.hpp"
#include "unit/forms/form_samples.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

using Paths = std::vector<std::string>;

/// All steps from the first on.
Paths walk(FormSession& session) {
  Paths paths;
  for (auto step = session.first(); step; step = session.next()) paths.push_back(step->path);
  return paths;
}

FormStep step_at(FormSession& session, const std::string& path) {
  const auto step = session.go_to(path);
  INFO(path);
  REQUIRE(step.has_value());
  return *step;
}

Paths offered_at(FormSession& session, const std::string& path) {
  Paths values;
  for (const FormChoice& choice : step_at(session, path).choices) values.push_back(choice.value);
  return values;
}

Paths problem_paths(const FormSession& session) {
  Paths paths;
  for (const FormProblem& problem : session.problems()) paths.push_back(problem.path);
  return paths;
}

}  // namespace

TEST_CASE("form session: household: asks only what is relevant, and says what became so", "[forms]") {
  FormSession session = begin(sample("household"));
  CHECK(walk(session) == Paths{"door", "use", "people", "needs", "thanks"});
  CHECK(answer(session, "use", "rented").relevant == Paths{"contract"});
  const FormChange vacant = answer(session, "use", "vacant");
  CHECK(vacant.relevant.empty());
  CHECK(vacant.irrelevant == Paths{"contract", "people", "needs"});
  CHECK(walk(session) == Paths{"door", "use", "thanks"});
  const FormStep door = step_at(session, "door");
  CHECK(door.required);
  CHECK(door.label.en == "Door");
  REQUIRE(door.groups.size() == 1);
  CHECK(door.groups[0].zh == "住房");
  answer(session, "door", "3-2-1501");
  CHECK(step_at(session, "thanks").label.zh == "3-2-1501登记完了,谢谢。");
  CHECK(answers_of(session) == R"({"door":"3-2-1501","use":"vacant"})");
}

TEST_CASE("form session: answers that are no longer asked: wait in the draft and come back", "[forms]") {
  FormSession session = begin(sample("household"));
  answer(session, "door", "3-2-1501");
  answer(session, "use", "owner");
  answer(session, "people", "3");
  answer(session, "needs", "other drain");
  answer(session, "needs_more", "遮雨棚");
  answer(session, "use", "vacant");
  CHECK(answers_of(session) == R"({"door":"3-2-1501","use":"vacant"})");
  answer(session, "use", "owner");
  CHECK(answers_of(session) ==
        R"({"door":"3-2-1501","use":"owner","people":3,"needs":["drain","other"],"needs_more":"遮雨棚"})");
}

TEST_CASE("form session: what cannot be an answer: is refused with what to write", "[forms]") {
  FormSession session = begin(sample("household"));
  CHECK(refused_answer(session, "door", "3号楼") == "门牌写成 3-2-1501 的样子。");
  CHECK(session.set("door", "3号楼").error().en == "Write the door like 3-2-1501.");
  CHECK(refused_answer(session, "people", "三") == "「住了几个人?」要填整数,如 3。");
  CHECK(refused_answer(session, "people", "21") == "人数要在1到20之间。");
  CHECK(refused_answer(session, "use", "sold") == "「房屋使用情况」没有“sold”这个选项,请从列出的选项里选。");
  CHECK(refused_answer(session, "use", "owner rented") == "「房屋使用情况」只能选一个。");
  CHECK(refused_answer(session, "nobody", "x") == "表单里没有 nobody 这一项。");
  CHECK(refused_answer(session, "home", "x") == "表单里没有 home 这一项。");
  CHECK(refused_answer(session, "thanks", "x") == "表单里没有 thanks 这一项。");
  CHECK_FALSE(session.set("door", std::string(9'000, 'x')).has_value());
  CHECK_FALSE(session.set("door", "\xFF").has_value());
  CHECK_FALSE(session.set("door", std::string_view("3-2-1501\0", 9)).has_value());
  CHECK(step_at(session, "door").value.empty());
  CHECK(problem_paths(session) == Paths{"door", "use", "people"});
}

TEST_CASE("form session: each type: takes what people type and keeps one form of it", "[forms]") {
  const auto question = [](const std::string& type, const std::string& more = "") {
    return R"({"type":")" + type + R"(","name":")" + type + R"(","label":{"zh":"题"})" + more + "},";
  };
  FormSession session = begin(form_of(question("text") + question("integer") + question("decimal") +
                                      question("date") + question("time") + question("acknowledge") +
                                      question("select_multiple", R"(,"list":"abc")") +
                                      R"({"type":"note","name":"end","label":{"zh":"完"}})"));
  const auto kept = [&](const std::string& path, const std::string& typed) {
    answer(session, path, typed);
    return step_at(session, path).value;
  };
  CHECK(kept("text", " 张 三\xE2\x80\x8B ") == "张 三");
  CHECK(kept("integer", "＋０１２") == "12");
  CHECK(kept("integer", "-0") == "0");
  CHECK(kept("integer", "9007199254740991") == "9007199254740991");
  CHECK_FALSE(session.set("integer", "9007199254740992").has_value());
  CHECK_FALSE(session.set("integer", "1.5").has_value());
  CHECK(kept("decimal", "43.50") == "43.5");
  CHECK(kept("decimal", "-.5") == "-0.5");
  CHECK_FALSE(session.set("decimal", "1e5").has_value());
  CHECK_FALSE(session.set("decimal", ".").has_value());
  CHECK(kept("date", "2026年1月5日") == "2026-01-05");
  CHECK_FALSE(session.set("date", "2026-02-30").has_value());
  CHECK(kept("time", "9:30") == "09:30");
  CHECK(kept("time", "２１：０５") == "21:05");
  CHECK_FALSE(session.set("time", "24:00").has_value());
  CHECK(kept("acknowledge", "ok") == "OK");
  CHECK_FALSE(session.set("acknowledge", "no").has_value());
  CHECK(kept("select_multiple", "c a c") == "a c");
  CHECK(kept("select_multiple", "").empty());
  answer(session, "select_multiple", "b");
  CHECK(answers_of(session) ==
        R"({"text":"张 三","integer":9007199254740991,"decimal":-0.5,"date":"2026-01-05","time":"21:05",)"
        R"("acknowledge":"OK","select_multiple":["b"]})");
}

TEST_CASE("form session: residents: are added, calculated, taken away", "[forms]") {
  FormSession session = begin(sample("residents"));
  FormStep more = step_at(session, "resident");
  CHECK(more.kind == FormStep::Kind::repeat);
  CHECK(more.instances == 0);
  CHECK(more.can_add);
  REQUIRE(session.add("resident").has_value());
  const auto added = session.add("resident");
  REQUIRE(added.has_value());
  CHECK(added->relevant == Paths{"resident[2]/name", "resident[2]/born", "resident[2]/age"});
  CHECK(added->calculated == Paths{"people", "names"});
  answer(session, "resident[1]/name", "王阿姨");
  const FormChange born = answer(session, "resident[1]/born", "1951-03-02");
  CHECK(born.relevant == Paths{"resident[1]/care"});
  CHECK(born.calculated == Paths{"resident[1]/age", "oldest"});
  answer(session, "resident[2]/name", "小明");
  CHECK(answer(session, "resident[2]/born", "2017-09-01").relevant == Paths{"resident[2]/at_school"});
  CHECK(refused_answer(session, "resident[2]/born", "2030-01-01") == "出生日期不能在今天以后。");
  CHECK(refused_answer(session, "resident[2]/age", "3") == "这一项只能看,不能填。");
  CHECK(step_at(session, "summary").label.zh == "共2人:王阿姨、小明。");
  CHECK(problem_paths(session) == Paths{"resident[2]/at_school"});
  answer(session, "resident[2]/at_school", "yes");
  CHECK(answers_of(session) ==
        R"({"resident":[{"name":"王阿姨","born":"1951-03-02","age":75},)"
        R"({"name":"小明","born":"2017-09-01","age":9,"at_school":"yes","number":"2"}],)"
        R"("people":"2","elders":"0","oldest":"75","names":"王阿姨、小明"})");
  REQUIRE(session.go_to("resident[2]/name").has_value());
  REQUIRE(session.remove("resident[1]").has_value());
  CHECK(session.current()->path == "resident");
  CHECK(step_at(session, "resident[1]/name").value == "小明");
  CHECK_FALSE(session.remove("resident[2]").has_value());
  CHECK_FALSE(session.remove("resident[0]").has_value());
  CHECK_FALSE(session.remove("resident").has_value());
  CHECK_FALSE(session.remove("resident[x]").has_value());
  for (int i = 1; i < 12; ++i) REQUIRE(session.add("resident").has_value());
  CHECK_FALSE(step_at(session, "resident").can_add);
  const auto enough = session.add("resident");
  REQUIRE_FALSE(enough.has_value());
  CHECK(enough.error().zh == "最多只能加12份。");
}

TEST_CASE("form session: skip logic: a chain of conditions follows its first link", "[forms]") {
  FormSession session = begin(sample("skip_logic"));
  CHECK(walk(session) == Paths{"smoke", "bye"});
  CHECK(answer(session, "smoke", "yes").relevant == Paths{"where"});
  CHECK(answer(session, "where", "else").relevant == Paths{"where_else", "alarm"});
  CHECK(answer(session, "alarm", "yes").relevant == Paths{"alarms"});
  CHECK(step_at(session, "alarm").required);
  CHECK(answer(session, "smoke", "no").irrelevant == Paths{"where", "where_else", "alarm", "alarms"});
  CHECK(answers_of(session) == R"({"smoke":"no"})");
}

TEST_CASE("form session: cascading choices: offer what fits, and drop what no longer does", "[forms]") {
  FormSession session = begin(sample("cascading"));
  CHECK(offered_at(session, "community").empty());
  answer(session, "street", "jianshe");
  CHECK(offered_at(session, "community") == Paths{"beian", "nanan"});
  CHECK_FALSE(session.set("community", "guangming").has_value());
  answer(session, "community", "beian");
  answer(session, "estate", "yijing");
  CHECK(offered_at(session, "services") == Paths{"canteen", "clinic"});
  answer(session, "services", "clinic canteen");
  CHECK(offered_at(session, "best") == Paths{"canteen", "clinic"});
  answer(session, "best", "canteen");
  answer(session, "street", "guilin");
  CHECK(problem_paths(session) == Paths{"community", "estate"});
  CHECK(step_at(session, "services").value == "clinic");
  CHECK(step_at(session, "best").value.empty());
  answer(session, "street", "jianshe");
  CHECK(
      answers_of(session) ==
      R"({"street":"jianshe","community":"beian","estate":"yijing","services":["canteen","clinic"],"best":"canteen"})");
}

TEST_CASE("form session: exclusion and or_other: hold among the choices", "[forms]") {
  FormSession session = begin(sample("exclusion"));
  CHECK(refused_answer(session, "illness", "none heart") == "选了“都没有”就不能再选别的。");
  answer(session, "illness", "heart sugar");
  CHECK(refused_answer(session, "family", "pressure sugar heart other") == "最多选三个。");
  CHECK(answer(session, "family", "other").relevant == Paths{"family_other"});
  CHECK(answer(session, "level", "2").relevant == Paths{"level_why"});
  CHECK(answer(session, "illness", "none").irrelevant == Paths{"level_why"});
  answer(session, "family_other", "哮喘");
  CHECK(answers_of(session) ==
        R"({"illness":["none"],"how_many":"0","family":["other"],"family_other":"哮喘","level":"2"})");
}

TEST_CASE("form session: dates: defaults once, constraints that look at each other, once()", "[forms]") {
  FormSession session = begin(sample("dates"));
  CHECK(step_at(session, "call").value == "2026-11-30");
  CHECK(step_at(session, "at").value == "09:30");
  answer(session, "admitted", "2026-11-10");
  CHECK(refused_answer(session, "left", "2026-11-09") == "出院不能早于住院。");
  answer(session, "left", "2026-11-18");
  CHECK(refused_answer(session, "call", "2027-01-01") == "要在今后30天里。");
  CHECK(refused_answer(session, "at", "20:01") == "8点到20点之间。");
  FormTime later = monday();
  later.utc_ms += 26LL * 3'600'000;
  session.set_time(later);
  answer(session, "call", "2026-12-01");
  CHECK(
      answers_of(session) ==
      R"({"begun":"2026-11-23T09:30:00.000+08:00","ended":"2026-11-24T11:30:00.000+08:00","day":"2026-11-23",)"
      R"("admitted":"2026-11-10","left":"2026-11-18","nights":"8","call":"2026-12-01","at":"09:30",)"
      R"("reminder":"12月1日 09:30","first_seen":"2026-11-23 09:30","year":"2026","due":"2026-12-02"})");
  answer(session, "admitted", "2026-11-20");
  CHECK(problem_paths(session) == Paths{"left"});
  CHECK(session.problems()[0].kind == FormProblem::Kind::violated);
  CHECK(session.finish().answers.empty());
  answer(session, "call", "");
  CHECK(step_at(session, "call").value.empty());
}

TEST_CASE("form session: scores: count what is answered", "[forms]") {
  FormSession session = begin(sample("score"));
  answer(session, "sleep", "3");
  answer(session, "eat", "3");
  CHECK(walk(session) == Paths{"sleep", "eat", "out", "falls"});
  const FormChange complete = answer(session, "out", "1");
  CHECK(complete.relevant == Paths{"advice_low"});
  CHECK(complete.calculated == Paths{"score", "weighted", "level", "complete", "best"});
  CHECK(answer(session, "falls", "2").relevant == Paths{"advice_high"});
  CHECK(step_at(session, "advice_high").label.zh == "得分8.3:请本周上门看望。");
  CHECK(answers_of(session) ==
        R"({"sleep":"3","eat":"3","out":"1","falls":2,"score":"7","weighted":"8.3","level":"high",)"
        R"("complete":"true","worst":"3","best":"1"})");
}

TEST_CASE("form session: consent: without it nothing else is asked", "[forms]") {
  FormSession session = begin(sample("consent"));
  CHECK(session.problems()[0].message.zh == "请先问是否同意。");
  CHECK(walk(session) == Paths{"about", "consent"});
  answer(session, "consent", "yes");
  CHECK(walk(session) == Paths{"about", "consent", "read"});
  CHECK(answer(session, "read", "OK").relevant == Paths{"heard"});
  answer(session, "heard", "yes");
  answer(session, "count", "2");
  const FormStep what = step_at(session, "what");
  REQUIRE(what.groups.size() == 2);
  CHECK(what.groups[1].en == "Suspicious calls");
  CHECK(answer(session, "consent", "no").irrelevant == Paths{"read", "heard", "count", "what"});
  CHECK(answers_of(session) == R"({"consent":"no"})");
}

TEST_CASE("form session: repeats in a counted repeat: follow the count, and keep what is beyond it",
          "[forms]") {
  FormSession session = begin(sample("safety"));
  answer(session, "building", "3栋");
  answer(session, "floors", "2");
  CHECK_FALSE(session.add("floor").has_value());
  CHECK(step_at(session, "floor[2]/hazards").label.zh == "2层有什么隐患?");
  answer(session, "floor[1]/hazards", "ebike");
  answer(session, "floor[2]/hazards", "blocked");
  REQUIRE(session.add("floor[2]/blocked").has_value());
  REQUIRE(session.add("floor[2]/blocked").has_value());
  CHECK_FALSE(session.add("floor[1]/blocked").has_value());
  answer(session, "floor[2]/blocked[1]/where", "西侧");
  answer(session, "floor[2]/blocked[2]/where", "东侧");
  CHECK(step_at(session, "floor[2]/blocked[1]/until").value == "2026-11-26");
  const std::string both = answers_of(session);
  CHECK(
      both ==
      R"({"building":"3栋","floors":2,"floor":[{"number":"1","hazards":["ebike"]},)"
      R"({"number":"2","hazards":["blocked"],"blocked":[{"where":"西侧","until":"2026-11-26","label":"3栋-2-1"},)"
      R"({"where":"东侧","until":"2026-11-26","label":"3栋-2-2"}]}],)"
      R"("blocked_total":"2","with_hazard":"2","first_floor":"ebike","where_all":"西侧;东侧"})");
  answer(session, "floors", "1");
  CHECK(answers_of(session) == R"({"building":"3栋","floors":1,"floor":[{"number":"1","hazards":["ebike"]}],)"
                               R"("blocked_total":"0","with_hazard":"1","first_floor":"ebike"})");
  answer(session, "floors", "2");
  CHECK(answers_of(session) == both);
}

TEST_CASE("form session: satisfaction and welcome: labels, filters, texts", "[forms]") {
  FormSession call = begin(sample("satisfaction"));
  answer(call, "reached", "yes");
  CHECK(step_at(call, "score").appearance == "likert");
  answer(call, "score", "2");
  answer(call, "reasons", "slow callback");
  CHECK(step_at(call, "words").label.zh == "请用您自己的话说说(2分)");
  CHECK(refused_answer(call, "phone", "12345") == "手机号是11位数字。");
  answer(call, "phone", "13800000000");
  CHECK(
      answers_of(call) ==
      R"({"reached":"yes","score":"2","reasons":["slow","callback"],"phone":"13800000000","reason_names":"来得太慢等"})");

  FormSession welcome = begin(sample("welcome"));
  answer(welcome, "name", "欧阳 小.明");
  answer(welcome, "area", "87");
  CHECK(refused_answer(welcome, "code", "1") == "这一项只能看,不能填。");
  CHECK(step_at(welcome, "hello").label.zh == "欧阳,欢迎来到建设街。");
  CHECK(
      answers_of(welcome) ==
      R"({"code":"3-2","street":"建设街","name":"欧阳 小.明","short":"欧阳","rest":"小.明","clean":"欧阳 小 明",)"
      R"("area":87,"fee":"107.45","fee_whole":"107","odd":"true","powers":"1026","starts":"true","truth":"true","day":"1"})");
}

TEST_CASE("form session: steps: go forth and back over what is relevant, and stop at the ends", "[forms]") {
  FormSession session = begin(sample("skip_logic"));
  CHECK_FALSE(session.current().has_value());
  CHECK(session.next()->path == "smoke");
  CHECK_FALSE(session.back().has_value());
  CHECK(session.current()->path == "smoke");
  answer(session, "smoke", "yes");
  CHECK(session.next()->path == "where");
  CHECK(session.back()->path == "smoke");
  CHECK(session.next()->path == "where");
  answer(session, "smoke", "no");
  CHECK_FALSE(session.current().has_value());
  CHECK(session.next()->path == "bye");
  CHECK_FALSE(session.next().has_value());
  CHECK(session.current()->path == "bye");
  CHECK_FALSE(session.go_to("where").has_value());
}

TEST_CASE("form session: a further instance: is gone on with by who asked for it", "[forms]") {
  FormSession session = begin(sample("residents"));
  REQUIRE(session.next()->path == "resident");
  REQUIRE(session.add("resident").has_value());
  CHECK(session.next()->path == "resident[1]/name");
  REQUIRE(session.go_to("resident").has_value());
  REQUIRE(session.add("resident").has_value());
  CHECK(session.next()->path == "resident[2]/name");
  REQUIRE(session.add("resident").has_value());
  CHECK(session.current()->path == "resident[2]/name");
}

TEST_CASE("form session: what is not relevant: is not calculated, and not counted", "[forms]") {
  FormSession session = begin(form_of(
      R"({"type":"select_one","name":"c","label":{"zh":"同意"},"list":"yes_no"},)"
      R"j({"type":"calculate","name":"since","relevant":"${c} = 'yes'","calculation":"once(today())"},)j"
      R"({"type":"repeat","name":"r","relevant":"${c} = 'yes'","items":[)"
      R"({"type":"text","name":"t","label":{"zh":"字"}}]},)"
      R"j({"type":"calculate","name":"count","calculation":"count(${r})"})j"));
  CHECK_FALSE(session.add("r").has_value());
  session.set_time({monday().utc_ms + 86'400'000, 8 * 60});
  answer(session, "c", "yes");
  REQUIRE(session.add("r").has_value());
  CHECK(answers_of(session) == R"({"c":"yes","since":"2026-11-24","r":[{}],"count":"1"})");
  answer(session, "c", "no");
  CHECK(answers_of(session) == R"({"c":"no","count":"0"})");
}

TEST_CASE("form session: order of evaluation: any that dependencies allow gives the same", "[forms]") {
  for (const std::string& name : sample_names()) {
    const Form form = sample(name);
    const forms::CompiledForm& compiled = form.content().compiled;
    const bool held = rc::check("order in " + name, [&] {
      PropertyDraw draw;
      std::vector<std::uint32_t> order;
      std::vector<bool> done(compiled.items.size());
      while (order.size() < compiled.items.size()) {
        std::vector<std::uint32_t> ready;
        for (std::uint32_t i = 0; i < compiled.items.size(); ++i)
          if (!done[i] && std::all_of(compiled.dependencies[i].begin(), compiled.dependencies[i].end(),
                                      [&](std::uint32_t needed) { return done[needed]; }))
            ready.push_back(i);
        order.push_back(draw.pick(ready));
        done[order.back()] = true;
      }
      forms::Instance one = forms::make_instance(compiled, 0);
      // Some answer everywhere, whether it fits or not: relevance, sets and filters have something to say.
      for (std::uint32_t slot = 0; slot < one.cells.size(); ++slot) {
        const forms::CompiledItem& item = compiled.items[compiled.scopes[0].items[slot]];
        if (item.list != forms::kNone && draw.chance(70))
          one.cells[slot].text = draw.pick(compiled.list_of(item).choices).value;
        else if (item.type() == forms::ItemType::integer)
          one.cells[slot].text = std::to_string(draw.below(5));
      }
      for (std::size_t child = 0; child < one.repeats.size(); ++child)
        for (std::uint64_t i = 0, count = draw.below(3); i < count; ++i)
          one.repeats[child].push_back(forms::make_instance(compiled, compiled.scopes[0].scopes[child]));
      forms::Instance other = one;
      RC_ASSERT(forms::evaluate_form(compiled, compiled.order, one, monday()).has_value());
      RC_ASSERT(forms::evaluate_form(compiled, order, other, monday()).has_value());
      Paths first;
      Paths second;
      const auto note = [&](Paths& out) {
        return [&](const forms::Place& place) {
          out.push_back(place.path + "=" + place.cell(compiled).shown + (place.relevant ? "" : "!"));
        };
      };
      forms::each_place(compiled, one, note(first));
      forms::each_place(compiled, other, note(second));
      RC_ASSERT(first == second);
    });
    CHECK(held);
  }
}

TEST_CASE("form session: order of answers: does not matter to what is finished", "[forms]") {
  const std::vector<std::pair<std::string, std::string>> answers = {
      {"smoke", "yes"}, {"where", "else"}, {"where_else", "阳台"}, {"alarm", "yes"}, {"alarms", "2"}};
  const bool held = rc::check("any order", [&] {
    PropertyDraw draw;
    auto left = answers;
    FormSession session = begin(sample("skip_logic"));
    while (!left.empty()) {
      const auto next = left.begin() + static_cast<std::ptrdiff_t>(draw.below(left.size()));
      RC_ASSERT(session.set(next->first, next->second).has_value());
      left.erase(next);
    }
    RC_ASSERT(answers_of(session) ==
              R"({"smoke":"yes","where":"else","where_else":"阳台","alarm":"yes","alarms":2})");
  });
  CHECK(held);
}

TEST_CASE("form session: forms that take too much: are refused, and leave the session as it was", "[forms]") {
  std::string items = R"({"type":"integer","name":"n","label":{"zh":"数"}},)"
                      R"({"type":"repeat","name":"r","repeat_count":"${n}","max":200,"items":[)"
                      R"({"type":"repeat","name":"s","repeat_count":"${n}","max":200,"items":[)"
                      R"({"type":"integer","name":"x","label":{"zh":"x"}}]}]})";
  FormSession session = begin(form_of(items));
  answer(session, "n", "90");
  CHECK(refused_answer(session, "n", "200") == "重复的内容太多了,填不下。");
  CHECK(refused_answer(session, "n", "201") == "重复的内容太多了,填不下。");
  CHECK(step_at(session, "n").value == "90");

  std::string sums = "sum(${y})";
  for (int i = 0; i < 60; ++i) sums += "+sum(${y})";
  FormSession heavy =
      begin(form_of(R"({"type":"integer","name":"n","label":{"zh":"数"}},)"
                    R"({"type":"repeat","name":"r","repeat_count":"${n}","max":200,"items":[)"
                    R"({"type":"integer","name":"y","label":{"zh":"y"}},)"
                    R"j({"type":"calculate","name":"z","calculation":"indexed-repeat(${y}, ${r}, 1)"}]},)j"
                    R"({"type":"repeat","name":"q","repeat_count":"${n}","max":200,"items":[)"
                    R"({"type":"calculate","name":"w","calculation":")" +
                    sums + R"("}]})"));
  answer(heavy, "n", "20");
  CHECK(refused_answer(heavy, "n", "200") == "这份表单要算的内容太多,请街道把它改简单些。");

  std::string doubling = R"({"type":"text","name":"a","label":{"zh":"甲"}})";
  std::string last = "a";
  for (int i = 0; i < 20; ++i) {
    const std::string next = "c" + std::to_string(i);
    doubling += R"(,{"type":"calculate","name":")" + next + R"(","calculation":"concat(${)" + last + "}, ${" +
                last + R"j(})"})j";
    last = next;
  }
  FormSession text = begin(form_of(doubling));
  CHECK_FALSE(text.set("a", "xxxxxxxxxxxxxxxx").has_value());
}

TEST_CASE("form session: answers longer than a cell: are a problem, not a loss", "[forms]") {
  std::string items;
  for (int i = 0; i < 10; ++i)
    items += (i == 0 ? "" : ",") +
             (R"({"type":"text","name":"t)" + std::to_string(i) + R"(","label":{"zh":"字"}})");
  FormSession session = begin(form_of(items));
  for (int i = 0; i < 10; ++i) answer(session, "t" + std::to_string(i), std::string(8'000, 'x'));
  const FormResult result = session.finish();
  CHECK(result.answers.empty());
  REQUIRE(result.problems.size() == 1);
  CHECK(result.problems[0].kind == FormProblem::Kind::too_large);
}
