#include "pipeline/limits.hpp"
#include "simulation/sim_disk.hpp"
#include "sql/connection.hpp"
#include "unit/pipeline/town.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

Cells visit_at(Town& town, const std::string& place) {
  return {{"place", to_text(town.place_id(place))}, {"outcome", "met"}};
}

struct Completed {
  std::vector<Result<PushOutcome>> outcomes;
  SyncJob job(wire::SyncRequest request) {
    return {std::move(request),
            [this](SyncJob&, Result<PushOutcome> outcome) { outcomes.push_back(std::move(outcome)); }};
  }
};

std::int64_t wall_ms() { return *parse_canonical_time("2026-11-22T01:00:00.000Z"); }

/// A morning's worth for the writer: visits, a household, and a place, which the caches learn of too.
void record(Town& town, Phone& li, Phone& wang) {
  for (int i = 0; i < 40; ++i) {
    Cells cells = visit_at(town, "1-1");
    cells.emplace_back("note", std::string(1000, 'x'));
    (i % 2 ? li : wang).insert("visit", cells);
  }
  li.insert("place", {{"code", "1-9"}, {"level", "door"}, {"parent", to_text(town.place_id("1"))}});
  wang.insert("household", {{"place", to_text(town.place_id("1-1"))}, {"number", std::int64_t{1}}});
}

}  // namespace

TEST_CASE("group commit: many devices' pushes: share one commit and are completed after it") {
  Town town;
  std::vector<Phone> phones;
  for (int i = 0; i < 20; ++i) phones.push_back(town.leader("L" + std::to_string(i), "1"));
  Completed completed;
  const auto commits = town.pipeline().counters().commits.load();
  for (Phone& phone : phones) {
    phone.insert("visit", visit_at(town, "1-1"));
    must(town.pipeline().submit(completed.job(phone.request(false))));
  }
  CHECK(completed.outcomes.empty());
  CHECK(town.pipeline().queued() == 20);
  CHECK(town.pipeline().step());
  CHECK(completed.outcomes.size() == 20);
  CHECK(town.pipeline().counters().commits - commits == 1);
  CHECK(town.count("visit") == 20);
  CHECK_FALSE(town.pipeline().step());
  town.check_sound();
}

TEST_CASE("group commit: one device twice in one commit: its second push follows the first") {
  Town town;
  Phone phone = town.leader("Li", "1");
  Completed completed;
  phone.insert("visit", visit_at(town, "1-1"));
  must(town.pipeline().submit(completed.job(phone.request(false))));
  phone.acknowledged = GroupNumber{1};
  phone.insert("visit", visit_at(town, "1-1"));
  must(town.pipeline().submit(completed.job(phone.request(false))));
  must(town.pipeline().submit(completed.job(phone.request(false))));
  town.pipeline().step();
  REQUIRE(completed.outcomes.size() == 3);
  for (const auto& outcome : completed.outcomes) CHECK(outcome->result == wire::PushResult::accepted);
  CHECK(town.count("visit") == 2);
  town.check_sound();
}

TEST_CASE("group commit: fifty heavy pushes wait: a light one is done after one of them at most") {
  Town town;
  std::vector<Phone> heavy;
  for (int i = 0; i < 3; ++i) {
    heavy.push_back(town.leader("heavy " + std::to_string(i), "1"));
    for (std::size_t n = 0; n <= server::limits::kLightGroups; ++n)
      heavy.back().insert("visit", visit_at(town, "1-1"));
  }
  Phone light = town.leader("light", "1");
  light.insert("visit", visit_at(town, "1-1"));
  std::vector<std::string> done;
  const auto job = [&](const std::string& name, const wire::SyncRequest& request) {
    return SyncJob{request, [&, name](SyncJob&, Result<PushOutcome>) { done.push_back(name); }};
  };
  // One of them has most of the queue.
  for (int i = 0; i < 48; ++i) must(town.pipeline().submit(job("heavy 0", heavy[0].request(false))));
  must(town.pipeline().submit(job("heavy 1", heavy[1].request(false))));
  must(town.pipeline().submit(job("heavy 2", heavy[2].request(false))));
  REQUIRE(town.pipeline().step());
  CHECK(done == std::vector<std::string>{"heavy 0"});
  must(town.pipeline().submit(job("light", light.request(false))));
  must(town.pipeline().submit(job("light", light.request(false))));
  CHECK(town.pipeline().queued() == 51);
  for (int i = 0; i < 3; ++i) REQUIRE(town.pipeline().step());
  REQUIRE(done.size() == 5);
  const auto first_light = std::find(done.begin(), done.end(), "light") - done.begin();
  CHECK(first_light <= 2);
  CHECK(done[static_cast<std::size_t>(first_light) + 1] == "light");  // They share a commit.
  while (town.pipeline().queued() > 0) REQUIRE(town.pipeline().step());
  CHECK(done.size() == 52);
  // Devices take turns: both others were done before the first one's fourth.
  std::size_t of_first = 0;
  for (const std::string& name : done) {
    of_first += name == "heavy 0";
    if (name == "heavy 2") break;
  }
  CHECK(of_first <= 3);
  CHECK(town.count("visit") == 3 * (server::limits::kLightGroups + 1) + 1);
}

TEST_CASE("group commit: a malformed push among others: is refused alone") {
  Town town;
  Phone good = town.leader("Li", "1");
  Phone bad = town.leader("Wang", "1");
  Completed completed;
  good.insert("visit", visit_at(town, "1-1"));
  bad.insert("visit", visit_at(town, "1-1"));
  wire::SyncRequest broken = bad.request(false);
  broken.push->first = GroupNumber{0};
  must(town.pipeline().submit(completed.job(broken)));
  must(town.pipeline().submit(completed.job(good.request(false))));
  town.pipeline().step();
  REQUIRE(completed.outcomes.size() == 2);
  CHECK(completed.outcomes[0].error().code == ErrorCode::malformed);
  CHECK(completed.outcomes[1]);
  CHECK(town.count("visit") == 1);
}

TEST_CASE("group commit: the disk is full at any point: nothing is written, all come later, then it works") {
  simulation::SimDisk disk(1, wall_ms);
  Town town(disk.vfs_name());
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "1");
  record(town, li, wang);
  const Digest before = must(state_hash(town.office()));
  bool succeeded = false;
  for (std::uint64_t room = 0; !succeeded; room += 20'000) {
    disk.fail_full_after(room);
    Completed completed;
    must(town.pipeline().submit(completed.job(li.request(false))));
    must(town.pipeline().submit(completed.job(wang.request(false))));
    town.pipeline().step();
    REQUIRE(completed.outcomes.size() == 2);
    CHECK(completed.outcomes[0].has_value() == completed.outcomes[1].has_value());
    succeeded = completed.outcomes[0].has_value();
    disk.free_space();
    if (succeeded) break;
    for (const auto& outcome : completed.outcomes) {
      CHECK(outcome.error().code == ErrorCode::overloaded);
      CHECK(outcome.error().retry == Retry::later);
    }
    CHECK(must(state_hash(town.office())) == before);
    CHECK(must(must(town.store().snapshot())->actor(li.actor()))->admitted_through == GroupNumber{0});
    town.check_sound();
    REQUIRE(room < 4'000'000);
  }
  CHECK(town.pipeline().counters().failed_commits > 1);
  li.sync();
  wang.sync();
  li.sync();
  CHECK(town.count("visit") == 40);
  CHECK(li.rows().size() == wang.rows().size());
  town.check_sound();
}

TEST_CASE("group commit: the power fails at any write: what was completed is there, the rest not in part") {
  std::uint64_t operations = 0;
  for (std::uint64_t at = 0; at <= operations; at = at < 12 ? at + 1 : at + 7) {
    simulation::SimDisk disk(at + 1, wall_ms);
    Town town(disk.vfs_name());
    Phone li = town.leader("Li", "1");
    Phone wang = town.leader("Wang", "1");
    record(town, li, wang);
    const Digest before = must(state_hash(town.office()));
    const std::uint64_t start = disk.operations().total();
    disk.crash_at_write(at);
    Completed completed;
    must(town.pipeline().submit(completed.job(li.request(false))));
    must(town.pipeline().submit(completed.job(wang.request(false))));
    town.pipeline().step();
    if (at == 0) operations = disk.operations().total() - start;
    const bool told = completed.outcomes[0].has_value();
    CHECK(told == (at == 0));
    disk.crash();
    town.reopen();
    town.check_sound();
    const bool there = must(state_hash(town.office())) != before;
    if (told) CHECK(there);
    CHECK(town.count("visit") == (there ? 40 : 0));
    // The phones never heard of it, or did: sending again settles it.
    li.sync();
    wang.sync();
    CHECK(town.count("visit") == 40);
    town.check_sound();
  }
  CHECK(operations > 10);
}

TEST_CASE("queue: full: the next push is told to come later") {
  Town town;
  Phone phone = town.leader("Li", "1");
  phone.insert("visit", visit_at(town, "1-1"));
  Completed completed;
  for (std::size_t i = 0; i < server::limits::kQueuedJobs; ++i)
    must(town.pipeline().submit(completed.job(phone.request(false))));
  const Status full = town.pipeline().submit(completed.job(phone.request(false)));
  REQUIRE_FALSE(full);
  CHECK(full.error().code == ErrorCode::overloaded);
  while (town.pipeline().step()) {
  }
  CHECK(completed.outcomes.size() == server::limits::kQueuedJobs);
  CHECK(town.count("visit") == 1);
}

TEST_CASE("two processes: write the same file alternately: each sees the other's places, posts and groups") {
  Town town;
  // A second opening of the file, as the command line has it while the server serves.
  auto other_store = must(SqliteStore::open(town.path()));
  auto other = must(Office::open(*other_store, town.clock(), town.entropy()));
  Phone li = town.leader("Li", "1");
  li.sync();
  OfficeWriter import(*other);
  const RowId door = must(import.put("place", {{"code", std::string("1-7")},
                                               {"level", std::string("door")},
                                               {"parent", to_text(town.place_id("1"))}}));
  must(import.commit());
  li.insert("visit", {{"place", to_text(door)}, {"outcome", "met"}});
  CHECK(li.sync()[0].kind == wire::VerdictKind::effective);
  CHECK(li.has("place", door));
  CHECK(town.put("household", {{"place", to_text(door)}}) != RowId{});
  const RowId post = must(import.put("assignment", {{"person", to_text(li.joined().person)},
                                                    {"place", to_text(town.place_id("2"))},
                                                    {"role", std::string("leader")}}));
  must(import.commit());
  li.insert("visit", {{"place", to_text(town.place_id("2-1"))}, {"outcome", "met"}});
  CHECK(li.sync()[0].kind == wire::VerdictKind::effective);
  must(import.remove("assignment", post));
  must(import.commit());
  li.insert("visit", {{"place", to_text(town.place_id("2-1"))}, {"outcome", "met"}});
  CHECK(li.sync()[0].reason == wire::HoldReason::outside_scope);
  town.check_sound();
}

TEST_CASE("two processes: one holds the write lock: the other waits, then says busy") {
  Town town;
  SqliteStore::Options impatient;
  impatient.busy_timeout_ms = 20;
  auto other = must(SqliteStore::open(town.path(), impatient));
  auto held = must(town.store().begin());
  const auto refused = other->begin();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::storage_busy);
  held.reset();
  CHECK(other->begin());
}

TEST_CASE("file: of a later version, or no office's: is refused by name") {
  TemporaryFolder folder;
  const auto make = [&](const std::string& name, const std::string& sql) {
    auto connection = must(sql::Connection::open(folder.file(name)));
    must(connection.execute(sql));
    return SqliteStore::open(folder.file(name));
  };
  const auto newer = make("newer.db", "CREATE TABLE t(x); PRAGMA user_version = 99");
  REQUIRE_FALSE(newer);
  CHECK(newer.error().code == ErrorCode::newer_format);
  const auto foreign = make("foreign.db", "CREATE TABLE t(x)");
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().code == ErrorCode::storage_damaged);
  const auto empty = must(SqliteStore::open(folder.file("empty.db")));
  ManualClock clock;
  SeededEntropy entropy;
  const auto office = Office::open(*empty, clock, entropy);
  REQUIRE_FALSE(office);
  CHECK(office.error().code == ErrorCode::not_found);
}

TEST_CASE("verify: a value changed behind the office's back: is found") {
  Town town;
  Phone li = town.leader("Li", "1");
  li.insert("household",
            {{"place", to_text(town.place_id("1-1"))}, {"number", std::int64_t{1}}, {"note", "a"}});
  li.sync();
  town.check_sound();
  const auto faults_after = [&](const std::string& sql) {
    {
      auto connection = must(sql::Connection::open(town.path()));
      must(connection.execute(sql));
    }
    return must(verify(town.office())).fault_count;
  };
  CHECK(faults_after("UPDATE household SET note = 'b'") == 1);
  CHECK(faults_after("UPDATE household SET note = 'a'") == 0);
  CHECK(faults_after("UPDATE doorstep_group SET bytes = bytes || x'00' WHERE actor & 0xFFFF = 2") > 0);
}
