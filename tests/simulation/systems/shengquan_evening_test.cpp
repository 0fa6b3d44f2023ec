#include <chrono>
#include <fstream>
#include <set>

#include "simulation/systems/told.hpp"

// The evening on which all of Shengquan's micro-grid leaders register their floors.
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

std::string numbered(const std::string& prefix, int number) {
  return prefix + std::to_string(100'000 + number).substr(1);
}

/// Memory of this program, now.
std::string memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmRSS:", 0) == 0) return line.substr(6);
  return "unknown";
}

/// A floor of twelve doors is a micro-grid; 25 floors are a tower. In the last 42 towers the leader below the
/// top floor answers for that one as well, so that 500 doors have two.
struct Evening : Field {
  static constexpr int kFloors = 3350;
  static constexpr int kDoorsAFloor = 12;
  static constexpr int kTowers = kFloors / 25;
  static constexpr int kTwice = 500;
  static constexpr int kFirstTower = kTowers - 42;

  /// What is known of a home once everybody's work has met.
  struct Home {
    std::set<std::string> tags, pets;
    std::int64_t elders = 0;
    std::int64_t children = 0;
  };
  std::vector<Home> homes = std::vector<Home>(static_cast<std::size_t>(kFloors * kDoorsAFloor));
  std::size_t losers = 0;

  Evening() : Field("shengquan") {
    place("S", "", "street", "圣泉街道");
    place("C", "S", "community");
    std::vector<std::vector<NamedValue>> rows;
    for (int tower = 0; tower < kTowers; ++tower)
      rows.push_back({{"code", numbered("T", tower)}, {"level", "building"}, {"parent", "C"}});
    for (int floor = 0; floor < kFloors; ++floor) {
      rows.push_back(
          {{"code", numbered("F", floor)}, {"level", "floor"}, {"parent", numbered("T", floor / 25)}});
      rows.push_back({{"code", numbered("M", floor)}, {"level", "micro_grid"}, {"parent", "C"}});
    }
    for (int door = 0; door < kFloors * kDoorsAFloor; ++door)
      rows.push_back(
          {{"code", numbered("D", door)}, {"level", "door"}, {"parent", numbered("F", door / kDoorsAFloor)}});
    put_all("place", rows);
    rows.clear();
    for (int floor = 0; floor < kFloors; ++floor) {
      rows.push_back({{"place", numbered("F", floor)}, {"overlay", numbered("M", floor)}});
      if (has_second(floor))
        rows.push_back({{"place", numbered("F", floor)}, {"overlay", numbered("M", floor - 1)}});
    }
    put_all("place_overlay", rows);
    for (int floor = 0; floor < kFloors; ++floor)
      if (has_phone(floor)) leader(numbered("微网格长", floor), "leader", numbered("M", floor));
    until("2027-02-01 18:00");
    office().backup();  // What it did itself need not travel on phones any more.
    exchange();
    storm();
  }

  /// 42 floors, of whose 504 doors four are registered once.
  static bool has_second(int floor) { return floor % 25 == 24 && floor / 25 >= kFirstTower; }
  static bool is_twice(int door) {
    const int floor = door / kDoorsAFloor;
    return has_second(floor) && (floor / 25 - kFirstTower) * kDoorsAFloor + door % kDoorsAFloor < kTwice;
  }
  /// Those who share the upper floors have phones here; what the others register comes in at the office.
  static bool has_phone(int floor) { return floor / 25 >= kFirstTower && floor % 25 >= 23; }
  Leader& leader_of(int floor) {
    return leaders().at(static_cast<std::size_t>((floor / 25 - kFirstTower) * 2 + floor % 25 - 23));
  }

  std::vector<NamedValue> facts(int door, SeededRandom& random) {
    static const std::vector<std::string> kPets{"狗", "猫", "鸟"};
    static const std::vector<std::string> kTags{"独居", "党员", "租户", "困难"};
    Home& home = homes.at(static_cast<std::size_t>(door));
    std::vector<NamedValue> values{{"place", numbered("D", door)}};
    const auto some = [&](const char* column, const std::vector<std::string>& choices,
                          std::set<std::string>& known) {
      if (random.chance(500)) return;
      const std::string& one = choices[random.below(choices.size())];
      known.insert(one);
      values.emplace_back(column, "[\"" + one + "\"]");
    };
    some("tags", kTags, home.tags);
    some("pets", kPets, home.pets);
    home.elders = static_cast<std::int64_t>(random.below(3));
    home.children = static_cast<std::int64_t>(random.below(3));
    values.emplace_back("elders", home.elders);
    values.emplace_back("children", home.children);
    return values;
  }
};

std::set<std::string> members(const std::string& list) {
  std::set<std::string> out;
  for (std::size_t at = list.find('"'); at != std::string::npos; at = list.find('"', at)) {
    const std::size_t end = list.find('"', at + 1);
    out.insert(list.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return out;
}

}  // namespace

TEST_CASE_METHOD(Evening, "systems/shengquan: 3,350 leaders and 40,200 households in one evening") {
  using Clock = std::chrono::steady_clock;
  const auto began = Clock::now();
  SeededRandom random(3350);
  std::vector<int> twice;
  std::vector<std::vector<NamedValue>> others;
  for (int door = 0; door < kFloors * kDoorsAFloor; ++door) {
    const int floor = door / kDoorsAFloor;
    if (has_phone(floor))
      leader_of(floor).add("household", facts(door, random));
    else
      others.push_back(facts(door, random));
  }
  // A little later, without having heard of it, the other one who answers for a floor.
  pass_minutes(5);
  for (int door = 0; door < kFloors * kDoorsAFloor; ++door) {
    if (!is_twice(door)) continue;
    twice.push_back(door);
    const Home before = homes[static_cast<std::size_t>(door)];
    leader_of(door / kDoorsAFloor - 1).add("household", facts(door, random));
    const Home& after = homes[static_cast<std::size_t>(door)];
    losers += (before.elders != after.elders ? 1U : 0U) + (before.children != after.children ? 1U : 0U);
  }
  put_all("household", others);
  exchange();
  REQUIRE(twice.size() == kTwice);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - began).count();
  WARN("registered and exchanged in " << seconds << " s, memory" << memory());

  CHECK(only(query("SELECT COUNT(*) AS n FROM household"), "n") == "40200");
  CHECK(query("SELECT place FROM household GROUP BY place HAVING COUNT(*) > 1").empty());
  const auto asked = Clock::now();
  const AnswerRows with = ask("homes_with");
  WARN("homes_with took "
       << std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - asked).count() << " ms");
  std::map<std::string, const std::map<std::string, std::string>*> by_door;
  for (const auto& row : with) by_door[row.at("code")] = &row;
  REQUIRE(by_door.size() == with.size());
  std::size_t expected = 0, different = 0;
  for (int door = 0; door < kFloors * kDoorsAFloor; ++door) {
    const Home& home = homes[static_cast<std::size_t>(door)];
    const bool is_with = home.elders > 0 || home.children > 0 || !home.pets.empty();
    expected += is_with ? 1 : 0;
    const auto found = by_door.find(numbered("D", door));
    if (is_with != (found != by_door.end())) ++different;
    if (found == by_door.end()) continue;
    const auto& row = *found->second;
    if (row.at("elders") != std::to_string(home.elders) ||
        row.at("children") != std::to_string(home.children) || members(row.at("pets")) != home.pets)
      ++different;
  }
  CHECK(with.size() == expected);
  CHECK(different == 0);
  std::map<std::string, std::string> tags;
  for (const auto& row : query("SELECT place, tags FROM household")) tags[row.at("place")] = row.at("tags");
  for (const int door : twice)
    CHECK(members(tags[numbered("D", door)]) == homes[static_cast<std::size_t>(door)].tags);

  // Both who knocked read the same of a door that they registered twice, and of what was told differently.
  CHECK(open_conflicts() == losers);
  for (const int door : {twice[twice.size() - 8], twice.back()}) {
    const int floor = door / kDoorsAFloor;
    const std::string code = numbered("D", door);
    for (const int who : {floor, floor - 1}) {
      const AnswerRows seen = where(leader_of(who).ask("homes_with"), "code", code);
      CHECK(seen == where(with, "code", code));
    }
  }
  leaders().clear();  // The slow model of what each phone should have is for smaller offices.
  CHECK(wrong_is_none(*this));
}
