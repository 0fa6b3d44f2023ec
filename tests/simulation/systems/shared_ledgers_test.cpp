#include <set>

#include "base/random.hpp"
#include "simulation/systems/told.hpp"

// What all five systems share (docs/systems.md): the office's books say what its rows say.
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

using Values = std::vector<NamedValue>;

/// What two leaders did on two days, kept beside the engine in plain lists.
struct Books : Field {
  static constexpr int kDoors = 24;
  struct Noted {
    RowId row;
    std::string door, outcome, day;
    bool corrected = false;
  };
  struct Matter {
    RowId row;
    std::string day, answered, state, due;
  };

  Books() : Field("changchun", 6) {
    place("S", "", "street");
    place("C", "S", "community");
    place("B", "C", "building");
    for (int d = 0; d < kDoors; ++d) doors.push_back("D" + std::to_string(10 + d));
    for (const std::string& door : doors) place(door, "B", "door");
    campaign = to_text(put("campaign", {{"place", "S"}, {"title", "问卷"}}));
    patrol = to_text(put("schedule", {{"place", "S"},
                                      {"kind", "patrol"},
                                      {"title", "巡查"},
                                      {"level", "building"},
                                      {"slots", 12},
                                      {"starts", "2027-02-01"}}));
  }

  const std::string& pick(const std::vector<std::string>& of) { return of[random.below(of.size())]; }

  /// One of the rows that nobody corrects: visits, answers, rounds. Every sixth corrects her last one.
  void note(Leader& by, const char* table, std::vector<Noted>& into, const std::vector<std::string>& outcomes,
            Values values) {
    Noted noted{{}, table == std::string("round") ? "B" : pick(doors), pick(outcomes), day()};
    Noted* last = nullptr;
    for (Noted& each : into)
      if (!each.corrected && each.outcome != "mistaken") last = &each;
    if (last != nullptr && random.below(6) == 0) {
      last->corrected = true;
      noted.door = last->door;
      noted.outcome = random.chance(500) ? "mistaken" : noted.outcome;
      values.emplace_back("corrects", to_text(last->row));
    }
    values.emplace_back("place", noted.door);
    values.emplace_back("outcome", noted.outcome);
    noted.row = by.add(table, values);
    into.push_back(noted);
  }

  void begin(Leader& by, const char* table, std::vector<Matter>& into) {
    Matter matter{
        {}, day(), "", "open", random.chance(300) ? "" : day(static_cast<int>(random.below(5)) - 2)};
    Values values{{"place", pick(doors)}};
    if (table == std::string("matter")) values.emplace_back("title", "事项");
    if (!matter.due.empty()) values.emplace_back("due", matter.due);
    matter.row = by.add(table, values);
    into.push_back(matter);
  }

  /// A step of the leader's own work, at a random minute of her day.
  void work(Leader& by, std::vector<Matter*> matters, std::vector<Matter*> hazards) {
    pass_minutes(1 + static_cast<std::int64_t>(random.below(12)));
    switch (random.below(7)) {
      case 0:
        return note(by, "visit", visits[by.name()], {"met", "nobody_home", "refused", "vacant"}, {});
      case 1:
        return note(by, "answer", answers[by.name()], {"answered", "refused"}, {{"campaign", campaign}});
      case 2:
        return note(by, "round", rounds[by.name()], {"done", "problem", "not_possible"},
                    {{"schedule", patrol}, {"slot", 1 + static_cast<std::int64_t>(random.below(12))}});
      case 3:
        return begin(by, "matter", this->matters[by.name()]);
      case 4:
        return begin(by, "hazard", this->hazards[by.name()]);
      case 5: {
        if (matters.empty()) return;
        Matter& matter = *matters[random.below(matters.size())];
        if (matter.state != "open") return;
        matter.state = random.chance(300) ? "working" : "answered";
        Values values{{"state", matter.state}};
        if (matter.state == "answered") {
          matter.answered = day();
          values.emplace_back("answered_at", now());
        }
        return by.edit("matter", matter.row, values);
      }
      default: {
        if (hazards.empty()) return;
        Matter& hazard = *hazards[random.below(hazards.size())];
        if (hazard.state != "open") return;
        hazard.state = pick({"told", "deadline", "fixed"});
        return by.edit("hazard", hazard.row, {{"state", hazard.state}});
      }
    }
  }

  static std::vector<Matter*> all(std::vector<Matter>& of) {
    std::vector<Matter*> out;
    for (Matter& each : of) out.push_back(&each);
    return out;
  }

  /// The brief of a day, counted from the lists.
  std::vector<long> model(const std::set<std::string>& who, const std::string& on) {
    std::vector<long> lines(13);
    std::set<std::string> visited, met;
    for (const std::string& name : who) {
      for (const Noted& visit : visits[name]) {
        if (visit.corrected || visit.outcome == "mistaken" || visit.day != on) continue;
        visited.insert(visit.door);
        if (visit.outcome == "met") met.insert(visit.door);
      }
      for (const Matter& matter : matters[name]) {
        const bool open = matter.state != "answered";
        lines[3] += matter.day == on;
        lines[4] += matter.answered == on;
        lines[5] += open;
        lines[6] += open && !matter.due.empty() && matter.due < on;
      }
      for (const Matter& hazard : hazards[name]) {
        const bool open = hazard.state != "fixed";
        lines[7] += hazard.day == on;
        lines[8] += open;
        lines[9] += open && !hazard.due.empty() && hazard.due < on;
        lines[10] += !open;
      }
      for (const Noted& round : rounds[name])
        lines[11] +=
            !round.corrected && round.day == on && (round.outcome == "done" || round.outcome == "problem");
      for (const Noted& answer : answers[name])
        lines[12] += !answer.corrected && answer.outcome != "mistaken" && answer.day == on;
    }
    lines[1] = static_cast<long>(visited.size());
    lines[2] = static_cast<long>(met.size());
    return lines;
  }

  void check_brief(const AnswerRows& brief, const std::vector<long>& expected) {
    REQUIRE(brief.size() == 12);
    for (std::size_t i = 1; i <= 12; ++i) {
      INFO(brief[i - 1].at("en"));
      CHECK(brief[i - 1].at("line") == std::to_string(i));
      CHECK(brief[i - 1].at("number") == std::to_string(expected[i]));
    }
  }

  SeededRandom random{17};
  std::vector<std::string> doors;
  std::string campaign, patrol;
  std::map<std::string, std::vector<Noted>> visits, answers, rounds;  ///< By who wrote them.
  std::map<std::string, std::vector<Matter>> matters, hazards;
};

}  // namespace

TEST_CASE_METHOD(Books, "systems/shared: the brief and the ledgers agree with the rows") {
  Leader& wang = leader("王芳", "building_leader", "B");
  Leader& sun = leader("孙丽", "building_leader", "B");
  storm();
  exchange();
  // Two days without signal; the second begins at one in the morning, when UTC still writes the first.
  for (const char* begins : {"2027-02-01 08:00", "2027-02-02 01:00"}) {
    until(begins);
    for (int i = 0; i < 120; ++i) {
      Leader& by = i % 2 == 0 ? wang : sun;
      work(by, all(matters[by.name()]), all(hazards[by.name()]));
    }
  }
  REQUIRE(day() == "2027-02-02");
  check_brief(wang.ask("daily_brief"), model({wang.name()}, day()));
  check_brief(sun.ask("daily_brief"), model({sun.name()}, day()));
  exchange();

  const std::vector<long> expected = model({wang.name(), sun.name()}, day());
  for (std::size_t i = 1; i <= 12; ++i) CHECK(expected[i] > 0);
  check_brief(ask("daily_brief"), expected);
  check_brief(wang.ask("daily_brief"), expected);
  const Values yesterday{{"on_date", "2027-02-01"}, {"since", "2027-02-01"}};
  check_brief(ask("daily_brief", yesterday), model({wang.name(), sun.name()}, "2027-02-01"));

  // A line of the books for each matter and hazard, of today as of the month.
  const auto count = [&](std::map<std::string, std::vector<Matter>>& of) {
    return of[wang.name()].size() + of[sun.name()].size();
  };
  const Values today{{"since", "2027-02-02"}};
  CHECK(ask("matter_ledger").size() == count(matters));
  CHECK(ask("matter_ledger", today).size() == static_cast<std::size_t>(expected[3]));
  CHECK(ask("hazard_ledger").size() == count(hazards));
  CHECK(ask("hazard_ledger", today).size() == static_cast<std::size_t>(expected[7]));
  for (const char* view : {"matter_ledger", "hazard_ledger"}) CHECK(sun.ask(view) == ask(view));
  for (const Matter& matter : matters[wang.name()]) {
    const AnswerRows line = where(ask("matter_ledger"), "matter", to_text(matter.row));
    CHECK(only(line, "state") == matter.state);
    CHECK(only(line, "due") == matter.due);
    CHECK(only(line, "reporter").empty());
  }

  // Where a door is, by two maps, and its official code by two years' lists: one or the other, never half of
  // each.
  const Values by_satellite{{"longitude", 125.32}, {"latitude", 43.88}, {"datum", "wgs84"}};
  const Values by_survey{{"longitude", 125.41}, {"latitude", 43.91}, {"datum", "cgcs2000"}};
  std::set<std::string> datums, codes;
  for (const std::string& door : doors) {
    Leader& first = random.chance(500) ? wang : sun;
    Leader& second = &first == &wang ? sun : wang;
    first.edit("place", place_id(door), by_satellite);
    first.edit("place", place_id(door),
               {{"official_code", "A-" + door}, {"official_code_since", "2025-01-01"}});
    pass_minutes(1);
    second.edit("place", place_id(door), by_survey);
    second.edit("place", place_id(door),
                {{"official_code", "B-" + door}, {"official_code_since", "2026-01-01"}});
  }
  exchange();
  const std::string columns =
      "SELECT code, longitude, latitude, datum, official_code, official_code_since FROM place WHERE level = "
      "'door' "
      "ORDER BY code";
  const AnswerRows placed = query(columns);
  REQUIRE(placed.size() == doors.size());
  for (const auto& row : placed) {
    const bool satellite = row.at("datum") == "wgs84";
    CHECK(row.at("datum") == (satellite ? "wgs84" : "cgcs2000"));
    CHECK(row.at("longitude") == (satellite ? "125.32" : "125.41"));
    CHECK(row.at("latitude") == (satellite ? "43.88" : "43.91"));
    const bool older = row.at("official_code") == "A-" + row.at("code");
    CHECK(row.at("official_code") == (older ? "A-" : "B-") + row.at("code"));
    CHECK(row.at("official_code_since") == (older ? "2025-01-01" : "2026-01-01"));
  }
  // What lost is in the ledger, and both phones have what the office has.
  CHECK(open_conflicts() >= 2 * doors.size());
  CHECK(wang.query(columns) == placed);
  CHECK(sun.query(columns) == placed);
  CHECK(wrong_is_none(*this));
}
