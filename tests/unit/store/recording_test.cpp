#include "unit/store/phone_fixture.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

const std::string kDoor = "12345678-0000-7000-8000-000000000001";

Value text(const char* t) { return std::string(t); }

}  // namespace

TEST_CASE("recording: a typed add: row, group and outbox commit together") {
  Phone phone;
  const RowId id = phone.add("visit", {{"place", kDoor}, {"outcome", text("met")}});
  CHECK(phone.one("SELECT outcome FROM visit WHERE id = ?1", {to_text(id)}) == text("met"));
  const auto groups = phone.outbox();
  REQUIRE(groups.size() == 1);
  REQUIRE(groups[0].ops.size() == 1);
  CHECK(groups[0].number == GroupNumber{1});
  CHECK(groups[0].ops[0].kind == OpKind::insert);
  CHECK(groups[0].ops[0].key.row == id);
  CHECK(groups[0].clock_in_doubt);
}

TEST_CASE("recording: work that fails: nothing is left") {
  Phone phone;
  const Status done = phone.store->write([&]() -> Status {
    REQUIRE(phone.store->add("visit", {{"place", kDoor}, {"outcome", text("met")}}));
    return tl::unexpected(Error{});
  });
  CHECK_FALSE(done);
  CHECK(phone.outbox().empty());
  CHECK(phone.one("SELECT COUNT(*) FROM visit") == Value(std::int64_t{0}));
  phone.add("visit", {{"place", kDoor}, {"outcome", text("met")}});
  CHECK(phone.outbox()[0].number == GroupNumber{1});
}

TEST_CASE("recording: an edit after a waiting insert: names its version as base and depends on it") {
  Phone phone;
  const RowId id = phone.add("household", {{"place", kDoor}, {"phone", text("13900000001")}});
  REQUIRE(phone.run("UPDATE household SET phone = '13900000002' WHERE id = ?1", {to_text(id)}));
  const auto groups = phone.outbox();
  REQUIRE(groups.size() == 2);
  const Op& op = groups[1].ops.at(0);
  CHECK(op.kind == OpKind::update);
  REQUIRE(op.cells.size() == 1);
  REQUIRE(op.cells[0].bases.size() == 1);
  CHECK(op.cells[0].bases[0] == VersionName{kPhoneActor, GroupNumber{1}, 0});
  CHECK(groups[1].depends == std::vector<GroupNumber>{GroupNumber{1}});
  CHECK(groups[0].stamp < groups[1].stamp);
}

TEST_CASE("recording: a statement that fails half-way: rows it touched are not captured") {
  Phone phone;
  const RowId first = phone.add("household", {{"place", kDoor}});
  const Status done = phone.store->write([&]() -> Status {
    // The second row violates the primary key after the first was inserted and reported by the hook.
    auto failed = phone.store->execute(
        "INSERT INTO visit(id, place, outcome) VALUES('12345678-0000-7000-8000-0000000000aa', ?1, 'met'), "
        "('12345678-0000-7000-8000-0000000000aa', ?1, 'met')",
        {kDoor});
    CHECK_FALSE(failed);
    auto good = phone.store->execute("UPDATE household SET note = 'x' WHERE id = ?1", {to_text(first)});
    CHECK(good);
    return {};
  });
  REQUIRE(done);
  const auto groups = phone.outbox();
  REQUIRE(groups.size() == 2);
  REQUIRE(groups[1].ops.size() == 1);
  CHECK(groups[1].ops[0].key.row == first);
  CHECK(phone.one("SELECT COUNT(*) FROM visit") == Value(std::int64_t{0}));
}

TEST_CASE("recording: a rolled-back savepoint: its rows are not captured") {
  Phone phone;
  const Status done = phone.store->write([&]() -> Status {
    REQUIRE(phone.store->execute("SAVEPOINT s", {}));
    REQUIRE(phone.store->add("visit", {{"place", kDoor}, {"outcome", text("met")}}));
    REQUIRE(phone.store->execute("ROLLBACK TO s", {}));
    REQUIRE(phone.store->execute("RELEASE s", {}));
    REQUIRE(phone.store->add("visit", {{"place", kDoor}, {"outcome", text("refused")}}));
    return {};
  });
  REQUIRE(done);
  const auto groups = phone.outbox();
  REQUIRE(groups.size() == 1);
  REQUIRE(groups[0].ops.size() == 1);
}

TEST_CASE("recording: REPLACE: one update of what differs") {
  Phone phone;
  const RowId id =
      phone.add("household", {{"place", kDoor}, {"phone", text("13900000001")}, {"head_name", text("a")}});
  REQUIRE(
      phone.run("INSERT OR REPLACE INTO household(id, place, number, phone, head_name, first_registered) "
                "SELECT id, place, number, phone, 'b', first_registered FROM household WHERE id = ?1",
                {to_text(id)}));
  const auto groups = phone.outbox();
  REQUIRE(groups.size() == 2);
  CHECK(groups[1].ops[0].kind == OpKind::update);
  REQUIRE(groups[1].ops[0].cells.size() == 1);
  CHECK(groups[1].ops[0].cells[0].value == text("b"));
}

TEST_CASE("recording: insert and delete in one transaction: nothing to send") {
  Phone phone;
  const Status done = phone.store->write([&]() -> Status {
    auto id = phone.store->add("household", {{"place", kDoor}});
    REQUIRE(id);
    return phone.store->remove("household", *id);
  });
  REQUIRE(done);
  CHECK(phone.outbox().empty());
}

TEST_CASE("recording: delete and register again: the next birth") {
  Phone phone;
  const RowId id = phone.add("household", {{"place", kDoor}, {"note", text("old")}});
  REQUIRE(phone.store->write([&] { return phone.store->remove("household", id); }));
  CHECK(phone.add("household", {{"place", kDoor}}) == id);
  const auto groups = phone.outbox();
  REQUIRE(groups.size() == 3);
  CHECK(groups[1].ops[0].kind == OpKind::remove);
  CHECK(groups[1].ops[0].seen.size() == 1);
  CHECK(groups[2].ops[0].birth == Birth{2});
  CHECK(is_null(phone.one("SELECT note FROM household WHERE id = ?1", {to_text(id)})));
}

TEST_CASE("recording: another program: may read, may not write") {
  Phone phone;
  const RowId id = phone.add("household", {{"place", kDoor}});
  sql::OpenOptions how;
  auto foreign = sql::Connection::open(phone.path(), how);
  REQUIRE(foreign);
  CHECK(foreign->execute("SELECT * FROM household"));
  const Status write = foreign->execute("UPDATE household SET note = 'x'");
  REQUIRE_FALSE(write);
  CHECK(write.error().en.find("write through the Doorstep engine") != std::string::npos);
  CHECK_FALSE(foreign->execute("DELETE FROM household"));
  CHECK_FALSE(foreign->execute("INSERT INTO household(id) VALUES('" + to_text(id) + "x')"));
}

TEST_CASE("recording: what the engine keeps for itself: refused with a reason") {
  Phone phone;
  for (const char* sql :
       {"DELETE FROM doorstep_outbox", "COMMIT", "PRAGMA synchronous=OFF", "DROP TABLE doorstep_outbox",
        "ALTER TABLE household ADD COLUMN x", "ATTACH 'y' AS y",
        "CREATE TRIGGER t AFTER INSERT ON visit BEGIN UPDATE household SET note = 'x'; END",
        "CREATE TEMP TRIGGER t AFTER INSERT ON visit BEGIN UPDATE household SET note = 'x'; END"}) {
    INFO(sql);
    const Status done = phone.run(sql);
    REQUIRE_FALSE(done);
    CHECK(done.error().domain == ErrorDomain::usage);
  }
}

TEST_CASE("recording: an app's own tables: written, not captured") {
  Phone phone;
  REQUIRE(phone.run("CREATE TABLE own(x)"));
  REQUIRE(phone.run("INSERT INTO own VALUES(1)"));
  CHECK(phone.outbox().empty());
}

TEST_CASE("recording: bad values: refused by name, nothing kept") {
  Phone phone;
  const auto refused = [&](const std::string& table, const std::vector<NamedValue>& values) {
    const Status done = phone.store->write([&]() -> Status {
      auto added = phone.store->add(table, values);
      if (!added) return tl::unexpected(added.error());
      return {};
    });
    REQUIRE_FALSE(done);
    return done.error().en;
  };
  CHECK(refused("visit", {{"place", kDoor}, {"outcome", text("danced")}}).find("outcome") !=
        std::string::npos);
  CHECK(refused("household", {{"place", kDoor}, {"phone", text("12")}}).find("phone") != std::string::npos);
  CHECK(refused("nothing", {}).find("nothing") != std::string::npos);
  CHECK(refused("visit", {{"colour", text("red")}}).find("colour") != std::string::npos);
  CHECK(refused("person", {{"name", text("甲")}}).find("office") != std::string::npos);
  CHECK_FALSE(phone.run(
      "INSERT INTO household(id, place, number) VALUES('12345678-0000-7000-8000-000000000009', ?1, 1)",
      {kDoor}));
  CHECK(phone.outbox().empty());
}

TEST_CASE("recording: a visit: cannot be edited or deleted") {
  Phone phone;
  const RowId id = phone.add("visit", {{"place", kDoor}, {"outcome", text("met")}});
  CHECK_FALSE(phone.run("UPDATE visit SET outcome = 'refused' WHERE id = ?1", {to_text(id)}));
  CHECK_FALSE(phone.run("DELETE FROM visit WHERE id = ?1", {to_text(id)}));
  CHECK(phone.outbox().size() == 1);
}

TEST_CASE("recording: after reopening: numbers and stamps go on, drafts of the outbox are known") {
  Phone phone;
  const RowId id = phone.add("household", {{"place", kDoor}, {"phone", text("13900000001")}});
  const Stamp before = phone.outbox()[0].stamp;
  phone.clock->wall_ms = 0;  // Back to 1970, with another boot.
  phone.clock->boot = "boot-2";
  phone.reopen();
  REQUIRE(phone.run("UPDATE household SET note = 'x' WHERE id = ?1", {to_text(id)}));
  const auto groups = phone.outbox();
  REQUIRE(groups.size() == 2);
  CHECK(groups[1].number == GroupNumber{2});
  CHECK(before < groups[1].stamp);
  CHECK(groups[1].ops[0].birth == Birth{1});
}

TEST_CASE("recording: two processes on one file: each sees the other's waiting work") {
  Phone phone;
  Options options;
  options.path = phone.path();
  options.ports.clock = phone.clock;
  options.ports.entropy = std::make_shared<SeededEntropy>(99);
  auto other = PhoneStore::open(options);
  REQUIRE(other);
  const RowId id = phone.add("household", {{"place", kDoor}});
  REQUIRE((*other)->write([&]() -> Status {
    auto done = (*other)->execute("UPDATE household SET note = 'y' WHERE id = ?1", {to_text(id)});
    if (!done) return tl::unexpected(done.error());
    return {};
  }));
  REQUIRE(phone.run("UPDATE household SET note = 'z' WHERE id = ?1", {to_text(id)}));
  const auto groups = phone.outbox();
  REQUIRE(groups.size() == 3);
  CHECK(groups[2].ops[0].cells[0].bases.at(0) == VersionName{kPhoneActor, GroupNumber{2}, 0});
}

TEST_CASE("recording: a draft: writes what differs from what was read, with the versions read") {
  Phone phone;
  const RowId id =
      phone.add("household", {{"place", kDoor}, {"phone", text("13900000001")}, {"note", text("a")}});
  auto draft = phone.store->draft("household", id);
  REQUIRE(draft);
  REQUIRE(phone.run("UPDATE household SET phone = '13900000002' WHERE id = ?1", {to_text(id)}));
  draft->set("phone", text("13900000003"));
  draft->set("note", text("a"));
  REQUIRE(phone.store->write([&] { return phone.store->save(draft->content()); }));
  const auto groups = phone.outbox();
  REQUIRE(groups.size() == 3);
  REQUIRE(groups[2].ops[0].cells.size() == 1);
  CHECK(groups[2].ops[0].cells[0].value == text("13900000003"));
  CHECK(groups[2].ops[0].cells[0].bases.at(0) == VersionName{kPhoneActor, GroupNumber{1}, 0});
}

TEST_CASE("recording: a draft of a row deleted meanwhile: the row comes back with the edit") {
  Phone phone;
  const RowId id = phone.add("household", {{"place", kDoor}, {"note", text("a")}});
  auto draft = phone.store->draft("household", id);
  REQUIRE(draft);
  REQUIRE(phone.store->write([&] { return phone.store->remove("household", id); }));
  draft->set("note", text("b"));
  REQUIRE(phone.store->write([&] { return phone.store->save(draft->content()); }));
  CHECK(phone.one("SELECT note FROM household WHERE id = ?1", {to_text(id)}) == text("b"));
  const auto groups = phone.outbox();
  REQUIRE(groups.size() == 3);
  CHECK(groups[2].ops[0].kind == OpKind::update);
  CHECK(groups[2].ops[0].cells.size() == 1);
}
