#include "unit/store/phone_fixture.hpp"
#include "wire/row_meta.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

const std::string kDoor = "12345678-0000-7000-8000-000000000001";
const RowId kHousehold = *parse_row_id("99999999-0000-7000-8000-000000000001");
constexpr ActorId kOther = make_actor(1'800'000'000, 9);

Value text(const char* t) { return std::string(t); }

/// Answers with verdicts and, at a checkpoint, with the household as the office has it.
class Office {
 public:
  explicit Office(Phone& phone) : phone_(phone) {}

  void answer(const std::vector<wire::Verdict>& verdicts, std::uint64_t included, bool checkpoint = true) {
    wire::SyncResponse response;
    response.time.ms = 1'800'000'100'000;
    response.verdicts = verdicts;
    const auto request = phone_.store->next_request();
    REQUIRE(request);
    asked_for = request->held;
    if (request->push) response.push = wire::PushResult::accepted;
    response.admitted_through = admitted_through;
    response.page.emplace();
    if (household != nullptr) put(*response.page);
    if (gone)
      response.page->gone.push_back({{phone_.store->pack()->find("household")->id, kHousehold},
                                     Birth{1},
                                     wire::GoneReason::left_scope});
    response.next.incarnation = 1;
    response.next.slices.push_back({RowId{}, FeedPosition{++position_}});
    response.checkpoint = checkpoint;
    response.included_through = GroupNumber{included};
    SyncReport counted;
    REQUIRE(phone_.store->accept(response, wire::to_frame(response), 0, counted));
    report = counted;
    household = nullptr;
  }

  const char* household = nullptr;  ///< Its phone number, in the next answer.
  std::uint64_t household_group = 1;
  std::optional<VersionName> deleted_by;  ///< A delete of the household that did not take it away.
  std::optional<Version> ledger;          ///< An open loser of its phone number.
  bool gone = false;                      ///< It leaves the scope, in the next answer.
  GroupNumber admitted_through{};
  std::vector<GroupNumber> asked_for;
  SyncReport report;

 private:
  void put(wire::Page& page) {
    const auto pack = phone_.store->pack();
    const Table& table = *pack->find("household");
    RowState row;
    row.birth = Birth{1};
    const Version version{{kOther, GroupNumber{household_group}, 0}, Stamp::at(1'800'000'000'000), 0};
    for (const auto& [column, value] : {std::pair{"place", kDoor.c_str()}, {"phone", household}})
      row.cells.push_back({table.find(column)->id, version, std::string(value), false, {}});
    if (deleted_by) row.deaths = {Death{{*deleted_by, version.stamp, 0}, {version.name}}};
    if (ledger) {
      wire::LedgerItem item;
      item.entry = *parse_row_id("99999999-0000-5000-8000-0000000000ee");
      item.key = {table.id, kHousehold};
      item.birth = Birth{1};
      item.column = table.find("phone")->id;
      item.version = *ledger;
      item.value = std::string("13900000007");
      page.ledger.push_back(item);
      row.cells[1].contested = true;
    }
    wire::RowSection section;
    section.table = table.id;
    for (const Column& column : table.columns) section.columns.push_back(column.id);
    section.ids.push_back(kHousehold);
    for (Value& value : wire::values_of(table, row)) section.values.push_back(std::move(value));
    section.metas.push_back(wire::encode_meta(table, row));
    page.sections.push_back(std::move(section));
  }

  Phone& phone_;
  std::uint64_t position_ = 0;
};

wire::Verdict verdict(std::uint64_t number, wire::VerdictKind kind, const char* detail = "") {
  return {GroupNumber{number}, 1, kind, wire::HoldReason::outside_scope, detail, std::nullopt};
}

Value phone_of(Phone& phone) {
  return phone.one("SELECT phone FROM household WHERE id = ?1", {to_text(kHousehold)});
}

std::int64_t outbox(Phone& phone) {
  return std::get<std::int64_t>(phone.one("SELECT COUNT(*) FROM doorstep_outbox"));
}

/// A canonical household, and an edit of it (group 1) that the office holds.
void edit_and_hold(Phone& phone, Office& office) {
  office.household = "13900000001";
  office.answer({}, 0);
  REQUIRE(phone.run("UPDATE household SET phone = '13900000002' WHERE id = ?1", {to_text(kHousehold)}));
  office.admitted_through = GroupNumber{1};
  office.answer({verdict(1, wire::VerdictKind::held)}, 1);
  CHECK(phone_of(phone) == text("13900000002"));
}

}  // namespace

TEST_CASE("held: a group the office keeps: is listed in words and asked for with every request") {
  Phone phone;
  Office office(phone);
  edit_and_hold(phone, office);
  const auto listed = phone.store->held();
  REQUIRE(listed);
  REQUIRE(listed->size() == 1);
  CHECK_FALSE((*listed)[0].returned);
  CHECK((*listed)[0].content.zh.find("1条") != std::string::npos);
  const auto content = phone.store->content(GroupNumber{1});
  REQUIRE(content);
  REQUIRE(content->size() == 1);
  CHECK((*content)[0].table == "household");
  CHECK((*content)[0].column == "phone");
  CHECK((*content)[0].value == text("13900000002"));
  CHECK(phone.store->retry(GroupNumber{1}).error().code == ErrorCode::refused);
  CHECK(phone.store->dismiss(GroupNumber{1}).error().code == ErrorCode::refused);
  CHECK(phone.store->content(GroupNumber{2}).error().code == ErrorCode::not_found);
  office.answer({}, 1);
  CHECK(office.asked_for == std::vector<GroupNumber>{GroupNumber{1}});
}

TEST_CASE("held: released: leaves with the checkpoint, not before") {
  Phone phone;
  Office office(phone);
  edit_and_hold(phone, office);
  office.answer({verdict(1, wire::VerdictKind::merged)}, 1, false);
  CHECK(office.report.released == 1);
  CHECK(outbox(phone) == 1);
  CHECK(phone_of(phone) == text("13900000002"));
  CHECK(phone.store->record("household", kHousehold)->state == RecordState::received);
  phone.reopen();
  Office later(phone);
  later.admitted_through = GroupNumber{1};
  later.household = "13900000002";
  later.household_group = 7;
  later.answer({}, 1);
  CHECK(later.asked_for.empty());
  CHECK(outbox(phone) == 0);
  CHECK(phone_of(phone) == text("13900000002"));
  CHECK(phone.store->held()->empty());
}

TEST_CASE("returned: the office's value shows again, the content stays, also after a restart") {
  Phone phone;
  Office office(phone);
  edit_and_hold(phone, office);
  office.answer({verdict(1, wire::VerdictKind::returned, "请找李组长")}, 1);
  CHECK(office.report.returned == 1);
  CHECK(phone_of(phone) == text("13900000001"));
  CHECK(phone.one("SELECT COUNT(*) FROM doorstep_under") == Value(std::int64_t{0}));
  phone.reopen();
  CHECK(phone_of(phone) == text("13900000001"));
  CHECK(phone.store->status().returned_groups == 1);
  CHECK_FALSE(phone.store->has_unsent());
  const auto listed = phone.store->held();
  REQUIRE(listed->size() == 1);
  CHECK((*listed)[0].returned);
  CHECK((*listed)[0].sentence.zh.find("请找李组长") != std::string::npos);
  CHECK((*phone.store->content(GroupNumber{1}))[0].value == text("13900000002"));

  SECTION("retried: one new group on today's row") {
    Office today(phone);
    today.admitted_through = GroupNumber{1};
    today.household = "13900000005";
    today.household_group = 4;
    today.answer({}, 1);
    REQUIRE(phone.store->retry(GroupNumber{1}));
    CHECK(phone_of(phone) == text("13900000002"));
    const auto groups = phone.outbox();
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].number == GroupNumber{2});
    CHECK(groups[0].depends.empty());
    CHECK(groups[0].ops[0].cells[0].bases == std::vector<VersionName>{{kOther, GroupNumber{4}, 0}});
    CHECK(phone.store->held()->empty());
    CHECK(phone.store->retry(GroupNumber{1}).error().code == ErrorCode::not_found);
  }
  SECTION("dismissed: gone for good") {
    REQUIRE(phone.store->dismiss(GroupNumber{1}));
    CHECK(outbox(phone) == 0);
    CHECK(phone_of(phone) == text("13900000001"));
    REQUIRE(phone.run("UPDATE household SET note = 'n' WHERE id = ?1", {to_text(kHousehold)}));
    CHECK(phone.outbox()[0].number == GroupNumber{2});
  }
}

TEST_CASE("returned: a new row: leaves the table, and retried keeps its id") {
  Phone phone;
  Office office(phone);
  const RowId visit = phone.add("visit", {{"place", kDoor}, {"outcome", text("met")}});
  office.admitted_through = GroupNumber{1};
  office.answer({verdict(1, wire::VerdictKind::returned)}, 1);
  CHECK(is_null(phone.one("SELECT id FROM visit")));
  REQUIRE(phone.store->retry(GroupNumber{1}));
  CHECK(phone.one("SELECT id FROM visit") == text(to_text(visit).c_str()));
  CHECK(phone.outbox().at(0).number == GroupNumber{2});
}

TEST_CASE("returned: an edit of a row that has gone: cannot be retried, stays listed, nothing is half done") {
  Phone phone;
  Office office(phone);
  edit_and_hold(phone, office);
  office.answer({verdict(1, wire::VerdictKind::returned)}, 1);
  REQUIRE(phone.run("DELETE FROM household WHERE id = ?1", {to_text(kHousehold)}));
  const Status retried = phone.store->retry(GroupNumber{1});
  REQUIRE_FALSE(retried);
  CHECK(retried.error().code == ErrorCode::not_found);
  CHECK(phone.store->held()->size() == 1);
  CHECK(outbox(phone) == 2);
}

TEST_CASE("held: an edit of a row that leaves the phone's places: the row goes, the content stays listed") {
  Phone phone;
  Office office(phone);
  edit_and_hold(phone, office);
  office.gone = true;
  office.answer({}, 1);
  CHECK(is_null(phone_of(phone)));
  CHECK(phone.store->canonical_rows(*phone.store->pack()->find("household"))->empty());
  CHECK((*phone.store->content(GroupNumber{1}))[0].value == text("13900000002"));
  phone.reopen();
  CHECK(is_null(phone_of(phone)));
}

TEST_CASE("returned: an edit of a row that only an open loser keeps alive: the row stays in sight") {
  Phone phone;
  Office office(phone);
  const Version loser{{kOther, GroupNumber{2}, 0}, Stamp::at(1'800'000'000'000), 0};
  office.deleted_by =
      VersionName{kOther, GroupNumber{3}, 0};  // Had seen the number that shows, not the loser.
  office.ledger = loser;
  edit_and_hold(phone, office);
  office.answer({verdict(1, wire::VerdictKind::returned)}, 1);
  CHECK(phone_of(phone) == text("13900000001"));
}
