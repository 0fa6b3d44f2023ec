#include "pipeline/audit.hpp"

#include "pipeline/backup.hpp"
#include "pipeline/devices.hpp"
#include "pipeline/enrolment.hpp"
#include "pipeline/erasure.hpp"
#include "sql/connection.hpp"
#include "sqlite/office_file.hpp"
#include "unit/pipeline/town.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

constexpr const char* kDropTriggers =
    "DROP TRIGGER doorstep_audit_appended; DROP TRIGGER doorstep_audit_kept; DROP TRIGGER "
    "doorstep_audit_fixed";

std::vector<AuditEntry> trail(Town& town) {
  std::vector<AuditEntry> entries;
  auto snapshot = must(town.store().snapshot());
  must(snapshot->each_audit([&](const AuditEntry& entry) {
    entries.push_back(entry);
    return true;
  }));
  return entries;
}

/// Three entries, the second of which is about somebody.
void look_around(Town& town) {
  must(record_audit(town.office(), {AuditKind::looked, "li", "held", {}}));
  must(record_audit(town.office(),
                    {AuditKind::queried, "li", "SELECT * FROM resident WHERE name = 'Zhao'", "asked"}));
  must(record_audit(town.office(), {AuditKind::exported, "wang", "household out.csv", {}}));
}

Status run_sql(Town& town, const std::string& sql) {
  auto connection = must(sql::Connection::open(town.path()));
  return connection.execute(sql);
}

/// What verify() says about the trail after somebody with the file in her hands did this to it.
std::vector<std::string> after(const std::string& sql) {
  Town town;
  look_around(town);
  must(run_sql(town, std::string(kDropTriggers) + ';' + sql));
  return must(verify(town.office())).faults;
}

std::string hex(const AuditEntry& entry) { return to_hex(view(entry.digest)); }

}  // namespace

TEST_CASE("audit: entries: chained, and sound") {
  Town town;
  look_around(town);
  const std::vector<AuditEntry> entries = trail(town);
  REQUIRE(entries.size() == 3);
  CHECK(entries[1].number == 2);
  CHECK(entries[1].kind == AuditKind::queried);
  CHECK(entries[1].reason == "asked");
  CHECK(entries[1].at_ms == town.clock().wall_ms);
  CHECK(entries[1].salt != entries[2].salt);
  const VerifyReport report = must(verify(town.office()));
  CHECK(report.faults.empty());
  CHECK(report.audit_entries == 3);
}

TEST_CASE("audit: whatever is changed in an entry: verify names the entry") {
  const auto second_changed = std::vector<std::string>{"Audit trail: entry 2 was changed."};
  const auto texts_changed = std::vector<std::string>{"Audit trail: the texts of entry 2 were changed."};
  CHECK(after("UPDATE doorstep_audit SET at_ms = at_ms + 1 WHERE number = 2") == second_changed);
  CHECK(after("UPDATE doorstep_audit SET kind = 7 WHERE number = 2") == second_changed);
  CHECK(after("UPDATE doorstep_audit SET commitment = zeroblob(32) WHERE number = 2") == second_changed);
  CHECK(after("UPDATE doorstep_audit SET digest = zeroblob(32) WHERE number = 2") == second_changed);
  CHECK(after("UPDATE doorstep_audit SET who = 'wang' WHERE number = 2") == texts_changed);
  CHECK(after("UPDATE doorstep_audit SET subject = 'place' WHERE number = 2") == texts_changed);
  CHECK(after("UPDATE doorstep_audit SET reason = '' WHERE number = 2") == texts_changed);
  CHECK(after("UPDATE doorstep_audit SET salt = x'00' WHERE number = 2") == texts_changed);
}

TEST_CASE("audit: an entry is taken out of the middle: verify names it") {
  CHECK(after("DELETE FROM doorstep_audit WHERE number = 2") ==
        std::vector<std::string>{"Audit trail: entry 2 is missing."});
  CHECK(
      after(
          "DELETE FROM doorstep_audit WHERE number = 2; UPDATE doorstep_audit SET number = 2 WHERE number = "
          "3") == std::vector<std::string>{"Audit trail: entry 2 was changed."});
}

TEST_CASE("audit: the end is cut off: whoever has written the head down sees it") {
  Town town;
  look_around(town);
  const std::string last = hex(trail(town).back());
  must(run_sql(town, std::string(kDropTriggers) + "; DELETE FROM doorstep_audit WHERE number = 3"));
  CHECK(must(verify(town.office())).faults.empty());
  CHECK(must(verify(town.office(), NotedAuditHead{3, last})).faults ==
        std::vector<std::string>{"Audit trail: it ends with entry 2, before the one that was written down."});
  must(record_audit(town.office(), {AuditKind::looked, "li", "held", {}}));
  CHECK(must(verify(town.office(), NotedAuditHead{3, last.substr(0, 8)})).faults ==
        std::vector<std::string>{"Audit trail: entry 3 is not the one that was written down."});
  CHECK(must(verify(town.office(), NotedAuditHead{3, hex(trail(town).back())})).faults.empty());
  CHECK(must(verify(town.office(), NotedAuditHead{1, hex(trail(town).front())})).faults.empty());
}

TEST_CASE("audit: the file itself: takes the next entry and the erasure of texts, nothing else") {
  Town town;
  look_around(town);
  for (const char* refused :
       {"DELETE FROM doorstep_audit", "UPDATE doorstep_audit SET who = 'x'",
        "UPDATE doorstep_audit SET salt = x''", "UPDATE doorstep_audit SET number = number + 9",
        "UPDATE doorstep_audit SET who = '', subject = '', reason = '', salt = x'', at_ms = 0",
        "INSERT OR REPLACE INTO doorstep_audit SELECT * FROM doorstep_audit",
        "INSERT INTO doorstep_audit SELECT 9, at_ms, kind, who, subject, reason, salt, "
        "commitment, digest FROM doorstep_audit WHERE number = 1"}) {
    CAPTURE(refused);
    CHECK_FALSE(run_sql(town, refused));
  }
  CHECK(trail(town).size() == 3);
}

TEST_CASE("audit: the texts of an entry are erased: the chain still verifies") {
  Town town;
  look_around(town);
  must(run_sql(town,
               "UPDATE doorstep_audit SET who = '', subject = '', reason = '', salt = x'' WHERE number = 2"));
  const VerifyReport report = must(verify(town.office()));
  CHECK(report.faults.empty());
  CHECK(report.audit_entries == 3);
  CHECK(report.erased_audit_entries == 1);
  CHECK(trail(town)[1].subject.empty());
  must(record_audit(town.office(), {AuditKind::looked, "li", "held", {}}));
  town.check_sound();
}

TEST_CASE("audit: two processes append in turns: one chain") {
  Town town;
  const auto other = must(SqliteStore::open(town.path()));
  const auto office = must(Office::open(*other, town.clock(), town.entropy()));
  for (int i = 0; i < 5; ++i) {
    must(record_audit(town.office(), {AuditKind::looked, "li", "held", {}}));
    must(record_audit(*office, {AuditKind::looked, "wang", "conflicts", {}}));
  }
  CHECK(trail(town).size() == 10);
  town.check_sound();
}

TEST_CASE("audit: an act: on record with the first transaction that commits, once") {
  Town town;
  {
    const Acting acting(town.office(), {AuditKind::imported, "li", "person", {}});
    town.person("Zhao");
    town.person("Qian");
  }
  town.person("Sun");
  CHECK(trail(town).size() == 1);
}

TEST_CASE("audit: an act that comes to nothing: is not on record") {
  Town town;
  {
    const Acting acting(town.office(), {AuditKind::imported, "li", "person", {}});
    auto work = must(OfficeTransaction::begin(town.office()));
  }
  CHECK(trail(town).empty());
}

TEST_CASE("audit: an act that comes to nothing and is told all the same: is on record by itself, once") {
  Town town;
  {
    Acting acting(town.office(), {AuditKind::imported, "li", "person", {}});
    must(acting.record());
    must(acting.record());
    town.person("Zhao");
  }
  CHECK(trail(town).size() == 1);
  {
    Acting acting(town.office(), {AuditKind::imported, "li", "person", {}});
    town.person("Qian");
    must(acting.record());
  }
  CHECK(trail(town).size() == 2);
  town.check_sound();
}

TEST_CASE("audit: a device is revoked or renamed: on record in that transaction, or neither") {
  Town town;
  Phone li = town.leader("Li", "1");
  const std::size_t before = trail(town).size();
  const auto revoke = [&](ActorId actor) {
    const Acting acting(town.office(), {AuditKind::revoked, "wang", std::to_string(raw(actor)), "lost"});
    return revoke_device(town.office(), actor, {"lost", std::nullopt});
  };
  CHECK_FALSE(revoke(ActorId{7}));
  CHECK(trail(town).size() == before);
  must(run_sql(town,
               "CREATE TRIGGER full BEFORE INSERT ON doorstep_audit BEGIN SELECT raise(ABORT, 'full'); END"));
  CHECK_FALSE(revoke(li.actor()));
  CHECK_FALSE(must(find_device(town.office(), li.actor())).is_revoked());
  must(run_sql(town, "DROP TRIGGER full"));
  must(revoke(li.actor()));
  REQUIRE(trail(town).size() == before + 1);
  CHECK(trail(town).back().kind == AuditKind::revoked);
  CHECK(trail(town).back().reason == "lost");
  {
    const Acting acting(town.office(), {AuditKind::renamed, "wang", std::to_string(raw(li.actor())), {}});
    must(rename_device(town.office(), li.actor(), "a new phone"));
  }
  CHECK(trail(town).back().kind == AuditKind::renamed);
  town.check_sound();
}

TEST_CASE("audit: somebody is erased: on record in that transaction, and not again by the sweep") {
  Town town;
  const RowId row = town.put("resident", {{"name", Value(std::string("canary"))}});
  const RowKey key{town.table("resident").id, row};
  const auto acting = [&](bool dry_run) {
    const Acting act(town.office(), {AuditKind::erased, "li", "resident " + to_text(row), "asked for"});
    must(erase(town.office(), {key, "li", "asked for", dry_run}));
    if (!dry_run) must(sweep(town.office()));
  };
  acting(true);
  CHECK(trail(town).empty());
  acting(false);
  REQUIRE(trail(town).size() == 1);
  CHECK(trail(town)[0].subject == "resident " + to_text(row));
  town.check_sound();
}

TEST_CASE("audit: a device that joins: is on record with whose it is, and without its token") {
  Town town;
  const RowId person = town.person("Li");
  town.assign(person, "1");
  const Phone phone = town.enrol(person);
  const std::vector<AuditEntry> entries = trail(town);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].kind == AuditKind::enrolled);
  CHECK(entries[0].who == to_text(person));
  CHECK(entries[0].subject == std::to_string(raw(phone.actor())));
}

TEST_CASE("audit: texts longer than the trail keeps: are cut at a whole character") {
  Town town;
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += "查";
  must(record_audit(town.office(), {AuditKind::queried, "li", text, {}}));
  CHECK(trail(town)[0].subject.size() == 1'998);
}

TEST_CASE("audit: a copy of the office's file: has the trail, and goes on with it") {
  Town town;
  look_around(town);
  const TemporaryFolder folder;
  must(copy_office_file(town.path(), folder.file("copy")));
  const auto store = must(SqliteStore::open(folder.file("copy")));
  const auto office = must(Office::open(*store, town.clock(), town.entropy()));
  must(record_audit(*office, {AuditKind::restored, "li", "copy", {}}));
  const VerifyReport report = must(verify(*office, NotedAuditHead{3, hex(trail(town).back())}));
  CHECK(report.faults.empty());
  CHECK(report.audit_entries == 4);
  CHECK_FALSE(run_sql(town, "DELETE FROM doorstep_audit"));
}
