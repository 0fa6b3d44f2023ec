#include "simulation/systems/told.hpp"

// Homes that Gutian's stewards look after: paired ones, and those in quarantine.
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

/// Two alleys with a steward each and five homes; somebody at the community.
struct Homes : Field {
  std::map<std::string, RowId> home;
  Leader* zhang = nullptr;
  Leader* li = nullptr;
  Leader* worker = nullptr;

  Homes() : Field("gutian") {
    place("S", "", "street");
    place("C", "S", "community");
    place("A1", "C", "alley", "古田一路");
    place("A2", "C", "alley", "古田二路");
    for (const char* door : {"101", "102", "103"}) live_at(door, "A1");
    for (const char* door : {"201", "202"}) live_at(door, "A2");
    zhang = &leader("张桂兰", "leader", "A1");
    li = &leader("李建国", "leader", "A2");
    worker = &leader("陈社工", "community_worker", "C");
    until("2027-01-31 20:00");
    exchange();
  }

  void live_at(const std::string& door, const std::string& alley) {
    place(door, alley, "door");
    home[door] = put("household", {{"place", door}, {"head_name", "户主" + door}});
  }

  std::string id_of(const std::string& door) const { return to_text(home.at(door)); }
  Leader& steward_of(const std::string& door) { return door[0] == '1' ? *zhang : *li; }
};

}  // namespace

TEST_CASE_METHOD(
    Homes,
    "systems/gutian: a missing or high reading stands out the same day, and all is erased at the end") {
  const std::string contact = "隔离联系人王五";
  const auto order = [&](const std::string& door) {
    return std::vector<NamedValue>{{"household", id_of(door)}, {"starts", "2027-02-01"},
                                   {"ends", "2027-02-14"},     {"contact", contact},
                                   {"phone", "13812345678"},   {"order_number", "冈防指〔2027〕" + door}};
  };
  auto without_number = order("101");
  without_number.pop_back();
  CHECK(worker->refusal("quarantine", without_number) != "");
  auto without_end = order("101");
  without_end.erase(without_end.begin() + 2);
  CHECK(worker->refusal("quarantine", without_end) != "");

  std::map<std::string, RowId> quarantine;
  for (const auto& [door, household] : home) quarantine[door] = worker->add("quarantine", order(door));
  exchange();
  CHECK(zhang->phone_tells(contact));

  // Stewards take a reading of every home each day, without signal. On the sixth nobody asks at 103, and 201
  // is asked twice; 202 needs medicine on the ninth, 102 is low on the tenth.
  const auto reading = [&](const std::string& door, double temperature, std::vector<NamedValue> more = {}) {
    more.emplace_back("quarantine", to_text(quarantine.at(door)));
    more.emplace_back("temperature", temperature);
    steward_of(door).add("reading", more);
  };
  const auto stand_out = [](const AnswerRows& rows) {
    std::string out;
    for (const auto& row : rows)
      out += row.at("code") + (row.at("missing") == "1" ? " missing" : "") +
             (row.at("high") == "1" ? " high" : "") +
             (row.at("supplies").empty() ? "" : " " + row.at("supplies")) +
             (row.at("wellbeing") == "low" ? " low" : "") + "; ";
    return out;
  };
  std::size_t taken = 0;
  for (int date = 1; date <= 14; ++date) {
    const std::string today = "2027-02-" + std::to_string(100 + date).substr(1);
    until(today + " 00:20");  // It is still yesterday in Greenwich.
    CHECK(stand_out(li->ask("quarantine_today")) == "201 missing; 202 missing; ");
    for (const auto& [door, household] : home) {
      if (date == 6 && door == "103") continue;
      std::vector<NamedValue> more{{"wellbeing", date == 10 && door == "102" ? "low" : "well"}};
      if (date == 9 && door == "202") more.emplace_back("supplies", "降压药");
      reading(door, 36.4 + date % 3 * 0.2, more);
      ++taken;
    }
    if (date == 6) {
      pass_minutes(60 * 8);
      reading("201", 38.1);
      pass_minutes(60);
      reading("201", 36.9);  // Lower again: the day's highest counts.
      taken += 2;
      // On each phone at once, without signal: what is hers.
      CHECK(stand_out(zhang->ask("quarantine_today")) == "103 missing; ");
      CHECK(stand_out(li->ask("quarantine_today")) == "201 high; ");
      CHECK(only(li->ask("quarantine_today"), "temperature") == "38.1");
      exchange();
      CHECK(stand_out(ask("quarantine_today")) == "201 high; 103 missing; ");
      CHECK(stand_out(worker->ask("quarantine_today")) == "201 high; 103 missing; ");
      CHECK(stand_out(ask("quarantine_today", {{"on_date", day(-1)}})) == "");
    }
    if (date == 9) CHECK(stand_out(li->ask("quarantine_today")) == "202 降压药; ");
    if (date == 10) CHECK(stand_out(zhang->ask("quarantine_today")) == "102 low; ");
  }
  exchange();
  const auto count = [](auto& of, const std::string& what) {
    return only(of.query("SELECT COUNT(*) AS n FROM " + what), "n");
  };
  const std::string told_of_people =
      "reading WHERE temperature IS NOT NULL OR supplies IS NOT NULL OR wellbeing IS NOT NULL";
  const std::string told_of_contacts = "quarantine WHERE contact IS NOT NULL OR phone IS NOT NULL";
  CHECK(count(*this, told_of_people) == std::to_string(taken));

  // On the last day, and the night after, everything is still there.
  until("2027-02-15 03:00");
  retain();
  exchange();
  CHECK(count(*this, told_of_people) == std::to_string(taken));
  CHECK(count(*this, told_of_contacts) == "5");
  // A day later nothing of it is, on any phone either; that there was a quarantine stays.
  until("2027-02-16 03:00");
  retain();
  exchange();
  CHECK(count(*this, told_of_people) == "0");
  CHECK(count(*this, told_of_contacts) == "0");
  CHECK(count(*this, "reading") == std::to_string(taken));
  CHECK(count(*this, "quarantine") == "5");
  for (Leader& leader : leaders()) {
    INFO(leader.name());
    CHECK(count(leader, told_of_people) == "0");
    CHECK(count(leader, told_of_contacts) == "0");
    CHECK(leader.ask("quarantine_today").empty());
  }
  CHECK(count(*zhang, "reading") == std::to_string(14 * 3 - 1));
  CHECK_FALSE(zhang->phone_tells(contact));
  CHECK(ask("quarantine_today").empty());
  CHECK(wrong_is_none(*this));
}

TEST_CASE_METHOD(Homes, "systems/gutian: paired homes are seen and wishes fulfilled once") {
  until("2027-02-01 08:00");
  // 101 has one helper; 102 has three, who are on three posts; 201 is paired from today.
  Leader& wu = leader("吴师傅", "volunteer", "A1");
  Leader& zhao = leader("赵党员", "party_member", "C");
  const auto pair = [&](const std::string& door, const Leader& helper, const std::string& starts) {
    return put("pairing", {{"household", id_of(door)},
                           {"helper", helper.id()},
                           {"reason", "bereaved"},
                           {"needs", "每周看望"},
                           {"starts", starts}});
  };
  pair("101", *zhang, "2026-12-01");
  const RowId first = pair("102", *zhang, "2026-12-01");
  pair("102", wu, "2026-12-15");
  pair("102", zhao, "2027-01-20");
  pair("201", zhao, "2027-02-01");
  exchange();
  CHECK(only(zhang->query("SELECT COUNT(*) AS n FROM pairing WHERE needs = '每周看望'"), "n") == "4");
  for (Leader* volunteer : {zhang, &wu, &zhao}) {
    CHECK(volunteer->query("SELECT id FROM pairing WHERE reason IS NOT NULL").empty());
    CHECK_FALSE(volunteer->phone_tells("bereaved"));
  }
  const auto unvisited = [](auto& of) {
    return told(of.ask("pairings_unvisited", {{"days", std::int64_t{30}}}), "code");
  };
  CHECK(unvisited(*this) == "101 102");
  CHECK(unvisited(*li) == "");
  CHECK(told(ask("pairings_unvisited"), "helpers") == "1 3");

  // Somebody who is no helper meets them: that is not what was promised. Nor is a helper who finds nobody.
  worker->add("visit", {{"place", "102"}, {"outcome", "met"}});
  wu.add("visit", {{"place", "102"}, {"outcome", "nobody_home"}});
  CHECK(unvisited(wu) == "101 102");
  // One of the three meets them, and the home is seen, for all three.
  const RowId met = wu.add("visit", {{"place", "102"}, {"outcome", "met"}});
  CHECK(unvisited(wu) == "101");
  exchange();
  CHECK(unvisited(*this) == "101");
  CHECK(unvisited(*zhang) == "101");
  // It was another door.
  pass_minutes(5);
  wu.add("visit", {{"place", "102"}, {"outcome", "mistaken"}, {"corrects", to_text(met)}});
  CHECK(unvisited(wu) == "101 102");
  zhao.add("visit", {{"place", "102"}, {"outcome", "met"}, {"channel", "call"}});
  exchange();
  CHECK(unvisited(*this) == "101");
  // Thirty days later it is time again, of 102 and of the home that was paired on 1 February.
  until("2027-03-02 20:00");
  CHECK(unvisited(*this) == "101");
  until("2027-03-03 08:00");
  CHECK(unvisited(*this) == "101 102 201");
  CHECK(unvisited(zhao) == "101 102 201");
  // A pairing that is over asks for nobody; 102 has two other helpers.
  put("pairing", {{"ends", "2027-03-02"}}, first);
  CHECK(told(where(ask("pairings_unvisited"), "code", "102"), "helpers") == "2");

  // A wish: two claim it without knowing of each other.
  const RowId wish = zhang->add(
      "matter",
      {{"place", "102"}, {"household", id_of("102")}, {"kind", "micro_wish"}, {"title", "想要一副老花镜"}});
  exchange();
  CHECK(told(ask("matters_unclaimed"), "title") == "想要一副老花镜");
  CHECK(told(wu.ask("matters_unclaimed"), "place") == "102");
  wu.edit("matter", wish, {{"claimed_by", wu.id()}, {"state", "claimed"}});
  pass_minutes(2);
  zhao.edit("matter", wish, {{"claimed_by", zhao.id()}, {"state", "claimed"}});
  CHECK(wu.ask("matters_unclaimed").empty());
  CHECK(zhao.ask("matters_unclaimed").empty());
  exchange();
  CHECK(ask("matters_unclaimed").empty());
  CHECK(open_conflicts() == 1);
  for (Leader* each : {zhang, &wu, &zhao}) CHECK(each->conflicts().size() == 1);
  decide(wish, false);
  exchange();
  CHECK(open_conflicts() == 0);
  for (Leader* each : {zhang, &wu, &zhao}) CHECK(each->conflicts().empty());
  const std::string holder =
      only(query("SELECT claimed_by FROM matter WHERE id = '" + to_text(wish) + "'"), "claimed_by");
  REQUIRE((holder == wu.name() || holder == zhao.name()));
  Leader& fulfils = holder == wu.name() ? wu : zhao;
  Leader& other = holder == wu.name() ? zhao : wu;
  CHECK(fulfils.ask("matters_waiting_on_me").size() == 1);
  CHECK(other.ask("matters_waiting_on_me").empty());
  fulfils.edit("matter", wish, {{"state", "closed"}, {"outcome", "fulfilled"}});
  exchange();
  CHECK(sum(where(ask("matter_outcomes"), "outcome", "fulfilled"), "matters") == 1);
  for (Leader& each : leaders()) CHECK(each.ask("matters_unclaimed").empty());
  CHECK(fulfils.ask("matters_waiting_on_me").empty());
  CHECK(wrong_is_none(*this));
}
