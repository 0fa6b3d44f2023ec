#include "simulation/sim_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

using doorstep::simulation::SimDisk;

constexpr std::int64_t kNowMs = 1'700'000'000'123;
const char* const kFile = "phone.db";

SimDisk::WallClock frozen_clock() {
  return [] { return kNowMs; };
}

/// A connection that its owner may abandon: closing after a crash is part of what is tested.
class Connection {
 public:
  explicit Connection(SimDisk& disk, const std::string& pragmas = "") {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    opened_ = sqlite3_open_v2(kFile, &db_, flags, disk.vfs_name().c_str());
    if (opened_ == SQLITE_OK && !pragmas.empty()) opened_ = run(pragmas);
  }
  ~Connection() { sqlite3_close(db_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int opened() const { return opened_; }
  sqlite3* raw() { return db_; }
  int run(const std::string& sql) { return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr); }

  /// The first column of the first row; the error's text when there is one.
  std::string ask(const std::string& sql) {
    std::string answer;
    const auto take = [](void* out, int, char** values, char**) {
      *static_cast<std::string*>(out) = values[0] == nullptr ? "null" : values[0];
      return 0;
    };
    const int result = sqlite3_exec(db_, sql.c_str(), take, &answer, nullptr);
    return result == SQLITE_OK ? answer : "error " + std::to_string(result);
  }

 private:
  sqlite3* db_ = nullptr;
  int opened_ = SQLITE_OK;
};

const std::string kWalFull = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=6";
const std::string kWalNormal = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL";
const std::string kDeleteExtra = "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA";
const std::string kDeleteFull = "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL";
const std::string kDeleteOff = "PRAGMA journal_mode=DELETE; PRAGMA synchronous=OFF";

/// The workload: commit 0 makes the tables, each later one grows a row set across pages and rewrites a
/// summary of it, so that a commit that is half there shows. Returns how many commits were acknowledged.
int commit_until_refused(Connection& db, int commits) {
  for (int n = 0; n < commits; ++n) {
    std::ostringstream sql;
    if (n == 0) {
      sql << "BEGIN; CREATE TABLE visit(n INTEGER PRIMARY KEY, note TEXT);"
             "CREATE TABLE summary(visits, bytes); INSERT INTO summary VALUES(0, 0); COMMIT";
    } else {
      sql << "BEGIN; INSERT INTO visit VALUES(" << n << ", hex(randomblob(" << n * 300 << ")));"
          << "DELETE FROM visit WHERE n = " << n - 5 << ";"
          << "UPDATE visit SET note = note || 'x' WHERE n % 2 = 0;"
          << "UPDATE summary SET visits = " << n << ", bytes = (SELECT sum(length(note)) FROM visit); COMMIT";
    }
    if (db.run(sql.str()) != SQLITE_OK) return n;
  }
  return commits;
}

/// How many commits a database holds, every one of them whole; -1 when it is damaged.
int commits_held(Connection& db) {
  if (db.ask("PRAGMA integrity_check") != "ok") return -1;
  if (db.ask("SELECT count(*) FROM sqlite_master") == "0") return 0;
  const std::string whole =
      "SELECT visits = (SELECT coalesce(max(n), 0) FROM visit) AND "
      "bytes = (SELECT coalesce(sum(length(note)), 0) FROM visit) FROM summary";
  if (db.ask(whole) != "1") return -1;
  return std::stoi(db.ask("SELECT visits FROM summary")) + 1;
}

int commits_held(SimDisk& disk) {
  Connection db(disk);
  return commits_held(db);
}

TEST_CASE("sim disk: process killed: every commit survives, synced or not") {
  for (const auto& pragmas : {kWalNormal, kDeleteOff}) {
    SimDisk disk(1, frozen_clock());
    Connection db(disk, pragmas);
    REQUIRE(commit_until_refused(db, 8) == 8);
    REQUIRE(db.run("BEGIN; INSERT INTO visit VALUES(100, 'not committed')") == SQLITE_OK);
    disk.process_kill();
    CHECK(commits_held(disk) == 8);
  }
}

TEST_CASE("sim disk: process killed, then power lost: unsynced commits can still be lost") {
  bool lost = false;
  for (std::uint64_t seed = 0; seed < 50 && !lost; ++seed) {
    SimDisk disk(seed, frozen_clock());
    Connection db(disk, kWalNormal);
    REQUIRE(commit_until_refused(db, 4) == 4);
    disk.process_kill();
    disk.crash();
    lost = commits_held(disk) < 4;
  }
  CHECK(lost);
}

TEST_CASE("sim disk: power lost with full syncs: every acknowledged commit survives") {
  for (const auto& pragmas : {kWalFull, kDeleteExtra}) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      SimDisk disk(seed, frozen_clock());
      const int commits = 1 + static_cast<int>(seed % 9);
      {
        Connection db(disk, pragmas);
        REQUIRE(commit_until_refused(db, commits) == commits);
        if (seed % 3 != 0) disk.crash();
      }
      if (seed % 3 == 0) disk.crash();  // after a clean close
      INFO(pragmas << ", seed " << seed);
      REQUIRE(commits_held(disk) == commits);
    }
  }
}

/// Over many seeds: the numbers of commits (out of 6) that crashes left.
std::set<int> outcomes_of_power_loss(const std::string& pragmas) {
  std::set<int> outcomes;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SimDisk disk(seed, frozen_clock());
    Connection db(disk, pragmas);
    REQUIRE(commit_until_refused(db, 6) == 6);
    disk.crash();
    outcomes.insert(commits_held(disk));
  }
  return outcomes;
}

TEST_CASE("sim disk: power lost with lazy syncs: commits are lost as SQLite documents") {
  // WAL at NORMAL may lose any number of last commits, but never tears one.
  CHECK(outcomes_of_power_loss(kWalNormal) == std::set<int>{0, 1, 2, 3, 4, 5, 6});
  // Without a directory sync the last journal may come back and undo its commit.
  CHECK(outcomes_of_power_loss(kDeleteFull) == std::set<int>{5, 6});
  // Without syncs the file is damaged, or old, or whole.
  const std::set<int> unsynced = outcomes_of_power_loss(kDeleteOff);
  CHECK(unsynced.count(-1) == 1);
  CHECK(unsynced.count(0) == 1);
  CHECK(unsynced.count(6) == 1);
}

struct Attempt {
  int acknowledged = 0;
  std::uint64_t operations = 0;
};

/// Opens, commits (with a reopening between), closes; stops wherever the disk does.
Attempt work(SimDisk& disk, const std::string& pragmas) {
  Attempt attempt;
  const std::uint64_t before = disk.operations().total();
  {
    Connection db(disk, pragmas);
    if (db.opened() == SQLITE_OK) attempt.acknowledged = commit_until_refused(db, 7);
  }
  attempt.operations = disk.operations().total() - before;
  return attempt;
}

TEST_CASE("sim disk: power lost at any operation: the acknowledged commits are there, or one more") {
  for (const auto& pragmas : {kWalFull, kDeleteExtra}) {
    SimDisk trial(0, frozen_clock());
    const std::uint64_t total = work(trial, pragmas).operations;
    REQUIRE(total > 50);
    std::uint64_t in_flight_kept = 0;
    std::uint64_t in_flight_lost = 0;
    for (std::uint64_t n = 1; n <= total; ++n) {
      for (std::uint64_t seed = 0; seed < 4; ++seed) {
        INFO(pragmas << ", operation " << n << ", seed " << seed);
        SimDisk disk(seed, frozen_clock());
        disk.crash_at_write(n);
        const Attempt attempt = work(disk, pragmas);
        REQUIRE(disk.stopped());
        REQUIRE(attempt.operations == n);
        disk.crash();
        // A second power cut while the first is being recovered from.
        disk.crash_at_write(1 + seed);
        commits_held(disk);
        disk.crash();
        const int held = commits_held(disk);
        REQUIRE(held >= attempt.acknowledged);
        REQUIRE(held <= std::min(attempt.acknowledged + 1, 7));
        (held > attempt.acknowledged ? in_flight_kept : in_flight_lost) += 1;
      }
    }
    CHECK(in_flight_kept > 0);
    CHECK(in_flight_lost > 0);
  }
}

TEST_CASE("sim disk: process killed at any operation: the acknowledged commits are there, or one more") {
  SimDisk trial(0, frozen_clock());
  const std::uint64_t total = work(trial, kWalNormal).operations;
  for (std::uint64_t n = 1; n <= total; ++n) {
    SimDisk disk(n, frozen_clock());
    disk.crash_at_write(n);
    const Attempt attempt = work(disk, kWalNormal);
    disk.process_kill();
    const int held = commits_held(disk);
    REQUIRE(held >= attempt.acknowledged);
    REQUIRE(held <= attempt.acknowledged + 1);
  }
}

TEST_CASE("sim disk: connections left open by a crash: answer with errors and harm nobody") {
  for (const auto& pragmas : {kWalFull, kDeleteExtra}) {
    SimDisk disk(3, frozen_clock());
    auto writer = std::make_unique<Connection>(disk, pragmas);
    auto reader = std::make_unique<Connection>(disk);
    REQUIRE(commit_until_refused(*writer, 5) == 5);
    REQUIRE(reader->run("BEGIN; SELECT * FROM visit") == SQLITE_OK);
    // Enough to spill: pages of an open transaction are on their way to disk.
    REQUIRE(
        writer->run("PRAGMA cache_size=2; BEGIN IMMEDIATE; UPDATE visit SET note = hex(randomblob(9000))") ==
        SQLITE_OK);
    disk.crash();
    // Reading may still succeed, from SQLite's page cache; nothing gets out.
    CHECK((writer->run("COMMIT") & 0xFF) == SQLITE_IOERR);
    CHECK((reader->run("COMMIT; INSERT INTO visit VALUES(60, 'late')") & 0xFF) == SQLITE_IOERR);
    Connection next(disk, pragmas);
    CHECK(commits_held(next) == 5);
    REQUIRE(next.run("BEGIN IMMEDIATE; UPDATE summary SET visits = visits") == SQLITE_OK);
    writer.reset();
    reader.reset();
    REQUIRE(next.run("COMMIT") == SQLITE_OK);
    CHECK(commits_held(next) == 5);
  }
}

TEST_CASE("sim disk: WAL with several connections: one writer, readers keep their snapshot") {
  SimDisk disk(4, frozen_clock());
  Connection writer(disk, kWalFull);
  Connection second(disk);
  Connection reader(disk);
  REQUIRE(commit_until_refused(writer, 3) == 3);
  REQUIRE(reader.run("BEGIN") == SQLITE_OK);
  CHECK(reader.ask("SELECT count(*) FROM visit") == "2");
  REQUIRE(writer.run("BEGIN IMMEDIATE; INSERT INTO visit VALUES(50, 'a')") == SQLITE_OK);
  CHECK(second.run("BEGIN IMMEDIATE") == SQLITE_BUSY);
  CHECK(writer.run("COMMIT") == SQLITE_OK);
  CHECK(second.run("BEGIN IMMEDIATE") == SQLITE_OK);
  CHECK(second.ask("SELECT count(*) FROM visit") == "3");
  CHECK(second.run("ROLLBACK") == SQLITE_OK);
  CHECK(reader.ask("SELECT count(*) FROM visit") == "2");
  // The log cannot start again while a reader needs it.
  CHECK(writer.ask("PRAGMA wal_checkpoint(TRUNCATE)") == "1");
  REQUIRE(reader.run("COMMIT") == SQLITE_OK);
  CHECK(reader.ask("SELECT count(*) FROM visit") == "3");
  CHECK(writer.ask("PRAGMA wal_checkpoint(TRUNCATE)") == "0");
}

TEST_CASE(
    "sim disk: rollback journal with several connections: readers and a writer's commit exclude each other") {
  SimDisk disk(5, frozen_clock());
  Connection writer(disk, kDeleteExtra);
  Connection second(disk);
  Connection reader(disk);
  REQUIRE(commit_until_refused(writer, 3) == 3);
  REQUIRE(reader.run("BEGIN") == SQLITE_OK);
  CHECK(reader.ask("SELECT count(*) FROM visit") == "2");
  REQUIRE(writer.run("BEGIN IMMEDIATE; INSERT INTO visit VALUES(50, 'a')") == SQLITE_OK);
  CHECK(second.run("BEGIN IMMEDIATE") == SQLITE_BUSY);
  CHECK(second.ask("SELECT count(*) FROM visit") == "2");
  CHECK(writer.run("COMMIT") == SQLITE_BUSY);
  CHECK(second.ask("SELECT count(*) FROM visit") == "error 5");  // the writer waits, so no new reader enters
  REQUIRE(reader.run("COMMIT") == SQLITE_OK);
  CHECK(writer.run("COMMIT") == SQLITE_OK);
  CHECK(second.ask("SELECT count(*) FROM visit") == "3");
}

TEST_CASE("sim disk: full: growth is refused, nothing is half written, and room helps") {
  for (const auto& pragmas : {kWalFull, kDeleteExtra}) {
    for (std::uint64_t room = 0; room < 60'000; room += 1'700) {
      INFO(pragmas << ", room " << room);
      SimDisk disk(room, frozen_clock());
      Connection db(disk, pragmas);
      REQUIRE(commit_until_refused(db, 3) == 3);
      const std::uint64_t used = disk.used_bytes();
      disk.fail_full_after(room);
      const int wrote = db.run("INSERT INTO visit VALUES(50, zeroblob(90000))");
      REQUIRE(wrote == SQLITE_FULL);
      // The log keeps the part that fitted; a rollback journal is gone again with what it undid.
      CHECK(disk.used_bytes() == (pragmas == kWalFull ? used + room : used));
      CHECK(commits_held(db) == 3);
      disk.crash();
      disk.free_space();
      Connection after(disk, pragmas);
      CHECK(commits_held(after) == 3);
      CHECK(after.run("INSERT INTO visit VALUES(50, zeroblob(90000))") == SQLITE_OK);
    }
  }
}

std::uint64_t hash_after_run(std::uint64_t seed) {
  SimDisk disk(seed, frozen_clock());
  {
    Connection db(disk, kWalNormal);
    commit_until_refused(db, 6);
    disk.crash_at_write(9);
    commit_until_refused(db, 6);
    db.run("UPDATE visit SET note = hex(randomblob(2000))");
    disk.crash();
  }
  Connection db(disk);
  db.run("CREATE TABLE IF NOT EXISTS drawn(x); INSERT INTO drawn VALUES(random()); PRAGMA wal_checkpoint");
  return disk.hash();
}

TEST_CASE("sim disk: same seed: same bytes; another seed: others") {
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::uint64_t hash = hash_after_run(seed);
    sqlite3_int64 elsewhere = 0;
    sqlite3_randomness(3, &elsewhere);  // what other tests draw must not matter
    REQUIRE(hash_after_run(seed) == hash);
    hashes.insert(hash);
  }
  CHECK(hashes.size() == 20);
}

TEST_CASE("sim disk: time: SQLite sees the machine's clock and never waits") {
  std::int64_t now_ms = kNowMs;
  SimDisk disk(6, [&now_ms] { return now_ms; });
  Connection db(disk);
  CHECK(db.ask("SELECT strftime('%s', 'now') || strftime('%f', 'now')") == "170000000020.123");
  now_ms = -86'400'000;
  CHECK(db.ask("SELECT datetime('now')") == "1969-12-31 00:00:00");
  CHECK(sqlite3_vfs_find(disk.vfs_name().c_str())->xSleep(nullptr, 360'000'000) == 360'000'000);
}

TEST_CASE("sim disk: new file never synced: a crash may take it away") {
  std::set<std::size_t> names_left;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SimDisk disk(seed, frozen_clock());
    Connection db(disk, kDeleteOff);
    REQUIRE(db.run("CREATE TABLE visit(n)") == SQLITE_OK);
    REQUIRE(disk.file_names() == std::vector<std::string>{kFile});
    disk.crash();
    names_left.insert(disk.file_names().size());
  }
  CHECK(names_left.count(0) == 1);
  CHECK(names_left.count(1) == 1);
}

TEST_CASE("sim disk: empty file: does not exist to SQLite, as with its Unix VFS") {
  SimDisk disk(12, frozen_clock());
  Connection db(disk);
  REQUIRE(disk.file_names() == std::vector<std::string>{kFile});
  sqlite3_vfs* vfs = sqlite3_vfs_find(disk.vfs_name().c_str());
  int exists = -1;
  REQUIRE(vfs->xAccess(vfs, kFile, SQLITE_ACCESS_EXISTS, &exists) == SQLITE_OK);
  CHECK(exists == 0);
  REQUIRE(db.run("CREATE TABLE visit(n)") == SQLITE_OK);
  REQUIRE(vfs->xAccess(vfs, kFile, SQLITE_ACCESS_EXISTS, &exists) == SQLITE_OK);
  CHECK(exists == 1);
}

TEST_CASE("sim disk: flipped bit: one byte differs, at a place that the seed decides") {
  SimDisk disk(7, frozen_clock());
  CHECK_FALSE(disk.flip_bit(kFile).has_value());
  {
    Connection db(disk, kDeleteExtra);
    REQUIRE(commit_until_refused(db, 6) == 6);
  }
  SimDisk twin(7, frozen_clock());
  disk.copy_to(twin);
  const std::uint64_t before = disk.hash();
  const auto flipped = disk.flip_bit(kFile);
  REQUIRE(flipped.has_value());
  CHECK(*flipped < disk.used_bytes());
  CHECK(disk.hash() != before);
  for (int i = 0; i < 200; ++i) disk.flip_bit(kFile);
  CHECK(commits_held(disk) == -1);
  CHECK(commits_held(twin) == 6);
}

TEST_CASE("sim disk: cloned while in use: both go their own way, and the clone is durable") {
  SimDisk phone(8, frozen_clock());
  SimDisk clone(9, frozen_clock());
  Connection stale(clone, kWalFull);
  REQUIRE(commit_until_refused(stale, 2) == 2);
  Connection db(phone, kWalNormal);
  REQUIRE(commit_until_refused(db, 4) == 4);
  phone.copy_to(clone);
  CHECK(clone.hash() == phone.hash());
  CHECK(stale.run("DELETE FROM visit") != SQLITE_OK);
  REQUIRE(db.run("INSERT INTO visit VALUES(70, 'only here')") == SQLITE_OK);
  clone.crash();
  CHECK(commits_held(clone) == 4);
  CHECK(db.ask("SELECT count(*) FROM visit") == "4");
}

TEST_CASE("sim disk: temporary files: work and leave no name behind") {
  SimDisk disk(10, frozen_clock());
  Connection db(disk, "PRAGMA temp_store=FILE; PRAGMA cache_size=2; PRAGMA temp.cache_size=2");
  REQUIRE(db.run("CREATE TEMP TABLE t(a, b); WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c "
                 "WHERE x < 3000) INSERT INTO t SELECT x, hex(randomblob(100)) FROM c;"
                 "CREATE INDEX temp.i ON t(b)") == SQLITE_OK);
  CHECK(db.ask("SELECT count(*) FROM t") == "3000");
  CHECK(disk.operations().writes > 0);
  CHECK(disk.file_names() == std::vector<std::string>{kFile});
  CHECK(disk.used_bytes() == 0);
}

TEST_CASE("sim disk: WAL kept on request: the last connection leaves it in place") {
  SimDisk disk(11, frozen_clock());
  {
    Connection db(disk, kWalFull);
    int keep = 1;
    REQUIRE(sqlite3_file_control(db.raw(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep) == SQLITE_OK);
    REQUIRE(commit_until_refused(db, 2) == 2);
  }
  CHECK(disk.file_names() == std::vector<std::string>{kFile, std::string(kFile) + "-wal"});
  CHECK(commits_held(disk) == 2);
}

}  // namespace
