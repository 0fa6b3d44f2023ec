#include <doorstep/form.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "unit/draw.hpp"
#include "unit/forms/form_samples.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

FormSession opened(const Form& form, const std::string& draft) {
  auto session = FormSession::open(form, draft, monday());
  INFO((session ? "" : session.error().en));
  REQUIRE(session.has_value());
  return std::move(*session);
}
FormSession migrated(const Form& form, const std::string& draft) {
  auto session = FormSession::migrate(form, draft, monday());
  INFO((session ? "" : session.error().en));
  REQUIRE(session.has_value());
  return std::move(*session);
}

std::string value_at(FormSession& session, const std::string& path) {
  const auto step = session.go_to(path);
  INFO(path);
  REQUIRE(step.has_value());
  return step->value;
}

std::string question(const std::string& type, const std::string& name, const std::string& more = "") {
  return R"({"type":")" + type + R"(","name":")" + name + R"(","label":{"zh":"题)" + name + "\"}" + more +
         "}";
}
std::string repeat(const std::string& name, const std::string& items, const std::string& more = "") {
  return R"({"type":"repeat","name":")" + name + R"(","label":{"zh":"组"})" + more + R"(,"items":[)" + items +
         "]}";
}

/// Answers at random, accepted or not: what a person may leave in a draft.
void fill(FormSession& session, Draw& draw) {
  for (int i = 0; i < 12; ++i) {
    std::vector<FormStep> steps;
    for (auto step = session.first(); step; step = session.next()) steps.push_back(*step);
    const FormStep& step = draw.pick(steps);
    if (step.kind == FormStep::Kind::repeat) {
      if (step.instances < 3) (void)session.add(step.path);
    } else if (!step.choices.empty()) {
      (void)session.set(step.path, draw.pick(step.choices).value);
    } else if (step.type == QuestionType::integer) {
      (void)session.set(step.path, std::to_string(draw.below(4)));
    } else if (step.type == QuestionType::date) {
      (void)session.set(step.path, "2026-11-2" + std::to_string(draw.below(10)));
    } else {
      (void)session.set(step.path, std::string(1 + draw.below(3), 'x'));
    }
  }
}

}  // namespace

TEST_CASE("form drafts: saved and opened: go on where they were, whatever was answered", "[forms]") {
  for (const std::string& name : sample_names()) {
    const Form form = sample(name);
    const bool held = rc::check("draft of " + name, [&] {
      PropertyDraw draw;
      FormSession session = begin(form);
      fill(session, draw);
      const std::string draft = session.save();
      FormSession again = opened(form, draft);
      RC_ASSERT(again.save() == draft);
      RC_ASSERT(again.finish().answers == session.finish().answers);
      RC_ASSERT(again.current().has_value() == session.current().has_value());
      if (again.current()) RC_ASSERT(again.current()->path == session.current()->path);
    });
    CHECK(held);
  }
}

TEST_CASE("form drafts: migrated to the same form: nothing changes", "[forms]") {
  for (const std::string& name : sample_names()) {
    const Form form = sample(name);
    const bool held = rc::check("identity of " + name, [&] {
      PropertyDraw draw;
      FormSession session = begin(form);
      fill(session, draw);
      const std::string draft = session.save();
      FormSession same = migrated(form, draft);
      RC_ASSERT(same.aside().empty());
      RC_ASSERT(same.save() == draft);
    });
    CHECK(held);
  }
}

TEST_CASE("form drafts: a default that was taken away: does not come back", "[forms]") {
  const Form form = form_of(question("text", "a", R"(,"default":"'x'")"));
  FormSession session = begin(form);
  CHECK(value_at(session, "a") == "x");
  answer(session, "a", "");
  FormSession again = opened(form, session.save());
  CHECK(value_at(again, "a").empty());
}

TEST_CASE("form drafts: of another form: are not opened, and say which they are of", "[forms]") {
  const Form old = form_of(question("text", "a"));
  const Form changed = form_of(question("text", "a") + "," + question("text", "b", R"(,"default":"'new'")"));
  FormSession session = begin(old);
  answer(session, "a", "甲");
  const std::string draft = session.save();
  const auto refused = FormSession::open(changed, draft, monday());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::invalid_argument);
  CHECK(FormSession::form_of(draft) == old.digest());
  FormSession session_now = migrated(changed, draft);
  CHECK(answers_of(session_now) == R"({"a":"甲","b":"new"})");
  CHECK(session_now.aside().empty());
  CHECK(FormSession::form_of(session_now.save()) == changed.digest());
}

TEST_CASE("form drafts: answers that fit another type: are carried over", "[forms]") {
  const Form old = form_of(question("integer", "a") + "," + question("integer", "b") + "," +
                           question("select_one", "c", R"(,"list":"abc")") + "," + question("date", "d") +
                           "," + question("select_multiple", "e", R"(,"list":"abc")"));
  FormSession session = begin(old);
  answer(session, "a", "3");
  answer(session, "b", "4");
  answer(session, "c", "b");
  answer(session, "d", "2026-01-05");
  answer(session, "e", "a c");
  const Form changed =
      form_of(R"({"type":"group","name":"g","label":{"zh":"组"},"items":[)" + question("decimal", "a") +
              "]}," + question("text", "b") + "," + question("select_multiple", "c", R"(,"list":"abc")") +
              "," + question("text", "d") + "," + question("select_multiple", "e", R"(,"list":"abc")"));
  FormSession now = migrated(changed, session.save());
  CHECK(now.aside().empty());
  CHECK(answers_of(now) == R"({"a":3,"b":"4","c":["b"],"d":"2026-01-05","e":["a","c"]})");
}

TEST_CASE("form drafts: answers that do not fit: are set aside with their question, until discarded",
          "[forms]") {
  const Form old = form_of(question("text", "gone") + "," + question("text", "retyped") + "," +
                           question("select_one", "one", R"(,"list":"abc")") + "," +
                           question("select_multiple", "many", R"(,"list":"abc")") + "," +
                           repeat("r", question("integer", "age") + "," + question("text", "moved")) + "," +
                           repeat("q", question("integer", "old"), R"(,"max":3)") + "," +
                           question("calculate", "sum", R"j(,"calculation":"sum(${age})")j"));
  FormSession session = begin(old);
  answer(session, "gone", "重要的话");
  answer(session, "retyped", "三");
  answer(session, "one", "c");
  answer(session, "many", "a b");
  REQUIRE(session.add("r").has_value());
  answer(session, "r[1]/age", "71");
  answer(session, "r[1]/moved", "东");
  for (int i = 0; i < 3; ++i) {
    REQUIRE(session.add("q").has_value());
    answer(session, "q[" + std::to_string(i + 1) + "]/old", std::to_string(i));
  }
  // The new form has lists of its own: c and b are gone.
  std::string json =
      form_json(question("integer", "retyped") + "," + question("select_one", "one", R"(,"list":"abc")") +
                "," + question("select_multiple", "many", R"(,"list":"abc")") + "," +
                repeat("r", question("integer", "age")) + "," + question("text", "moved") + "," +
                repeat("q", question("integer", "old"), R"(,"max":2)"));
  const std::string cut =
      R"(,{"value":"b","label":{"zh":"乙"},"attributes":{"kind":"c"}},{"value":"c","label":{"zh":"丙"},"attributes":{"kind":"c"}})";
  REQUIRE(json.find(cut) != std::string::npos);
  const auto changed = Form::parse(json.erase(json.find(cut), cut.size()));
  REQUIRE(changed.has_value());

  FormSession now = migrated(*changed, session.save());
  std::vector<std::pair<std::string, std::string>> aside;
  for (const FormAside& one : now.aside()) {
    aside.emplace_back(one.path, one.value);
    CHECK_FALSE(one.label.zh.empty());
    CHECK_FALSE(one.reason.zh.empty());
    CHECK_FALSE(one.reason.en.empty());
  }
  CHECK(aside == std::vector<std::pair<std::string, std::string>>{{"gone", "重要的话"},
                                                                  {"retyped", "三"},
                                                                  {"one", "c"},
                                                                  {"many", "b"},
                                                                  {"r[1]/moved", "东"},
                                                                  {"q[3]/old", "2"}});
  CHECK(now.aside()[0].label.zh == "题gone");
  CHECK(answers_of(now).find(R"({"many":["a"],"r":[{"age":71}],"q":[{"old":0},{"old":1}]})") == 0);
  CHECK(now.finish().answers.find(R"("aside":[{"path":"gone","label":"题gone","value":"重要的话"})") !=
        std::string::npos);
  // Kept over a save, and over the next change of the form.
  FormSession later = migrated(old, now.save());
  REQUIRE(later.aside().size() == 6);
  REQUIRE(later.discard("gone").has_value());
  CHECK_FALSE(later.discard("gone").has_value());
  CHECK(later.aside().size() == 5);
}

TEST_CASE("form drafts: what was calculated: is calculated again, except once", "[forms]") {
  const std::string once = question("calculate", "since", R"j(,"calculation":"once(now())")j");
  FormSession session = begin(form_of(once + "," + question("calculate", "x", R"(,"calculation":"1 + 1")")));
  const auto later =
      FormSession::migrate(form_of(once + "," + question("calculate", "x", R"(,"calculation":"1 + 2")")),
                           session.save(), {monday().utc_ms + 86'400'000, 8 * 60});
  REQUIRE(later.has_value());
  CHECK(later->aside().empty());
  CHECK(answers_of(*later) == R"({"since":"2026-11-23T09:30:00.000+08:00","x":"3"})");
}

TEST_CASE("form drafts: hostile ones: are refused", "[forms]") {
  const Form form = sample("residents");
  const auto refused = [&](const std::string& draft) {
    const auto session = FormSession::migrate(form, draft, monday());
    return !session && !session.error().zh.empty();
  };
  CHECK(refused(""));
  CHECK(refused("[]"));
  CHECK(refused(R"({"format":2,"form":"x","answers":{},"questions":{}})"));
  CHECK(refused(R"({"format":1,"form":"x","questions":{}})"));
  CHECK(refused(R"({"format":1,"form":"x","answers":{}})"));
  CHECK(refused(R"({"format":1,"form":"x","answers":{"a":"1"},"questions":{}})"));
  CHECK(refused(R"({"format":1,"form":"x","answers":{"a":1},"questions":{"a":{"type":"text"}}})"));
  CHECK(refused(R"({"format":1,"form":"x","answers":{},"questions":{"a":{"type":"image"}}})"));
  CHECK(refused(R"({"format":1,"form":"x","answers":{"resident":[1]},"questions":{}})"));
  CHECK(refused(std::string(5'000'000, ' ')));
  CHECK_FALSE(FormSession::form_of("{}").has_value());
  std::string deep = "{}";
  for (int i = 0; i < 100; ++i) deep = R"({"resident":[)" + deep + "]}";
  CHECK(refused(R"({"format":1,"form":"x","answers":)" + deep + R"(,"questions":{}})"));
  std::string many = "{}";
  for (int i = 0; i < 30'000; ++i) many += ",{}";
  CHECK(refused(R"({"format":1,"form":"x","answers":{"resident":[)" + many + R"(]},"questions":{}})"));
}

TEST_CASE("form drafts: random damage: opens or is refused", "[forms]") {
  SeededRandom random(9);
  SeededDraw draw(9);
  int survived = 0;
  for (const std::string& name : sample_names()) {
    const Form form = sample(name);
    FormSession session = begin(form);
    fill(session, draw);
    const std::string draft = session.save();
    for (int round = 0; round < 200; ++round) {
      std::string damaged = draft;
      for (std::uint64_t i = 0, count = 1 + random.below(3); i < count && !damaged.empty(); ++i) {
        const std::size_t at = random.below(damaged.size());
        if (random.below(2) == 0)
          damaged[at] = static_cast<char>(random.below(256));
        else
          damaged.erase(at, random.below(20));
      }
      auto again = FormSession::migrate(form, damaged, monday());
      if (!again) continue;
      ++survived;
      for (auto step = again->first(); step; step = again->next()) CHECK_FALSE(step->path.empty());
      (void)again->finish();
    }
  }
  CHECK(survived > 50);
}
