#include <set>

#include "simulation/systems/told.hpp"

// What Gutian's stewards find on their rounds, and how it ends.
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

std::string numbered(const std::string& prefix, int number) {
  return prefix + std::to_string(1000 + number).substr(1);
}

/// Ten communities, each with two alleys, a steward for each alley, and somebody at the community.
struct Rounds : Field {
  static constexpr int kCommunities = 10;
  static constexpr int kAlleys = 20;

  RowId patrol;
  RowId screening;
  std::vector<Leader*> stewards;
  std::vector<Leader*> workers;

  Rounds() : Field("gutian") {
    place("S", "", "street", "古田街道");
    for (int i = 0; i < kCommunities; ++i) place(numbered("C", i), "S", "community");
    for (int i = 0; i < kAlleys; ++i) place(numbered("A", i), numbered("C", i / 2), "alley");
    put("organisation", {{"place", "S"}, {"name", "硚口区人民法院"}, {"kind", "court"}});
    patrol = put("schedule", {{"place", "S"},
                              {"kind", "patrol"},
                              {"title", "每日巡查"},
                              {"level", "alley"},
                              {"starts", "2027-02-01"}});
    screening = put("schedule", {{"place", "S"},
                                 {"kind", "screening"},
                                 {"title", "每周纠纷排查"},
                                 {"level", "community"},
                                 {"every_days", std::int64_t{7}},
                                 {"starts", "2027-02-01"},
                                 {"citation", "《人民调解法》"}});
    for (int i = 0; i < kAlleys; ++i)
      stewards.push_back(&leader("管家" + std::to_string(i), "leader", numbered("A", i)));
    for (int i = 0; i < kCommunities; ++i)
      workers.push_back(&leader("社工" + std::to_string(i), "community_worker", numbered("C", i)));
    until("2027-02-01 07:30");
    exchange();
  }

  /// One of those that a steward's round of this day has found.
  RowId found(int alley, const RowId& round, const std::string& kind, std::vector<NamedValue> more) {
    std::vector<NamedValue> values{{"place", numbered("A", alley)},
                                   {"kind", kind},
                                   {"channel", "inspection"},
                                   {"title", kind == "dispute" ? "邻里漏水纠纷" : "楼道堆物"},
                                   {"round", to_text(round)}};
    values.insert(values.end(), more.begin(), more.end());
    return stewards.at(static_cast<std::size_t>(alley))->add("matter", values);
  }

  /// 1,250 matters: solved on the spot, reported up, or in joint consultation.
  void problems();
  /// Four weeks in which communities look for disputes.
  void screenings();

  Leader& worker_for(int alley) { return *workers.at(static_cast<std::size_t>(alley / 2)); }
};

/// The matters of one way in which they end, whatever their kind.
long ended(const AnswerRows& rows, const std::string& outcome) {
  return sum(where(rows, "outcome", outcome), "matters");
}

void Rounds::problems() {
  constexpr int kMatters = 1250;
  struct Reported {
    int alley;
    RowId matter;
  };
  std::vector<Reported> up;
  std::vector<Reported> joint;
  std::map<std::string, long> planned;  // By kind, channel and outcome.
  std::vector<long> of_alley(kAlleys), spot_of_alley(kAlleys);
  SeededRandom random(1250);
  // 800, 300 and 150 of them, in no order.
  std::vector<int> ways(kMatters, 0);
  for (int i = 800; i < kMatters; ++i) ways[static_cast<std::size_t>(i)] = i < 1100 ? 1 : 2;
  for (std::size_t i = ways.size() - 1; i > 0; --i) std::swap(ways[i], ways[random.below(i + 1)]);

  std::vector<RowId> rounds;
  for (int i = 0; i < kMatters; ++i) {
    const int alley = i % kAlleys;
    if (alley == 0) {  // Another day: everybody walks again, a day at a time until the 26th.
      if (i > 0 && i / kAlleys % 3 == 0) until(day(1) + " 08:00");
      rounds.clear();
      for (int a = 0; a < kAlleys; ++a)
        rounds.push_back(stewards.at(static_cast<std::size_t>(a))
                             ->add("round", {{"schedule", to_text(patrol)},
                                             {"place", numbered("A", a)},
                                             {"outcome", "problem"},
                                             {"findings", R"(["堆物"])"}}));
    }
    const RowId& round = rounds.at(static_cast<std::size_t>(alley));
    const int way = ways[static_cast<std::size_t>(i)];
    const std::string kind = way == 2 ? "dispute" : i % 3 == 0 ? "need" : "environment";
    ++of_alley[static_cast<std::size_t>(alley)];
    if (way == 0) {
      found(alley, round, kind,
            {{"state", i % 2 == 0 ? "answered" : "closed"},
             {"outcome", "solved_on_spot"},
             {"answered_how", "in_person"},
             {"answered_at", now()}});
      ++spot_of_alley[static_cast<std::size_t>(alley)];
      ++planned[kind + " solved_on_spot"];
    } else {
      const std::string outcome = way == 1 ? "reported_up" : "joint_consultation";
      const RowId matter = found(alley, round, kind, {{"level", "community"}, {"outcome", outcome}});
      stewards.at(static_cast<std::size_t>(alley))
          ->add("matter_step", {{"matter", to_text(matter)}, {"kind", "up"}, {"level", "community"}});
      (way == 1 ? up : joint).push_back({alley, matter});
      ++planned[kind + " " + outcome];
    }
  }
  REQUIRE(up.size() == 300);
  REQUIRE(joint.size() == 150);

  // Without signal a steward counts her own.
  for (const int alley : {0, 7, 19}) {
    const AnswerRows hers = stewards.at(static_cast<std::size_t>(alley))->ask("matter_outcomes");
    CHECK(sum(hers, "matters") == of_alley[static_cast<std::size_t>(alley)]);
    CHECK(ended(hers, "solved_on_spot") == spot_of_alley[static_cast<std::size_t>(alley)]);
  }
  exchange();

  // The community accepts, solves, and tells; ten disputes it takes to court, three of which hear nothing.
  const RowId court = [&] {
    const auto rows = query("SELECT id FROM organisation");
    return *parse_row_id(only(rows, "id"));
  }();
  pass_minutes(60);
  for (const Reported& each : up)
    worker_for(each.alley).add("matter_step", {{"matter", to_text(each.matter)}, {"kind", "accept"}});
  pass_minutes(60);
  for (const Reported& each : up) {
    Leader& worker = worker_for(each.alley);
    worker.add("matter_step", {{"matter", to_text(each.matter)}, {"kind", "answer"}});
    worker.edit("matter", each.matter,
                {{"state", "closed"}, {"answered_how", "phone"}, {"answered_at", now()}});
  }
  for (std::size_t i = 0; i < 10; ++i)
    worker_for(joint[i].alley)
        .add("matter_step", {{"matter", to_text(joint[i].matter)},
                             {"kind", "refer"},
                             {"level", "outside"},
                             {"organisation", to_text(court)},
                             {"document_number", "古街调〔2027〕" + std::to_string(i + 1) + "号"},
                             {"due", day(7 + static_cast<int>(i))}});
  pass_minutes(60 * 24);
  for (std::size_t i = 3; i < 10; ++i)
    worker_for(joint[i].alley).add("matter_step", {{"matter", to_text(joint[i].matter)}, {"kind", "reply"}});
  exchange();

  const AnswerRows outcomes = ask("matter_outcomes", {{"since", "2027-01-31T16:00:00.000Z"}});
  CHECK(ended(outcomes, "solved_on_spot") == 800);
  CHECK(ended(outcomes, "reported_up") == 300);
  CHECK(ended(outcomes, "joint_consultation") == 150);
  CHECK(sum(outcomes, "matters") == kMatters);
  std::map<std::string, long> counted;
  for (const auto& row : outcomes) {
    CHECK(row.at("channel") == "inspection");
    counted[row.at("kind") + " " + row.at("outcome")] += std::stol(row.at("matters"));
  }
  CHECK(counted == planned);

  // Three have no reply: they stand first, by the day on which there should have been one.
  until(day(7) + " 09:00");
  const AnswerRows referred = ask("matters_referred", {{"on_date", day(30)}});
  REQUIRE(referred.size() == 10);
  for (std::size_t i = 0; i < 3; ++i) CHECK(referred[i].at("matter") == to_text(joint[i].matter));
  CHECK(told(referred, "overdue") == "1 1 1 0 0 0 0 0 0 0");
  CHECK(referred[0].at("document_number") == "古街调〔2027〕1号");
  // The first was due a day before today, the second today, which is not late.
  CHECK(told(ask("matters_referred"), "overdue") == "1 0 0 0 0 0 0 0 0 0");

  // The chain, at the office and on the phone of the steward who reported it.
  exchange();
  const Reported& one = up.at(150);
  const std::vector<NamedValue> of_it{{"matter", to_text(one.matter)}};
  CHECK(told(ask("matter_chain", of_it), "kind") == "up accept answer");
  const AnswerRows hers = stewards.at(static_cast<std::size_t>(one.alley))->ask("matter_chain", of_it);
  CHECK(told(hers, "kind") == "up accept answer");
  CHECK(told(hers, "by") == told(ask("matter_chain", of_it), "by"));
  CHECK(hers.at(1).at("by") == worker_for(one.alley).name());
  CHECK(only(query("SELECT COUNT(*) AS n FROM matter WHERE outcome = 'solved_on_spot' AND state NOT IN "
                   "('answered', 'closed')"),
             "n") == "0");
  CHECK(wrong_is_none(*this));
}

void Rounds::screenings() {
  // Each community looks for disputes once a week, on a day of its own; two weeks are left out.
  const std::set<std::pair<int, int>> left_out{{3, 1}, {7, 3}};  // Community and week.
  const auto ask_all = [](auto& of) {
    return of.ask("patrol_gaps", {{"kind", "screening"}, {"from_date", "2027-02-01"}});
  };
  for (int date = 1; date <= 28; ++date) {
    const std::string today = "2027-02-" + std::to_string(100 + date).substr(1);
    until(today + " 09:00");
    const int week = (date - 1) / 7;
    for (int community = 0; community < kCommunities; ++community)
      if ((date - 1) % 7 == community % 7 && left_out.count({community, week}) == 0)
        workers.at(static_cast<std::size_t>(community))
            ->add("round", {{"schedule", to_text(screening)}, {"place", numbered("C", community)}});
    if (date == 13) {  // The second week is not over, so nothing is missing.
      exchange();
      CHECK(ask_all(*this).empty());
      CHECK(ask_all(*workers[3]).empty());
    }
    if (date == 14) {
      CHECK(told(ask_all(*workers[3]), "code") == "C003");  // On her phone, still without signal.
      CHECK(ask_all(*workers[2]).empty());
    }
  }
  exchange();
  const AnswerRows gaps = ask_all(*this);
  CHECK(told(gaps, "code") == "C003 C007");
  CHECK(told(gaps, "day") == "2027-02-08 2027-02-22");
  CHECK(told(ask_all(*workers[7]), "day") == "2027-02-22");
  CHECK(told(ask("patrol_counts", {{"kind", "screening"}, {"from_date", "2027-02-01"}}), "done") == "38");
  CHECK(wrong_is_none(*this));
}

}  // namespace

TEST_CASE_METHOD(Rounds, "systems/gutian: each problem ends in one of three ways and is counted so") {
  SECTION("what rounds find") { problems(); }
  SECTION("what weekly screenings are to find") { screenings(); }
}
