#include "unit/pipeline/town.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

Cells household(Town& town, const std::string& door, const Cells& more) {
  Cells cells{{"place", to_text(town.place_id(door))}, {"number", std::int64_t{1}}};
  cells.insert(cells.end(), more.begin(), more.end());
  return cells;
}

}  // namespace

TEST_CASE(
    "natural key: the same door registered twice offline: is one row, and only differing facts conflict") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "1");
  const RowId a = li.insert("household", household(town, "1-1", {{"head_name", "Zhao"}, {"note", "one"}}));
  town.clock().wall_ms += 1000;
  const RowId b =
      wang.insert("household",
                  household(town, "1-1", {{"head_name", "Zhao"}, {"note", "two"}, {"phone", "13800138000"}}));
  CHECK(a == b);
  CHECK(li.sync()[0].kind == wire::VerdictKind::effective);
  CHECK(wang.sync()[0].kind == wire::VerdictKind::merged);
  li.sync();
  CHECK(town.count("household") == 1);
  CHECK(town.value("household", a, "head_name") == Value("Zhao"));
  CHECK(town.value("household", a, "phone") == Value("13800138000"));
  CHECK(town.value("household", a, "note") == Value("two"));

  const auto open = town.conflicts();
  REQUIRE(open.size() == 1);  // Not for the equal name, not for the phone that only one gave.
  CHECK(open[0].column->name == "note");
  CHECK(open[0].record.item.value == Value("one"));
  CHECK(open[0].record.item.person == "Li");
  CHECK(open[0].shown == Value("two"));
  CHECK(open[0].shown_person == "Wang");
  CHECK(is_null(open[0].record.item.base_value));
  CHECK(li.rows().at({town.table("household").id, a}) == wang.rows().at({town.table("household").id, a}));
  for (const Phone* phone : {&li, &wang}) {
    REQUIRE(phone->ledger().size() == 1);
    CHECK(phone->ledger().begin()->second.open);
    CHECK(phone->ledger().begin()->second.value == Value("one"));
  }
  town.check_sound();
}

TEST_CASE("ledger: a conflict: has its base, and closes when somebody who has read both writes again") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "1");
  const RowId row = town.put("household", {{"place", to_text(town.place_id("1-1"))}, {"note", "base"}});
  li.sync();
  wang.sync();
  li.update("household", row, {{"note", "from Li"}});
  town.clock().wall_ms += 1000;
  wang.update("household", row, {{"note", "from Wang"}});
  wang.sync();
  CHECK(li.sync()[0].kind == wire::VerdictKind::merged);
  CHECK(town.value("household", row, "note") ==
        Value("from Wang"));  // The larger stamp, though it came first.
  auto open = town.conflicts();
  REQUIRE(open.size() == 1);
  CHECK(open[0].record.item.value == Value("from Li"));
  CHECK(open[0].record.item.base_value == Value("base"));
  CHECK(open[0].record.item.kind == LoserKind::concurrent);

  wang.sync();
  town.clock().wall_ms += 1000;
  wang.update("household", row, {{"note", "both"}});
  CHECK(wang.sync()[0].kind == wire::VerdictKind::effective);
  CHECK(town.conflicts().empty());
  const auto all = town.conflicts(false);
  REQUIRE(all.size() == 1);
  CHECK(all[0].record.closed_ms);
  CHECK(all[0].record.decision == Value("both"));
  li.sync();
  CHECK_FALSE(li.ledger().begin()->second.open);
  town.check_sound();
}

TEST_CASE("ledger: the loser once showed: its bases come from the log") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "1");
  const RowId row = town.put("household", {{"place", to_text(town.place_id("1-1"))}, {"note", "base"}});
  li.sync();
  wang.sync();
  li.update("household", row, {{"note", "first"}});
  li.sync();
  town.clock().wall_ms += 1000;
  wang.update("household", row, {{"note", "second"}});
  wang.sync();
  const auto open = town.conflicts();
  REQUIRE(open.size() == 1);
  CHECK(open[0].record.item.value == Value("first"));
  CHECK(open[0].record.item.base_value == Value("base"));
  CHECK(open[0].record.item.bases.size() == 1);
}

TEST_CASE("ledger: equal values written at once: are no conflict") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "1");
  const RowId row = town.put("household", {{"place", to_text(town.place_id("1-1"))}, {"note", "base"}});
  li.sync();
  wang.sync();
  li.update("household", row, {{"note", "same"}});
  wang.update("household", row, {{"note", "same"}});
  li.sync();
  wang.sync();
  CHECK(town.conflicts(false).empty());
  town.check_sound();
}

TEST_CASE("review: a different ID number: is a question for the office") {
  Town town;
  Phone li = town.worker("Li", "1");
  Phone wang = town.worker("Wang", "1");
  const RowId door = li.insert("household", household(town, "1-1", {}));
  const RowId resident = li.insert("resident", {{"name", "Sun"}});
  li.insert("residency", {{"resident", to_text(resident)}, {"household", to_text(door)}});
  li.sync();
  wang.sync();
  li.update("resident", resident, {{"id_number", "11010519491231002X"}});
  town.clock().wall_ms += 1000;
  wang.update("resident", resident, {{"id_number", "440524188001010014"}});
  li.sync();
  CHECK(wang.sync()[0].kind == wire::VerdictKind::in_review);
  const auto open = town.conflicts();
  REQUIRE(open.size() == 1);
  CHECK(open[0].record.item.kind == LoserKind::review);
  CHECK(open[0].row_name == "Sun");
  town.check_sound();
}

TEST_CASE("delete: concurrent with an edit: the row lives, whichever comes first") {
  const bool edit_first = GENERATE(true, false);
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "1");
  const RowId row = li.insert("household", household(town, "1-1", {{"note", "base"}}));
  li.sync();
  wang.sync();
  li.remove("household", row);
  wang.update("household", row, {{"note", "edited"}});
  Phone& first = edit_first ? wang : li;
  Phone& second = edit_first ? li : wang;
  first.sync();
  CHECK(town.value("household", row, "note").has_value() == edit_first);
  CHECK(second.sync()[0].kind == wire::VerdictKind::merged);
  first.sync();
  CHECK(town.value("household", row, "note") == Value("edited"));
  const auto open = town.conflicts();
  REQUIRE(open.size() == 1);
  CHECK(open[0].record.item.kind == LoserKind::kept_alive);
  CHECK(open[0].column == nullptr);
  CHECK(li.value("household", row, "note") == Value("edited"));
  CHECK(wang.value("household", row, "note") == Value("edited"));
  town.check_sound();
}

TEST_CASE("delete: then registered again: is a new birth with the new facts only") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "1");
  const RowId row = li.insert("household", household(town, "1-1", {{"head_name", "Zhao"}, {"note", "old"}}));
  li.sync();
  wang.sync();
  li.remove("household", row);
  li.sync();
  CHECK_FALSE(li.has("household", row));
  Op again = li.insert_op("household", household(town, "1-1", {{"head_name", "Qian"}}));
  again.birth = Birth{2};
  li.open_group().ops.push_back(again);
  li.close_group();
  CHECK(li.sync()[0].kind == wire::VerdictKind::effective);
  CHECK(town.value("household", row, "note") == Value{});
  // A late edit of the old birth goes to the ledger, not into the new family's row.
  wang.update("household", row, {{"note", "late"}});
  CHECK(wang.sync()[0].kind == wire::VerdictKind::merged);
  CHECK(town.value("household", row, "note") == Value{});
  const auto open = town.conflicts();
  REQUIRE(open.size() == 1);
  CHECK(open[0].record.item.kind == LoserKind::late);
  CHECK(open[0].record.item.value == Value("late"));
  town.check_sound();
}

TEST_CASE("arrival order: two phones' groups in either order: end in the same state") {
  std::vector<Digest> states;
  std::vector<std::set<RowId>> ledgers;
  for (const bool li_first : {true, false}) {
    Town town;
    Phone li = town.leader("Li", "1");
    Phone wang = town.leader("Wang", "1");
    const RowId row = town.put("household", {{"place", to_text(town.place_id("1-1"))}, {"note", "base"}});
    li.sync();
    wang.sync();
    li.update("household", row, {{"note", "a"}, {"last_visited", "2026-11-22T00:10:00.000Z"}});
    wang.update("household", row, {{"note", "b"}, {"last_visited", "2026-11-22T00:20:00.000Z"}});
    li.insert("household", household(town, "1-2", {{"head_name", "A"}, {"status", "rented"}}));
    wang.insert("household", household(town, "1-2", {{"head_name", "B"}}));
    (li_first ? li : wang).sync();
    (li_first ? wang : li).sync();
    states.push_back(must(state_hash(town.office())));
    std::set<RowId>& ledger = ledgers.emplace_back();
    for (const Conflict& conflict : town.conflicts()) ledger.insert(conflict.record.item.entry);
    town.check_sound();
  }
  CHECK(states[0] == states[1]);
  CHECK(ledgers[0] == ledgers[1]);
  CHECK(ledgers[0].size() == 2);
}

TEST_CASE("why: a cell with a history: walks it back to the import, and names people and losers") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "1");
  const RowId row = town.put("household", {{"place", to_text(town.place_id("1-1"))}, {"note", "imported"}});
  li.sync();
  li.update("household", row, {{"note", "one"}});
  li.sync();
  wang.sync();
  town.clock().wall_ms += 1000;
  li.update("household", row, {{"note", "two"}});
  town.clock().wall_ms += 1000;
  wang.update("household", row, {{"note", "three"}});
  li.sync();
  wang.sync();

  const Why answer = must(why(town.office(), "household", row, "note"));
  CHECK(answer.alive);
  CHECK(answer.shown == Value("three"));
  CHECK(answer.rule == MergeKind::latest);
  REQUIRE(answer.versions.size() == 4);
  CHECK(answer.versions[0].standing == Standing::shown);
  CHECK(answer.versions[0].person == "Wang");
  CHECK(answer.versions[0].device == "Wang's phone");
  CHECK(answer.versions[0].value == Value("three"));
  CHECK(answer.versions[0].received_ms == town.clock().wall_ms);
  CHECK(answer.versions[1].standing == Standing::open_loser);
  CHECK(answer.versions[1].value == Value("two"));
  CHECK(answer.versions[2].value == Value("one"));
  CHECK(answer.versions[2].standing == Standing::superseded);
  CHECK(answer.versions[3].value == Value("imported"));
  CHECK(answer.versions[3].person == "余杭街道");
  CHECK(answer.versions[0].bases == answer.versions[1].bases);

  CHECK(why(town.office(), "household", RowId{}, "note").error().code == ErrorCode::not_found);
  CHECK(why(town.office(), "nothing", row, "note").error().code == ErrorCode::not_found);
  CHECK(why(town.office(), "household", row, "nothing").error().code == ErrorCode::not_found);
}
