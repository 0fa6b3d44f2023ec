#include "simulation/sim_disk.hpp"
#include "unit/store/vandal.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

Value text(const char* t) { return std::string(t); }

RowId household(PhoneStore& phone, const char* door = "D1") {
  return add(phone, "household",
             {{"place", text(door)}, {"phone", text("13900000001")}, {"note", text("first")}});
}

/// A phone with one household in the books and every part of its rows compared.
struct Compared {
  explicit Compared(Options options = {}) : phone(town.enrol("王芳", 1, std::move(options))) {
    town.sync(*phone);
    home = household(*phone);
    town.sync(*phone);
  }
  void harm(const std::string& sql) { vandalize(town.path("王芳.db"), sql); }
  std::string here() const { return " WHERE id = '" + to_text(home) + "'"; }
  Value note() { return value(*phone, "household", home, "note"); }

  UpgradeTown town;
  std::unique_ptr<PhoneStore> phone;
  RowId home;
};

void check_as_at_the_office(Compared& at) {
  CHECK(at.note() == at.town.office_value("household", at.home, "note"));
  const SyncReport again = at.town.sync(*at.phone);
  CHECK(again.differing_parts == 0);
  CHECK(again.repaired_rows == 0);
  CHECK(again.checked_rows > 3);
}

}  // namespace

TEST_CASE("checking: nothing is wrong: every sync compares and finds nothing") {
  Compared at;
  for (int i = 0; i < 3; ++i) {
    const SyncReport report = at.town.sync(*at.phone);
    CHECK(report.requests == 1);
    CHECK(report.checked_rows == 8);  // Four places, two people with a post, the household.
    CHECK(report.differing_parts == 0);
  }
}

TEST_CASE("checking: a value that changed by itself: is found and put right in one sync") {
  Compared at;
  at.harm("UPDATE household SET note = 'firsu'" + at.here());
  const SyncReport report = at.town.sync(*at.phone);
  CHECK(report.differing_parts == 1);
  CHECK(report.repaired_rows == 1);
  CHECK_FALSE(report.unrepaired);
  CHECK(at.note() == text("first"));
  check_as_at_the_office(at);
}

TEST_CASE("checking: metadata, a lost row, a stranger, an id that is none: are put right") {
  Compared at;
  const auto harm =
      GENERATE(as<std::string>(), "UPDATE household SET _meta = x'0163'", "UPDATE household SET _meta = NULL",
               "UPDATE household SET _meta = substr(_meta, 1, 9)", "DELETE FROM household",
               "DELETE FROM place", "UPDATE household SET id = '99999999-0000-7000-8000-000000000001'",
               "UPDATE household SET id = 'x' || substr(id, 2)",
               "UPDATE household SET id = CAST('x' || substr(id, 2) AS BLOB)");
  INFO(harm);
  at.harm(harm);
  const SyncReport report = at.town.sync(*at.phone);
  CHECK(report.differing_parts > 0);
  CHECK(report.repaired_rows > 0);
  CHECK_FALSE(report.unrepaired);
  CHECK(one(*at.phone, "SELECT COUNT(*) FROM household") == Value(std::int64_t{1}));
  check_as_at_the_office(at);
}

TEST_CASE("checking: a declaration of sameness under an id that is none: is gone, and what follows from it") {
  Options options;
  options.compared_rows = 1;  // So that the part with the declaration is another one.
  Compared at(std::move(options));
  const RowId a = household(*at.phone, "D2");
  const RowId b = add(*at.phone, "household", {{"place", text("D2")}, {"number", std::int64_t{2}}});
  must(at.phone->same("household", a, b, ""));
  at.town.sync(*at.phone);
  REQUIRE(one(*at.phone, "SELECT count(*) FROM each_household") == Value(std::int64_t{2}));
  at.harm(
      "CREATE TEMP TABLE another AS SELECT * FROM same_as;"
      "UPDATE another SET id = 'x' || substr(id, 2), folded = '" +
      to_text(at.home) + "'; INSERT INTO same_as SELECT * FROM another");
  const SyncReport report = at.town.sync(*at.phone);
  CHECK(report.repaired_rows > 0);
  CHECK_FALSE(report.unrepaired);
  CHECK(one(*at.phone, "SELECT root FROM doorstep_same WHERE row = '" + to_text(a) + "'") ==
        one(*at.phone, "SELECT root FROM doorstep_same WHERE row = '" + to_text(b) + "'"));
  CHECK(one(*at.phone, "SELECT count(*) FROM doorstep_same WHERE row = '" + to_text(at.home) + "'") ==
        Value(std::int64_t{0}));
  CHECK(one(*at.phone, "SELECT count(*) FROM each_household") == Value(std::int64_t{2}));
}

TEST_CASE("checking: work that waits above a damaged row: goes up as it was recorded") {
  Compared at;
  must(edit(*at.phone, "household", at.home, {{"phone", text("13900000002")}}));
  const std::vector<std::string> before = outbox(*at.phone);
  const auto harm =
      GENERATE(as<std::string>(), "UPDATE doorstep_under SET state = substr(state, 1, 20)",
               "UPDATE doorstep_under SET state = replace(state, CAST('first' AS BLOB), x'4649525354')",
               "UPDATE doorstep_under SET row = 'x'", "DELETE FROM doorstep_under", "DELETE FROM household",
               "UPDATE household SET _meta = x'00'");
  INFO(harm);
  at.harm(harm);
  CHECK(outbox(*at.phone) == before);
  const SyncReport report = at.town.sync(*at.phone);
  CHECK(report.effective == 1);
  CHECK(report.held == 0);
  CHECK(value(*at.phone, "household", at.home, "phone") == text("13900000002"));
  CHECK(at.town.office_value("household", at.home, "phone") == text("13900000002"));
  check_as_at_the_office(at);
}

TEST_CASE("checking: what lies beneath work that stays here: is put right, and the work stays in sight") {
  Compared at;
  auto other = at.town.enrol("李军", 1);
  at.town.sync(*other);
  must(edit(*at.phone, "household", at.home, {{"phone", text("13900000003")}}));
  const std::vector<std::string> waiting = outbox(*at.phone);
  must(edit(*other, "household", at.home, {{"note", text("second")}}));
  at.town.sync(*other);
  auto request = must(at.phone->next_request());
  request.push.reset();  // It stays here: only rows come.
  auto answer = must(at.town.pipeline().exchange(request));
  SyncReport report;
  must(at.phone->accept(answer, wire::to_frame(answer), 0, report));
  at.harm("UPDATE doorstep_under SET state = substr(state, 1, 20)");
  for (int i = 0; i < 2; ++i) {
    request = must(at.phone->next_request());
    CHECK(request.repair == (i == 1));
    request.push.reset();
    answer = must(at.town.pipeline().exchange(request));
    must(at.phone->accept(answer, wire::to_frame(answer), 0, report));
  }
  CHECK(report.differing_parts == 1);
  CHECK(report.repaired_rows == 1);
  CHECK(outbox(*at.phone) == waiting);
  CHECK(value(*at.phone, "household", at.home, "phone") == text("13900000003"));
  CHECK(at.note() == text("second"));
  check_as_at_the_office(at);
}

TEST_CASE("checking: held work above a damaged row: stays held and in sight") {
  Compared at;
  const RowId outside =
      at.town.put("place", {{"code", text("X")}, {"level", text("street")}, {"name", text("X")}});
  must(at.phone->write([&]() -> Status {
    auto visit = at.phone->add("visit", {{"place", to_text(outside)}, {"outcome", text("met")}});
    if (!visit) return tl::unexpected(visit.error());
    return at.phone->edit("household", at.home, {{"note", text("held")}});
  }));
  CHECK(at.town.sync(*at.phone).held == 1);
  const std::vector<std::string> before = outbox(*at.phone);
  const auto harm = GENERATE(as<std::string>(), "UPDATE doorstep_under SET state = substr(state, 1, 20)",
                             "DELETE FROM doorstep_under", "UPDATE doorstep_under SET row = 'x'");
  at.harm(harm);
  const SyncReport report = at.town.sync(*at.phone);
  CHECK(report.repaired_rows > 0);
  CHECK_FALSE(report.unrepaired);
  CHECK(outbox(*at.phone) == before);
  CHECK(at.note() == text("held"));
  CHECK(at.phone->status().held_groups == 1);
  CHECK(at.town.sync(*at.phone).differing_parts == 0);
}

TEST_CASE("checking: many parts: each has its turn, and a repair goes on to the next") {
  Options options;
  options.compared_rows = 4;
  Compared at(options);
  for (int i = 0; i < 60; ++i) add(*at.phone, "visit", {{"place", text("D1")}, {"outcome", text("met")}});
  at.town.sync(*at.phone);
  constexpr int kParts = 32;
  std::uint64_t compared = 0;
  for (int i = 0; i < kParts; ++i) compared += at.town.sync(*at.phone).checked_rows;
  CHECK(compared >= 66);
  CHECK(compared < 3 * 66);
  at.harm("DELETE FROM visit");
  std::uint64_t repaired = 0;
  int syncs = 0;
  for (; repaired < 60 && syncs < kParts; ++syncs) repaired += at.town.sync(*at.phone).repaired_rows;
  CHECK(syncs < kParts / 2);  // Not one part a sync.
  CHECK(repaired == 60);
  CHECK(one(*at.phone, "SELECT COUNT(*) FROM visit") == Value(std::int64_t{60}));
}

TEST_CASE("checking: a phone two packs behind: finds nothing wrong, and what is") {
  Compared at;
  must(edit(*at.phone, "household", at.home,
            {{"rooms", Value(std::int64_t{4})}, {"floors", Value(std::int64_t{2})}}));
  at.town.sync(*at.phone);
  at.town.upgrade(2);
  at.town.upgrade(3);
  auto newer = at.town.enrol("李军", 3);
  at.town.sync(*newer);
  must(edit(*newer, "household", at.home, {{"pets", text("dog")}, {"rooms", Value(3.5)}}));
  at.town.sync(*newer);
  for (int i = 0; i < 3; ++i) CHECK(at.town.sync(*at.phone, false).differing_parts == 0);
  CHECK(at.phone->pack_version() == PackVersion{1});
  CHECK(value(*at.phone, "household", at.home, "rooms") == Value(3.5));
  at.harm("UPDATE household SET floors = 3");
  CHECK(at.town.sync(*at.phone, false).repaired_rows == 1);
  CHECK(at.town.sync(*at.phone, false).differing_parts == 0);
  CHECK(value(*at.phone, "household", at.home, "floors") == Value(std::int64_t{2}));
}

TEST_CASE("checking: a checksum of another standing: says nothing") {
  Compared at;
  const auto request = must(at.phone->next_request());
  REQUIRE(request.check);
  auto answer = must(at.town.pipeline().exchange(request));
  REQUIRE(answer.checksum);
  answer.checksum->sum += 1;
  at.town.put("visit", {{"place", one(*at.phone, "SELECT id FROM place WHERE code = 'D1'")},
                        {"outcome", text("met")}});
  auto process = at.town.open("王芳");
  at.town.sync(*process);
  SyncReport report;
  must(at.phone->accept(answer, wire::to_frame(answer), 0, report));
  CHECK(report.differing_parts == 0);
  CHECK_FALSE(at.phone->differs());
  check_as_at_the_office(at);
}

TEST_CASE("checking: an office that cannot put it right: the sync ends, and says so") {
  Compared at;
  Session session(*at.phone, 1);
  auto action = session.start();
  int requests = 0;
  while (auto* send = std::get_if<Session::SendSync>(&action)) {
    REQUIRE(++requests < 5);
    auto answer = must(at.town.pipeline().exchange(send->request));
    if (answer.checksum) answer.checksum->sum += 1;
    action = session.on_response(answer, wire::to_frame(answer), 0);
  }
  CHECK(requests == 2);
  CHECK(std::get<Session::Finished>(action).report.unrepaired);
  check_as_at_the_office(at);
}

TEST_CASE("checking: stopped at any write of a repair: the next sync repairs, and no work is lost") {
  bool finished = false;
  std::size_t stops = 0;
  for (std::uint64_t stop = 1; !finished; ++stop) {
    simulation::SimDisk disk(stop, [] { return std::int64_t{1'800'000'000'000}; });
    Options options;
    options.sqlite_vfs = disk.vfs_name();
    Compared at(options);
    const RowId other = household(*at.phone, "D2");
    at.town.sync(*at.phone);
    must(edit(*at.phone, "household", other, {{"note", text("waits")}}));
    const std::vector<std::string> before = outbox(*at.phone);
    vandalize("王芳.db", "UPDATE household SET note = 'x'" + at.here(), disk.vfs_name());
    vandalize("王芳.db", "UPDATE doorstep_under SET state = substr(state, 1, 20)", disk.vfs_name());
    SyncReport report;
    auto request = must(at.phone->next_request());
    request.push.reset();
    auto answer = must(at.town.pipeline().exchange(request));
    must(at.phone->accept(answer, wire::to_frame(answer), 0, report));
    request = must(at.phone->next_request());
    REQUIRE(request.repair);
    request.push.reset();
    answer = must(at.town.pipeline().exchange(request));

    disk.crash_at_write(stop);
    const Status accepted = at.phone->accept(answer, wire::to_frame(answer), 0, report);
    finished = !disk.stopped();
    if (finished) must(accepted);
    stops += !accepted;
    disk.crash_at_write(0);
    disk.crash();
    at.phone.reset();
    at.phone = at.town.open("王芳", options);
    INFO("stopped at " << stop);
    CHECK(outbox(*at.phone) == before);
    CHECK(at.town.sync(*at.phone).held == 0);
    CHECK(at.note() == text("first"));
    CHECK(value(*at.phone, "household", other, "note") == text("waits"));
    CHECK(at.town.office_value("household", other, "note") == text("waits"));
    CHECK(at.town.sync(*at.phone).differing_parts == 0);
    at.phone.reset();
  }
  CHECK(stops > 1);
}
