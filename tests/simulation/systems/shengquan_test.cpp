#include <set>

#include "simulation/systems/told.hpp"

// Shengquan's micro-grids: visits without reasons, proposals, neighbours, activities.
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

/// A tower with two floors, each a micro-grid with a leader, in a grid with a grid worker.
struct Tower : Field {
  std::map<std::string, RowId> home;
  Leader* first = nullptr;
  Leader* second = nullptr;
  Leader* grid = nullptr;
  Leader* worker = nullptr;

  Tower() : Field("shengquan") {
    place("S", "", "street");
    place("C", "S", "community");
    place("G", "C", "grid");
    place("E", "G", "estate");
    place("T", "E", "building", "1号楼");
    for (const char* floor : {"F1", "F2"}) place(floor, "T", "floor");
    for (const char* door : {"101", "102", "103"}) live_at(door, "F1");
    for (const char* door : {"201", "202", "203"}) live_at(door, "F2");
    for (const auto& [micro_grid, floor] : {std::pair{"M1", "F1"}, {"M2", "F2"}}) {
      place(micro_grid, "G", "micro_grid");
      overlay(floor, micro_grid);
    }
    first = &leader("王秀英", "leader", "M1");
    second = &leader("刘建军", "leader", "M2");
    grid = &leader("赵网格", "grid_leader", "G");
    worker = &leader("陈社工", "community_worker", "C");
    until("2027-02-01 08:00");
    exchange();
  }

  void live_at(const std::string& door, const std::string& floor) {
    place(door, floor, "door");
    home[door] = put("household", {{"place", door}, {"head_name", "户主" + door}});
  }
  std::string id_of(const std::string& door) const { return to_text(home.at(door)); }
};

}  // namespace

TEST_CASE_METHOD(Tower, "systems/shengquan: a volunteer gets the visit and never the reason") {
  const std::string note = "每月须到社区报到一次";
  const RowId watch = put("watch", {{"place", "101"},
                                    {"household", id_of("101")},
                                    {"reason", "community_corrections"},
                                    {"reason_basis", "law"},
                                    {"rhythm_days", std::int64_t{7}},
                                    {"starts", "2027-01-20"},
                                    {"citation", "社区矫正法第二十五条"},
                                    {"note", note}});
  exchange();
  const auto hers = [](Leader& who) {
    return who.query("SELECT kind, rhythm_days, reason, reason_basis, note FROM watch");
  };
  const auto knows_nothing = [&](Leader& who) {
    INFO(who.name());
    CHECK(only(hers(who), "kind") == "visit");
    CHECK(only(hers(who), "rhythm_days") == "7");
    CHECK(only(hers(who), "reason") + only(hers(who), "reason_basis") + only(hers(who), "note") == "");
    CHECK_FALSE(who.phone_tells("community_corrections"));
    CHECK_FALSE(who.phone_tells(note));
  };
  knows_nothing(*first);
  CHECK(hers(*second).empty());
  for (Leader* staff : {grid, worker}) {
    CHECK(only(hers(*staff), "reason") == "community_corrections");
    CHECK(staff->phone_tells(note));
  }

  // The visit is hers, without signal, like anybody else's.
  CHECK(only(first->ask("elders_not_seen"), "code") == "101");
  CHECK(only(first->ask("elders_not_seen"), "days") == "12");
  CHECK(first->phone().store().query("SELECT reason FROM watch WHERE reason IS NOT NULL", {})->rows.empty());
  first->add("visit", {{"place", "101"}, {"outcome", "met"}});
  CHECK(first->ask("elders_not_seen").empty());
  until("2027-02-07 20:00");
  CHECK(first->ask("elders_not_seen").empty());
  until("2027-02-08 08:00");
  CHECK(only(first->ask("elders_not_seen"), "days") == "7");
  exchange();
  CHECK(only(ask("elders_not_seen"), "code") == "101");
  CHECK(only(grid->ask("elders_not_seen"), "code") == "101");

  // A volunteer's phone takes no reason.
  CHECK_FALSE(
      second->refusal("watch", {{"place", "202"}, {"starts", "2027-02-01"}, {"reason", "released"}}).empty());
  exchange();
  CHECK(only(query("SELECT COUNT(*) AS n FROM watch"), "n") == "1");

  // She becomes grid leader, and is told; when she is not any more, nothing of it stays.
  const RowId post = Field::post(*first, "grid_leader", "G");
  exchange();
  CHECK(only(hers(*first), "reason") == "community_corrections");
  CHECK(first->phone_tells(note));
  put("assignment", {{"ends", day(1)}, {"ended_why", "other"}}, post);
  exchange();
  CHECK(only(hers(*first), "reason") == "community_corrections");  // Until the day is over.
  until("2027-02-10 08:00");
  exchange();
  knows_nothing(*first);
  CHECK(only(query("SELECT note FROM watch WHERE id = '" + to_text(watch) + "'"), "note") == note);
  CHECK(wrong_is_none(*this));
}

TEST_CASE_METHOD(Tower, "systems/shengquan: a proposal is followed until it is real") {
  const RowId meeting = grid->add("meeting", {{"place", "G"},
                                              {"kind", "grid"},
                                              {"title", "二月网格议事会"},
                                              {"starts_at", now()},
                                              {"present", std::int64_t{23}}});
  exchange();
  const RowId proposal = first->add(
      "matter",
      {{"place", "F1"}, {"kind", "proposal"}, {"channel", "consultation"}, {"title", "一楼加装扶手"}});
  exchange();
  grid->edit("matter", proposal, {{"meeting", to_text(meeting)}});
  const std::vector<NamedValue> it{{"matter", to_text(proposal)}};
  std::string steps;  // As they were taken.
  const auto step = [&](Leader& who, const std::string& kind, std::vector<NamedValue> more = {}) {
    pass_minutes(60 * 24);
    more.emplace_back("matter", to_text(proposal));
    more.emplace_back("kind", kind);
    who.add("matter_step", more);
    steps += (steps.empty() ? "" : " ") + kind;
    exchange();
    INFO("after " << steps);
    const AnswerRows chain = first->ask("matter_chain", it);
    CHECK(told(chain, "kind") == steps);
    CHECK(chain.back().at("by") == who.name());
    CHECK(chain == ask("matter_chain", it));
    CHECK(second->ask("matter_chain", it).empty());  // It is another floor's.
  };
  step(*first, "up", {{"level", "grid"}});
  step(*grid, "accept");
  step(*grid, "up", {{"level", "community"}, {"note", "需要经费"}});
  step(*worker, "accept");
  worker->edit(
      "matter", proposal,
      {{"state", "working"}, {"level", "community"}, {"owner", worker->id()}, {"due", "2027-02-20"}});
  CHECK(ask("extensions_asked").empty());
  step(*worker, "extension_asked", {{"due", "2027-03-20"}, {"note", "等施工队"}});
  CHECK(only(ask("extensions_asked"), "due") == "2027-03-20");
  CHECK(only(first->ask("extensions_asked"), "by") == "陈社工");
  // Without signal the grid worker says yes; her phone knows at once, the others after they were in contact.
  pass_minutes(60);
  grid->add("matter_step",
            {{"matter", to_text(proposal)}, {"kind", "extension_approved"}, {"due", "2027-03-20"}});
  grid->edit("matter", proposal, {{"due", "2027-03-20"}});
  steps += " extension_approved";
  CHECK(grid->ask("extensions_asked").empty());
  CHECK(first->ask("extensions_asked").size() == 1);
  exchange();
  CHECK(first->ask("extensions_asked").empty());
  CHECK(ask("extensions_asked").empty());
  step(*worker, "progress", {{"note", "已量尺寸"}});
  step(*worker, "progress", {{"note", "已安装"}});
  worker->edit("matter", proposal,
               {{"state", "answered"},
                {"outcome", "adopted"},
                {"answer", "扶手已装好"},
                {"answered_how", "notice"},
                {"answered_at", now()}});
  step(*worker, "answer");
  CHECK(only(first->query("SELECT answered_how FROM matter"), "answered_how") == "notice");
  CHECK(only(first->query("SELECT answer FROM matter"), "answer") == "扶手已装好");
  for (const AnswerRows& topics : {ask("meeting_topics"), grid->ask("meeting_topics")}) {
    CHECK(only(topics, "matter") == to_text(proposal));
    CHECK(only(topics, "state") == "answered");
    CHECK(only(topics, "outcome") == "adopted");
    CHECK(only(topics, "answered_at") != "");
  }
  CHECK(wrong_is_none(*this));
}

TEST_CASE_METHOD(Tower,
                 "systems/shengquan: a new neighbour is welcomed, an activity fills up, a lift is missed") {
  const auto due = [](auto& of) { return told(of.ask("welcomes_due"), "code"); };
  {
    INFO("a new neighbour");
    const RowId newcomer = first->add("resident", {{"name", "新邻居"}});
    first->add("residency",
               {{"resident", to_text(newcomer)}, {"household", id_of("102")}, {"moved_in", day()}});
    const RowId gone = first->add("resident", {{"name", "短租客"}});
    first->add("residency", {{"resident", to_text(gone)},
                             {"household", id_of("103")},
                             {"moved_in", day(-3)},
                             {"moved_out", day()}});
    CHECK(due(*first) == "102");
    exchange();
    CHECK(due(*this) == "102");
    CHECK(due(*second) == "");
    // Two tick off different things without knowing of each other.
    const auto welcome = [&](Leader& who, const std::string& done) {
      who.add("welcome", {{"household", id_of("102")}, {"moved_in", day()}, {"done", done}});
    };
    welcome(*first, R"(["introduced","guide"])");
    welcome(*grid, R"(["safety"])");
    CHECK(due(*first) == "102");
    exchange();
    const AnswerRows open = first->ask("welcomes_due");
    for (const char* item : {"introduced", "guide", "safety"})
      CHECK(only(open, "done").find(item) != std::string::npos);
    CHECK(only(query("SELECT COUNT(*) AS n FROM welcome"), "n") == "1");
    CHECK(due(*grid) == "102");
    const AnswerRows row = grid->query("SELECT id, done FROM welcome");
    grid->edit("welcome", *parse_row_id(only(row, "id")),
               {{"done", R"(["introduced","guide","safety","registered"])"}});
    CHECK(due(*grid) == "");
    exchange();
    for (Leader& each : leaders()) CHECK(due(each) == "");
    CHECK(due(*this) == "");
  }

  INFO("an activity");
  const RowId activity = grid->add("activity", {{"place", "G"},
                                                {"title", "元宵灯谜"},
                                                {"kind", "festival"},
                                                {"starts_at", now(60 * 24 * 10)},
                                                {"capacity", std::int64_t{30}}});
  exchange();
  const auto sign_up = [&](Leader& who, const std::string& door, int people) {
    return who.add(
        "sign_up",
        {{"activity", to_text(activity)}, {"household", id_of(door)}, {"people", std::int64_t{people}}});
  };
  const auto places = [](auto& of) {
    const AnswerRows rows = of.ask("activity_places");
    return "left " + only(rows, "places_left") + ", waiting " + only(rows, "waiting") + ", came " +
           only(rows, "came");
  };
  // Somebody of 101 tells two people that six will come; 34 ask in all.
  sign_up(*first, "101", 6);
  sign_up(*grid, "101", 6);
  sign_up(*first, "102", 8);
  const RowId large = sign_up(*first, "103", 7);
  CHECK(places(*first) == "left 9, waiting 0, came 0");
  const RowId last = sign_up(*second, "201", 4);
  sign_up(*second, "202", 9);
  exchange();
  CHECK(only(query("SELECT COUNT(*) AS n FROM sign_up"), "n") == "5");
  CHECK(places(*this) == "left -4, waiting 0, came 0");
  CHECK(places(*grid) == "left -4, waiting 0, came 0");
  put("sign_up", {{"state", "waiting"}}, last);
  put("activity", {{"closed", std::int64_t{1}}}, activity);
  exchange();
  CHECK(places(*this) == "left 0, waiting 4, came 0");
  CHECK(only(second->query("SELECT state FROM sign_up WHERE id = '" + to_text(last) + "'"), "state") ==
        "waiting");
  for (Leader& each : leaders()) CHECK(only(each.ask("activity_places"), "closed") == "1");
  until("2027-02-11 07:30");
  first->edit("sign_up", large, {{"state", "absent"}});
  second->edit("sign_up", last, {{"state", "came"}});
  exchange();
  CHECK(places(*this) == "left 3, waiting 0, came 4");

  INFO("a lift to hospital every week");
  put("schedule", {{"place", "101"},
                   {"household", id_of("101")},
                   {"kind", "help"},
                   {"title", "每周送透析"},
                   {"every_days", std::int64_t{7}},
                   {"starts", "2027-02-15"}});
  exchange();
  const std::string lift = only(first->query("SELECT id FROM schedule"), "id");
  for (const char* day : {"2027-02-16", "2027-03-01", "2027-03-14"}) {  // None between 22 and 28 February.
    until(std::string(day) + " 07:00");
    first->add("round", {{"schedule", lift}, {"place", "101"}});
  }
  const auto missed = [](auto& of, const std::string& until_date) {
    return told(
        of.ask("patrol_gaps", {{"kind", "help"}, {"from_date", "2027-02-15"}, {"until_date", until_date}}),
        "day");
  };
  CHECK(missed(*first, "2027-02-27") == "");  // That week is not over.
  CHECK(missed(*first, "2027-02-28") == "2027-02-22");
  exchange();
  CHECK(missed(*first, "2027-03-14") == "2027-02-22");
  CHECK(missed(*this, "2027-03-14") == "2027-02-22");
  CHECK(missed(*second, "2027-03-14") == "");
  CHECK(wrong_is_none(*this));
}
