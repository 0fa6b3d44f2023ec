#include "app/invite_list.hpp"

#include "unit/app/roster_fixture.hpp"

using namespace doorstep::server;

namespace {

struct InviteFixture : RosterFixture {
  InviteFixture() { import_estate(); }

  std::vector<Invitee> read(const std::string& csv, std::size_t faults = 0) {
    std::vector<RosterProblem> problems;
    auto invitees = read_invitees(pack_, *doorstep::server::tabular::read_csv(csv), problems);
    CHECK(problems.size() == faults);
    return invitees;
  }
  InvitePlan invite(const std::string& csv) {
    auto planned = plan_invitations(pack_, office_, read(csv), *this, now_ms_);
    REQUIRE(planned);
    for (const PlannedRow& row : planned->rows) {
      auto& values = rows_[row.table->name][row.id];
      values.resize(row.table->columns.size());
      for (const auto& [column, value] : row.cells)
        values[static_cast<std::size_t>(row.table->position(column))] = value;
    }
    return *planned;
  }
};

}  // namespace

TEST_CASE_METHOD(InviteFixture, "invite: a list: people and posts are made, and found the second time") {
  const std::string csv =
      "姓名,联系电话,岗位,地点\n王芳,13800138000,单元长,C-1-1\n李明,,building_leader,C-1\n";
  const InvitePlan first = invite(csv);
  REQUIRE(first.invited.size() == 2);
  CHECK(first.rows.size() == 4);
  CHECK(first.invited[0].role == "unit_leader");
  const InvitePlan again = invite(csv);
  CHECK(again.rows.empty());
  CHECK(again.invited[0].person == first.invited[0].person);
}

TEST_CASE_METHOD(InviteFixture, "invite: two people of one name: told apart by phone") {
  const InvitePlan plan = invite(
      "name,phone,role,place\n王芳,13800138000,unit_leader,C-1-1\n王芳,13800138001,unit_leader,C-1-1\n");
  REQUIRE(plan.invited.size() == 2);
  CHECK(plan.invited[0].person != plan.invited[1].person);
  CHECK(count("person") == 2);
}

TEST_CASE_METHOD(InviteFixture, "invite: one person with two posts: is one person") {
  const InvitePlan plan = invite("name,role,place\n王芳,unit_leader,C-1-1\n王芳,building_leader,C-1\n");
  REQUIRE(plan.invited.size() == 2);
  CHECK(plan.invited[0].person == plan.invited[1].person);
  CHECK(count("assignment") == 2);
}

TEST_CASE_METHOD(InviteFixture, "invite: unknown place or post: told by row, nothing planned") {
  const InvitePlan plan = invite("name,role,place\n王芳,unit_leader,NOWHERE\n李明,king,C-1\n");
  REQUIRE(plan.problems.size() == 2);
  CHECK(plan.problems[0].row == 2);
  CHECK(plan.problems[1].row == 3);
  CHECK(plan.rows.empty());
  CHECK(plan.invited.empty());
}

TEST_CASE_METHOD(InviteFixture, "invite: a list without a needed column: each is named") {
  read("name,phone\n王芳,1\n", 2);
  read("name,姓名,role,place\n", 1);
}
