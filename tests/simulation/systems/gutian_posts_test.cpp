#include "simulation/systems/told.hpp"

// The life of a steward's post in Gutian: assessed, released, filled again, trained.
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

struct Posts : Field {
  Leader* sun = nullptr;
  Leader* worker = nullptr;
  RowId her_post;

  Posts() : Field("gutian") {
    place("S", "", "street");
    place("C", "S", "community");
    place("A1", "C", "alley", "古田三路");
    for (int i = 1; i <= 12; ++i) {
      const std::string door = "D" + std::to_string(100 + i);
      place(door, "A1", "door");
      put("household", {{"place", door}, {"head_name", "户主" + door}});
    }
    sun = &leader("孙丽", "leader", "A1");
    worker = &leader("陈社工", "community_worker", "C");
    her_post = post_of(*sun);
    until("2027-01-18 09:00");
    exchange();
  }

  RowId post_of(const Leader& who) {
    const AnswerRows rows = query("SELECT id FROM assignment WHERE person = '" + who.id() + "'");
    return *parse_row_id(only(rows, "id"));
  }

  RowId training(const std::string& title, const std::string& kind, const std::string& starts_at) {
    return put("training", {{"place", "S"}, {"title", title}, {"kind", kind}, {"starts_at", starts_at}});
  }
  void attended(const RowId& training, const Leader& who, bool passed) {
    put("attendance", {{"training", to_text(training)},
                       {"person", who.id()},
                       {"came", std::int64_t{1}},
                       {"passed", std::int64_t{passed ? 1 : 0}}});
  }

  void assess();
  void release();
  void fill_again();
  void train();
};

/// Households are called; what they say weighs most.
void Posts::assess() {
  const std::vector<int> scores{2, 1, 3, 2, 2, 1};
  int said = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    worker->add("satisfaction", {{"assignment", to_text(her_post)},
                                 {"door", "D" + std::to_string(101 + i)},
                                 {"score", std::int64_t{scores[i]}},
                                 {"note", "很少见到管家"}});
    said += scores[i];
    pass_minutes(4);
  }
  // One score was for another alley.
  const RowId wrong =
      worker->add("satisfaction", {{"assignment", to_text(her_post)}, {"score", std::int64_t{5}}});
  worker->add("satisfaction",
              {{"assignment", to_text(her_post)}, {"score", std::int64_t{3}}, {"corrects", to_text(wrong)}});
  said += 3;
  exchange();
  const AnswerRows hers = sun->query("SELECT score, channel, door, note, by FROM satisfaction");
  REQUIRE(hers.size() == 8);
  for (const auto& row : hers) {
    CHECK(row.at("channel") == "call");
    CHECK(row.at("score") != "");
    CHECK(row.at("door") + row.at("note") + row.at("by") == "");
  }
  CHECK_FALSE(sun->phone_tells("很少见到管家"));
  CHECK(worker->phone_tells("很少见到管家"));
  const AnswerRows rated = where(ask("leader_rating"), "person", "孙丽");
  CHECK(only(rated, "calls") == "7");
  CHECK(only(rated, "satisfaction_part") == std::to_string(said * 20 / 7));
  CHECK(only(rated, "total") == only(rated, "satisfaction_part"));  // Nothing else is known of her.

  const RowId assessed = worker->add("assessment", {{"assignment", to_text(her_post)},
                                                    {"period_starts", "2026-01-01"},
                                                    {"period_ends", "2026-12-31"},
                                                    {"satisfaction_part", std::int64_t{said * 20 / 7}},
                                                    {"grade", "not_competent"},
                                                    {"state", "confirmed"},
                                                    {"confirmed_by", worker->id()},
                                                    {"confirmed_on", day()}});
  exchange();
  CHECK(told(sun->query("SELECT grade FROM assessment"), "grade") == "not_competent");
  CHECK(ask("assessments_open").empty());
  // She may appeal, and nothing else: her phone takes no better grade of her own.
  sun->edit("assessment", assessed, {{"appeal", "生病三个月"}});
  CHECK_FALSE(sun->refusal("assessment", assessed, {{"grade", "excellent"}}).empty());
  exchange();
  CHECK(only(ask("assessments_open"), "appeal") == "生病三个月");
  CHECK(only(ask("assessments_open"), "grade") == "not_competent");
  worker->edit("assessment", assessed, {{"appeal_answer", "已核实,维持"}, {"state", "settled"}});
  exchange();
  CHECK(ask("assessments_open").empty());
}

/// Her last day is 31 January. What she did on it comes in with her next contact; then her phone is empty.
void Posts::release() {
  until("2027-01-31 15:00");
  put("assignment", {{"ends", day()}, {"ended_why", "not_competent"}}, her_post);
  CHECK(ask("posts_to_refill").empty());  // It is hers until tonight.
  sun->add("visit", {{"place", "D105"}, {"outcome", "met"}});
  CHECK(only(sun->query("SELECT COUNT(*) AS n FROM household"), "n") == "12");
  until("2027-02-01 09:00");
  const AnswerRows vacant = ask("posts_to_refill");
  CHECK(only(vacant, "place") == "A1");
  CHECK(only(vacant, "ended") == "2027-01-31");
  CHECK(only(vacant, "due") == "2027-03-02");
  CHECK(only(vacant, "days_left") == "29");
  CHECK(only(vacant, "selection") == "");
  exchange();
  CHECK(only(query("SELECT COUNT(*) AS n FROM visit"), "n") == "1");
  CHECK(only(sun->query("SELECT COUNT(*) AS n FROM household"), "n") == "0");
  CHECK(only(sun->query("SELECT COUNT(*) AS n FROM visit"), "n") == "0");
  CHECK_FALSE(sun->phone_tells("户主D105"));
}

/// From the reserves, recruited by the community, approved by the street, watched by residents.
void Posts::fill_again() {
  const auto reserve = [&](const std::string& name, const std::string& category, const std::string& skills) {
    return worker->add("candidate", {{"place", "C"},
                                     {"name", name},
                                     {"phone", "13900001111"},
                                     {"categories", "[\"" + category + "\"]"},
                                     {"skills", skills}});
  };
  const RowId zhou = reserve("周敏", "retired_party_member", R"(["调解","水电"])");
  reserve("何平", "retired_party_member", R"(["书法"])");
  reserve("郑强", "tradesperson", R"(["水电"])");
  worker->edit("candidate", reserve("钱华", "retired_party_member", R"(["调解"])"), {{"state", "left"}});
  const auto pool = [](auto& of, std::vector<NamedValue> parameters) {
    return told(of.ask("talent_pool", parameters), "name");
  };
  CHECK(pool(*worker, {}) == "何平 周敏 郑强");
  CHECK(pool(*worker, {{"category", "retired_party_member"}}) == "何平 周敏");
  CHECK(pool(*worker, {{"category", "retired_party_member"}, {"skill", "调解"}}) == "周敏");
  CHECK(pool(*worker, {{"skill", "水电"}}) == "周敏 郑强");

  Leader& street = leader("街道刘", "street_worker", "S");
  const RowId selection = worker->add("selection", {{"place", "A1"},
                                                    {"role", "leader"},
                                                    {"kind", "refill"},
                                                    {"vacated", to_text(her_post)},
                                                    {"due", "2027-03-02"},
                                                    {"opened", day()}});
  exchange();
  CHECK(pool(*this, {{"skill", "调解"}}) == "周敏");
  const auto stage = [&](Leader& who, const std::string& state, const std::string& step) {
    if (!step.empty())
      who.add("selection_step",
              {{"selection", to_text(selection)}, {"candidate", to_text(zhou)}, {"kind", step}});
    who.edit("selection", selection, {{"state", state}});
    exchange();
    pass_minutes(60 * 24);
    CHECK(only(ask("posts_to_refill"), "stage") == state);
    CHECK(only(ask("posts_to_refill"), "selection") == to_text(selection));
  };
  stage(*worker, "nomination", "nomination");
  stage(*worker, "vetting", "vetting");
  stage(*worker, "notice", "");
  stage(*worker, "approval", "");
  stage(street, "appointed", "approval");
  CHECK(std::stoi(only(ask("posts_to_refill"), "days_left")) < 25);

  // Appointed from 15 February; the induction is on the tenth, and she does not pass it the first time.
  Leader& zhou_min = leader("周敏", "leader", "A1");
  const RowId post = post_of(zhou_min);
  put("assignment", {{"starts", "2027-02-15"}}, post);
  worker->edit("candidate", zhou, {{"state", "nominated"}});
  worker->edit("candidate", zhou, {{"state", "appointed"}, {"person", zhou_min.id()}});
  exchange();
  const auto unprepared = [&](const std::string& on) {
    return told(where(ask("posts_without_induction", {{"on_date", on}}), "role", "leader"), "person");
  };
  CHECK(unprepared("2027-02-14") == "");  // Nobody has the post.
  CHECK(unprepared("2027-02-15") == "周敏");
  attended(training("岗前培训一", "induction", "2027-02-10 14:00"), zhou_min, false);
  CHECK(unprepared("2027-02-15") == "周敏");
  attended(training("岗前培训二", "induction", "2027-02-16 14:00"), zhou_min, true);
  CHECK(unprepared("2027-02-15") == "周敏");  // A day too late.
  put("assignment", {{"starts", "2027-02-17"}}, post);
  CHECK(unprepared("2027-02-17") == "");
  CHECK(told(ask("posts_without_induction", {{"on_date", "2027-02-17"}}), "person").find("陈社工") !=
        std::string::npos);

  CHECK(ask("posts_to_refill").empty());
  until("2027-02-17 09:00");
  exchange();
  CHECK(ask("posts_to_refill").empty());
  CHECK(only(zhou_min.query("SELECT COUNT(*) AS n FROM household"), "n") == "12");
  // The community's phone does without signal what the office does.
  CHECK(worker->ask("posts_to_refill").empty());
  CHECK(pool(*worker, {{"category", "retired_party_member"}, {"skill", "调解"}}) == "周敏");
}

/// 37 sessions and 700 who signed in, of sixty stewards.
void Posts::train() {
  std::vector<RowId> people;
  for (int i = 0; i < 60; ++i) {
    people.push_back(put("person", {{"name", "学员" + std::to_string(i)}}));
    put("assignment", {{"person", to_text(people.back())}, {"place", "A1"}, {"role", "volunteer"}});
  }
  SeededRandom random(37);
  std::map<std::string, std::pair<long, long>> expected;  // Came and passed, by title.
  std::vector<std::vector<NamedValue>> rows;
  for (int session = 0; session < 37; ++session) {
    const std::string title = "第" + std::to_string(session + 1) + "期";
    const RowId of = training(title, "skill", now(session));
    // 700 are 37 times 18, and 34 more.
    const std::size_t there = session < 34 ? 19 : 18;
    const std::size_t first = random.below(people.size());
    for (std::size_t i = 0; i < there; ++i) {
      const bool came = !random.chance(150);
      std::vector<NamedValue> row{{"training", to_text(of)},
                                  {"person", to_text(people[(first + i * 3) % people.size()])},
                                  {"came", std::int64_t{came ? 1 : 0}}};
      const bool passed = came && random.chance(800);
      if (came) row.emplace_back("passed", std::int64_t{passed ? 1 : 0});
      expected[title].first += came ? 1 : 0;
      expected[title].second += passed ? 1 : 0;
      rows.push_back(row);
    }
  }
  REQUIRE(rows.size() == 700);
  put_all("attendance", rows);
  exchange();
  const AnswerRows counted = where(ask("training_attendance"), "kind", "skill");
  CHECK(counted.size() == 37);
  for (const auto& row : counted) {
    INFO(row.at("title"));
    CHECK(row.at("came") == std::to_string(expected[row.at("title")].first));
    CHECK(row.at("passed") == std::to_string(expected[row.at("title")].second));
  }
  long came = 0;
  for (const auto& [title, each] : expected) came += each.first;
  CHECK(sum(where(ask("county_counts"), "measure", "attendances"), "number") == came + 2);
  // A volunteer sees the trainings, and who of her own alley was there.
  CHECK(where(worker->ask("training_attendance"), "kind", "skill") == counted);
}

}  // namespace

TEST_CASE_METHOD(Posts, "systems/gutian: a released post is filled again within a month") {
  assess();
  release();
  fill_again();
  train();
  CHECK(wrong_is_none(*this));
}
