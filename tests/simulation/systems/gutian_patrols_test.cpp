#include <array>
#include <chrono>
#include <set>

#include "simulation/systems/told.hpp"

// What Gutian's stewards do by the calendar: patrols, and the desks of the stations.
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

std::string numbered(const std::string& prefix, int number) {
  const std::string digits = std::to_string(1000 + number);
  return prefix + digits.substr(1);
}

struct Street : Field {
  static constexpr int kCommunities = 10;

  Street() : Field("gutian") {
    place("S", "", "street", "古田街道");
    for (int i = 0; i < kCommunities; ++i) place(numbered("C", i), "S", "community");
  }
};

/// A patrol that is due: an alley in a slot of a day.
struct Patrol {
  int alley;
  int day;
  int slot;
};

enum class Fate { done, left_out, not_possible, mistaken };

/// 192 alleys and 200 stewards, of whom the last eight share the first eight alleys.
struct Alleys : Street {
  static constexpr int kAlleys = 192;
  static constexpr int kStewards = 200;
  static constexpr int kDays = 30;
  static constexpr int kSlots = 3;
  static constexpr int kDue = kAlleys * kDays * kSlots;

  std::vector<Fate> fates = std::vector<Fate>(kDue, Fate::done);
  std::vector<bool> doubled = std::vector<bool>(kDue, false);
  RowId schedule;

  Alleys() {
    for (int i = 0; i < kAlleys; ++i)
      place(numbered("A", i), numbered("C", i % kCommunities), "alley", "小巷" + std::to_string(i));
    schedule = put("schedule", {{"place", "S"},
                                {"kind", "patrol"},
                                {"title", "每日三巡"},
                                {"level", "alley"},
                                {"slots", std::int64_t{kSlots}},
                                {"starts", "2027-02-01"}});
    for (int i = 0; i < kStewards; ++i)
      leader("管家" + std::to_string(i), "leader", numbered("A", i % kAlleys));
    decide_fates();
  }

  static int index(const Patrol& patrol) {
    return (patrol.alley * kDays + patrol.day) * kSlots + patrol.slot - 1;
  }
  static Patrol patrol(int index) {
    return {index / (kDays * kSlots), index / kSlots % kDays, index % kSlots + 1};
  }

  void decide_fates() {
    SeededRandom random(192);
    std::vector<int> order(kDue);
    for (int i = 0; i < kDue; ++i) order[static_cast<std::size_t>(i)] = i;
    for (std::size_t i = order.size() - 1; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
    const auto fate_of = [](std::size_t turn) {
      if (turn < 500) return Fate::left_out;
      if (turn < 520) return Fate::not_possible;
      return turn < 530 ? Fate::mistaken : Fate::done;
    };
    int twice = 0;
    for (std::size_t turn = 0; turn < order.size(); ++turn) {
      const auto at = static_cast<std::size_t>(order[turn]);
      fates[at] = fate_of(turn);
      if (fates[at] == Fate::done && patrol(order[turn]).alley < kStewards - kAlleys && twice < 100) {
        doubled[at] = true;
        ++twice;
      }
    }
    REQUIRE(twice == 100);
  }

  /// Two who share an alley take turns by day; `other` is the one whose turn it is not.
  Leader& steward_of(const Patrol& patrol, bool other = false) {
    const bool second = patrol.alley < kStewards - kAlleys && (patrol.day % 2 == 0) != other;
    return leaders().at(static_cast<std::size_t>(second ? patrol.alley + kAlleys : patrol.alley));
  }

  void walk(const Patrol& patrol) {
    const auto at = static_cast<std::size_t>(index(patrol));
    if (fates[at] == Fate::left_out) return;
    Leader& steward = steward_of(patrol);
    const auto round = [&](Leader& by, const std::string& outcome) {
      return by.add("round", {{"schedule", to_text(schedule)},
                              {"place", numbered("A", patrol.alley)},
                              {"slot", std::int64_t{patrol.slot}},
                              {"outcome", outcome}});
    };
    if (fates[at] == Fate::not_possible) {
      round(steward, "not_possible");
      return;
    }
    const RowId walked = round(steward, index(patrol) % 7 == 0 ? "problem" : "done");
    if (fates[at] == Fate::mistaken)
      steward.add("round", {{"schedule", to_text(schedule)},
                            {"place", numbered("A", patrol.alley)},
                            {"slot", std::int64_t{patrol.slot}},
                            {"outcome", "mistaken"},
                            {"corrects", to_text(walked)}});
    if (doubled[at]) round(steward_of(patrol, true), "done");
  }

  /// What the calendar owes and nobody did, of all alleys or one, up to a day.
  std::multiset<std::string> missed(int days, int alley = -1) const {
    std::multiset<std::string> out;
    for (int i = 0; i < kDue; ++i) {
      const Patrol due = patrol(i);
      if (due.day >= days || (alley >= 0 && due.alley != alley)) continue;
      if (fates[static_cast<std::size_t>(i)] == Fate::done) continue;
      out.insert(numbered("A", due.alley) + " " + date(due.day) + " " + std::to_string(due.slot));
    }
    return out;
  }

  static std::string date(int day) {
    const int of_month = day < 28 ? day + 1 : day - 27;
    const std::string digits = std::to_string(100 + of_month).substr(1);
    return (day < 28 ? "2027-02-" : "2027-03-") + digits;
  }
};

std::multiset<std::string> gaps(const AnswerRows& rows) {
  std::multiset<std::string> out;
  for (const auto& row : rows) out.insert(row.at("code") + " " + row.at("day") + " " + row.at("slot"));
  return out;
}

std::vector<NamedValue> days(const std::string& from, const std::string& until) {
  return {{"from_date", from}, {"until_date", until}};
}

}  // namespace

TEST_CASE_METHOD(Alleys, "systems/gutian: of 192 alleys, three slots and 30 days every missed patrol shows") {
  until("2027-01-31 20:00");
  exchange();
  storm();
  const std::array<std::string, kSlots> hours{" 00:30", " 13:00", " 23:30"};
  for (int day = 0; day < kDays; ++day) {
    for (int slot = 1; slot <= kSlots; ++slot) {
      until(date(day) + hours.at(static_cast<std::size_t>(slot - 1)));
      for (int alley = 0; alley < kAlleys; ++alley) walk({alley, day, slot});
    }
    // Between the weeks nobody has signal; what a steward missed she sees all the same.
    if (day == 5)
      for (const int alley : {8, 90, 191}) {
        INFO("alley " << alley);
        CHECK(
            gaps(leaders().at(static_cast<std::size_t>(alley)).ask("patrol_gaps", days(date(0), date(5)))) ==
            missed(6, alley));
      }
    if (day % 10 == 9) exchange();
  }

  const std::vector<NamedValue> month = days(date(0), date(kDays - 1));
  const auto began = std::chrono::steady_clock::now();
  const AnswerRows counted = ask("patrol_counts", month);
  const AnswerRows missing = ask("patrol_gaps", month);
  const auto took = std::chrono::steady_clock::now() - began;
  INFO("patrol_counts and patrol_gaps took "
       << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms");
  CHECK(only(counted, "places") == "192");
  CHECK(only(counted, "expected") == "17280");
  CHECK(only(counted, "done") == std::to_string(17280 - 530));
  CHECK(missing.size() == 530);
  CHECK(gaps(missing) == missed(kDays));

  for (const int steward : {0, 7, 8, 100, 191, 192, 199}) {
    INFO("steward " << steward);
    Leader& who = leaders().at(static_cast<std::size_t>(steward));
    CHECK(gaps(who.ask("patrol_gaps", month)) == missed(kDays, steward % kAlleys));
    const AnswerRows hers = who.ask("patrol_counts", month);
    CHECK(only(hers, "places") == "1");
    CHECK(only(hers, "expected") == std::to_string(kDays * kSlots));
    CHECK(sum(hers, "done") == kDays * kSlots - static_cast<long>(missed(kDays, steward % kAlleys).size()));
    CHECK(told(who.query("SELECT DISTINCT place FROM round"), "place") == numbered("A", steward % kAlleys));
  }
  CHECK(wrong_is_none(*this));
}
