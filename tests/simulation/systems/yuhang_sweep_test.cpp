#include <algorithm>
#include <chrono>
#include <set>

#include "simulation/systems/told.hpp"

// Yuhang corridor leaders (docs/systems.md): what goes down to every door, and comes back up.
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

using Values = std::vector<NamedValue>;

/// A street of two communities, four estates, eight corridors of ten doors; areas of two corridors besides.
struct Street : Field {
  Street() : Field("yuhang", 3) {
    place("S", "", "street");
    for (int c = 1; c <= 2; ++c) place("C" + std::to_string(c), "S", "community");
    for (int e = 1; e <= 4; ++e) {
      place("E" + std::to_string(e), "C" + std::to_string((e + 1) / 2), "estate");
      place("A" + std::to_string(e), "C" + std::to_string((e + 1) / 2), "area");
    }
    for (int b = 1; b <= 8; ++b) {
      place(building(b), "E" + std::to_string((b + 1) / 2), "building");
      overlay(building(b), "A" + std::to_string((b + 1) / 2));
      for (int d = 0; d < 10; ++d) place(door(b, d), building(b), "door");
    }
    until("2027-02-01 09:00");
  }
  static std::string building(int number) { return "B" + std::to_string(number); }
  static std::string door(int building, int number) {
    return Street::building(building) + "-" + std::to_string(number);
  }
};

/// So many doors in buildings of fifty, a leader for each building.
struct Town : Field {
  static constexpr int kBuildings = 200;
  static constexpr int kDoors = 50;
  struct Home {
    std::string door;
    bool rented = false, vacant = false;
    int residents = 0;
  };

  Town() : Field("yuhang", 5) {
    place("S", "", "street");
    std::vector<Values> places;
    for (int b = 0; b < kBuildings; ++b)
      places.push_back({{"code", building(b)}, {"level", "building"}, {"parent", "S"}});
    put_all("place", places);
    places.clear();
    for (int b = 0; b < kBuildings; ++b) {
      for (int d = 0; d < kDoors; ++d) {
        places.push_back({{"code", door(b, d)}, {"level", "door"}, {"parent", building(b)}});
        homes.push_back({door(b, d), random.chance(100), false, 0});
      }
    }
    homes[17] = {homes[17].door, false, true, 0};
    put_all("place", places);
    until("2027-02-01 07:00");
  }

  static std::string numbered(int number, std::size_t width) {
    const std::string digits = std::to_string(number);
    return std::string(width - digits.size(), '0') + digits;
  }
  static std::string building(int number) { return "B" + numbered(number, 3); }
  static std::string door(int building, int number) {
    return Town::building(building) + "-" + numbered(number, 2);
  }

  /// What the office's lists had before the sweep: one household a door, up to three people in each.
  void register_homes() {
    std::vector<Values> rows;
    for (const Home& home : homes) {
      Values values{{"place", home.door}, {"head_name", "户主" + home.door}};
      if (!home.rented) values.emplace_back("status", home.vacant ? "vacant" : "owner");
      rows.push_back(values);
    }
    put_all("household", rows);
    rows.clear();
    for (const auto& row : query("SELECT id, place FROM household"))
      households[row.at("place")] = row.at("id");
    for (Home& home : homes) {
      home.residents = home.vacant ? 0 : 1 + static_cast<int>(random.below(3));
      for (int i = 0; i < home.residents; ++i)
        rows.push_back({{"name", home.door + "/" + std::to_string(i)},
                        {"kind", home.rented ? "floating" : "registered"}});
    }
    put_all("resident", rows);
    rows.clear();
    for (const auto& row : query("SELECT id, name FROM resident")) {
      const std::string home = row.at("name").substr(0, row.at("name").find('/'));
      rows.push_back(
          {{"resident", row.at("id")}, {"household", households.at(home)}, {"moved_in", "2020-05-01"}});
    }
    put_all("residency", rows);
  }

  SeededRandom random{11};
  std::vector<Home> homes;
  std::map<std::string, std::string> households;  ///< By the code of the door.
};

/// Milliseconds, for whoever reads the log.
template <typename Ask>
long timed(const Ask& ask) {
  const auto began = std::chrono::steady_clock::now();
  ask();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began)
      .count();
}

}  // namespace

TEST_CASE_METHOD(Street, "systems/yuhang: an instruction goes down four levels and its count comes back up") {
  std::vector<Leader*> corridors;
  for (int b = 1; b <= 8; ++b)
    corridors.push_back(&leader("楼道长" + std::to_string(b), "leader", building(b)));
  Leader& estate = leader("小区长", "area_leader", "E2");
  Leader& area = leader("片区楼道长", "leader", "A1");
  exchange();

  put("announcement", {{"place", "S"}, {"kind", "instruction"}, {"title", "台风前逐户排查"}});
  const RowId sweep =
      put("campaign", {{"place", "S"}, {"kind", "sweep"}, {"title", "台风前排查"}, {"due", now(6 * 60)}});
  const std::string campaign = to_text(sweep);
  storm();
  exchange();
  for (Leader& each : leaders()) {
    CHECK(told(each.query("SELECT title FROM announcement"), "title") == "台风前逐户排查");
    CHECK(only(each.ask("campaigns_open"), "title") == "台风前排查");
  }
  CHECK(only(corridors[0]->ask("campaigns_open"), "missing") == "10");

  // Everybody answers without signal; three doors are left out, and one is asked by two leaders.
  const std::set<std::string> left{door(1, 4), door(6, 0), door(6, 9)};
  for (int b = 1; b <= 8; ++b) {
    for (int d = 0; d < 10; ++d) {
      if (left.contains(door(b, d))) continue;
      corridors[static_cast<std::size_t>(b) - 1]->add(
          "answer",
          {{"campaign", campaign}, {"place", door(b, d)}, {"outcome", d == 7 ? "vacant" : "answered"}});
    }
  }
  area.add("answer", {{"campaign", campaign}, {"place", door(2, 7)}, {"outcome", "answered"}});

  // Each leader counts her own doors before anybody else has heard of them.
  const auto by = [&](const char* level) { return Values{{"campaign", campaign}, {"level", level}}; };
  for (int b = 1; b <= 8; ++b) {
    const AnswerRows mine =
        corridors[static_cast<std::size_t>(b) - 1]->ask("campaign_by_unit", by("building"));
    CHECK(only(mine, "code") == building(b));
    CHECK(only(mine, "doors") == "10");
    CHECK(only(mine, "missing") == std::to_string(b == 1 ? 1 : b == 6 ? 2 : 0));
  }
  exchange();

  for (const char* level : {"street", "community", "estate", "area", "building"}) {
    INFO(level);
    const AnswerRows counted = ask("campaign_by_unit", by(level));
    CHECK(sum(counted, "doors") == 80);
    CHECK(sum(counted, "missing") == 3);
    // The one that two leaders asked counts once, and by what is known of it.
    CHECK(sum(counted, "answered") == 80 - 3 - 7);
    CHECK(sum(counted, "vacant") == 7);
  }
  CHECK(told(ask("campaign_by_unit", by("estate")), "missing") == "1 0 2 0");
  CHECK(told(ask("campaign_by_unit", by("area")), "code") == "A1 A2 A3 A4");
  CHECK(told(ask("campaign_by_unit", by("community")), "missing") == "1 2");
  CHECK(told(ask("campaign_by_door", {{"campaign", campaign}, {"missing_only", 1}}), "code") ==
        "B1-4 B6-0 B6-9");

  // The estate leader has her two corridors, the area's leader hers, and both read what the office reads.
  const AnswerRows buildings = ask("campaign_by_unit", by("building"));
  CHECK(estate.ask("campaign_by_unit", by("building")) ==
        AnswerRows(buildings.begin() + 2, buildings.begin() + 4));
  CHECK(estate.ask("campaign_by_unit", by("estate")) ==
        where(ask("campaign_by_unit", by("estate")), "code", "E2"));
  CHECK(area.ask("campaign_by_unit", by("building")) == AnswerRows(buildings.begin(), buildings.begin() + 2));
  CHECK(area.ask("campaign_by_unit", by("area")) == where(ask("campaign_by_unit", by("area")), "code", "A1"));

  until("2027-02-01 21:00");
  CHECK(only(ask("campaigns_open"), "overdue") == "1");
  CHECK(only(ask("campaigns_open"), "missing") == "3");
  CHECK(wrong_is_none(*this));
}

TEST_CASE_METHOD(Town, "systems/yuhang: a sweep misses no door and no person") {
  register_homes();
  const RowId sweep =
      put("campaign", {{"place", "S"}, {"kind", "sweep"}, {"title", "人口普查"}, {"due", now(3 * 24 * 60)}});
  const std::string campaign = to_text(sweep);
  std::vector<Leader*> corridors;
  for (int b = 0; b < kBuildings; ++b)
    corridors.push_back(&leader("楼道长" + numbered(b, 3), "leader", building(b)));
  exchange();

  // Three days on the stairs. 40 doors nobody got to; who rents and from whom is written down at the door.
  until("2027-02-02 10:00");
  std::set<std::string> missed;
  while (missed.size() < 40) missed.insert(homes[random.below(homes.size())].door);
  missed.erase(homes[17].door);
  std::set<std::string> rented_open, other_open;
  for (std::size_t i = 0; i < homes.size(); ++i) {
    const Home& home = homes[i];
    Leader& wang = *corridors[i / kDoors];
    if (missed.contains(home.door)) {
      other_open.insert(home.door);
      continue;
    }
    wang.add(
        "answer",
        {{"campaign", campaign}, {"place", home.door}, {"outcome", home.vacant ? "vacant" : "answered"}});
    const RowId household = *parse_row_id(households.at(home.door));
    Values seen;
    if (home.rented) seen = {{"status", "rented"}, {"landlord", "房东" + home.door}};
    // Every tenth rented flat had nobody who could show the contract: it stays to be confirmed, and first.
    if (home.rented && random.chance(100)) {
      rented_open.insert(home.door);
    } else {
      seen.emplace_back("confirmed_at", now());
    }
    wang.edit("household", household, seen);
  }

  // Somebody moved from one corridor to the next, and both leaders wrote it down, each her side of it.
  const auto residency = [&](const std::string& who) {
    const AnswerRows found = query(
        "SELECT residency.id AS id FROM residency JOIN resident ON resident.id = "
        "residency.resident WHERE resident.name = '" +
        who + "'");
    return *parse_row_id(only(found, "id"));
  };
  std::map<std::string, int> living;
  for (const Home& home : homes) living[home.door] = home.residents;
  const std::string old_door = door(3, 5), new_door = door(3, 6);
  Leader& first = *corridors[3];
  Leader& second = leader("另一位楼道长", "leader", building(3));
  second.contact();
  const RowId left = residency(old_door + "/0");
  first.edit("residency", left, {{"moved_out", "2027-01-30"}});
  second.edit("residency", left, {{"moved_out", "2027-01-31"}});
  pass_minutes(1);
  first.add("residency",
            {{"resident", only(query("SELECT id FROM resident WHERE name = '" + old_door + "/0'"), "id")},
             {"household", households.at(new_door)},
             {"moved_in", "2027-01-31"}});
  --living[old_door];
  ++living[new_door];

  // A door that no list had: registered during the sweep, it owes an answer like all others.
  Leader& last = *corridors[kBuildings - 1];
  const std::string unlisted = building(kBuildings - 1) + "-49A";
  last.add("place", {{"code", unlisted}, {"level", "door"}, {"parent", building(kBuildings - 1)}});
  living[unlisted] = 0;
  missed.insert(unlisted);
  other_open.insert(unlisted);
  storm();
  exchange();

  AnswerRows missing, counts;
  const long by_door = timed([&] {
    missing = ask("campaign_by_door", {{"campaign", campaign}, {"missing_only", 1}});
  });
  const long residents = timed([&] { counts = ask("residents_by_door"); });
  INFO("campaign_by_door " << by_door << " ms, residents_by_door " << residents << " ms");
  std::set<std::string> told_missing;
  for (const auto& row : missing) told_missing.insert(row.at("code"));
  CHECK(told_missing == missed);
  CHECK(missing.size() == missed.size());

  std::map<std::string, int> told_living;
  for (const auto& row : counts) told_living[row.at("code")] += std::stoi(row.at("residents"));
  CHECK(counts.size() == homes.size() + 1);
  CHECK(told_living == living);

  const AnswerRows moves = ask("mobility", {{"from_date", "2027-01-15"}, {"until_date", "2027-02-02"}});
  CHECK(moves.size() == 2);
  CHECK(told(where(moves, "direction", "in"), "door") == new_door);
  CHECK(told(where(moves, "direction", "out"), "door") == old_door);
  CHECK(first.ask("mobility", {{"from_date", "2027-01-15"}, {"until_date", "2027-02-02"}}) == moves);
  // Two days were written for one move: it counts once, and the office reads of the other day.
  CHECK(open_conflicts() == 1);
  CHECK(first.conflicts().size() == 1);
  CHECK(query("SELECT 1 FROM residency WHERE moved_out IS NOT NULL").size() == 1);

  const AnswerRows open = ask("homes_to_confirm");
  REQUIRE(open.size() == rented_open.size() + other_open.size());
  std::set<std::string> before, after;
  for (std::size_t i = 0; i < open.size(); ++i)
    (i < rented_open.size() ? before : after).insert(open[i].at("code"));
  CHECK(before == rented_open);
  CHECK(after == other_open);
  const AnswerRows hers = first.ask("residents_by_door");
  CHECK(hers.size() == kDoors);
  CHECK(sum(hers, "residents") == [&] {
    long people = 0;
    for (int d = 0; d < kDoors; ++d) people += living.at(door(3, d));
    return people;
  }());

  // Each phone says of its corridor what the office says. (Comparing all rows of 200 phones takes minutes;
  // other scenarios compare those of a few.)
  for (Leader* each : corridors) {
    const std::string first_door =
        only(each->query("SELECT MIN(code) AS code FROM place WHERE level = 'door'"), "code");
    const std::string corridor = first_door.substr(0, first_door.find('-'));
    const auto of_corridor = [&](const AnswerRows& rows) {
      AnswerRows out;
      for (const auto& row : rows)
        if (row.at("code").starts_with(corridor)) out.push_back(row);
      return out;
    };
    CHECK(each->ask("residents_by_door") == of_corridor(counts));
    CHECK(each->ask("campaign_by_door", {{"campaign", campaign}, {"missing_only", 1}}) ==
          of_corridor(missing));
    CHECK(each->ask("homes_to_confirm") == of_corridor(open));
    CHECK(each->held() == 0);
    CHECK(each->phone().idle());
  }
}
