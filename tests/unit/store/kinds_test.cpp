#include "merge/element_set.hpp"
#include "unit/store/phone_fixture.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

const std::string kDoor = "12345678-0000-7000-8000-000000000001";

Value text(const char* t) { return std::string(t); }

const CellWrite& only_write(const Group& group) {
  REQUIRE(group.ops.size() == 1);
  REQUIRE(group.ops[0].cells.size() == 1);
  return group.ops[0].cells[0];
}

}  // namespace

TEST_CASE("kinds: a set written in any order: stands sorted, and an edit says what changes") {
  Phone phone;
  const RowId id = phone.add("household", {{"place", kDoor}, {"tags", text("宠物,独居老人,宠物")}});
  CHECK(phone.one("SELECT tags FROM household") == text(R"(["宠物","独居老人"])"));
  REQUIRE(
      phone.run(R"(UPDATE household SET tags = '["独居老人","出租","出租"]' WHERE id = ?1)", {to_text(id)}));
  CHECK(phone.one("SELECT tags FROM household") == text(R"(["出租","独居老人"])"));
  const auto groups = phone.outbox();
  REQUIRE(groups.size() == 2);
  const CellWrite& write = only_write(groups[1]);
  CHECK(write.value == text("[\"出租\"]\n[\"宠物\"]"));
  CHECK(write.bases == std::vector<VersionName>{{kPhoneActor, GroupNumber{1}, 0}});
}

TEST_CASE("kinds: the same set in another order: is no change") {
  Phone phone;
  const RowId id = phone.add("household", {{"place", kDoor}, {"tags", text(R"(["b","a"])")}});
  REQUIRE(phone.run(R"(UPDATE household SET tags = '["b", "a"]' WHERE id = ?1)", {to_text(id)}));
  CHECK(phone.outbox().size() == 1);
  CHECK(phone.one("SELECT tags FROM household") == text(R"(["a","b"])"));
}

TEST_CASE("kinds: a workflow: an illegal move is refused with the moves that there are") {
  Phone phone;
  const RowId id = phone.add("hazard", {{"place", kDoor}, {"kind", text("lighting")}});
  const Status skipped = phone.run("UPDATE hazard SET state = 'verified' WHERE id = ?1", {to_text(id)});
  REQUIRE_FALSE(skipped);
  CHECK_THAT(skipped.error().zh, Catch::Contains("可以改成:已告知、约定期限、已整改"));
  CHECK(phone.one("SELECT state FROM hazard") == text("open"));
  const Status begun = phone.run("INSERT INTO hazard(id, place, state) VALUES(?1, ?2, 'verified')",
                                 {text("12345678-0000-7000-8000-000000000077"), kDoor});
  CHECK_FALSE(begun);
}

TEST_CASE("kinds: a workflow that goes back: begins the next round") {
  Phone phone;
  const RowId id = phone.add("hazard", {{"place", kDoor}, {"kind", text("lighting")}});
  for (const char* state : {"fixed", "verified", "open", "told"})
    REQUIRE(phone.run("UPDATE hazard SET state = ?2 WHERE id = ?1", {to_text(id), text(state)}));
  const auto groups = phone.outbox();
  REQUIRE(groups.size() == 5);
  CHECK(only_write(groups[1]).round == 0);
  CHECK(only_write(groups[2]).round == 0);
  CHECK(only_write(groups[3]).round == 1);
  CHECK(only_write(groups[4]).round == 1);
}

TEST_CASE("kinds: a draft of a set: adds to what came meanwhile") {
  Phone phone;
  const RowId id = phone.add("household", {{"place", kDoor}, {"tags", text("a,b")}});
  auto draft = phone.store->draft("household", id);
  REQUIRE(draft);
  draft->set("tags", text("a,c"));
  REQUIRE(phone.run(R"(UPDATE household SET tags = '["a","b","d"]' WHERE id = ?1)", {to_text(id)}));
  REQUIRE(phone.store->write([&] { return phone.store->save(draft->content()); }));
  CHECK(phone.one("SELECT tags FROM household") == text(R"(["a","c","d"])"));
}
