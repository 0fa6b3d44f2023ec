#include "schema/natural_key.hpp"
#include "unit/store/phone_fixture.hpp"
#include "wire/row_meta.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

const std::string kDoor = "12345678-0000-7000-8000-000000000001";
constexpr ActorId kOther = make_actor(1'800'000'000, 9);

Value text(const char* t) { return std::string(t); }

/// What an office would answer; the tests say what is in it.
class Office {
 public:
  explicit Office(Phone& phone) : phone_(phone), pack_(phone.store->pack()) {}

  wire::SyncResponse answer(bool checkpoint = true) {
    wire::SyncResponse response;
    response.time.ms = 1'800'000'100'000;
    response.admitted_through = admitted_;
    response.page.emplace();
    response.next.incarnation = 1;
    response.next.slices.push_back({RowId{}, FeedPosition{++position_}});
    response.checkpoint = checkpoint;
    return response;
  }
  void decide(wire::SyncResponse& response, std::uint64_t first, std::uint32_t count,
              wire::VerdictKind kind = wire::VerdictKind::effective) {
    wire::Verdict verdict;
    verdict.first = GroupNumber{first};
    verdict.count = count;
    verdict.kind = kind;
    if (kind == wire::VerdictKind::held) verdict.reason = wire::HoldReason::outside_scope;
    response.push = wire::PushResult::accepted;
    response.verdicts.push_back(verdict);
    response.admitted_through = response.included_through = admitted_ = GroupNumber{first + count - 1};
  }
  /// A canonical household.
  void put(wire::SyncResponse& response, const RowId& id, const char* phone, const char* note,
           VersionName name, std::uint64_t stamp = 1'800'000'000'000ULL << 16) {
    const Table& table = *pack_->find("household");
    RowState row;
    row.birth = Birth{1};
    for (const auto& [column, value] : {std::pair{"place", kDoor.c_str()}, {"phone", phone}, {"note", note}})
      row.cells.push_back({table.find(column)->id, {name, Stamp{stamp}, 0}, std::string(value), false, {}});
    wire::RowSection section;
    section.table = table.id;
    for (const Column& column : table.columns) section.columns.push_back(column.id);
    section.ids.push_back(id);
    for (Value& value : wire::values_of(table, row)) section.values.push_back(std::move(value));
    section.metas.push_back(wire::encode_meta(table, row));
    response.page->sections.push_back(std::move(section));
  }
  Status send(const wire::SyncResponse& response) {
    REQUIRE(phone_.store->next_request());
    SyncReport report;
    return phone_.store->accept(response, wire::to_frame(response), 0, report);
  }

 private:
  Phone& phone_;
  std::shared_ptr<const Pack> pack_;
  GroupNumber admitted_{};
  std::uint64_t position_ = 0;
};

RowId household_of(Phone& phone) {
  const RowId id = phone.add("household", {{"place", kDoor}, {"phone", text("13900000001")}});
  return id;
}

Value cell(Phone& phone, const RowId& id, const char* column) {
  return phone.one(std::string("SELECT ") + column + " FROM household WHERE id = ?1", {to_text(id)});
}

std::int64_t waiting(Phone& phone) {
  return std::get<std::int64_t>(phone.one("SELECT COUNT(*) FROM doorstep_outbox"));
}

}  // namespace

TEST_CASE("exchange: own insert decided as written: becomes canonical without its values travelling back") {
  Phone phone;
  Office office(phone);
  const RowId id = household_of(phone);
  CHECK(phone.store->record("household", id)->state == RecordState::on_this_phone);
  auto response = office.answer();
  office.decide(response, 1, 1);
  response.page->own.push_back({GroupNumber{1}, 0});
  REQUIRE(office.send(response));
  CHECK(waiting(phone) == 0);
  CHECK(phone.store->record("household", id)->state == RecordState::effective);
  REQUIRE(phone.run("UPDATE household SET note = 'n' WHERE id = ?1", {to_text(id)}));
  const auto groups = phone.outbox();
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].number == GroupNumber{2});
  CHECK(groups[0].ops[0].cells[0].bases.empty());
}

TEST_CASE(
    "exchange: a pull under waiting work: the waiting value stays in sight, the base is what was read") {
  Phone phone;
  Office office(phone);
  const RowId id = *natural_key_id(kOffice, *phone.store->pack()->find("household"), [&] {
    auto v = std::vector<Value>(phone.store->pack()->find("household")->columns.size());
    v[0] = kDoor;
    v[1] = std::int64_t{1};
    return v;
  }());
  auto first = office.answer();
  office.put(first, id, "13900000001", "a", {kOther, GroupNumber{1}, 0});
  REQUIRE(office.send(first));
  REQUIRE(phone.run("UPDATE household SET phone = '13900000002' WHERE id = ?1", {to_text(id)}));
  auto second = office.answer();
  office.put(second, id, "13900000003", "b", {kOther, GroupNumber{2}, 0});
  REQUIRE(office.send(second));
  CHECK(cell(phone, id, "phone") == text("13900000002"));
  CHECK(cell(phone, id, "note") == text("b"));
  CHECK(phone.outbox()[0].ops[0].cells[0].bases.at(0) == VersionName{kOther, GroupNumber{1}, 0});
  phone.reopen();
  CHECK(cell(phone, id, "phone") == text("13900000002"));
}

TEST_CASE("exchange: an edit that is decided: the canonical row shows, nothing lies beneath") {
  Phone phone;
  Office office(phone);
  const RowId id = *natural_key_id(kOffice, *phone.store->pack()->find("household"), [&] {
    auto v = std::vector<Value>(phone.store->pack()->find("household")->columns.size());
    v[0] = kDoor;
    v[1] = std::int64_t{1};
    return v;
  }());
  auto first = office.answer();
  office.put(first, id, "13900000001", "a", {kOther, GroupNumber{1}, 0});
  REQUIRE(office.send(first));
  REQUIRE(phone.run("UPDATE household SET phone = '13900000002' WHERE id = ?1", {to_text(id)}));
  auto second = office.answer();
  office.decide(second, 1, 1, wire::VerdictKind::merged);
  office.put(second, id, "13900000009", "c", {kOther, GroupNumber{5}, 0});
  REQUIRE(office.send(second));
  CHECK(cell(phone, id, "phone") == text("13900000009"));
  CHECK(phone.one("SELECT COUNT(*) FROM doorstep_under") == Value(std::int64_t{0}));
  CHECK(waiting(phone) == 0);
}

TEST_CASE("exchange: a held group: stays in the outbox and in sight, with a reason") {
  Phone phone;
  Office office(phone);
  const RowId id = household_of(phone);
  auto response = office.answer();
  office.decide(response, 1, 1, wire::VerdictKind::held);
  REQUIRE(office.send(response));
  CHECK(waiting(phone) == 1);
  CHECK(cell(phone, id, "phone") == text("13900000001"));
  CHECK(phone.store->record("household", id)->state == RecordState::held);
  CHECK_FALSE(phone.store->has_unsent());
  const PhoneStatus status = phone.store->status();
  CHECK(status.held_groups == 1);
  REQUIRE(status.held.size() == 1);
  CHECK_FALSE(status.held[0].reason.zh.empty());
}

TEST_CASE("exchange: pages before the checkpoint: staged, invisible, resumed after a crash") {
  Phone phone;
  Office office(phone);
  const RowId id = *parse_row_id("99999999-0000-7000-8000-000000000001");
  auto page = office.answer(false);
  office.put(page, id, "13900000001", "a", {kOther, GroupNumber{1}, 0});
  REQUIRE(office.send(page));
  CHECK(is_null(cell(phone, id, "phone")));
  phone.reopen();
  auto request = phone.store->next_request();
  REQUIRE(request);
  REQUIRE(request->cursor.slices.size() == 1);
  CHECK(request->cursor.slices[0].position == page.next.slices[0].position);
  REQUIRE(office.send(office.answer()));
  CHECK(cell(phone, id, "phone") == text("13900000001"));
  CHECK(phone.one("SELECT COUNT(*) FROM doorstep_stage") == Value(std::int64_t{0}));
}

TEST_CASE("exchange: a row deleted by others under a waiting edit: stays until the verdict") {
  Phone phone;
  Office office(phone);
  const RowId id = *parse_row_id("99999999-0000-7000-8000-000000000001");
  auto first = office.answer();
  office.put(first, id, "13900000001", "a", {kOther, GroupNumber{1}, 0});
  REQUIRE(office.send(first));
  REQUIRE(phone.run("UPDATE household SET phone = '13900000002' WHERE id = ?1", {to_text(id)}));
  auto gone = office.answer();
  gone.page->gone.push_back(
      {{phone.store->pack()->find("household")->id, id}, Birth{1}, wire::GoneReason::deleted});
  REQUIRE(office.send(gone));
  CHECK(cell(phone, id, "phone") == text("13900000002"));
  CHECK(cell(phone, id, "note") == text("a"));
}

TEST_CASE("exchange: a row deleted by others: gone here, and registering again is the next birth") {
  Phone phone;
  Office office(phone);
  const RowId id = household_of(phone);
  auto first = office.answer();
  office.decide(first, 1, 1);
  first.page->own.push_back({GroupNumber{1}, 0});
  REQUIRE(office.send(first));
  auto gone = office.answer();
  gone.included_through = GroupNumber{1};
  gone.page->gone.push_back(
      {{phone.store->pack()->find("household")->id, id}, Birth{1}, wire::GoneReason::deleted});
  REQUIRE(office.send(gone));
  CHECK(is_null(cell(phone, id, "phone")));
  CHECK(household_of(phone) == id);
  CHECK(phone.outbox()[0].ops[0].birth == Birth{2});
}

TEST_CASE("exchange: a clock in 2031: the contact brings it back, and later stamps still grow") {
  Phone phone;
  Office office(phone);
  phone.clock->wall_ms = 1'930'000'000'000;
  const RowId id = household_of(phone);
  CHECK(phone.outbox()[0].stamp.ms() == 1'930'000'000'000);
  auto response = office.answer();
  office.decide(response, 1, 1);
  response.verdicts[0].admitted = Stamp::at(1'800'000'100'000);
  response.page->own.push_back({GroupNumber{1}, 0});
  REQUIRE(office.send(response));
  REQUIRE(phone.run("UPDATE household SET phone = '13900000003' WHERE id = ?1", {to_text(id)}));
  const Group group = phone.outbox().at(0);
  CHECK(Stamp::at(1'800'000'100'000) < group.stamp);
  CHECK(group.stamp.ms() < 1'800'000'200'000);
  CHECK_FALSE(group.clock_in_doubt);
}

TEST_CASE("exchange: a fork: nothing is pushed or dropped, status says so, another name is asked for") {
  Phone phone;
  Office office(phone);
  household_of(phone);
  auto response = office.answer();
  response.push = wire::PushResult::forked;
  REQUIRE(office.send(response));
  CHECK(phone.store->status().forked);
  CHECK(waiting(phone) == 1);
  CHECK(phone.store->has_unsent());
  const auto refused = phone.store->next_request();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::actor_forked);
  const auto asked = phone.store->rehome_request();
  REQUIRE(asked);
  REQUIRE(*asked);
  CHECK((*asked)->first == GroupNumber{1});
}

TEST_CASE("exchange: conflicts and why: told in a sentence") {
  Phone phone;
  Office office(phone);
  const RowId id = *parse_row_id("99999999-0000-7000-8000-000000000001");
  auto response = office.answer();
  office.put(response, id, "13900000001", "a", {kOther, GroupNumber{2}, 0});
  wire::LedgerItem item;
  item.entry = *parse_row_id("99999999-0000-5000-8000-0000000000ee");
  item.key = {phone.store->pack()->find("household")->id, id};
  item.birth = Birth{1};
  item.column = phone.store->pack()->find("household")->find("phone")->id;
  item.version = {{kOther, GroupNumber{1}, 0}, Stamp::at(1'800'000'000'000), 0};
  item.value = text("13900000007");
  item.person = "李组长";
  response.page->ledger.push_back(item);
  REQUIRE(office.send(response));
  const auto conflicts = phone.store->conflicts();
  REQUIRE(conflicts);
  REQUIRE(conflicts->size() == 1);
  CHECK((*conflicts)[0].sentence.zh.find("13900000007") != std::string::npos);
  CHECK((*conflicts)[0].sentence.zh.find("李组长") != std::string::npos);
  const auto why = phone.store->why("household", id, "phone");
  REQUIRE(why);
  REQUIRE(why->steps.size() == 2);
  CHECK(why->steps[1].where == "losing");
  CHECK(phone.store->record("household", id)->state == RecordState::in_question);
  item.open = false;
  auto closed = office.answer();
  closed.page->ledger.push_back(item);
  REQUIRE(office.send(closed));
  CHECK(phone.store->conflicts()->empty());
}

TEST_CASE("exchange: a whole pull: takes away what no page names, and leaves own work") {
  Phone phone;
  Office office(phone);
  const TableId household = phone.store->pack()->find("household")->id;
  const RowId staying = *parse_row_id("99999999-0000-7000-8000-000000000001");
  const RowId going = *parse_row_id("99999999-0000-7000-8000-000000000002");
  const RowId edited = *parse_row_id("99999999-0000-7000-8000-000000000003");
  const RowId removed = *parse_row_id("99999999-0000-7000-8000-000000000004");
  const RowId gone = *parse_row_id("99999999-0000-7000-8000-000000000005");
  auto first = office.answer();
  for (const RowId& id : {staying, going, edited, removed})
    office.put(first, id, "13900000001", "a", {kOther, GroupNumber{1}, 0});
  first.page->gone.push_back({{household, gone}, Birth{1}, wire::GoneReason::deleted});
  wire::LedgerItem entry;
  entry.entry = going;
  entry.key = {household, staying};
  first.page->ledger.push_back(entry);
  REQUIRE(office.send(first));
  const RowId own = household_of(phone);
  REQUIRE(phone.run("UPDATE household SET phone = '13900000005' WHERE id = ?1", {to_text(edited)}));
  REQUIRE(phone.run("DELETE FROM household WHERE id = ?1", {to_text(removed)}));

  auto page = office.answer(false);
  page.next.whole = true;
  office.put(page, staying, "13900000002", "b", {kOther, GroupNumber{2}, 0});
  REQUIRE(office.send(page));
  CHECK(phone.one("SELECT COUNT(*) FROM household") == Value(std::int64_t{4}));  // Not before the checkpoint.
  phone.reopen();
  CHECK(phone.store->next_request()->cursor.whole);
  auto last = office.answer();
  last.next.whole = true;
  REQUIRE(office.send(last));

  CHECK(cell(phone, staying, "phone") == text("13900000002"));
  CHECK(is_null(cell(phone, going, "phone")));
  CHECK(cell(phone, own, "phone") == text("13900000001"));
  CHECK(is_null(cell(phone, edited, "phone")));  // Half a row helps nobody.
  CHECK(phone.outbox().size() == 3);
  CHECK(phone.one("SELECT COUNT(*) FROM doorstep_gone") == Value(std::int64_t{0}));
  CHECK(phone.one("SELECT COUNT(*) FROM doorstep_ledger") == Value(std::int64_t{0}));
  CHECK_FALSE(phone.store->next_request()->cursor.whole);
  const auto canonical = phone.store->canonical_rows(*phone.store->pack()->find("household"));
  REQUIRE(canonical);
  REQUIRE(canonical->size() == 1);
  CHECK(canonical->front().first == staying);

  // What was edited is there for the office still; should it come back, both are in sight.
  auto back = office.answer();
  office.put(back, edited, "13900000003", "c", {kOther, GroupNumber{3}, 0});
  REQUIRE(office.send(back));
  CHECK(cell(phone, edited, "phone") == text("13900000005"));
  CHECK(cell(phone, edited, "note") == text("c"));
}

TEST_CASE("exchange: an own edit that is all of a row, and named: stands alone, whatever lay beneath") {
  Phone phone;
  Office office(phone);
  const RowId id = *parse_row_id("99999999-0000-7000-8000-000000000006");
  auto first = office.answer();
  office.put(first, id, "13900000001", "a", {kOther, GroupNumber{1}, 0});
  REQUIRE(office.send(first));
  REQUIRE(phone.run("UPDATE household SET phone = '13900000002' WHERE id = ?1", {to_text(id)}));
  // The office that was put back never had the row's other cells.
  auto second = office.answer();
  office.decide(second, 1, 1);
  second.page->own.push_back({GroupNumber{1}, 0});
  REQUIRE(office.send(second));
  CHECK(cell(phone, id, "phone") == text("13900000002"));
  CHECK(is_null(cell(phone, id, "note")));
  CHECK(phone.one("SELECT COUNT(*) FROM doorstep_under") == Value(std::int64_t{0}));
  const auto canonical = phone.store->canonical_rows(*phone.store->pack()->find("household"));
  REQUIRE(canonical);
  REQUIRE(canonical->size() == 1);
  const RowState& row = canonical->front().second;
  REQUIRE(row.cells.size() == 1);
  CHECK(row.cells.front().value == text("13900000002"));
}

TEST_CASE("exchange: a damaged page of an unfinished pull: the pull begins again, and nobody is locked out") {
  Phone phone;
  Office office(phone);
  const RowId id = *parse_row_id("99999999-0000-7000-8000-000000000001");
  auto page = office.answer(false);
  office.put(page, id, "13900000001", "a", {kOther, GroupNumber{1}, 0});
  REQUIRE(office.send(page));
  phone.store.reset();
  {
    auto file = sql::Connection::open(phone.path(), {});
    REQUIRE(file);
    REQUIRE(file->execute("UPDATE doorstep_stage SET frame = x'00'"));
  }
  phone.open();
  CHECK(phone.store->next_request()->cursor.slices.empty());
  household_of(phone);
  auto again = office.answer(false);
  office.put(again, id, "13900000002", "b", {kOther, GroupNumber{2}, 0});
  REQUIRE(office.send(again));
  REQUIRE(office.send(office.answer()));
  CHECK(cell(phone, id, "phone") == text("13900000002"));
}
