#include <set>

#include "simulation/systems/told.hpp"

// Changchun's three leaders: a questionnaire within a day, and what grids and the community deal with.
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

std::string numbered(const std::string& prefix, int number) {
  return prefix + std::to_string(10'000 + number).substr(1);
}

/// Six grids with ten units each; 3,996 doors, of which nobody has more than 67.
struct Community : Field {
  static constexpr int kUnits = 60;
  static constexpr int kDoors = 3996;

  std::vector<Leader*> leaders_of_unit;
  Leader* worker = nullptr;
  RowId campaign;

  Community() : Field("changchun") {
    place("S", "", "street");
    place("C", "S", "community", "长春社区");
    for (int grid = 0; grid < 6; ++grid) {
      place(numbered("G", grid), "C", "grid");
      place(numbered("E", grid), numbered("G", grid), "estate");
      for (int building = 0; building < 2; ++building)
        place(numbered("B", grid * 2 + building), numbered("E", grid), "building");
    }
    for (int unit = 0; unit < kUnits; ++unit) place(numbered("U", unit), numbered("B", unit / 5), "unit");
    std::vector<std::vector<NamedValue>> doors, homes;
    for (int door = 0; door < kDoors; ++door) {
      doors.push_back(
          {{"code", numbered("D", door)}, {"level", "door"}, {"parent", numbered("U", unit_of(door))}});
      homes.push_back({{"place", numbered("D", door)}, {"head_name", "户主" + std::to_string(door)}});
    }
    put_all("place", doors);
    put_all("household", homes);
    for (int unit = 0; unit < kUnits; ++unit)
      leaders_of_unit.push_back(&leader("单元长" + std::to_string(unit), "unit_leader", numbered("U", unit)));
    worker = &leader("陈社工", "community_worker", "C");
    const RowId form = put("form", {{"place", "C"}, {"digest", "d1"}, {"name", "居民需求问卷"}});
    until("2027-02-01 08:00");
    office().backup();  // What it did itself need not travel on phones any more.
    campaign = put("campaign", {{"place", "C"},
                                {"title", "居民需求问卷"},
                                {"form", to_text(form)},
                                {"starts", now(60)},
                                {"due", now(60 * 8)}});
    exchange();
  }

  static int unit_of(int door) { return door % kUnits; }
  static int grid_of(int unit) { return unit / 10; }
};

/// What is to be counted of a place.
struct Tally {
  std::map<std::string, long> of;

  std::string text() const {
    std::string out;
    for (const char* column : {"doors", "answered", "refused", "vacant", "nobody_home", "missing"}) {
      const auto at = of.find(column);
      out += std::string(column) + " " + std::to_string(at == of.end() ? 0 : at->second) + "; ";
    }
    return out;
  }
};

std::map<std::string, std::string> tallies(const AnswerRows& rows) {
  std::map<std::string, std::string> out;
  for (const auto& row : rows) {
    Tally tally;
    for (const char* column : {"doors", "answered", "refused", "vacant", "nobody_home", "missing"})
      tally.of[column] = std::stol(row.at(column));
    out[row.at("code")] = tally.text();
  }
  return out;
}

std::set<std::string> codes(const AnswerRows& rows) {
  std::set<std::string> out;
  for (const auto& row : rows) out.insert(row.at("code"));
  REQUIRE(out.size() == rows.size());
  return out;
}

}  // namespace

TEST_CASE_METHOD(Community,
                 "systems/changchun: a questionnaire reaches 3,996 doors between morning and afternoon") {
  // 96 doors are reached by nobody, 200 fill in paper; every tenth of the others opens the second time only.
  SeededRandom random(3996);
  std::vector<int> order(kDoors);
  for (int i = 0; i < kDoors; ++i) order[static_cast<std::size_t>(i)] = i;
  for (std::size_t i = order.size() - 1; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
  const std::vector<int> on_paper(order.begin() + 96, order.begin() + 296);
  struct Call {
    int door;
    std::string outcome;
  };
  std::vector<std::vector<Call>> calls(14);  // Each half an hour from 09:00 to 15:30.
  std::vector<std::string> outcome(kDoors);  // What counts in the end.
  for (const int door : on_paper) outcome[static_cast<std::size_t>(door)] = "answered";
  for (std::size_t turn = 296; turn < order.size(); ++turn) {
    const int door = order[turn];
    const std::uint64_t dice = random.below(100);
    const std::string said = dice < 80   ? "answered"
                             : dice < 87 ? "vacant"
                             : dice < 92 ? "refused"
                                         : "nobody_home";
    const std::size_t first = random.below(13);
    if (turn % 10 == 0) calls[first].push_back({door, "nobody_home"});
    calls[turn % 10 == 0 ? first + 1 : first].push_back({door, said});
    outcome[static_cast<std::size_t>(door)] = said;
  }

  const auto home_of = [&](int door) {
    const std::string id = to_text(place_id(numbered("D", door)));
    return only(query("SELECT id FROM household WHERE place = '" + id + "'"), "id");
  };
  const RowId resident = worker->add("resident", {{"name", "搬家的人"}});
  const RowId residency =
      worker->add("residency", {{"resident", to_text(resident)}, {"household", home_of(1)}});
  storm();
  const std::vector<NamedValue> it{{"campaign", to_text(campaign)}};
  const auto missing = [&](auto& of) {
    return codes(
        of.ask("campaign_by_door", {{"campaign", to_text(campaign)}, {"missing_only", std::int64_t{1}}}));
  };
  std::set<int> seen;
  for (std::size_t slot = 0; slot < calls.size(); ++slot) {
    const std::string hour = std::to_string(109 + slot / 2).substr(1);
    until("2027-02-01 " + hour + (slot % 2 == 0 ? ":00" : ":30"));
    if (slot == 10) {  // 14:00: each sees without signal where she has not been.
      std::vector<std::set<std::string>> hers(kUnits);
      for (int door = 0; door < kDoors; ++door)
        if (seen.count(door) == 0) hers[static_cast<std::size_t>(unit_of(door))].insert(numbered("D", door));
      for (std::size_t unit = 0; unit < kUnits; ++unit) {
        INFO("unit " << unit);
        CHECK(missing(*leaders_of_unit[unit]) == hers[unit]);
      }
      CHECK(missing(*this).size() == kDoors);
    }
    for (const Call& call : calls[slot]) {
      leaders_of_unit[static_cast<std::size_t>(unit_of(call.door))]->add(
          "answer", {{"campaign", to_text(campaign)},
                     {"place", numbered("D", call.door)},
                     {"outcome", call.outcome},
                     {"answers", call.outcome == "answered" ? R"({"需求":"加装电梯"})" : ""}});
      seen.insert(call.door);
    }
    if (slot == 4) {  // A family splits; another moves to a neighbour's door. No door becomes two for it.
      leaders_of_unit[0]->add(
          "household", {{"place", numbered("D", 0)}, {"number", std::int64_t{2}}, {"head_name", "分户"}});
      worker->edit("residency", residency, {{"moved_out", day()}});
      worker->add("residency",
                  {{"resident", to_text(resident)}, {"household", home_of(61)}, {"moved_in", day()}});
    }
  }
  // What came on paper is entered together: who asked and who typed are two people.
  for (std::size_t i = 0; i < on_paper.size(); ++i)
    worker->add("answer",
                {{"campaign", to_text(campaign)},
                 {"place", numbered("D", on_paper[i])},
                 {"outcome", "answered"},
                 {"asked_by", leaders_of_unit[static_cast<std::size_t>(unit_of(on_paper[i]))]->id()},
                 {"on_paper", std::int64_t{1}},
                 {"paper_code", "P" + std::to_string(1000 + i)}});
  exchange();
  CHECK(only(ask("campaigns_open"), "overdue") == "0");
  CHECK(only(ask("campaigns_open"), "missing") == "96");

  std::map<std::string, Tally> units, grids;
  std::set<std::string> not_reached;
  for (int door = 0; door < kDoors; ++door) {
    const std::string& said = outcome[static_cast<std::size_t>(door)];
    for (Tally* tally :
         {&units[numbered("U", unit_of(door))], &grids[numbered("G", grid_of(unit_of(door)))]}) {
      ++tally->of["doors"];
      ++tally->of[said.empty() ? "missing" : said];
    }
    if (said.empty()) not_reached.insert(numbered("D", door));
  }
  const auto as_text = [](const std::map<std::string, Tally>& of) {
    std::map<std::string, std::string> out;
    for (const auto& [code, tally] : of) out[code] = tally.text();
    return out;
  };
  const auto by = [&](auto& of, const std::string& level) {
    return tallies(of.ask("campaign_by_unit", {{"campaign", to_text(campaign)}, {"level", level}}));
  };
  CHECK(by(*this, "unit") == as_text(units));
  CHECK(by(*this, "grid") == as_text(grids));
  CHECK(by(*worker, "grid") == as_text(grids));
  CHECK(missing(*this) == not_reached);
  CHECK(not_reached.size() == 96);
  for (const std::size_t unit : {0, 1, 31, 59}) {
    const std::string code = numbered("U", static_cast<int>(unit));
    CHECK(by(*leaders_of_unit[unit], "unit") ==
          std::map<std::string, std::string>{{code, units[code].text()}});
  }
  // A paper is told apart from what was asked at the door.
  const AnswerRows papers = where(ask("campaign_by_door", it), "on_paper", "1");
  CHECK(papers.size() == 200);
  std::set<std::string> paper_codes;
  for (const auto& row : papers) {
    paper_codes.insert(row.at("paper_code"));
    CHECK(row.at("entered_by") == "陈社工");
    CHECK(row.at("asked_by") == "单元长" + std::to_string(unit_of(std::stoi(row.at("code").substr(1)))));
  }
  CHECK(paper_codes.size() == 200);
  until("2027-02-01 16:01");
  CHECK(only(ask("campaigns_open"), "overdue") == "1");
  CHECK(only(leaders_of_unit[7]->ask("campaigns_open"), "overdue") == "1");
  CHECK(wrong_is_none(*this));
}
