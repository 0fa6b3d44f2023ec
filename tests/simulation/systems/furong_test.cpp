#include <set>

#include "simulation/systems/told.hpp"

// Furong South Road unit leaders (docs/systems.md): what a leader hears at doors, and what becomes of it.
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

/// A building of two units with four doors each, a leader for each unit, somebody at the community.
struct Building : Field {
  Leader* first = nullptr;
  Leader* second = nullptr;
  Leader* worker = nullptr;

  Building() : Field("furong") {
    place("S", "", "street");
    place("C", "S", "community");
    place("B", "C", "building");
    for (const char* unit : {"U1", "U2"}) {
      place(unit, "B", "unit");
      for (int d = 1; d <= 4; ++d) place(std::string(unit) + "-" + std::to_string(d), unit, "door");
    }
    until("2027-02-01 09:00");
    first = &leader("刘单元长", "unit_leader", "U1");
    second = &leader("何单元长", "unit_leader", "U2");
    worker = &leader("唐社工", "community_worker", "C");
    exchange();
  }

  std::string picture(Leader& by, const RowId& hazard, const char* shows) {
    return to_text(by.add("photo", {{"place", "U1-2"}, {"hazard", to_text(hazard)}, {"shows", shows}}));
  }
};

std::string of(const AnswerRows& rows, const std::string& key, const RowId& id, const std::string& column) {
  return only(where(rows, key, to_text(id)), column);
}

}  // namespace

TEST_CASE_METHOD(Building, "systems/furong: a hazard that comes back is the old one") {
  Leader& deputy = leader("副单元长", "unit_leader", "U1");
  const std::string authority =
      to_text(put("organisation", {{"place", "S"}, {"name", "消防救援大队"}, {"kind", "department"}}));
  storm();
  exchange();

  // Found on a round: who left it there, and what was said about it; then a day is agreed.
  const RowId check = first->add(
      "safety_check",
      {{"place", "U1-2"}, {"kind", "escape_route"}, {"outcome", "hazard"}, {"items", R"(["楼道堆物"])"}});
  const RowId pile = first->add("hazard", {{"place", "U1-2"},
                                           {"kind", "blocked_stairs"},
                                           {"found_in", to_text(check)},
                                           {"party", "二楼租户"},
                                           {"education", "当面讲了疏散通道的要求"}});
  picture(*first, pile, "before");
  picture(*first, pile, "before");
  first->edit("hazard", pile, {{"state", "told"}});
  first->edit("hazard", pile, {{"state", "deadline"}, {"due", "2027-02-04"}});
  CHECK(first->ask("overdue_hazards").empty());
  exchange();
  until("2027-02-04 23:30");
  CHECK(first->ask("overdue_hazards").empty());
  until("2027-02-06 08:00");
  CHECK(only(first->ask("overdue_hazards"), "days_overdue") == "2");
  CHECK(first->ask("overdue_hazards") == ask("overdue_hazards"));
  CHECK(only(ask("overdue_hazards"), "party") == "二楼租户");

  // An order has a number, and the number is the office's: a leader's phone takes none.
  CHECK(first->refusal("hazard", pile, {{"order_number", "我说的"}}) ==
        "hazard: \"order_number\" is not for your post to write. Leave it as it is, or tell somebody whose "
        "post writes "
        "it.");
  exchange();
  CHECK(only(ask("hazard_ledger"), "order_number").empty());
  put("hazard", {{"order_number", "芙消改〔2027〕6号"}, {"order_authority", authority}}, pile);
  exchange();
  CHECK(only(deputy.ask("hazard_ledger"), "order_number") == "芙消改〔2027〕6号");

  // Put right, seen, and verified.
  deputy.edit("hazard", pile, {{"state", "fixed"}, {"fixed_how", "ordered"}, {"fixed_at", now()}});
  picture(deputy, pile, "after");
  CHECK(deputy.ask("overdue_hazards").empty());
  CHECK(told(deputy.ask("rechecks_due"), "hazard") == to_text(pile));
  exchange();
  pass_minutes(2 * 24 * 60);
  CHECK(told(first->ask("rechecks_due"), "hazard") == to_text(pile));
  first->add("recheck", {{"hazard", to_text(pile)}, {"found", "gone"}});
  CHECK(first->ask("rechecks_due").empty());
  first->edit("hazard", pile, {{"state", "verified"}});
  exchange();
  CHECK(ask("hazards_recurred").empty());
  CHECK(only(ask("hazard_ledger"), "state") == "verified");
  CHECK(only(ask("hazard_ledger"), "before") == "2");
  CHECK(only(ask("hazard_ledger"), "after") == "1");

  // Three weeks on it is back: the same row opens again, and says for the how manieth time.
  pass_minutes(21 * 24 * 60);
  first->add("recheck", {{"hazard", to_text(pile)}, {"found", "back"}});
  first->edit("hazard", pile, {{"state", "open"}});
  CHECK(only(first->ask("hazards_recurred"), "times") == "1");
  // The deputy registers one anew that she knows of from before.
  const RowId again =
      deputy.add("hazard", {{"place", "U1-3"}, {"kind", "blocked_stairs"}, {"recurrence_of", to_text(pile)}});
  const RowId fresh = deputy.add("hazard", {{"place", "U1-4"}, {"kind", "lighting"}});
  exchange();
  const AnswerRows recurred = ask("hazards_recurred");
  CHECK(recurred.size() == 2);
  CHECK(of(recurred, "hazard", pile, "times") == "1");
  CHECK(of(recurred, "hazard", pile, "state") == "open");
  CHECK(of(recurred, "hazard", again, "recurrence_of") == to_text(pile));
  CHECK(deputy.ask("hazards_recurred") == recurred);
  CHECK(ask("hazards_recurred", {{"since", now(60)}}).empty());

  // Two leaders without signal: one tells the tenant, the other has it put right. The further step shows.
  first->edit("hazard", fresh, {{"state", "fixed"}, {"fixed_how", "on_spot"}, {"fixed_at", now()}});
  pass_minutes(5);
  deputy.edit("hazard", fresh, {{"state", "told"}});
  exchange();
  for (Leader* each : {first, &deputy}) {
    CHECK(of(each->ask("hazard_ledger", {{"since", "2027-01-01"}}), "hazard", fresh, "state") == "fixed");
    CHECK(told(each->ask("rechecks_due"), "hazard") == to_text(fresh));
  }
  CHECK(only(query("SELECT state FROM hazard WHERE place = '" + to_text(place_id("U1-4")) + "'"), "state") ==
        "fixed");

  // The other unit has heard of none of it.
  CHECK(second->query("SELECT 1 FROM hazard").empty());
  CHECK(second->query("SELECT 1 FROM photo").empty());
  CHECK(wrong_is_none(*this));
}

TEST_CASE_METHOD(Building, "systems/furong: a need goes to the council and is answered") {
  storm();
  // What can be done at once is done at once.
  const RowId bulb =
      first->add("matter", {{"place", "U1-1"}, {"title", "楼道灯不亮"}, {"reporter", "邻居甲"}});
  first->edit("matter", bulb,
              {{"state", "answered"},
               {"outcome", "solved_on_spot"},
               {"answer", "换了灯泡"},
               {"answered_how", "in_person"},
               {"answered_at", now()}});
  // Two wishes are not hers to grant: with her opinion they go to the council. One comes out of a check.
  pass_minutes(10);
  const RowId lift = first->add(
      "matter",
      {{"place", "U1-3"}, {"title", "加装电梯"}, {"reporter", "邻居乙"}, {"opinion", "全单元都同意"}});
  const RowId check =
      first->add("safety_check", {{"place", "U1"}, {"kind", "general"}, {"outcome", "hazard"}});
  pass_minutes(10);
  const RowId fence = first->add("matter", {{"place", "U1"},
                                            {"kind", "topic"},
                                            {"channel", "inspection"},
                                            {"title", "后院加围栏"},
                                            {"opinion", "消防车会进不来"},
                                            {"found_in", to_text(check)}});
  for (const RowId& each : {lift, fence}) {
    first->edit("matter", each, {{"level", "community"}, {"state", "working"}});
    first->add("matter_step", {{"matter", to_text(each)}, {"kind", "up"}, {"level", "community"}});
  }
  CHECK(first->ask("meeting_topics").empty());
  exchange();

  const RowId council = worker->add(
      "meeting",
      {{"place", "C"}, {"kind", "council"}, {"title", "二月议事会"}, {"starts_at", "2027-02-03 19:00"}});
  for (const RowId& each : {fence, lift}) {
    worker->edit("matter", each, {{"meeting", to_text(council)}, {"owner", worker->id()}});
    worker->add("matter_step", {{"matter", to_text(each)}, {"kind", "accept"}, {"level", "community"}});
  }
  exchange();
  CHECK(told(ask("meeting_topics"), "title") == "加装电梯 后院加围栏");
  CHECK(where(ask("meeting_topics"), "outcome", "").size() == 2);
  CHECK(told(worker->ask("matters_waiting_on_me"), "title") == "加装电梯 后院加围栏");
  CHECK(told(where(ask("matter_ledger"), "matter", to_text(fence)), "opinion") == "消防车会进不来");

  // One becomes a proposal that is adopted, the other is not; whoever asked is told so, and how.
  until("2027-02-04 10:00");
  worker->edit("matter", lift,
               {{"kind", "proposal"},
                {"outcome", "adopted"},
                {"state", "answered"},
                {"answer", "议事会通过，三月公示"},
                {"answered_how", "notice"},
                {"answered_at", now()}});
  worker->add("matter_step", {{"matter", to_text(lift)}, {"kind", "answer"}});
  worker->edit("matter", fence,
               {{"outcome", "not_adopted"},
                {"state", "answered"},
                {"answer", "占用消防通道"},
                {"answered_how", "phone"},
                {"answered_at", now()}});
  worker->add("matter_step", {{"matter", to_text(fence)}, {"kind", "answer"}});
  exchange();

  const AnswerRows topics = ask("meeting_topics");
  CHECK(told(topics, "outcome") == "adopted not_adopted");
  CHECK(told(topics, "state") == "answered answered");
  CHECK(told(topics, "kind") == "proposal topic");
  CHECK(ask("meeting_topics", {{"since", "2027-02-04"}}).empty());
  const AnswerRows ledger = ask("matter_ledger");
  CHECK(told(ledger, "title") == "楼道灯不亮 加装电梯 后院加围栏");
  CHECK(told(ledger, "outcome") == "solved_on_spot adopted not_adopted");
  CHECK(told(ledger, "answered_how") == "in_person notice phone");
  CHECK(told(ledger, "answer") == "换了灯泡 议事会通过，三月公示 占用消防通道");
  // Her own phone says the same without signal, each step of it; the other unit's says nothing.
  CHECK(first->ask("matter_ledger") == ledger);
  for (const RowId& each : {lift, fence})
    CHECK(told(first->ask("matter_chain", {{"matter", to_text(each)}}), "kind") == "up accept answer");
  CHECK(told(first->query("SELECT found_in FROM matter WHERE found_in IS NOT NULL"), "found_in") ==
        to_text(check));
  CHECK(second->ask("matter_ledger").empty());
  CHECK(worker->ask("matters_waiting_on_me").empty());
  CHECK(wrong_is_none(*this));
}

TEST_CASE_METHOD(Building, "systems/furong: who was told of fraud is known, and no target is") {
  storm();
  const auto tell = [&](Leader& by, const char* door, const char* outcome) {
    by.add("fraud_advice", {{"place", door}, {"outcome", outcome}});
    pass_minutes(4);
  };
  // Doors, not words: who was told twice counts once, who changed her mind counts as both.
  tell(*first, "U1-1", R"(["told"])");
  tell(*first, "U1-1", R"(["told", "app_helped"])");
  tell(*first, "U1-2", R"(["told", "app_declined"])");
  tell(*first, "U1-2", R"(["app_helped"])");
  tell(*first, "U1-3", R"(["told"])");
  tell(*second, "U2-1", R"(["helped"])");
  tell(*second, "U2-2", R"(["app_declined"])");
  const auto counts = [](const AnswerRows& rows) {
    return only(rows, "doors") + " " + only(rows, "told") + " " + only(rows, "app_helped") + " " +
           only(rows, "app_declined") + " " + only(rows, "helped");
  };
  CHECK(counts(first->ask("fraud_advice_counts")) == "3 3 2 1 0");
  exchange();
  CHECK(counts(ask("fraud_advice_counts")) == "5 3 2 2 1");
  CHECK(counts(worker->ask("fraud_advice_counts")) == "5 3 2 2 1");
  CHECK(counts(second->ask("fraud_advice_counts")) == "2 0 0 1 1");
  CHECK(counts(ask("fraud_advice_counts", {{"since", now(60)}})) == "0 0 0 0 0");

  // A call that did come goes to the police, with a number and a day for the reply.
  const std::string police =
      to_text(put("organisation", {{"place", "S"}, {"name", "110"}, {"kind", "department"}}));
  exchange();
  const RowId call =
      second->add("matter", {{"place", "U2-1"}, {"kind", "fraud_report"}, {"title", "冒充公检法来电"}});
  second->add("matter_step", {{"matter", to_text(call)},
                              {"kind", "refer"},
                              {"organisation", police},
                              {"document_number", "110-2027-0201-88"},
                              {"due", "2027-02-05"}});
  second->edit("matter", call, {{"level", "outside"}, {"state", "working"}});
  exchange();
  until("2027-02-07 09:00");
  const AnswerRows referred = ask("matters_referred");
  CHECK(only(referred, "document_number") == "110-2027-0201-88");
  CHECK(only(referred, "overdue") == "1");
  CHECK(only(referred, "replied_at").empty());
  CHECK(second->ask("matters_referred") == referred);
  worker->add("matter_step", {{"matter", to_text(call)}, {"kind", "reply"}, {"note", "已立案"}});
  exchange();
  CHECK(only(ask("matters_referred"), "overdue") == "0");
  CHECK(only(ask("matters_referred"), "replied_at") ==
        only(query("SELECT at FROM matter_step WHERE kind = 'reply'"), "at"));

  // No table has a place for a number that somebody should reach.
  const AnswerRows columns =
      query("SELECT c.name AS name FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c");
  CHECK(columns.size() > 300);
  for (const auto& column : columns) {
    INFO(column.at("name"));
    for (const char* word : {"target", "quota", "goal", "points", "rank"})
      CHECK(column.at("name").find(word) == std::string::npos);
  }
  CHECK(wrong_is_none(*this));
}
