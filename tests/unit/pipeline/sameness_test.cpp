#include "pipeline/sameness.hpp"

#include "sqlite/office_file.hpp"
#include "unit/pipeline/town.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

RowId home(Town& town, const std::string& door, const char* head) {
  return town.put("household", {{"place", to_text(town.place_id(door))}, {"head_name", std::string(head)}});
}

std::int64_t number(Town& town, const std::string& sql) {
  return std::get<std::int64_t>(must(query_office_file(town.path(), sql)).rows.at(0).at(0));
}

std::string word(Town& town, const std::string& sql) {
  return std::get<std::string>(must(query_office_file(town.path(), sql)).rows.at(0).at(0));
}

Cells declaration(Town& town, const RowId& folded, const RowId& into, const std::string& place) {
  return {{"kind", "household"},
          {"folded", to_text(folded)},
          {"into", to_text(into)},
          {"place", to_text(town.place_id(place))},
          {"active", std::int64_t{1}}};
}

SamePair pair(Town& town, const RowId& row, const RowId& other) {
  auto snapshot = must(town.store().snapshot());
  static std::shared_ptr<const PackPlan> plan;
  plan = must(town.office().newest_plan(*snapshot));
  return {plan->find("household"), row, other, {}};
}

}  // namespace

TEST_CASE("sameness: a leader declares two households one: the office and other phones see one") {
  Town town;
  const RowId a = home(town, "1-1", "Zhao");
  const RowId b = home(town, "1-2", "Zhao");
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "1-1");
  li.sync();
  li.insert("same_as", declaration(town, a, b, "1"));
  CHECK(li.sync()[0].kind == wire::VerdictKind::effective);
  CHECK(number(town, "SELECT count(*) FROM household") == 2);
  CHECK(number(town, "SELECT count(*) FROM each_household") == 1);
  CHECK(word(town, "SELECT id FROM each_household") == to_text(b));
  wang.sync();  // Beneath the declaration's place: she hears of it.
  bool heard = false;
  for (const auto& [key, row] : wang.rows()) heard = heard || key.table == town.table("same_as").id;
  CHECK(heard);
  town.check_sound();
}

TEST_CASE("sameness: a late edit of the folded row: is its own, and shows in the folded one") {
  Town town;
  const RowId a = home(town, "1-1", "Zhao");
  const RowId b = home(town, "1-2", "Zhao");
  Phone li = town.leader("Li", "1");
  li.sync();
  must(declare_same(town.office(), {pair(town, a, b)}));
  li.update("household", a, {{"phone", "13800138000"}});
  CHECK(li.sync()[0].kind == wire::VerdictKind::effective);
  CHECK(word(town, "SELECT phone FROM each_household") == "13800138000");
  must(undo_same(town.office(), "household", a));
  CHECK(number(town, "SELECT count(*) FROM each_household") == 2);
  CHECK(number(town, "SELECT count(*) FROM doorstep_same") == 0);
  CHECK(word(town, "SELECT phone FROM each_household WHERE id = '" + to_text(a) + "'") == "13800138000");
}

TEST_CASE("sameness: opposite declarations at once: both stand, and the smallest id is the root") {
  Town town;
  const RowId a = home(town, "1-1", "Zhao");
  const RowId b = home(town, "1-2", "Zhao");
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "1");
  li.sync();
  wang.sync();
  li.insert("same_as", declaration(town, a, b, "1"));
  wang.insert("same_as", declaration(town, b, a, "1"));
  CHECK(li.sync()[0].kind == wire::VerdictKind::effective);
  CHECK(wang.sync()[0].kind == wire::VerdictKind::effective);
  CHECK(number(town, "SELECT count(*) FROM each_household") == 1);
  CHECK(word(town, "SELECT id FROM each_household") == to_text(std::min(a, b)));
}

TEST_CASE("sameness: the opposite of one's own declaration: is held") {
  Town town;
  const RowId a = home(town, "1-1", "Zhao");
  const RowId b = home(town, "1-2", "Zhao");
  Phone li = town.leader("Li", "1");
  li.sync();
  li.insert("same_as", declaration(town, a, b, "1"));
  li.sync();
  li.insert("same_as", declaration(town, b, a, "1"));
  const auto verdicts = li.sync();
  CHECK(verdicts[0].kind == wire::VerdictKind::held);
  CHECK(verdicts[0].reason == wire::HoldReason::ring_of_same);
}

TEST_CASE("sameness: turned round in one group: is taken") {
  Town town;
  const RowId a = home(town, "1-1", "Zhao");
  const RowId b = home(town, "1-2", "Zhao");
  Phone li = town.leader("Li", "1");
  li.sync();
  const RowId first = li.insert("same_as", declaration(town, a, b, "1"));
  li.sync();
  Group& group = li.open_group();
  group.ops.push_back(li.insert_op("same_as", declaration(town, b, a, "1")));
  group.ops.push_back(li.update_op("same_as", first, {{"active", std::int64_t{0}}}));
  li.close_group();
  CHECK(li.sync()[0].kind == wire::VerdictKind::effective);
  CHECK(word(town, "SELECT id FROM each_household") == to_text(a));
}

TEST_CASE("sameness: a declaration about rows that are not one's own, or of no sense: is held") {
  Town town;
  const RowId a = home(town, "1-1", "Zhao");
  const RowId b = home(town, "2-1", "Zhao");
  Phone li = town.leader("Li", "1");
  li.sync();
  li.insert("same_as", declaration(town, a, b, "1"));
  const auto outside = li.sync();
  CHECK(outside[0].reason == wire::HoldReason::outside_scope);
  li.insert("same_as", declaration(town, a, a, "1"));
  CHECK(li.sync()[0].reason == wire::HoldReason::invalid);
  CHECK(number(town, "SELECT count(*) FROM each_household") == 2);
}

TEST_CASE("sameness: several pairs of one thing: become one class, and a second time nothing") {
  Town town;
  const RowId a = home(town, "1-1", "Zhao");
  const RowId b = home(town, "1-2", "Zhao");
  const RowId c = home(town, "2-1", "Zhao");
  const std::vector<SamePair> pairs{pair(town, a, b), pair(town, c, b), pair(town, a, c)};
  CHECK(must(declare_same(town.office(), pairs)) == 2);
  CHECK(must(declare_same(town.office(), pairs)) == 0);
  CHECK(number(town, "SELECT count(*) FROM each_household") == 1);
  CHECK(word(town, "SELECT place FROM same_as ORDER BY place = '" + to_text(town.place_id("1")) + "'") ==
        to_text(town.place_id("C")));
}

TEST_CASE("sameness: the office opened again: goes on from what is declared") {
  Town town;
  const RowId a = home(town, "1-1", "Zhao");
  const RowId b = home(town, "1-2", "Zhao");
  must(declare_same(town.office(), {pair(town, a, b)}));
  town.reopen();
  town.put("household", {{"phone", std::string("13800138000")}, {"place", to_text(town.place_id("1-1"))}}, a);
  CHECK(word(town, "SELECT phone FROM each_household") == "13800138000");
  town.remove("household", b);
  CHECK(word(town, "SELECT id FROM each_household") == to_text(a));
}

TEST_CASE("sameness: why: names the row that the value comes from") {
  Town town;
  const RowId a = home(town, "1-1", "Zhao");
  town.clock().wall_ms += 1000;
  const RowId b = home(town, "1-2", "Zhou");
  must(declare_same(town.office(), {pair(town, b, a)}));
  const Why found = must(why(town.office(), "household", a, "head_name"));
  CHECK(found.shown == Value("Zhou"));
  CHECK(found.row == b);
  CHECK(found.same == 2);
}
