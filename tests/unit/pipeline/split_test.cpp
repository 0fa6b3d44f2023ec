#include "pipeline/split.hpp"

#include "pipeline/history.hpp"
#include "unit/pipeline/town.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

Cells household(Town& town, const Cells& more) {
  Cells cells{{"place", to_text(town.place_id("1-1"))}, {"number", std::int64_t{1}}};
  cells.insert(cells.end(), more.begin(), more.end());
  return cells;
}

/// Two families behind one door, each registered as number 1 by a leader who did not know of the other.
struct TwoFamilies {
  Town town;
  RowId li_person = town.person("Li");
  RowId wang_person = town.person("Wang");
  RowId home, zhao, zhou, wangs_residency;

  TwoFamilies() {
    town.assign(li_person, "1");
    town.assign(wang_person, "1");
    Phone li = town.enrol(li_person);
    Phone wang = town.enrol(wang_person);
    home =
        li.insert("household",
                  household(town, {{"head_name", "Zhao"}, {"tags", R"(["a","both"])"}, {"status", "owner"}}));
    zhao = li.insert("resident", {{"name", "Zhao"}});
    li.insert("residency", {{"resident", to_text(zhao)}, {"household", to_text(home)}});
    town.clock().wall_ms += 1000;
    wang.insert(
        "household",
        household(town, {{"head_name", "Zhou"}, {"phone", "13800138000"}, {"tags", R"(["b","both"])"}}));
    zhou = wang.insert("resident", {{"name", "Zhou"}});
    wangs_residency = wang.insert("residency", {{"resident", to_text(zhou)}, {"household", to_text(home)}});
    li.sync();
    wang.sync();
  }
};

}  // namespace

TEST_CASE("split: two families that met in one row: are two, each with what its own leader wrote") {
  TwoFamilies here;
  Town& town = here.town;
  REQUIRE(town.value("household", here.home, "head_name") == Value("Zhou"));
  const SplitPlan plan = must(split_household(town.office(), here.home, here.wang_person, false));
  CHECK(plan.number == 2);
  CHECK(town.count("household") == 2);
  CHECK(town.value("household", plan.new_row, "head_name") == Value("Zhou"));
  CHECK(town.value("household", plan.new_row, "phone") == Value("13800138000"));
  CHECK(town.value("household", plan.new_row, "tags") == Value(R"(["b","both"])"));
  CHECK(town.value("household", plan.new_row, "status") == Value{});
  CHECK(town.value("household", here.home, "head_name") == Value("Zhao"));
  CHECK(town.value("household", here.home, "phone") == Value{});
  CHECK(town.value("household", here.home, "tags") == Value(R"(["a","both"])"));
  CHECK(town.value("household", here.home, "status") == Value("owner"));
  CHECK(town.value("residency", here.wangs_residency, "household") == Value(to_text(plan.new_row)));
  CHECK(town.conflicts().empty());  // A decision closes what was open.
  town.check_sound();
}

TEST_CASE("split: a dry run: tells the same, and writes nothing") {
  TwoFamilies here;
  const SplitPlan told = must(split_household(here.town.office(), here.home, here.wang_person, true));
  CHECK(here.town.count("household") == 1);
  CHECK(here.town.value("household", here.home, "head_name") == Value("Zhou"));
  const SplitPlan done = must(split_household(here.town.office(), here.home, here.wang_person, false));
  CHECK(told.new_row == done.new_row);
  CHECK(told.taken.size() == done.taken.size());
  CHECK(told.given_back.size() == done.given_back.size());
}

TEST_CASE("split: somebody who wrote nothing there, a household of one hand: are refused") {
  TwoFamilies here;
  Town& town = here.town;
  const RowId nobody = town.person("Nobody");
  CHECK_FALSE(split_household(town.office(), here.home, nobody, false));
  CHECK_FALSE(split_household(town.office(), town.place_id("1-1"), here.li_person, false));
  Phone li = town.enrol(here.li_person);
  li.sync();
  const RowId alone = li.insert(
      "household",
      {{"place", to_text(town.place_id("1-2"))}, {"number", std::int64_t{1}}, {"head_name", "Sun"}});
  li.sync();
  CHECK_FALSE(split_household(town.office(), alone, here.li_person, false));
}
