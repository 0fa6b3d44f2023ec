#include "simulation/systems/told.hpp"

// Yuhang corridor leaders (docs/systems.md): who is to be seen, and who has taken a matter on.
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

/// A corridor of three doors in an estate of a community.
struct Corridor : Field {
  Corridor() : Field("yuhang") {
    place("S", "", "street");
    place("C", "S", "community");
    place("E", "C", "estate");
    place("B", "E", "building", "3号楼道");
    for (const char* door : {"A1", "B1", "C1"}) place(door, "B", "door");
    until("2027-02-01 09:00");
  }

  /// Her doors, of a view that has a column `door`, on her phone and without signal.
  static std::string doors(Leader& leader, const char* view, const std::string& day) {
    return told(leader.ask(view, {{"on_date", day}}), "door");
  }
};

}  // namespace

TEST_CASE_METHOD(
    Corridor, "systems/yuhang: five days of silence open an alert, a neighbour's worry opens one at once") {
  put("watch", {{"place", "A1"},
                {"kind", "elder"},
                {"rhythm_days", 1},
                {"reason", "alone"},
                {"reason_basis", "consent"},
                {"note", "独子在国外定居"},
                {"starts", "2027-01-18"}});
  put("watch", {{"place", "B1"}, {"rhythm_days", 30}, {"starts", "2027-02-01"}});
  Leader& wang = leader("王芳", "leader", "B");
  Leader& chen = leader("陈社工", "community_worker", "C");
  exchange();

  // From now on she has no signal. In UTC it is still the 14th.
  until("2027-02-15 01:00");
  const RowId met = wang.add("visit", {{"place", "A1"}, {"outcome", "met"}});
  CHECK(wang.ask("alerts", {{"on_date", "2027-02-19"}}).empty());
  until("2027-02-20 08:00");
  CHECK(told(wang.ask("alerts"), "cause") == "silence");
  CHECK(told(wang.ask("alerts"), "door") == "A1");
  CHECK(wang.ask("alerts", {{"silent_days", 6}}).empty());
  CHECK(doors(wang, "elders_not_seen", "2027-02-20") == "A1");
  CHECK(only(wang.ask("elders_not_seen"), "days") == "5");

  // A neighbour worries about another door: that does not wait for any number of days.
  wang.add("matter", {{"place", "C1"}, {"kind", "worry"}, {"channel", "neighbour"}, {"title", "两天没见人"}});
  CHECK(told(wang.ask("alerts"), "cause") == "worry silence");
  CHECK(told(wang.ask("alerts"), "door") == "C1 A1");
  pass_minutes(10);
  wang.add("visit", {{"place", "C1"}, {"outcome", "nobody_home"}});
  CHECK(told(wang.ask("alerts"), "door") == "C1 A1");
  wang.add("visit", {{"place", "C1"}, {"outcome", "met"}, {"channel", "sighting"}});
  const RowId call = wang.add("visit", {{"place", "A1"}, {"outcome", "met"}, {"channel", "call"}});
  CHECK(wang.ask("alerts").empty());
  CHECK(wang.ask("elders_not_seen").empty());
  // The call had been to somebody else: it counts for nothing, what was before it does.
  pass_minutes(3);
  wang.add("visit", {{"place", "A1"}, {"outcome", "mistaken"}, {"corrects", to_text(call)}});
  CHECK(told(wang.ask("alerts"), "door") == "A1");
  CHECK(only(wang.ask("elders_not_seen"), "days") == "5");

  CHECK(doors(wang, "elders_not_seen", "2027-03-02") == "A1");
  CHECK(doors(wang, "elders_not_seen", "2027-03-03") == "A1 B1");
  CHECK(doors(wang, "alerts", "2027-03-03") == "A1");

  // The office knows nothing of all this yet; then it says the same.
  CHECK(told(ask("alerts", {{"on_date", "2027-02-19"}}), "door") == "A1");
  storm();
  exchange();
  for (const char* day : {"2027-02-19", "2027-02-20", "2027-03-02", "2027-03-03"}) {
    const std::vector<NamedValue> on{{"on_date", day}};
    for (const char* view : {"alerts", "elders_not_seen"}) {
      CHECK(ask(view, on) == wang.ask(view, on));
      CHECK(ask(view, on) == chen.ask(view, on));
    }
  }
  CHECK(told(ask("alerts"), "since") ==
        told(where(query("SELECT id, at FROM visit"), "id", to_text(met)), "at"));

  // Why she is looked in on has reached the community worker, and no volunteer.
  CHECK(told(chen.query("SELECT reason FROM watch WHERE reason IS NOT NULL"), "reason") == "alone");
  CHECK(wang.query("SELECT kind FROM watch").size() == 2);
  CHECK(wang.query("SELECT reason FROM watch WHERE reason IS NOT NULL").empty());
  CHECK(chen.phone_tells("独子在国外定居"));
  CHECK_FALSE(wang.phone_tells("独子在国外定居"));
  CHECK(wrong_is_none(*this));
}

TEST_CASE_METHOD(Corridor, "systems/yuhang: two parties that claim one matter both know of it") {
  const std::string company =
      to_text(put("organisation", {{"place", "C"}, {"name", "绿城物业"}, {"kind", "property"}}));
  const std::string members =
      to_text(put("organisation", {{"place", "C"}, {"name", "先锋党支部"}, {"kind", "volunteers"}}));
  put("household", {{"place", "A1"}, {"head_name", "沈月英"}});
  put("visit", {{"place", "A1"}, {"outcome", "met"}});
  Leader& wang = leader("王芳", "leader", "B");
  Leader& qian = leader("钱物业", "partner", "B");
  Leader& zhao = leader("赵党员", "volunteer", "B");
  storm();
  exchange();

  // Half past eleven at night: a pipe. The phones that can help hear of it.
  until("2027-02-03 23:30");
  const RowId burst = wang.add("matter", {{"place", "A1"},
                                          {"kind", "help"},
                                          {"title", "水管爆裂"},
                                          {"reporter", "沈家女儿"},
                                          {"reporter_phone", "13800001234"}});
  exchange();
  for (Leader* helper : {&qian, &zhao}) {
    CHECK(told(helper->ask("matters_unclaimed", {{"kind", "help"}}), "title") == "水管爆裂");
  }
  // Both take it on without signal, each for those they come from.
  const auto claim = [&](Leader& helper, const std::string& organisation) {
    helper.edit("matter", burst,
                {{"claimed_by", helper.id()}, {"claimed_for", organisation}, {"state", "claimed"}});
    CHECK(told(helper.ask("matters_waiting_on_me"), "title") == "水管爆裂");
  };
  claim(qian, company);
  pass_minutes(2);
  claim(zhao, members);
  exchange();

  // One shows, with her own organisation; nobody's claim is lost, and both read of the other's.
  const AnswerRows claimed = query("SELECT claimed_by, claimed_for FROM matter");
  const bool company_shows = only(claimed, "claimed_by") == "钱物业";
  Leader& loser = company_shows ? zhao : qian;
  Leader& winner = company_shows ? qian : zhao;
  CHECK(only(claimed, "claimed_by") == winner.name());
  CHECK(only(claimed, "claimed_for") == (company_shows ? company : members));
  // One item for each of the two columns that share the cell.
  REQUIRE(open_conflicts() == 2);
  for (Leader* helper : {&qian, &zhao, &wang}) {
    INFO(helper->name());
    const auto conflicts = helper->conflicts();
    REQUIRE(conflicts.size() == 2);
    for (const Conflict& each : conflicts) {
      CHECK(each.row == to_text(burst));
      CHECK(each.kind == "review");
      CHECK(each.losing_by == loser.name());
      const bool person = each.column == "claimed_by";
      CHECK((person || each.column == "claimed_for"));
      CHECK(std::get<std::string>(each.losing_value) == (person          ? loser.id()
                                                         : company_shows ? members
                                                                         : company));
    }
    CHECK(helper->query("SELECT claimed_by, claimed_for FROM matter") == claimed);
    CHECK(helper->ask("matters_unclaimed", {{"kind", "help"}}).empty());
  }
  CHECK(loser.ask("matters_waiting_on_me").empty());
  CHECK(winner.ask("matters_waiting_on_me").size() == 1);

  // The company sees the matter, and nobody who lives there.
  for (const char* table : {"household", "resident", "residency", "visit", "watch", "answer", "consent"}) {
    INFO(table);
    CHECK(qian.query(std::string("SELECT 1 FROM ") + table).empty());
  }
  for (const char* secret : {"沈月英", "沈家女儿", "13800001234"}) {
    CHECK_FALSE(qian.phone_tells(secret));
    CHECK(zhao.phone_tells(secret));
  }

  // The office gives it to the other one, person and organisation together; so it is closed everywhere.
  decide(burst, true);
  exchange();
  CHECK(open_conflicts() == 0);
  for (Leader* helper : {&qian, &zhao, &wang}) {
    CHECK(helper->conflicts().empty());
    CHECK(only(helper->query("SELECT claimed_by FROM matter"), "claimed_by") == loser.name());
    CHECK(only(helper->query("SELECT claimed_for FROM matter"), "claimed_for") ==
          (company_shows ? members : company));
  }
  CHECK(loser.ask("matters_waiting_on_me").size() == 1);
  CHECK(winner.ask("matters_waiting_on_me").empty());
  CHECK(wrong_is_none(*this));
}
