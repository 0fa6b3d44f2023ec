#include "simulation/systems/told.hpp"

// How a matter goes from a unit to the grid and the community in Changchun, and back.
using namespace doorstep;
using namespace doorstep::simulation;

namespace {

struct Grid : Field {
  Leader* unit = nullptr;
  Leader* grid = nullptr;
  Leader* worker = nullptr;
  Leader* other_worker = nullptr;

  Grid() : Field("changchun") {
    place("S", "", "street");
    place("C", "S", "community");
    place("G", "C", "grid");
    place("E", "G", "estate");
    place("B", "E", "building");
    place("U", "B", "unit");
    for (const char* door : {"101", "102", "103"}) place(door, "U", "door");
    unit = &leader("单元长王芳", "unit_leader", "U");
    grid = &leader("网格长赵刚", "grid_leader", "G");
    worker = &leader("陈社工", "community_worker", "C");
    other_worker = &leader("林社工", "community_worker", "C");
    put("organisation", {{"place", "C"}, {"name", "物业公司"}, {"kind", "property"}});
    until("2027-02-01 08:00");
    exchange();
  }

  /// A step, an hour after the one before.
  void step(Leader& who, const RowId& matter, const std::string& kind, std::vector<NamedValue> more = {}) {
    pass_minutes(60);
    more.emplace_back("matter", to_text(matter));
    more.emplace_back("kind", kind);
    who.add("matter_step", more);
  }

  std::string chain(const RowId& matter) {
    const std::vector<NamedValue> it{{"matter", to_text(matter)}};
    const std::string at_office = told(ask("matter_chain", it), "kind");
    for (Leader& each : leaders()) {
      INFO(each.name());
      CHECK(told(each.ask("matter_chain", it), "kind") == at_office);
    }
    return at_office;
  }

  std::string cell(const RowId& matter, const std::string& column) {
    return only(query("SELECT " + column + " FROM matter WHERE id = '" + to_text(matter) + "'"), column);
  }
};

std::string titles(const AnswerRows& rows) { return told(rows, "title"); }

}  // namespace

TEST_CASE_METHOD(
    Grid, "systems/changchun: small matters do not leave the grid, large ones do not leave the community") {
  // A small one, told at the door: the grid deals with it.
  const RowId small =
      unit->add("matter", {{"place", "101"}, {"kind", "need"}, {"channel", "door"}, {"title", "楼道灯坏了"}});
  step(*unit, small, "up", {{"level", "grid"}});
  unit->edit("matter", small, {{"level", "grid"}, {"owner", grid->id()}});
  exchange();
  CHECK(titles(grid->ask("matters_waiting_on_me")) == "楼道灯坏了");
  CHECK(unit->ask("matters_waiting_on_me").empty());
  step(*grid, small, "accept");
  step(*grid, small, "progress");
  step(*grid, small, "answer");
  grid->edit("matter", small,
             {{"state", "answered"},
              {"outcome", "solved_on_spot"},
              {"answered_how", "in_person"},
              {"answered_at", now()}});
  exchange();
  step(*unit, small, "check");
  step(*unit, small, "close");
  unit->edit("matter", small, {{"state", "closed"}});
  exchange();
  CHECK(chain(small) == "up accept progress answer check close");
  CHECK(cell(small, "level") == "grid");
  CHECK(cell(small, "state") == "closed");
  CHECK(grid->ask("matters_waiting_on_me").empty());

  // A large one, told online. The community sends it back once, then takes it, asks for more time, is
  // refused.
  const AnswerRows property = query("SELECT id FROM organisation");
  const RowId large = unit->add("matter", {{"place", "102"},
                                           {"kind", "need"},
                                           {"channel", "online"},
                                           {"title", "加装电梯"},
                                           {"reporter", "周大爷"},
                                           {"opinion", "三户老人,应当支持"},
                                           {"due", "2027-02-10"}});
  step(*unit, large, "up", {{"level", "grid"}});
  unit->edit("matter", large, {{"level", "grid"}, {"owner", grid->id()}});
  exchange();
  step(*grid, large, "accept");
  step(*grid, large, "up", {{"level", "community"}});
  grid->edit("matter", large, {{"level", "community"}, {"owner", worker->id()}});
  exchange();
  CHECK(titles(worker->ask("matters_waiting_on_me")) == "加装电梯");
  step(*worker, large, "decline", {{"note", "请先征求邻居意见"}});
  step(*worker, large, "down", {{"level", "grid"}, {"person", grid->id()}});
  worker->edit("matter", large, {{"level", "grid"}, {"owner", grid->id()}});
  exchange();
  CHECK(titles(grid->ask("matters_waiting_on_me")) == "加装电梯");
  CHECK(worker->ask("matters_waiting_on_me").empty());
  step(*grid, large, "up", {{"level", "community"}});
  grid->edit("matter", large, {{"level", "community"}, {"owner", worker->id()}});
  exchange();
  step(*worker, large, "accept");
  worker->edit("matter", large,
               {{"state", "working"}, {"claimed_by", worker->id()}, {"claimed_for", only(property, "id")}});
  step(*worker, large, "extension_asked", {{"due", "2027-03-10"}});
  exchange();
  CHECK(titles(ask("extensions_asked")) == "加装电梯");
  step(*other_worker, large, "extension_refused");
  exchange();
  for (Leader& each : leaders()) CHECK(each.ask("extensions_asked").empty());
  CHECK(cell(large, "due") == "2027-02-10");
  // On its last day it is not late; on the next it is, for everybody, without signal.
  until("2027-02-10 23:00");
  for (Leader& each : leaders()) CHECK(each.ask("matters_overdue").empty());
  until("2027-02-12 00:30");
  for (Leader& each : leaders()) {
    const AnswerRows late = each.ask("matters_overdue");
    CHECK(titles(late) == "加装电梯");
    CHECK(only(late, "days_overdue") == "2");
    CHECK(only(late, "owner") == "陈社工");
    CHECK(only(late, "level") == "community");
  }
  CHECK(ask("matters_overdue").size() == 1);
  step(*worker, large, "progress");
  step(*worker, large, "answer");
  worker->edit("matter", large,
               {{"state", "answered"},
                {"outcome", "adopted"},
                {"answer", "三月开工"},
                {"answered_how", "phone"},
                {"answered_at", now()}});
  exchange();
  for (Leader& each : leaders()) CHECK(each.ask("matters_overdue").empty());
  step(*grid, large, "check");
  step(*worker, large, "close");
  worker->edit("matter", large, {{"state", "closed"}});
  exchange();
  // 上报 → 受理 → … → 延期审核 → 处理反馈 → 核查 → 结案
  CHECK(chain(large) ==
        "up accept up decline down up accept extension_asked extension_refused progress answer check close");
  CHECK(cell(large, "level") == "community");
  const AnswerRows line = where(ask("matter_ledger"), "title", "加装电梯");
  REQUIRE(line.size() == 1);
  for (const auto& [column, value] : line.front()) {
    INFO(column);
    CHECK(value != "");
  }
  CHECK(only(line, "channel") == "online");
  CHECK(only(line, "reporter") == "周大爷");
  CHECK(only(line, "owner") == "陈社工");
  CHECK(only(line, "answered_how") == "phone");
  CHECK(where(worker->ask("matter_ledger"), "title", "加装电梯") == line);

  // One from a consultation: two hand it on without knowing of each other, and both hear of it.
  const RowId passed = unit->add(
      "matter", {{"place", "103"}, {"kind", "topic"}, {"channel", "consultation"}, {"title", "广场舞时间"}});
  unit->edit("matter", passed, {{"level", "grid"}, {"owner", grid->id()}});
  exchange();
  step(*grid, passed, "up", {{"level", "community"}, {"person", other_worker->id()}});
  grid->edit("matter", passed, {{"level", "community"}, {"owner", other_worker->id()}});
  step(*worker, passed, "down", {{"level", "leader"}, {"person", unit->id()}});
  worker->edit("matter", passed, {{"level", "leader"}, {"owner", unit->id()}});
  exchange();
  CHECK(open_conflicts() >= 1);
  const std::string shown = cell(passed, "owner");
  REQUIRE((shown == "林社工" || shown == "单元长王芳"));
  for (Leader& each : leaders()) {
    INFO(each.name());
    CHECK(each.conflicts().size() >= 1);
    CHECK(only(each.query("SELECT owner FROM matter WHERE title = '广场舞时间'"), "owner") == shown);
  }
  decide(passed, true);
  exchange();
  CHECK(cell(passed, "owner") == (shown == "林社工" ? "单元长王芳" : "林社工"));
  Leader& holds = shown == "林社工" ? *unit : *other_worker;
  Leader& lost = shown == "林社工" ? *other_worker : *unit;
  CHECK(titles(holds.ask("matters_waiting_on_me")) == "广场舞时间");
  CHECK(lost.ask("matters_waiting_on_me").empty());
  CHECK(chain(passed) == "up down");

  std::map<std::string, long> channels;
  for (const auto& row : ask("matter_outcomes", {{"since", "2027-01-31T16:00:00.000Z"}}))
    channels[row.at("channel")] += std::stol(row.at("matters"));
  CHECK(channels == std::map<std::string, long>{{"door", 1}, {"online", 1}, {"consultation", 1}});
  CHECK(wrong_is_none(*this));
}
