#include <set>

#include "simulation/systems/told.hpp"

// The desks of Gutian's stations, and what three offices tell the county.
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

std::string numbered(const std::string& prefix, int number) {
  return prefix + std::to_string(1000 + number).substr(1);
}

/// 26 stations of ten communities, each with a steward of its own; grid workers and staff at the communities.
struct Stations : Field {
  static constexpr int kStations = 26;
  static constexpr int kCommunities = 10;
  static constexpr int kSlots = 2;

  std::vector<Leader*> stewards;
  std::vector<Leader*> grid_workers;
  std::vector<Leader*> staff;
  /// A week from Monday to Friday each.
  std::vector<RowId> weeks;
  std::vector<std::string> weekdays;

  Stations() : Field("gutian") {
    place("S", "", "street", "古田街道");
    for (int i = 0; i < kCommunities; ++i) place(numbered("C", i), "S", "community");
    for (int i = 0; i < kStations; ++i)
      place(numbered("T", i), numbered("C", i % kCommunities), "station", "服务站" + std::to_string(i));
    for (const auto& [starts, ends] : {std::pair{"2027-02-01", "2027-02-05"}, {"2027-02-08", "2027-02-12"}})
      weeks.push_back(put("schedule", {{"place", "S"},
                                       {"kind", "rota"},
                                       {"title", "站点坐班"},
                                       {"level", "station"},
                                       {"slots", std::int64_t{kSlots}},
                                       {"slot_names", R"(["上午","下午"])"},
                                       {"starts", starts},
                                       {"ends", ends}}));
    for (const char* date : {"01", "02", "03", "04", "05", "08", "09", "10", "11", "12"})
      weekdays.push_back(std::string("2027-02-") + date);
    for (int i = 0; i < kStations; ++i)
      stewards.push_back(&leader("管家" + std::to_string(i), "leader", numbered("T", i)));
    for (int i = 0; i < kCommunities; ++i) {
      grid_workers.push_back(&leader("网格员" + std::to_string(i), "grid_leader", numbered("C", i)));
      staff.push_back(&leader("社工" + std::to_string(i), "community_worker", numbered("C", i)));
    }
    until("2027-01-30 10:00");
    exchange();
  }

  /// Mornings the steward; afternoons the grid worker or the staff, a day each.
  Leader& on_duty(int station, int weekday, int slot) {
    if (slot == 1) return *stewards.at(static_cast<std::size_t>(station));
    const auto community = static_cast<std::size_t>(station % kCommunities);
    return weekday % 2 == 0 ? *grid_workers.at(community) : *staff.at(community);
  }

  const RowId& week_of(int weekday) const { return weeks.at(weekday < 5 ? 0 : 1); }
};

/// Station, day and slot.
std::string desk(int station, const std::string& day, int slot) {
  return numbered("T", station) + " " + day + " " + std::to_string(slot);
}

/// What the view says of each desk: how many are planned, and whether anybody came.
std::map<std::string, std::string> desks(const AnswerRows& rows) {
  std::map<std::string, std::string> out;
  for (const auto& row : rows)
    out[row.at("place") + " " + row.at("day") + " " + row.at("slot")] =
        "planned " + row.at("planned") + ", came " + row.at("came");
  REQUIRE(out.size() == rows.size());
  return out;
}

}  // namespace

TEST_CASE_METHOD(Stations, "systems/gutian: an empty desk of 26 stations shows") {
  // Today will be Wednesday, 10 February: seven weekdays are over, and 11 and 12 February are to come.
  const auto at = [&](int station, std::size_t weekday, int slot) {
    return desk(station, weekdays.at(weekday), slot);
  };
  std::map<std::string, std::string> expected;
  std::set<std::string> unplanned, cancelled, nobody_came;
  for (const auto& each : {at(0, 0, 1), at(4, 1, 2), at(9, 3, 1), at(25, 6, 2)}) {
    unplanned.insert(each);
    nobody_came.insert(each);
    expected[each] = "planned 0, came 0";
  }
  unplanned.insert(at(17, 2, 1));  // Somebody came unasked.
  expected[at(17, 2, 1)] = "planned 0, came 1";
  cancelled = {at(4, 1, 2), at(9, 3, 1)};
  for (const auto& each :
       {at(1, 0, 1), at(1, 0, 2), at(8, 1, 1), at(12, 4, 2), at(13, 4, 2), at(20, 5, 1), at(24, 6, 1)}) {
    nobody_came.insert(each);
    expected[each] = "planned 1, came 0";
  }
  for (const auto& each : {at(2, 8, 1), at(2, 9, 1), at(22, 9, 2)}) {
    unplanned.insert(each);
    expected[each] = "planned 0, came 0";
  }
  REQUIRE(expected.size() == 15);

  // The stewards plan themselves in on their phones, the office everybody else.
  std::vector<std::vector<NamedValue>> plan;
  for (int station = 0; station < kStations; ++station)
    for (int weekday = 0; weekday < 10; ++weekday)
      for (int slot = 1; slot <= kSlots; ++slot) {
        const auto day = weekdays.at(static_cast<std::size_t>(weekday));
        const std::string each = desk(station, day, slot);
        if (unplanned.count(each) != 0 && cancelled.count(each) == 0) continue;
        Leader& who = on_duty(station, weekday, slot);
        const std::vector<NamedValue> duty{{"place", numbered("T", station)},
                                           {"day", day},
                                           {"slot", std::int64_t{slot}},
                                           {"person", who.name()},
                                           {"schedule", to_text(week_of(weekday))},
                                           {"cancelled", std::int64_t{cancelled.count(each) != 0 ? 1 : 0}}};
        if (slot == 1) {
          who.add("duty", duty);
        } else {
          plan.push_back(duty);
        }
      }
  put_all("duty", plan);
  exchange();
  CHECK(only(query("SELECT COUNT(*) AS n FROM duty WHERE cancelled = 0"), "n") ==
        std::to_string(kStations * 10 * kSlots - 8));

  // Days go by; who comes says so, and some write down who walked in.
  std::map<std::string, long> walked_in;
  for (int weekday = 0; weekday < 8; ++weekday) {
    const auto day = weekdays.at(static_cast<std::size_t>(weekday));
    for (int slot = 1; slot <= kSlots; ++slot) {
      until(day + (slot == 1 ? " 09:00" : " 14:30"));
      if (weekday == 7 && slot == 2) break;  // It is still noon.
      for (int station = 0; station < kStations; ++station) {
        if (nobody_came.count(desk(station, day, slot)) != 0) continue;
        Leader& who = on_duty(station, weekday, slot);
        who.add("round", {{"schedule", to_text(week_of(weekday))},
                          {"place", numbered("T", station)},
                          {"slot", std::int64_t{slot}}});
        if ((station + weekday) % 4 != 0) continue;
        const std::string kind = station % 2 == 0 ? "need" : "help";
        who.add("matter", {{"place", numbered("T", station)},
                           {"kind", kind},
                           {"channel", weekday == 3 ? "phone" : "station"},
                           {"title", "办理居住证"},
                           {"reporter", "来访居民"}});
        ++walked_in[kind + (weekday == 3 ? " phone" : " station")];
      }
    }
  }
  const std::vector<NamedValue> period{{"from_date", weekdays.front()}, {"until_date", weekdays.back()}};
  // Without signal, a steward already knows what is empty at her own station in the mornings.
  CHECK(desks(stewards[9]->ask("rota_gaps", period)).at(at(9, 3, 1)) == "planned 0, came 0");
  exchange();
  CHECK(desks(ask("rota_gaps", period)) == expected);
  // A phone has the stations beneath its own post.
  const auto only_of = [&](const std::set<int>& stations) {
    std::map<std::string, std::string> out;
    for (const auto& [each, state] : expected)
      for (const int station : stations)
        if (each.rfind(numbered("T", station) + " ", 0) == 0) out[each] = state;
    return out;
  };
  CHECK(desks(stewards[1]->ask("rota_gaps", period)) == only_of({1}));
  CHECK(desks(staff[2]->ask("rota_gaps", period)) == only_of({2, 12, 22}));
  CHECK(desks(grid_workers[7]->ask("rota_gaps", period)) == only_of({7, 17}));
  // A slot of today that nobody has come to yet is not empty until the day is over.
  CHECK(sum(where(ask("rota_gaps", {{"from_date", "2027-02-10"}, {"until_date", "2027-02-10"}}), "came", "0"),
            "planned") == 0);

  std::map<std::string, long> counted;
  for (const auto& row : ask("matter_outcomes", {{"since", "2027-01-31T16:00:00.000Z"}}))
    counted[row.at("kind") + " " + row.at("channel")] += std::stol(row.at("matters"));
  CHECK(counted == walked_in);
  CHECK(wrong_is_none(*this));
}

TEST_CASE("systems/gutian: the county adds up counts and sees no person") {
  struct Size {
    int residents;
    int communities;
    int alleys;
    int stewards;
    int pool;
    int stations;
  };
  const std::vector<Size> sizes{
      {26'000, 4, 70, 72, 50, 9}, {24'479, 3, 62, 64, 48, 9}, {24'000, 3, 60, 64, 52, 8}};
  std::map<std::string, long> county;
  for (std::size_t office = 0; office < sizes.size(); ++office) {
    const Size& size = sizes[office];
    Field street("gutian", 10 + office);
    SeededRandom random(office);
    std::set<std::string> told_to_nobody;
    const auto personal = [&](const std::string& text) {
      told_to_nobody.insert(text);
      return text;
    };
    const auto phone = [&] {
      return personal("138" + std::to_string(10'000'000 + random.below(90'000'000)));
    };
    const std::string of_office = std::to_string(office);
    street.place("S", "", "street");
    for (int i = 0; i < size.communities; ++i) street.place(numbered("C", i), "S", "community");
    const auto some_community = [&] {
      return numbered("C", static_cast<int>(random.below(static_cast<std::uint64_t>(size.communities))));
    };
    std::vector<std::vector<NamedValue>> rows;
    const auto put_rows = [&](const std::string& table) {
      street.put_all(table, rows);
      rows.clear();
    };
    for (int i = 0; i < size.alleys; ++i)
      rows.push_back({{"code", numbered("A", i)}, {"level", "alley"}, {"parent", some_community()}});
    for (int i = 0; i < size.stations; ++i)
      rows.push_back({{"code", numbered("T", i)}, {"level", "station"}, {"parent", some_community()}});
    const int doors = size.residents / 2 + 1;
    for (int i = 0; i < doors; ++i)
      rows.push_back(
          {{"code", "D" + std::to_string(i)}, {"level", "door"}, {"parent", numbered("A", i % size.alleys)}});
    put_rows("place");
    for (int i = 0; i < doors; ++i)
      rows.push_back({{"place", "D" + std::to_string(i)},
                      {"head_name", personal("户主" + of_office + "x" + std::to_string(i))}});
    put_rows("household");

    // Stewards: two have two alleys, and one has left.
    const RowId left = street.put("person", {{"name", personal("离任管家" + of_office)}, {"phone", phone()}});
    std::vector<RowId> two_alleys;
    for (int i = 0; i < size.stewards; ++i) {
      const RowId steward = street.put(
          "person", {{"name", personal("管家甲" + of_office + "x" + std::to_string(i))}, {"phone", phone()}});
      rows.push_back({{"person", to_text(steward)},
                      {"place", numbered("A", i % size.alleys)},
                      {"role", "leader"},
                      {"starts", "2026-03-01"}});
      if (i < 2) two_alleys.push_back(steward);
    }
    rows.push_back({{"person", to_text(left)},
                    {"place", numbered("A", 5)},
                    {"role", "leader"},
                    {"starts", "2025-01-01"},
                    {"ends", "2026-12-31"},
                    {"ended_why", "resigned"}});
    put_rows("assignment");
    for (const RowId& steward : two_alleys)
      rows.push_back({{"person", to_text(steward)}, {"place", numbered("A", 30)}, {"role", "leader"}});
    put_rows("assignment");
    for (int i = 0; i < size.pool; ++i)
      rows.push_back({{"place", some_community()},
                      {"name", personal("后备" + of_office + "x" + std::to_string(i))},
                      {"phone", phone()},
                      {"state", i % 5 == 0 ? "nominated" : "pool"}});
    put_rows("candidate");

    // Residents at two a door; ten moved away last year, and a hundred have two homes here.
    for (int i = 0; i < size.residents + 10; ++i)
      rows.push_back({{"name", personal("居民" + of_office + "x" + std::to_string(i))}, {"phone", phone()}});
    put_rows("resident");
    const AnswerRows homes = street.query("SELECT id FROM household ORDER BY id");
    const AnswerRows residents = street.query("SELECT id FROM resident ORDER BY id");
    REQUIRE(residents.size() == static_cast<std::size_t>(size.residents) + 10);
    for (std::size_t i = 0; i < residents.size(); ++i) {
      const std::string& home = homes[i % homes.size()].at("id");
      rows.push_back({{"resident", residents[i].at("id")}, {"household", home}, {"moved_in", "2020-05-01"}});
      if (i < 10) rows.back().emplace_back("moved_out", "2026-12-30");
    }
    put_rows("residency");
    for (std::size_t i = 10; i < 110; ++i)
      rows.push_back({{"resident", residents[i].at("id")}, {"household", homes[i + 1].at("id")}});
    put_rows("residency");

    const AnswerRows counts = street.ask("county_counts");
    for (const auto& row : counts) {
      county[row.at("measure")] += std::stol(row.at("number"));
      for (const auto& [column, cell] : row) {
        CHECK_FALSE(parse_row_id(cell).has_value());
        CHECK(told_to_nobody.count(cell) == 0);
        if (column == "number") continue;  // A number of five digits is within some phone's.
        for (const std::string& secret : told_to_nobody)
          if (cell.find(secret) != std::string::npos) FAIL_CHECK(column << " says " << secret);
      }
    }
    CHECK(sum(where(counts, "measure", "residents"), "number") == size.residents);
    CHECK(wrong_is_none(street));
  }
  CHECK(county["residents"] == 74'479);
  CHECK(county["communities"] == 10);
  CHECK(county["alleys"] == 192);
  CHECK(county["stewards"] == 200);
  CHECK(county["talent_pool"] == 150);
  CHECK(county["stations"] == 26);
}
