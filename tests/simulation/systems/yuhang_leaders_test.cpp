#include "simulation/systems/told.hpp"

// Yuhang corridor leaders (docs/systems.md): how somebody becomes one, and what a month of it comes to.
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

/// Two corridors of five doors; one has a leader, the other looks for one.
struct Estate : Field {
  Estate() : Field("yuhang", 4) {
    place("S", "", "street");
    place("C", "S", "community");
    place("E", "C", "estate");
    for (const char* building : {"B1", "B2"}) {
      place(building, "E", "building");
      for (int d = 1; d <= 5; ++d) place(std::string(building) + "-" + std::to_string(d), building, "door");
    }
    until("2027-01-17 09:00");
  }

  RowId post_of(const Leader& leader) {
    return *parse_row_id(only(query("SELECT id FROM assignment WHERE person = '" + leader.id() + "'"), "id"));
  }
};

std::string numbers(const AnswerRows& rating, const std::string& person) {
  std::string out;
  for (const char* column : {"owed", "in_time", "hazards", "verified", "calls", "obligations_part",
                             "hazards_part", "satisfaction_part", "total"})
    out += only(where(rating, "person", person), column) + " ";
  return out;
}

}  // namespace

TEST_CASE_METHOD(Estate, "systems/yuhang: a leader is called, vetted, appointed, rated and rewarded") {
  Leader& wang = leader("王芳", "leader", "B1");
  Leader& estate = leader("小区长", "area_leader", "E");
  Leader& chen = leader("陈社工", "community_worker", "C");
  Leader& street = leader("街道干部", "street_worker", "S");
  put("assignment", {{"starts", "2027-01-16"}}, post_of(wang));
  storm();
  exchange();

  // Neighbours name somebody; each of the three writes her own step, in order.
  const RowId selection = chen.add("selection", {{"place", "B2"},
                                                 {"role", "leader"},
                                                 {"opened", day()},
                                                 {"due", day(14)},
                                                 {"notice_from", day(3)},
                                                 {"notice_until", day(8)}});
  exchange();
  const RowId li = estate.add(
      "candidate", {{"place", "B2"}, {"name", "李玉兰"}, {"source", "neighbours"}, {"state", "nominated"}});
  const auto step = [&](Leader& by, const char* kind, std::vector<NamedValue> more = {}) {
    more.insert(more.end(), {{"selection", to_text(selection)}, {"candidate", to_text(li)}, {"kind", kind}});
    by.add("selection_step", more);
    pass_minutes(5);
    exchange();
  };
  const auto go_to = [&](const char* state) { chen.edit("selection", selection, {{"state", state}}); };
  // Nobody is voted on who was not vetted; and it is not for a volunteer to say how far it is.
  CHECK_THROWS(go_to("vote"));
  CHECK_FALSE(estate.refusal("selection", selection, {{"state", "nomination"}}).empty());
  exchange();
  CHECK(only(ask("selection_progress"), "stage") == "call");

  go_to("nomination");
  step(estate, "nomination");
  CHECK(only(ask("selection_progress"), "nominated") == "1");
  go_to("vetting");
  step(chen, "vetting");
  go_to("notice");
  step(estate, "objection", {{"note", "她不住在本楼"}});
  for (Leader* each : {&chen, &street}) {
    INFO(each->name());
    CHECK(only(each->ask("selection_progress"), "stage") == "notice");
    CHECK(only(each->ask("selection_progress"), "objections") == "1");
  }
  step(chen, "objection_answered", {{"note", "已核实户籍"}});
  CHECK(only(ask("selection_progress"), "objections") == "0");
  go_to("vote");
  step(chen, "vote", {{"votes_cast", 5}, {"votes_for", 4}, {"votes_against", 1}});
  CHECK(only(estate.ask("selection_progress"), "votes_for") == "4");
  // Of another candidate the votes are counted by themselves.
  const RowId other = estate.add("candidate", {{"place", "B2"}, {"name", "邵文"}, {"state", "nominated"}});
  chen.add("selection_step", {{"selection", to_text(selection)},
                              {"candidate", to_text(other)},
                              {"kind", "vote"},
                              {"votes_cast", 5},
                              {"votes_for", 1}});
  exchange();
  const AnswerRows votes = ask("selection_progress");
  REQUIRE(votes.size() == 2);
  CHECK(only(where(votes, "candidate", to_text(li)), "votes_for") == "4");
  CHECK(only(where(votes, "candidate", to_text(other)), "votes_for") == "1");
  go_to("approval");
  step(street, "approval");
  CHECK(told(ask("selection_progress"), "stage") == "approval approval");

  // Induction comes before the post; without it the post stands out.
  Leader& lan = leader("李玉兰", "leader", "B2");
  const RowId post = post_of(lan);
  put("assignment", {{"starts", "2027-02-01"}}, post);
  const auto taught = [&](const Leader& who, const char* when) {
    const RowId training =
        put("training", {{"place", "S"}, {"kind", "induction"}, {"title", when}, {"starts_at", when}});
    put("attendance", {{"training", to_text(training)}, {"person", who.id()}, {"passed", 1}});
  };
  put("assignment", {{"starts", "2027-01-16"}}, post_of(estate));
  put("assignment", {{"starts", "2027-01-16"}}, post_of(chen));
  put("assignment", {{"starts", "2027-01-16"}}, post_of(street));
  for (Leader* each : {&wang, &estate, &chen, &street}) taught(*each, "2027-01-15 14:00");
  const std::vector<NamedValue> first_day{{"on_date", "2027-02-01"}};
  CHECK(told(ask("posts_without_induction", first_day), "person") == "李玉兰");
  // The morning after is too late, though in UTC it is still the first day.
  taught(lan, "2027-02-02 06:30");
  CHECK(told(ask("posts_without_induction", first_day), "person") == "李玉兰");
  taught(lan, "2027-01-30 14:00");
  CHECK(ask("posts_without_induction", first_day).empty());
  chen.edit("selection", selection, {{"assignment", to_text(post)}, {"state", "appointed"}});
  chen.edit("candidate", li, {{"state", "appointed"}, {"person", lan.id()}});
  until("2027-02-01 08:00");
  exchange();
  CHECK(chen.held() == 0);
  CHECK(ask("selection_progress").empty());

  // February. Two campaigns of five doors each fall due, one of another month does not count.
  const auto campaign = [&](const char* due) {
    return to_text(put("campaign", {{"place", "B2"}, {"title", due}, {"due", due}}));
  };
  const std::string first = campaign("2027-02-05 18:00"), second = campaign("2027-02-20 18:00");
  const std::string march = campaign("2027-03-01 07:30");
  const RowId leak = lan.add("matter", {{"place", "B2-1"}, {"title", "漏水"}, {"due", "2027-02-10"}});
  const RowId noise = lan.add("matter", {{"place", "B2-2"}, {"title", "噪音"}, {"due", "2027-02-12"}});
  lan.add("matter", {{"place", "B2-3"}, {"title", "噪音"}, {"due", "2027-03-01"}});
  exchange();
  const auto answer = [&](const std::string& of, int door) {
    lan.add("answer", {{"campaign", of}, {"place", "B2-" + std::to_string(door)}, {"outcome", "answered"}});
  };
  until("2027-02-05 17:00");
  for (int d = 1; d <= 4; ++d) answer(first, d);
  until("2027-02-05 19:00");
  answer(first, 5);
  until("2027-02-10 21:00");
  lan.edit("matter", leak, {{"state", "answered"}, {"answered_at", now()}});
  // The day after in China; in UTC it is still the last day.
  until("2027-02-13 06:00");
  lan.edit("matter", noise, {{"state", "answered"}, {"answered_at", now()}});
  const RowId lamp = lan.add("hazard", {{"place", "B2-4"}, {"kind", "lighting"}, {"state", "fixed"}});
  lan.add("hazard", {{"place", "B2"}, {"kind", "blocked_stairs"}});
  lan.edit("hazard", lamp, {{"state", "verified"}});
  until("2027-02-20 12:00");
  for (int d : {2, 3}) answer(second, d);
  answer(march, 1);
  exchange();
  const auto call = [&](const char* door, int score) {
    return chen.add("satisfaction", {{"assignment", to_text(post)}, {"door", door}, {"score", score}});
  };
  call("B2-1", 5);
  call("B2-2", 4);
  const RowId slip = call("B2-3", 1);
  pass_minutes(2);
  chen.add("satisfaction",
           {{"assignment", to_text(post)}, {"door", "B2-3"}, {"score", 4}, {"corrects", to_text(slip)}});
  exchange();

  // 10 doors and 2 matters owed, 4 + 2 doors and 1 matter in time; 1 hazard of 2; 13 points of 3 calls.
  const std::vector<NamedValue> month{{"from_date", "2027-02-01"}, {"until_date", "2027-02-28"}};
  const AnswerRows rating = ask("leader_rating", month);
  CHECK(told(rating, "place") == "B1 B2");
  const long obligations = 7 * 100 / 12, dangers = 50, satisfaction = 13 * 20 / 3;
  const long total = (obligations + dangers + 2 * satisfaction) / 4;
  CHECK(numbers(rating, "李玉兰") == "12 7 2 1 3 " + std::to_string(obligations) + " 50 " +
                                         std::to_string(satisfaction) + " " + std::to_string(total) + " ");
  // In March the third campaign is due: one door of five; and the third matter, which nobody answered.
  CHECK(numbers(ask("leader_rating", {{"from_date", "2027-03-01"}, {"until_date", "2027-03-31"}}),
                "李玉兰") == "6 1 0 0 0 16   16 ");
  CHECK(numbers(rating, "王芳") == "0 0 0 0 0     ");
  std::vector<NamedValue> of_lan = month;
  of_lan.emplace_back("assignment", to_text(post));
  const AnswerRows records = ask("leader_rating_records", of_lan);
  CHECK(where(records, "part", "campaign").size() + where(records, "part", "matter").size() == 12);
  CHECK(sum(where(records, "part", "campaign"), "value") + sum(where(records, "part", "matter"), "value") ==
        7);
  CHECK(where(records, "part", "hazard").size() == 2);
  CHECK(sum(where(records, "part", "hazard"), "value") == 1);
  CHECK(where(records, "part", "satisfaction").size() == 3);
  CHECK(sum(where(records, "part", "satisfaction"), "value") == 13);
  // She reads of each call what was said, on her own phone, and not at which door.
  CHECK(lan.ask("leader_rating_records", of_lan).size() == records.size());
  CHECK(sum(where(lan.ask("leader_rating_records", of_lan), "part", "satisfaction"), "value") == 13);
  CHECK(numbers(lan.ask("leader_rating", month), "李玉兰") == numbers(rating, "李玉兰"));
  CHECK(lan.query("SELECT 1 FROM satisfaction").size() == 4);
  CHECK(lan.query("SELECT 1 FROM satisfaction WHERE door IS NOT NULL OR by IS NOT NULL").empty());

  // A named person gives the stars. The grade is not hers to change; what she thinks of it is.
  until("2027-03-01 10:00");
  const RowId assessment = put("assessment", {{"assignment", to_text(post)},
                                              {"period_starts", "2027-02-01"},
                                              {"period_ends", "2027-02-28"},
                                              {"obligations_part", obligations},
                                              {"hazards_part", dangers},
                                              {"satisfaction_part", satisfaction},
                                              {"grade", "competent"},
                                              {"stars", 4},
                                              {"state", "confirmed"},
                                              {"confirmed_by", chen.id()},
                                              {"confirmed_on", day()}});
  exchange();
  CHECK(ask("assessments_open").empty());
  CHECK(only(lan.query("SELECT stars FROM assessment"), "stars") == "4");
  CHECK(wang.query("SELECT 1 FROM assessment").empty());
  CHECK_FALSE(lan.refusal("assessment", assessment, {{"grade", "excellent"}}).empty());
  CHECK(only(query("SELECT grade FROM assessment"), "grade") == "competent");
  lan.edit("assessment", assessment, {{"appeal", "五日那户当时不在家"}});
  exchange();
  CHECK(lan.held() == 0);
  for (const AnswerRows& open : {ask("assessments_open"), chen.ask("assessments_open")}) {
    CHECK(only(open, "appeal") == "五日那户当时不在家");
    CHECK(only(open, "confirmed_by") == "陈社工");
  }
  chen.edit("assessment", assessment, {{"appeal_answer", "已核对记录，维持"}, {"state", "settled"}});
  exchange();
  CHECK(ask("assessments_open").empty());
  CHECK(only(lan.query("SELECT appeal_answer FROM assessment"), "appeal_answer") == "已核对记录，维持");
  put("honour", {{"person", lan.id()}, {"title", "四星楼道长"}, {"granted", day()}, {"granted_by", "街道"}});
  exchange();
  CHECK(told(lan.query("SELECT title FROM honour"), "title") == "四星楼道长");

  // No table knows who looked at the app when, or how long.
  for (const auto& column :
       query("SELECT c.name AS name FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c "
             "WHERE t.name NOT LIKE 'doorstep%' AND t.name NOT LIKE 'sqlite%'")) {
    INFO(column.at("name"));
    for (const char* word : {"login", "logged", "online", "points", "rank"})
      CHECK(column.at("name").find(word) == std::string::npos);
  }
  CHECK(wrong_is_none(*this));
}
