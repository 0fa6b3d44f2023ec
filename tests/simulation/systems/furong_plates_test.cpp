#include <algorithm>
#include <set>

#include "base/random.hpp"
#include "simulation/systems/told.hpp"

// Furong South Road (docs/systems.md): 182 posts, and what hangs at the door of each unit.
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

/// Ten buildings of 45 units in all, six areas besides, and grids, micro-grids and unit-grids.
struct SouthRoad : Field {
  static constexpr int kAreas = 6, kBuildings = 10, kUnits = 45, kDelegates = 121;
  struct Post {
    std::string person, role, place;
    RowId row;
    std::string starts, ends;
  };
  std::vector<Post> posts;
  std::map<std::string, bool> consents;                   ///< To being named on a plate.
  std::map<std::string, RowId> rows;                      ///< Of people, by name.
  std::map<std::string, std::vector<std::string>> above;  ///< Of a unit: itself, its building, its area.

  SouthRoad() : Field("furong", 8) {
    place("S", "", "street");
    place("C", "S", "community");
    for (int a = 0; a < kAreas; ++a) place(numbered("P", a), "C", "area", "第" + std::to_string(a) + "片区");
    for (int g = 0; g < 6; ++g) place(numbered("G", g), "C", "grid");
    for (int g = 0; g < 16; ++g) place(numbered("M", g), "C", "micro_grid");
    for (int b = 0; b < kBuildings; ++b) {
      place(numbered("B", b), "C", "building");
      overlay(numbered("B", b), numbered("P", b % kAreas));
    }
    for (int u = 0; u < kUnits; ++u) {
      const std::string unit = numbered("U", u), building = numbered("B", u % kBuildings);
      place(unit, building, "unit");
      place(numbered("X", u), "C", "unit_grid");
      overlay(unit, numbered("X", u));
      overlay(numbered("X", u), numbered("M", u % 16));
      if (u < 16) overlay(numbered("M", u), numbered("G", u % 6));
      above[unit] = {unit, building, numbered("P", u % kBuildings % kAreas)};
      for (int d = 0; d < 3; ++d) place(unit + "-" + std::to_string(d), unit, "door");
    }
    until("2027-02-01 09:00");
  }

  static std::string numbered(const std::string& prefix, int number) {
    return prefix + std::to_string(100 + number).substr(1);
  }

  void appoint(const std::string& person, const std::string& role, const std::string& place) {
    if (!consents.contains(person)) {
      const bool agrees = random.chance(700);
      rows[person] = put("person", {{"name", person},
                                    {"phone", "138" + std::to_string(10000000 + consents.size())},
                                    {"duties", "负责" + place},
                                    {"plate_consent", agrees ? 1 : 0},
                                    {"plate_consent_on", "2027-01-20"}});
      consents[person] = agrees;
    }
    posts.push_back({person, role, place, {}, "2027-01-16", ""});
    posts.back().row =
        put("assignment", {{"person", person}, {"role", role}, {"place", place}, {"starts", "2027-01-16"}});
  }

  /// What hangs at a unit's door on a day, by the posts as they were given.
  std::set<std::string> plate(const std::string& unit, const std::string& day) const {
    std::set<std::string> names;
    for (const Post& post : posts) {
      const auto& places = above.at(unit);
      if (std::find(places.begin(), places.end(), post.place) == places.end() || !consents.at(post.person))
        continue;
      if (post.starts > day || (!post.ends.empty() && post.ends < day)) continue;
      names.insert(post.role + " " + post.person);
    }
    return names;
  }
  static std::set<std::string> shown(const AnswerRows& plates, const std::string& unit) {
    std::set<std::string> names;
    for (const auto& row : where(plates, "code", unit)) names.insert(row.at("role") + " " + row.at("person"));
    return names;
  }
  void check_plates(const AnswerRows& plates, const std::string& day) {
    for (const auto& [unit, places] : above) {
      INFO(unit << " on " << day);
      CHECK(shown(plates, unit) == plate(unit, day));
    }
  }

  SeededRandom random{21};
};

}  // namespace

TEST_CASE_METHOD(SouthRoad, "systems/furong: 182 posts, and plates that follow consent and handover") {
  // Some hold two posts of one kind, some of two kinds.
  for (int a = 0; a < kAreas; ++a)
    appoint(a == 5 ? "片长0" : "片长" + std::to_string(a), "area_leader", numbered("P", a));
  for (int b = 0; b < kBuildings; ++b)
    appoint(b < 2 ? "片长" + std::to_string(b) : "楼栋长" + std::to_string(b), "building_leader",
            numbered("B", b));
  for (int u = 0; u < kUnits - 2; ++u) appoint("单元长" + std::to_string(u), "unit_leader", numbered("U", u));
  for (int d = 0; d < kDelegates; ++d) {
    const std::string who =
        d % 10 == 0 ? "单元长" + std::to_string(d / 10) : "户代表" + std::to_string(d % 7 == 0 ? 1 : d);
    appoint(who, "delegate", numbered("U", d % kUnits) + "-" + std::to_string(d / kUnits));
  }
  // Two unit leaders have a phone.
  Leader& liu = leader("刘单元长", "unit_leader", "U43");
  Leader& he = leader("何单元长", "unit_leader", "U44");
  for (Leader* each : {&liu, &he}) {
    const RowId row =
        *parse_row_id(only(query("SELECT id FROM assignment WHERE person = '" + each->id() + "'"), "id"));
    put("assignment", {{"starts", "2027-01-16"}}, row);
    put("person", {{"plate_consent", 1}, {"plate_consent_on", "2027-02-01"}, {"duties", "本单元联络"}},
        each->person());
    posts.push_back({each->name(), "unit_leader", each == &liu ? "U43" : "U44", row, "2027-01-16", ""});
    consents[each->name()] = true;
  }
  storm();
  exchange();

  REQUIRE(posts.size() == 182);
  std::map<std::string, std::set<std::string>> people;
  std::map<std::string, long> held;
  for (const Post& post : posts) {
    people[post.role].insert(post.person);
    ++held[post.role];
  }
  const AnswerRows by_role = ask("posts_by_role");
  CHECK(sum(by_role, "posts") == 182);
  CHECK(by_role.size() == 4);
  for (const auto& [role, who] : people) {
    INFO(role);
    CHECK(only(where(by_role, "role", role), "posts") == std::to_string(held[role]));
    CHECK(only(where(by_role, "role", role), "people") == std::to_string(who.size()));
  }
  CHECK(people["area_leader"].size() == 5);
  CHECK(ask("posts_by_role", {{"on_date", "2027-01-15"}}).empty());

  // Each unit's door names its own, its building's and its area's leader, if they agreed; nobody else.
  const AnswerRows plates = ask("service_plate");
  check_plates(plates, day());
  CHECK(plates.size() > 45);
  CHECK(where(plates, "role", "delegate").empty());
  const AnswerRows hers = liu.ask("service_plate");
  CHECK(hers == where(plates, "code", "U43"));
  CHECK(shown(hers, "U43").contains("unit_leader 刘单元长"));
  CHECK(told(where(hers, "person", "刘单元长"), "duties") == "本单元联络");

  // A portrait that she takes of herself is on the plate; of two the newer one.
  liu.add("photo", {{"place", "U43"}, {"person", liu.id()}, {"shows", "portrait"}});
  pass_minutes(5);
  const RowId portrait = liu.add("photo", {{"place", "U43"}, {"person", liu.id()}, {"shows", "portrait"}});
  exchange();
  CHECK(only(where(ask("service_plate"), "person", "刘单元长"), "photo") == to_text(portrait));
  CHECK(only(where(liu.ask("service_plate"), "person", "刘单元长"), "photo") == to_text(portrait));

  // The building leader of U43 takes the consent back (or gives it): every unit beneath follows, and its
  // phones.
  const std::string building = above.at("U43")[1];
  const auto of_building =
      std::find_if(posts.begin(), posts.end(), [&](const Post& post) { return post.place == building; });
  for (const bool agrees : {true, false}) {
    consents[of_building->person] = agrees;
    put("person", {{"plate_consent", agrees ? 1 : 0}, {"plate_consent_on", day()}},
        rows.at(of_building->person));
    exchange();
    check_plates(ask("service_plate"), day());
    CHECK(shown(liu.ask("service_plate"), "U43") == plate("U43", day()));
    CHECK(shown(liu.ask("service_plate"), "U43").contains("building_leader " + of_building->person) ==
          agrees);
  }

  CHECK(wrong_is_none(*this));

  // She hands her unit over on the tenth: the new name hangs there from the next day on, not before.
  Leader& next = leader("新单元长", "unit_leader", "U43");
  const RowId new_post =
      *parse_row_id(only(query("SELECT id FROM assignment WHERE person = '" + next.id() + "'"), "id"));
  put("assignment", {{"starts", "2027-02-11"}}, new_post);
  put("person", {{"plate_consent", 1}, {"plate_consent_on", day()}}, next.person());
  consents[next.name()] = true;
  auto old =
      std::find_if(posts.begin(), posts.end(), [&](const Post& post) { return post.person == liu.name(); });
  old->ends = "2027-02-10";
  put("assignment", {{"ends", "2027-02-10"}, {"ended_why", "term_over"}}, old->row);
  posts.push_back({next.name(), "unit_leader", "U43", new_post, "2027-02-11", ""});
  exchange();
  for (const char* on : {"2027-02-10", "2027-02-11"}) {
    check_plates(ask("service_plate", {{"on_date", on}}), on);
    CHECK(shown(liu.ask("service_plate", {{"on_date", on}}), "U43") == plate("U43", on));
    CHECK(sum(ask("posts_by_role", {{"on_date", on}}), "posts") == 182);
  }
  CHECK(plate("U43", "2027-02-10").contains("unit_leader 刘单元长"));
  CHECK_FALSE(plate("U43", "2027-02-10").contains("unit_leader 新单元长"));

  // Her card counts to the last day; she reads so on her own phone.
  for (const char* on : {"2027-01-15", "2027-02-10", "2027-02-11"}) {
    const std::string valid = std::string(on) == "2027-02-10" ? "1" : "0";
    CHECK(only(liu.ask("leader_card", {{"on_date", on}}), "valid") == valid);
    CHECK(only(ask("leader_card", {{"person", liu.id()}, {"on_date", on}}), "valid") == valid);
  }
  // On the day after, her phone gives up what was hers, and her successor has it.
  until("2027-02-11 08:00");
  exchange();
  for (const char* table : {"photo", "place", "person", "assignment"}) {
    INFO(table);
    CHECK(liu.query(std::string("SELECT id FROM ") + table).empty());
  }
  CHECK(next.query("SELECT 1 FROM photo").size() == 2);
  CHECK(shown(next.ask("service_plate"), "U43") == plate("U43", "2027-02-11"));
  CHECK(only(ask("leader_card", {{"person", liu.id()}}), "valid") == "0");
  CHECK(only(next.ask("leader_card"), "valid") == "1");
}
