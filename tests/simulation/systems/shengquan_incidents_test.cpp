#include <set>

#include "base/random.hpp"
#include "schema/calendar.hpp"
#include "simulation/systems/told.hpp"
#include "wire/iso_time.hpp"

// Incidents in Shengquan's towers: who has not answered, and which tower has not drilled.
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

std::string numbered(const std::string& prefix, int number) {
  return prefix + std::to_string(1000 + number).substr(1);
}

/// A tower of five floors with twelve doors each; three leaders: of the first floor, the second, the others.
struct Fire : Field {
  static constexpr int kFloors = 5;
  static constexpr int kDoors = 60;

  std::vector<Leader*> wardens;
  Leader* commander = nullptr;

  Fire() : Field("shengquan") {
    place("S", "", "street");
    place("C", "S", "community");
    place("G", "C", "grid");
    place("T", "G", "building", "1号楼");
    for (int floor = 0; floor < kFloors; ++floor) place(numbered("F", floor), "T", "floor");
    for (int door = 0; door < kDoors; ++door) {
      place(code(door), numbered("F", door / 12), "door");
      put("household", {{"place", code(door)}, {"head_name", "户主" + std::to_string(door)}});
    }
    // Beneath the tower, so that its leaders hear of what happens there.
    for (int i = 0; i < 3; ++i) place(numbered("M", i), "T", "micro_grid");
    for (int floor = 0; floor < kFloors; ++floor)
      overlay(numbered("F", floor), numbered("M", std::min(floor, 2)));
    for (int i = 0; i < 3; ++i)
      wardens.push_back(&leader("微网格长" + std::to_string(i), "leader", numbered("M", i)));
    commander = &leader("网格员", "grid_leader", "G");
    until("2027-02-01 20:00");
    exchange();
  }

  static std::string code(int door) { return numbered("D", door); }
  Leader& warden(int door) { return *wardens.at(static_cast<std::size_t>(std::min(door / 12, 2))); }
};

}  // namespace

TEST_CASE_METHOD(Fire, "systems/shengquan: a roll call finds the door that does not answer") {
  SECTION("a fire") {
    const RowId fire =
        commander->add("incident", {{"place", "T"}, {"kind", "fire"}, {"title", "三楼厨房起火"}});
    const std::vector<NamedValue> it{{"incident", to_text(fire)}};
    exchange();
    // 20 doors that nobody calls; of the others some do not answer, some need help, most are out.
    SeededRandom random(60);
    std::vector<int> order(kDoors);
    for (int i = 0; i < kDoors; ++i) order[static_cast<std::size_t>(i)] = i;
    for (std::size_t i = order.size() - 1; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
    std::map<int, std::string> word;  // What is last known, the gravest of one instant.
    std::size_t calls = 0;
    const auto call = [&](Leader& who, int door, const std::string& result) {
      who.add("roll_call",
              {{"incident", to_text(fire)}, {"place", code(door)}, {"result", result}, {"at", now()}});
      ++calls;
    };
    pass_minutes(2);
    for (std::size_t turn = 20; turn < order.size(); ++turn) {
      const std::string result = turn < 30   ? "no_answer"
                                 : turn < 34 ? "needs_help"
                                 : turn < 40 ? "safe_inside"
                                             : "out";
      call(warden(order[turn]), order[turn], result);
      word[order[turn]] = result;
    }
    pass_minutes(3);
    // Five who did not answer are found; one who needed help is out; one who was out needs help.
    for (std::size_t turn = 20; turn < 25; ++turn) {
      call(warden(order[turn]), order[turn], "out");
      word[order[turn]] = "out";
    }
    call(warden(order[30]), order[30], "out");
    word[order[30]] = "out";
    call(warden(order[45]), order[45], "needs_help");
    word[order[45]] = "needs_help";
    // The same instant, two who call: the graver word counts.
    for (const std::size_t turn : {50U, 51U}) {
      call(warden(order[turn]), order[turn], "out");
      call(*commander, order[turn], turn == 50 ? "needs_help" : "no_answer");
      word[order[turn]] = turn == 50 ? "needs_help" : "no_answer";
    }
    const auto expected = [&](const std::set<int>& doors) {
      std::string grave, others;
      for (const int door : doors) {
        const auto known = word.find(door);
        if (known == word.end()) {
          others += code(door) + " ; ";
        } else if (known->second == "needs_help") {
          grave += code(door) + " needs_help; ";
        } else if (known->second == "no_answer") {
          others += code(door) + " no_answer; ";
        }
      }
      return grave + others;
    };
    const auto missing = [&](auto& of) {
      std::string out;
      for (const auto& row : of.ask("roll_call_missing", it))
        out += row.at("code") + " " + row.at("result") + "; ";
      return out;
    };
    exchange();
    std::set<int> all;
    std::vector<std::set<int>> hers(3);
    for (int door = 0; door < kDoors; ++door) {
      all.insert(door);
      hers[static_cast<std::size_t>(std::min(door / 12, 2))].insert(door);
    }
    CHECK(missing(*this) == expected(all));
    CHECK(missing(*commander) == expected(all));
    for (std::size_t i = 0; i < 3; ++i) CHECK(missing(*wardens[i]) == expected(hers[i]));
    CHECK(where(ask("roll_call_missing", it), "code", code(order[0])).front().at("head_name") ==
          "户主" + std::to_string(order[0]));

    for (const char* what : {"消防车到达", "明火扑灭"}) {
      pass_minutes(5);
      commander->add("incident_event", {{"incident", to_text(fire)}, {"what", what}});
    }
    // A warden finds one more, and knows it before anybody else.
    call(warden(order[0]), order[0], "safe_inside");
    word[order[0]] = "safe_inside";
    CHECK(missing(warden(order[0])) == expected(hers[static_cast<std::size_t>(std::min(order[0] / 12, 2))]));
    pass_minutes(5);
    commander->edit("incident", fire, {{"state", "over"}, {"ended_at", now()}});
    exchange();
    const AnswerRows line = ask("incident_timeline", it);
    CHECK(line.size() == calls + 4);
    CHECK(line.front().at("what") == "三楼厨房起火");
    CHECK(line.back().at("place") == "T");
    CHECK(line.front().at("kind") == "begun");
    CHECK(line.back().at("kind") == "over");
    CHECK(where(line, "kind", "event").size() == 2);
    CHECK(where(line, "kind", "roll_call").size() == calls);
    for (std::size_t i = 1; i < line.size(); ++i) CHECK(line[i - 1].at("at") <= line[i].at("at"));
    CHECK(where(line, "what", "明火扑灭").size() == 1);
    CHECK(sum(commander->query("SELECT COUNT(*) AS n FROM roll_call"), "n") == static_cast<long>(calls));

    // The card of a floor is complete with an extinguisher and who knocks at which door.
    commander->add("floor_card", {{"place", "F000"}, {"extinguisher", "东侧"}, {"knocks", R"(["101→102"])"}});
    commander->add("floor_card", {{"place", "F001"}, {"knocks", R"(["201→202"])"}});
    exchange();
    CHECK(told(ask("floor_cards_missing"), "code") == "F001 F002 F003 F004");
    CHECK(told(wardens[2]->ask("floor_cards_missing"), "code") == "F002 F003 F004");
  }

  SECTION("drills") {
    constexpr int kTowers = 134;
    put("schedule", {{"place", "S"},
                     {"kind", "drill"},
                     {"title", "每楼每年一次"},
                     {"level", "building"},
                     {"every_days", std::int64_t{365}},
                     {"starts", "2025-01-01"}});
    const std::int64_t first_ms = *wire::parse_time("2024-12-31T16:00:00.000Z");  // 1 January 2025 in China.
    SeededRandom random(134);
    std::vector<std::vector<NamedValue>> towers, incidents;
    for (int i = 1; i < kTowers; ++i)
      towers.push_back({{"code", numbered("T", i)}, {"level", "building"}, {"parent", "G"}});
    put_all("place", towers);
    std::map<std::string, std::int64_t> last;  // The last drill's day in China, from 1 January 2025.
    const auto incident = [&](const std::string& tower, std::int64_t day, std::int64_t minutes, bool drill) {
      const std::string at = wire::time_text(first_ms + day * wire::kDayMs + minutes * 60'000);
      incidents.push_back(
          {{"place", tower}, {"kind", "fire"}, {"drill", std::int64_t{drill ? 1 : 0}}, {"started_at", at}});
      if (drill) last[tower] = std::max(last.try_emplace(tower, day).first->second, day);
    };
    for (int i = 2; i < kTowers; ++i) {
      const std::string tower = numbered("T", i);
      if (random.chance(100)) {  // A real fire is no drill.
        incident(tower, 600, 60, false);
        continue;
      }
      for (std::uint64_t drills = 1 + random.below(2); drills > 0; --drills)
        incident(tower, static_cast<std::int64_t>(random.below(680)),
                 static_cast<std::int64_t>(random.below(1440)), true);
    }
    // 2025-11-19T20:00Z: the twentieth in China, 04:00.
    incident("T001", 323, 4 * 60, true);
    REQUIRE(std::get<std::string>(incidents.back()[3].second) == "2025-11-19T20:00:00.000Z");
    put_all("incident", incidents);
    exchange();
    const auto due_on = [&](std::int64_t day) {
      std::set<std::string> out{"T"};  // It has never had one.
      for (int i = 1; i < kTowers; ++i) {
        const auto drilled = last.find(numbered("T", i));
        if (drilled == last.end() || day - drilled->second >= 365) out.insert(numbered("T", i));
      }
      return out;
    };
    const auto due = [](auto& of, const std::string& day) {
      std::set<std::string> out;
      for (const auto& row : of.ask("drills_due", {{"on_date", day}})) out.insert(row.at("code"));
      return out;
    };
    for (const std::int64_t day : {687, 688, 700, 800}) {
      const std::string date = local_date(first_ms + day * wire::kDayMs);
      INFO(date);
      CHECK(due(*this, date) == due_on(day));
      CHECK(due(*commander, date) == due_on(day));
    }
    CHECK(due(*this, "2026-11-19").count("T001") == 0);
    CHECK(due(*this, "2026-11-20").count("T001") == 1);
    // Those that never had one stand first, then who has waited longest.
    const AnswerRows rows = ask("drills_due", {{"on_date", "2027-03-01"}});
    for (std::size_t i = 1; i < rows.size(); ++i) CHECK(rows[i - 1].at("last_at") <= rows[i].at("last_at"));
    // A drill is entered like an incident, and the tower is off the list at once.
    commander->add("incident", {{"place", "T"}, {"kind", "fire"}, {"drill", std::int64_t{1}}});
    CHECK(due(*commander, day()).count("T") == 0);
    CHECK(due(*this, day()).count("T") == 1);
    exchange();
    CHECK(due(*this, day()).count("T") == 0);
  }
  CHECK(wrong_is_none(*this));
}
