#include "pipeline/devices.hpp"
#include "pipeline/erasure.hpp"
#include "unit/pipeline/rights_fixture.hpp"

// What is told one cell at a time, to whom, and what of it is on record (docs/rights.md, "Reveal").
using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

constexpr const char* kWhy = "陪同住院,窗口要登记";

struct RevealTown : Town {
  RevealTown() {
    change_pack([](Pack& pack) {
      Table& table = table_of(pack, "resident");
      for (RoleRights& rights : table.rights)
        if (rights.role == "leader") rights.reveal = {column_of(table, "id_number")};
    });
  }

  wire::RevealRequest ask(const RowId& row, const char* column = "id_number", const std::string& why = kWhy) {
    return {{table("resident").id, row}, column_of(table("resident"), column), why};
  }
  Result<wire::Revealed> reveal(const Phone& phone, const wire::RevealRequest& request) {
    return pipeline().reveal(phone.actor(), request);
  }
  std::vector<AuditEntry> trail(AuditKind kind) {
    std::vector<AuditEntry> found;
    auto snapshot = must(store().snapshot());
    must(snapshot->each_audit([&](const AuditEntry& entry) {
      if (entry.kind == kind) found.push_back(entry);
      return true;
    }));
    return found;
  }
};

}  // namespace

TEST_CASE_METHOD(RevealTown, "reveal: a hidden value at her places: told, and on record") {
  Phone li = leader("Li", "1");
  const RowId row = resident_at(*this, "1-1");
  li.sync();
  CHECK(must(reveal(li, ask(row))).value == Value(kNumber));
  const auto entries = trail(AuditKind::revealed);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].who == to_text(li.joined().person));
  CHECK(entries[0].subject == "resident " + to_text(row) + " id_number");
  CHECK(entries[0].reason == kWhy);
  CHECK(trail(AuditKind::not_revealed).empty());
  // It goes nowhere else: neither into the next pull nor into the trail.
  li.sync();
  CHECK(everything(*this, li, li.joined().pack).find(kNumber) == std::string::npos);
  CHECK(entries[0].subject.find(kNumber) == std::string::npos);
  check_sound();
}

TEST_CASE_METHOD(RevealTown, "reveal: an empty cell: tells that it is empty") {
  Phone li = leader("Li", "1");
  const RowId row = resident_at(*this, "1-1");
  put("resident", {{"id_number", Value{}}}, row);
  CHECK(must(reveal(li, ask(row))).value == Value{});
}

TEST_CASE_METHOD(RevealTown, "reveal: a curious leader: is told one and the same, and it is on record") {
  Phone li = leader("Li", "1");
  Phone former = leader("Zhao", "1");
  Phone sun = worker("Sun", "C");
  const RowId mine = resident_at(*this, "1-1");
  const RowId elsewhere = resident_at(*this, "2-1");
  const RowId gone = resident_at(*this, "1-2");
  remove("resident", gone);
  const RowId loose = put("resident", {{"name", std::string("Wu")}, {"id_number", std::string(kOther)}});
  const RowId nowhere = *parse_row_id("00000000-0000-4000-8000-000000000001");
  const std::vector<std::pair<const Phone*, wire::RevealRequest>> attempts{
      {&li, ask(elsewhere)},                                       // Another leader's.
      {&li, ask(nowhere)},                                         // A made-up id.
      {&li, ask(gone)},                                            // Deleted.
      {&li, ask(loose)},                                           // Stands nowhere.
      {&li, ask(mine, "name")},                                    // Not for revealing.
      {&li, {{TableId{77}, mine}, ColumnId{3}, kWhy}},             // No such table,
      {&li, {{table("resident").id, mine}, ColumnId{999}, kWhy}},  // nor column.
      {&li, {{table("household").id, mine}, column_of(table("resident"), "id_number"), kWhy}},
      {&sun, ask(mine)}};  // Her post has no reveal.
  const auto refusal = reveal(li, ask(elsewhere));
  REQUIRE_FALSE(refusal);
  CHECK(refusal.error().code == ErrorCode::refused);
  for (const auto& [phone, request] : attempts) {
    const auto answer = reveal(*phone, request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().zh == refusal.error().zh);
    CHECK(answer.error().en == refusal.error().en);
    CHECK(answer.error().code == refusal.error().code);
  }
  CHECK(trail(AuditKind::not_revealed).size() == attempts.size() + 1);
  CHECK(trail(AuditKind::revealed).empty());
}

TEST_CASE_METHOD(RevealTown, "reveal: a post that is over: today's posts count, not those of the row's day") {
  const RowId zhao = person("Zhao");
  const RowId post = assign(zhao, "1");
  Phone phone = enrol(zhao);
  const RowId row = resident_at(*this, "1-1");
  CHECK(reveal(phone, ask(row)).has_value());
  put("assignment", {{"ends", std::string("2026-01-01")}}, post);
  CHECK(reveal(phone, ask(row)).error().code == ErrorCode::refused);
}

TEST_CASE_METHOD(RevealTown,
                 "reveal: a row pulled into her scope by a residency of hers: is held, not told") {
  Phone li = leader("Li", "1");
  const RowId elsewhere = resident_at(*this, "2-1");
  const RowId home = li.insert("household", home_at(*this, "1-1"));
  li.insert("residency", {{"resident", to_text(elsewhere)}, {"household", to_text(home)}});
  li.sync();
  CHECK(reveal(li, ask(elsewhere)).error().code == ErrorCode::refused);
}

TEST_CASE_METHOD(RevealTown, "reveal: without a reason: refused before anything is looked at") {
  Phone li = leader("Li", "1");
  const RowId row = resident_at(*this, "1-1");
  for (const std::string& why :
       {std::string(), std::string("  \n "), std::string("x"), std::string(201, 'x')})
    CHECK(reveal(li, ask(row, "id_number", why)).error().code == ErrorCode::invalid_argument);
  std::string long_enough;
  for (int i = 0; i < 200; ++i) long_enough += "因";
  CHECK(reveal(li, ask(row, "id_number", long_enough)).has_value());
  CHECK(trail(AuditKind::not_revealed).empty());
}

TEST_CASE_METHOD(RevealTown,
                 "reveal: one person: twenty times in a day, on all of her phones, in vain or not") {
  const RowId li = person("Li");
  assign(li, "1");
  Phone one = enrol(li, "one");
  Phone two = enrol(li, "two");
  Phone other = leader("Wang", "1");
  const RowId row = resident_at(*this, "1-1");
  const RowId nowhere = *parse_row_id("00000000-0000-4000-8000-000000000001");
  for (int i = 0; i < 10; ++i) {
    CHECK(reveal(one, ask(row)).has_value());
    CHECK(reveal(two, ask(nowhere)).error().code == ErrorCode::refused);
  }
  CHECK(reveal(one, ask(row)).error().code == ErrorCode::overloaded);
  CHECK(reveal(two, ask(row)).error().code == ErrorCode::overloaded);
  CHECK(reveal(other, ask(row)).has_value());
  clock().wall_ms += 86'400'000;
  CHECK(reveal(two, ask(row)).has_value());
}

TEST_CASE_METHOD(RevealTown, "reveal: a revoked device: is told nothing") {
  Phone li = leader("Li", "1");
  const RowId row = resident_at(*this, "1-1");
  must(revoke_device(office(), li.actor(), {"lost", std::nullopt}));
  CHECK(reveal(li, ask(row)).error().code == ErrorCode::unauthorized);
}

TEST_CASE_METHOD(RevealTown, "reveal: of an erased resident: nothing is left, the reason neither") {
  Phone li = leader("Li", "1");
  const RowId row = resident_at(*this, "1-1");
  CHECK(reveal(li, ask(row, "id_number", "孙奶奶住院")).has_value());
  must(erase(office(), {{table("resident").id, row}, "clerk", "asked for", false}));
  CHECK(must(reveal(li, ask(row))).value == Value{});
  const auto entries = trail(AuditKind::revealed);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].reason.empty());
  CHECK(entries[0].subject.empty());
  CHECK(entries[1].reason == kWhy);
  check_sound();
}
