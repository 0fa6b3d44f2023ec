#include "simulation/systems/told.hpp"

// What all five systems share (docs/systems.md).
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

/// Building B1 with doors 101, 102, 201 and a leader for it.
struct House : Field {
  House() : Field("changchun") {
    place("S", "", "street");
    place("C", "S", "community");
    place("B1", "C", "building", "1号楼");
    for (const char* door : {"101", "102", "201"}) place(door, "B1", "door");
    until("2027-02-01 09:00");
  }
};

/// A line of the brief.
std::string line(const AnswerRows& brief, const char* en) { return only(where(brief, "en", en), "number"); }

}  // namespace

TEST_CASE_METHOD(House, "systems/shared: a mis-tap is corrected and coverage follows") {
  const std::string campaign = to_text(put("campaign", {{"place", "S"}, {"title", "问卷"}}));
  const std::string rounds = to_text(put("schedule", {{"place", "S"},
                                                      {"kind", "patrol"},
                                                      {"title", "每日巡查"},
                                                      {"level", "building"},
                                                      {"slots", 2},
                                                      {"starts", "2027-02-01"}}));
  Leader& wang = leader("王芳", "building_leader", "B1");
  exchange();
  CHECK(told(wang.ask("unvisited_doors"), "door") == "101 102 201");
  const auto doors = [](const AnswerRows& coverage) {
    return only(coverage, "visited") + " visited, " + only(coverage, "met") + " met";
  };
  const auto lit = [](const AnswerRows& elevation) { return told(where(elevation, "visited", "1"), "name"); };
  const std::vector<NamedValue> building{{"building", to_text(place_id("B1"))}};
  const std::vector<NamedValue> by_building{{"campaign", campaign}, {"level", "building"}};

  const RowId wrong = wang.add("visit", {{"place", "102"}, {"outcome", "met"}});
  wang.add("visit", {{"place", "101"}, {"outcome", "nobody_home"}});
  const RowId answer =
      wang.add("answer", {{"campaign", campaign}, {"place", "102"}, {"outcome", "answered"}});
  wang.add("answer", {{"campaign", campaign}, {"place", "101"}, {"outcome", "nobody_home"}});
  const RowId round =
      wang.add("round", {{"schedule", rounds}, {"place", "B1"}, {"slot", 1}, {"outcome", "done"}});
  CHECK(told(wang.ask("unvisited_doors"), "door") == "201");
  CHECK(doors(wang.ask("coverage_by_building")) == "2 visited, 1 met");
  CHECK(lit(wang.ask("building_elevation", building)) == "101 102");
  CHECK(only(wang.ask("campaign_by_unit", by_building), "missing") == "1");
  CHECK(told(wang.ask("patrol_gaps"), "slot") == "2");
  CHECK(line(wang.ask("daily_brief"), "Doors where people were met") == "1");

  // The next taps say which ones were mistakes; all is open again, before anybody has heard of it.
  pass_minutes(3);
  wang.add("visit", {{"place", "102"}, {"outcome", "mistaken"}, {"corrects", to_text(wrong)}});
  wang.add(
      "answer",
      {{"campaign", campaign}, {"place", "102"}, {"outcome", "mistaken"}, {"corrects", to_text(answer)}});
  wang.add("round", {{"schedule", rounds},
                     {"place", "B1"},
                     {"slot", 1},
                     {"outcome", "mistaken"},
                     {"corrects", to_text(round)}});
  const auto all_corrected = [&](auto&& asked) {
    CHECK(told(asked("unvisited_doors", {}), "door") == "102 201");
    CHECK(doors(asked("coverage_by_building", {})) == "1 visited, 0 met");
    CHECK(lit(asked("building_elevation", building)) == "101");
    CHECK(only(asked("campaign_by_unit", by_building), "missing") == "2");
    CHECK(only(asked("campaign_by_unit", by_building), "answered") == "0");
    CHECK(told(asked("patrol_gaps", {}), "slot") == "1 2");
    const AnswerRows brief = asked("daily_brief", {});
    CHECK(line(brief, "Doors visited") == "1");
    CHECK(line(brief, "Doors where people were met") == "0");
    CHECK(line(brief, "Answers received") == "1");
    CHECK(line(brief, "Rounds made") == "0");
  };
  const auto phone = [&](const char* view, const std::vector<NamedValue>& with) {
    return wang.ask(view, with);
  };
  const auto office = [&](const char* view, const std::vector<NamedValue>& with) { return ask(view, with); };
  all_corrected(phone);
  storm();
  exchange();
  all_corrected(phone);
  all_corrected(office);
  CHECK(wrong_is_none(*this));
}

TEST_CASE_METHOD(House, "systems/shared: consent is kept with its purpose and can be withdrawn") {
  put("household", {{"place", "101"}, {"head_name", "孙建国"}});
  const std::string household = only(query("SELECT id FROM household"), "id");
  const std::string child = to_text(put("resident", {{"name", "孙小宝"}, {"birth_date", "2018-05-01"}}));
  put("residency", {{"resident", child}, {"household", household}});
  Leader& wang = leader("王芳", "building_leader", "B1");
  Leader& chen = leader("陈社工", "community_worker", "C");
  Leader& partner = leader("物业", "partner", "B1");
  storm();
  exchange();

  // Without saying on which basis it is not recorded. Of a child the guardian says yes.
  CHECK_FALSE(wang.refusal("consent", {{"resident", child}, {"purpose", "暑期托管"}}).empty());
  const RowId given = wang.add("consent", {{"resident", child},
                                           {"purpose", "暑期托管"},
                                           {"basis", "guardian"},
                                           {"guardian", "孙建国"},
                                           {"given", day()}});
  exchange();
  const std::string still_given = "SELECT purpose FROM consent WHERE withdrawn IS NULL";
  CHECK(told(query(still_given), "purpose") == "暑期托管");
  CHECK(told(chen.query(still_given), "purpose") == "暑期托管");
  CHECK(partner.query("SELECT 1 FROM consent").empty());

  // Another's consent is not a volunteer's to change; withdrawn is a day, and what it was for stays.
  const RowId second = chen.add("consent", {{"resident", child}, {"purpose", "合影"}, {"basis", "guardian"}});
  exchange();
  wang.edit("consent", second, {{"purpose", "直播"}});
  exchange();
  CHECK(wang.held() == 1);
  CHECK(told(query("SELECT purpose FROM consent ORDER BY purpose"), "purpose") == "合影 暑期托管");
  pass_minutes(24 * 60);
  wang.edit("consent", given, {{"withdrawn", day()}});
  CHECK(told(wang.query("SELECT guardian FROM consent WHERE withdrawn = '2027-02-02'"), "guardian") ==
        "孙建国");
  exchange();
  CHECK(told(query(still_given), "purpose") == "合影");
  CHECK(told(chen.query(still_given), "purpose") == "合影");
  CHECK(wrong_is_none(*this));
}
