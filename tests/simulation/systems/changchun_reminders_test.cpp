#include "simulation/systems/told.hpp"

// What a leader is reminded of, on a phone without signal as at the office (docs/systems.md).
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

/// Two units of three doors; each has a leader, the community a worker.
struct Stairs : Field {
  Leader* wang = nullptr;
  Leader* li = nullptr;
  Leader* chen = nullptr;
  RowId dark, gas, campaign, patrol;

  Stairs() : Field("changchun") {
    place("S", "", "street");
    place("C", "S", "community");
    place("B", "C", "building");
    for (const char* unit : {"U1", "U2"}) {
      place(unit, "B", "unit");
      for (int door = 1; door <= 3; ++door)
        place(std::string("D") + unit[1] + std::to_string(door), unit, "door");
    }
    wang = &leader("王芳", "unit_leader", "U1");
    li = &leader("李军", "unit_leader", "U2");
    chen = &leader("陈社工", "community_worker", "C");
    until("2027-02-01 08:00");
    owe();
    exchange();
  }

  void owe() {
    campaign = put("campaign", {{"place", "C"}, {"title", "冬季走访"}, {"due", "2027-02-03 18:00"}});
    for (const char* door : {"D11", "D21"})
      put("watch", {{"place", door}, {"kind", "elder"}, {"rhythm_days", 3}, {"starts", "2027-01-20"}});
    const auto hazard = [&](const char* kind, const char* state, const char* due) {
      return put("hazard", {{"place", "D12"}, {"kind", kind}, {"state", state}, {"due", due}});
    };
    hazard("blocked_stairs", "deadline", "2027-02-02");
    hazard("blocked_stairs", "deadline", "2027-02-03");  // The day after tomorrow is no reminder yet.
    gas = put("hazard",
              {{"place", "D13"}, {"kind", "lighting"}, {"state", "fixed"}, {"fixed_at", "2027-01-30 10:00"}});
    dark = put("matter",
               {{"place", "D11"}, {"title", "楼道灯坏"}, {"due", "2027-02-01"}, {"owner", wang->id()}});
    const auto schedule = [&](const char* kind, const char* title, const char* place, Value level, int slots,
                              int every_days, const char* starts) {
      return put("schedule", {{"place", place},
                              {"kind", kind},
                              {"title", title},
                              {"level", std::move(level)},
                              {"slots", std::int64_t{slots}},
                              {"every_days", std::int64_t{every_days}},
                              {"starts", starts}});
    };
    patrol = schedule("patrol", "楼道巡查", "C", "unit", 2, 1, "2027-01-01");
    schedule("screening", "楼栋排查", "C", "building", 1, 7, "2027-01-29");
    schedule("rota", "楼下值守", "U1", Value(), 2, 1, "2027-01-01");
    put("duty", {{"place", "U1"}, {"day", "2027-02-01"}, {"slot", 1}, {"person", li->id()}});
    schedule("drill", "单元演练", "C", "unit", 1, 365, "2026-06-01");
    put("announcement", {{"place", "U2"}, {"kind", "reminder"}, {"title", "二单元请补表"}});
    put("announcement", {{"place", "C"}, {"kind", "notice"}, {"title", "停水通知"}});
  }

  std::vector<NamedValue> of(const Leader& who) { return {{"person", who.id()}}; }

  /// On her phone and at the office.
  void hears(Leader& who, const std::vector<std::string>& expected) {
    INFO(who.name());
    CHECK(lines(who.ask("reminders")) == expected);
    CHECK(lines(ask("reminders", of(who))) == expected);
  }

  static std::vector<std::string> lines(const AnswerRows& rows) {
    std::vector<std::string> out;
    for (const auto& row : rows) {
      std::string line;
      for (const char* column : {"kind", "what", "place", "due", "number", "urgent"})
        line += (line.empty() ? "" : " ") + (row.at(column).empty() ? "-" : row.at(column));
      out.push_back(line);
    }
    return out;
  }
};

}  // namespace

TEST_CASE_METHOD(Stairs, "systems/changchun: each leader is reminded of what is hers, without signal") {
  const std::vector<std::string> owed{
      "drill 单元演练 C 2026-06-01 1 1",    "watch - D11 2027-01-23 1 1",
      "matter 楼道灯坏 D11 2027-02-01 1 1", "patrol 楼道巡查 C 2027-02-01 2 1",
      "rota 楼下值守 U1 2027-02-01 1 1",    "hazard blocked_stairs D12 2027-02-02 1 0",
      "campaign 冬季走访 C 2027-02-03 3 0", "recheck lighting D13 - 1 0",
  };
  hears(*wang, owed);
  // The screening is of buildings, which no unit leader answers for; his own unit has no rota.
  hears(*li,
        {"drill 单元演练 C 2026-06-01 1 1", "watch - D21 2027-01-23 1 1", "patrol 楼道巡查 C 2027-02-01 2 1",
         "campaign 冬季走访 C 2027-02-03 3 0", "reminder 二单元请补表 U2 - 1 0"});
  hears(*chen, {"drill 单元演练 C 2026-06-01 2 1", "watch - - 2027-01-23 2 1",
                "patrol 楼道巡查 C 2027-02-01 4 1", "rota 楼下值守 U1 2027-02-01 1 1",
                "hazard blocked_stairs D12 2027-02-02 1 0", "campaign 冬季走访 C 2027-02-03 6 0",
                "screening 楼栋排查 C 2027-02-04 1 0", "recheck lighting D13 - 1 0"});

  // The office reminds everybody beneath of the campaign, and of something else.
  storm();
  chen->add("announcement",
            {{"place", "C"}, {"kind", "reminder"}, {"title", "走访请抓紧"}, {"campaign", to_text(campaign)}});
  chen->add("announcement",
            {{"place", "C"}, {"kind", "reminder"}, {"title", "交考勤表"}, {"ends", "2027-02-05"}});
  exchange();
  std::vector<std::string> more = owed;
  more.insert(more.end() - 1, {"reminder 走访请抓紧 C 2027-02-03 3 0", "reminder 交考勤表 C 2027-02-05 1 0"});
  hears(*wang, more);

  // She works without signal: what is done is reminded of no more.
  wang->add("visit", {{"place", "D11"}, {"outcome", "met"}});
  wang->edit("matter", dark, {{"state", "answered"}});
  wang->add("round", {{"schedule", to_text(patrol)}, {"place", "U1"}, {"slot", 1}});
  wang->add("recheck", {{"hazard", to_text(gas)}, {"found", "gone"}});
  wang->add("answer", {{"campaign", to_text(campaign)}, {"place", "D11"}, {"outcome", "answered"}});
  const std::vector<std::string> left{
      "drill 单元演练 C 2026-06-01 1 1",    "patrol 楼道巡查 C 2027-02-01 1 1",
      "rota 楼下值守 U1 2027-02-01 1 1",    "hazard blocked_stairs D12 2027-02-02 1 0",
      "campaign 冬季走访 C 2027-02-03 2 0", "reminder 走访请抓紧 C 2027-02-03 2 0",
      "reminder 交考勤表 C 2027-02-05 1 0",
  };
  CHECK(lines(wang->ask("reminders")) == left);
  exchange();
  hears(*wang, left);

  // With her last door the campaign is over for her, and so is the reminder of it.
  for (const char* door : {"D12", "D13"})
    wang->add("answer", {{"campaign", to_text(campaign)}, {"place", door}, {"outcome", "refused"}});
  exchange();
  CHECK(where(wang->ask("reminders"), "what", "走访请抓紧").empty());
  CHECK(where(wang->ask("reminders"), "kind", "campaign").empty());
  CHECK(only(where(li->ask("reminders"), "what", "走访请抓紧"), "number") == "3");
  // Of another day: the shift is anew, the hazard's day has come, an old campaign is not gone on about.
  const AnswerRows tomorrow = li->ask("reminders", {{"on_date", "2027-02-02"}, {"since", "2027-02-04"}});
  CHECK(told(tomorrow, "kind") == "drill watch patrol reminder reminder");
  CHECK(told(where(wang->ask("reminders", {{"on_date", "2027-02-02"}}), "kind", "hazard"), "urgent") ==
        "1 0");
  CHECK(wrong_is_none(*this));
}
