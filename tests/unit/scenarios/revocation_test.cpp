#include "simulation/sim_disk.hpp"
#include "unit/scenarios/street.hpp"

// Posts begin, end, overlap and move, with phones away and work waiting. In all of it: what was recorded
// while a post lasted takes effect, what was recorded after it is kept for the office, and nobody keeps what
// is no longer hers.
using namespace doorstep;
using namespace doorstep::test;
using wire::HoldReason;
using wire::VerdictKind;

namespace {

const server::Decider kClerk{"张书记", ""};

/// 王芳 answers for B1 and has it on her phone.
struct Led : Street {
  Led() { sync(*wang); }
  RowId post_of_wang = post("王芳", "B1");
  std::unique_ptr<PhoneStore> wang = phone("王芳");
};

/// Two syncs later nothing moves, and what the phone has is what the office would send it.
void check_settled(Street& street, PhoneStore& phone) {
  street.sync(phone);
  const SyncReport again = street.sync(phone);
  CHECK(again.pulled_rows == 0);
  CHECK(again.removed_rows == 0);
  CHECK(again.differing_parts == 0);
}

}  // namespace

TEST_CASE("revocation 1: a post ends while the phone is away: its work counts, its rows go") {
  Led street;
  REQUIRE(notes(*street.wang) == "101 102");
  visit(*street.wang, "101", "canary-visit");
  must(edit(*street.wang, "household", street.home("102"), {{"note", std::string("canary-note")}}));
  street.end(street.post_of_wang, "2027-03-01");

  street.day("2027-03-02");
  const SyncReport report = street.sync(*street.wang);
  CHECK(report.pushed_groups == 2);
  CHECK(report.held == 0);
  CHECK(report.removed_rows > 0);
  CHECK(street.office_note("102") == "canary-note");
  CHECK(notes(*street.wang).empty());
  CHECK(places(*street.wang).empty());
  check_settled(street, *street.wang);
  street.backup();
  street.sync(*street.wang);  // A backup has her work: then the phone keeps no copy of it either.
  CHECK_FALSE(street.file_tells(std::move(street.wang), "王芳", "canary"));
}

TEST_CASE("revocation 2: the phone was away for nine months: the same when it returns") {
  Led street;
  visit(*street.wang, "101");
  street.end(street.post_of_wang, "2027-03-01");
  street.day("2027-12-01");
  CHECK(street.sync(*street.wang).held == 0);
  CHECK(street.group(*street.wang, 1).verdict == VerdictKind::effective);
  CHECK(notes(*street.wang).empty());
  check_settled(street, *street.wang);
}

TEST_CASE(
    "revocation 3: recorded after the last day: is held, the office lets it count, nothing comes back") {
  Led street;
  street.end(street.post_of_wang, "2027-03-01");
  street.day("2027-03-03");
  must(edit(*street.wang, "household", street.home("101"), {{"note", std::string("late")}}));
  CHECK(street.sync(*street.wang).held == 1);
  CHECK(street.group(*street.wang, 1).reason == HoldReason::not_authorised);
  CHECK(street.office_note("101") == "101");
  CHECK(must(street.wang->held()).size() == 1);

  const auto name = server::GroupName{street.wang->phone().actor, GroupNumber{1}};
  CHECK(must(server::release_group(street.office(), name, kClerk)).record.verdict == VerdictKind::effective);
  CHECK(street.office_note("101") == "late");
  CHECK(street.sync(*street.wang).released == 1);
  CHECK(notes(*street.wang).empty());
  CHECK(must(street.wang->held()).empty());
  check_settled(street, *street.wang);
}

TEST_CASE("revocation 4: a post that ended and goes on while the phone is away: nothing moves") {
  Led street;
  visit(*street.wang, "101");
  street.end(street.post_of_wang, "2027-03-01");
  street.day("2027-03-04");
  street.reopen(street.post_of_wang);
  const SyncReport report = street.sync(*street.wang);
  CHECK(report.held == 0);
  CHECK(report.removed_rows == 0);
  CHECK(notes(*street.wang) == "101 102");
  check_settled(street, *street.wang);
}

TEST_CASE("revocation 5: a post that goes on after the phone gave it up: everything comes again") {
  Led street;
  visit(*street.wang, "101");
  street.end(street.post_of_wang, "2027-03-01");
  street.day("2027-03-04");
  street.sync(*street.wang);
  REQUIRE(notes(*street.wang).empty());
  street.put("household", {{"note", std::string("101 new")}}, street.home("101"));
  street.reopen(street.post_of_wang);
  street.sync(*street.wang);
  CHECK(notes(*street.wang) == "101 new 102");
  CHECK(list(*street.wang, "SELECT outcome FROM visit") == "met");
  check_settled(street, *street.wang);
}

TEST_CASE("revocation 6: two posts at one place: the first to end takes nothing away") {
  Street street;
  const RowId first = street.post("王芳", "B1");
  const RowId second = street.post("王芳", "B1");
  auto wang = street.phone("王芳");
  street.sync(*wang);
  street.end(first, "2027-03-01");
  street.day("2027-03-02");
  street.sync(*wang);
  CHECK(notes(*wang) == "101 102");
  visit(*wang, "102");
  CHECK(street.sync(*wang).held == 0);
  street.end(second, "2027-03-02");
  street.day("2027-03-03");
  street.sync(*wang);
  CHECK(notes(*wang).empty());
  check_settled(street, *wang);
}

TEST_CASE(
    "revocation 7: a post at a building within the estate of another: only the rest of the estate goes") {
  Street street;
  const RowId estate = street.post("王芳", "E1");
  street.post("王芳", "B1");
  auto wang = street.phone("王芳");
  street.sync(*wang);
  REQUIRE(notes(*wang) == "101 102 201");
  visit(*wang, "201");  // Recorded in time.
  street.end(estate, "2027-03-01");
  street.day("2027-03-02");
  visit(*wang, "201");  // Too late.
  visit(*wang, "101");  // Hers by the other post.
  CHECK(street.sync(*wang).held == 1);
  CHECK(street.group(*wang, 1).verdict == VerdictKind::effective);
  CHECK(street.group(*wang, 2).reason == HoldReason::outside_scope);
  CHECK(street.group(*wang, 3).verdict == VerdictKind::effective);
  CHECK(notes(*wang) == "101 102");
  CHECK(places(*wang) == "101 102 B1 E1 street");
  check_settled(street, *wang);
}

TEST_CASE(
    "revocation 8: a family moves to the other leader with edits waiting on both phones: none is lost") {
  Street street;
  street.post("王芳", "B1");
  street.post("李强", "B3");
  auto wang = street.phone("王芳");
  auto li = street.phone("李强");
  const RowId sun = street.put("resident", {{"name", std::string("孙奶奶")}});
  const RowId before =
      street.put("residency", {{"resident", to_text(sun)}, {"household", to_text(street.home("101"))}});
  street.sync(*wang);
  street.sync(*li);
  REQUIRE(list(*wang, "SELECT name FROM resident") == "孙奶奶");

  must(edit(*wang, "resident", sun, {{"phone", std::string("13900000001")}}));
  must(edit(*li, "household", street.home("301"), {{"head_name", std::string("孙奶奶")}}));
  street.remove("residency", before);
  street.put("residency", {{"resident", to_text(sun)}, {"household", to_text(street.home("301"))}});
  street.sync(*li);
  CHECK(list(*li, "SELECT name FROM resident") == "孙奶奶");
  must(edit(*li, "resident", sun, {{"phone", std::string("13900000002")}}));
  street.sync(*li);

  // She recorded it when the old lady was still behind her door; the office asks somebody who answers for
  // her.
  CHECK(street.sync(*wang).held == 1);
  CHECK(street.group(*wang, 1).reason == HoldReason::outside_scope);
  CHECK(list(*wang, "SELECT name FROM resident").empty());
  const auto name = server::GroupName{wang->phone().actor, GroupNumber{1}};
  must(server::release_group(street.office(), name, kClerk));
  street.sync(*wang);
  street.sync(*li);
  CHECK(street.conflicts() == 1);  // Both numbers are kept.
  CHECK(list(*li, "SELECT name FROM resident") == "孙奶奶");
  CHECK(list(*wang, "SELECT name FROM resident").empty());
  check_settled(street, *wang);
  check_settled(street, *li);
}

TEST_CASE("revocation 9: a building moves to the other estate in the middle of a pull: no half of it stays") {
  Street street;
  street.post("王芳", "E1");
  auto wang = street.phone("王芳");
  street.sync(*wang);
  street.put("household", {{"head_name", std::string("甲")}}, street.home("101"));
  street.before_answer = [&] { street.move("B1", "E2"); };
  street.sync(*wang);
  street.sync(*wang);
  CHECK(notes(*wang) == "201");
  CHECK(places(*wang) == "201 B2 E1 street");
  check_settled(street, *wang);
}

TEST_CASE("revocation 10: a building is drawn to another estate while its leader is away: her work counts") {
  Street street;
  street.post("王芳", "B1");
  street.post("李强", "E1");
  auto wang = street.phone("王芳");
  auto li = street.phone("李强");
  street.sync(*wang);
  street.sync(*li);
  visit(*wang, "101");
  visit(*li, "101");
  street.move("B1", "E2");
  CHECK(street.sync(*wang).held == 0);
  CHECK(notes(*wang) == "101 102");
  CHECK(places(*wang) == "101 102 B1 E2 street");
  // Where a place lies is told as of now: his visit waits for the office, and is kept.
  CHECK(street.sync(*li).held == 1);
  CHECK(notes(*li) == "201");
  check_settled(street, *wang);
  check_settled(street, *li);
}

TEST_CASE("revocation 11: a substitute for a week: sees from the first to the last day, late work counts") {
  Street street;
  street.post("王芳", "B1");
  street.post("李强", "B3");
  street.post("李强", "B1", "2027-03-08", "2027-03-14");
  auto li = street.phone("李强");
  street.day("2027-03-07");
  street.sync(*li);
  CHECK(notes(*li) == "301 302");
  street.day("2027-03-08");
  street.sync(*li);
  CHECK(notes(*li) == "101 102 301 302");
  street.day("2027-03-14");
  street.sync(*li);
  visit(*li, "101");
  street.day("2027-03-20");
  visit(*li, "102");
  CHECK(street.sync(*li).held == 1);
  CHECK(street.group(*li, 1).verdict == VerdictKind::effective);
  CHECK(street.group(*li, 2).verdict == VerdictKind::held);
  CHECK(notes(*li) == "301 302");
  check_settled(street, *li);
}

TEST_CASE("revocation 12: a handover: the successor has place, history and open matters with one sync") {
  Street street;
  street.post("王芳", "B1", {}, "2027-03-09");
  auto wang = street.phone("王芳");
  street.sync(*wang);
  visit(*wang, "101", "first");
  add(*wang, "hazard", {{"place", std::string("102")}, {"kind", std::string("blocked_stairs")}});
  street.sync(*wang);
  visit(*wang, "102", "second");  // Still on her phone when the other begins.

  street.post("李强", "B1", "2027-03-10");
  street.day("2027-03-10");
  auto li = street.phone("李强");
  street.sync(*li);
  CHECK(notes(*li) == "101 102");
  CHECK(list(*li, "SELECT note FROM visit") == "first");
  CHECK(std::get<std::int64_t>(one(*li, "SELECT count(*) FROM hazard")) == 1);
  CHECK(std::get<std::int64_t>(one(*li, "SELECT count(*) FROM assignment")) >= 1);

  CHECK(street.sync(*wang).held == 0);
  CHECK(notes(*wang).empty());
  street.sync(*li);
  CHECK(list(*li, "SELECT note FROM visit ORDER BY note") == "first second");
  check_settled(street, *wang);
  check_settled(street, *li);
}

TEST_CASE("revocation 13: a worker becomes a leader: columns go, rows stay") {
  Street street;
  const RowId post = street.post("王芳", "B1", {}, {}, "community_worker");
  auto wang = street.phone("王芳");
  const RowId sun =
      street.put("resident", {{"name", std::string("孙")}, {"id_number", std::string("11010519491231002X")}});
  street.put("residency", {{"resident", to_text(sun)}, {"household", to_text(street.home("101"))}});
  street.sync(*wang);
  REQUIRE(list(*wang, "SELECT id_number FROM resident") == "11010519491231002X");
  street.put("assignment", {{"role", std::string("leader")}}, post);
  street.sync(*wang);
  CHECK(list(*wang, "SELECT name FROM resident") == "孙");
  CHECK(list(*wang, "SELECT id_number FROM resident").empty());
  check_settled(street, *wang);
  CHECK_FALSE(street.file_tells(std::move(wang), "王芳", "11010519491231002X"));
}

TEST_CASE("revocation 14: a post that moves to another building: the one goes, the other comes") {
  Led street;
  visit(*street.wang, "101");
  street.put("assignment", {{"place", to_text(street.at("B3"))}}, street.post_of_wang);
  street.sync(*street.wang);
  CHECK(notes(*street.wang) == "301 302");
  CHECK(places(*street.wang) == "301 302 B3 E2 street");
  check_settled(street, *street.wang);
}

TEST_CASE("revocation 15: a post that is yet to begin: shows nothing and covers nothing before") {
  Street street;
  street.post("王芳", "B1", "2027-03-10");
  auto wang = street.phone("王芳");
  street.sync(*wang);
  CHECK(notes(*wang).empty());
  // A patched app that knows a door's id.
  const RowId forged =
      add(*wang, "visit", {{"place", to_text(street.at("101"))}, {"outcome", std::string("met")}});
  CHECK(street.sync(*wang).held == 1);
  street.day("2027-03-10");
  street.sync(*wang);
  CHECK(notes(*wang) == "101 102");
  CHECK(list(*wang, "SELECT id FROM visit WHERE id <> '" + to_text(forged) + "'").empty());
  check_settled(street, *wang);
}

TEST_CASE("revocation 16: the row of a post is deleted: like its end") {
  Led street;
  street.remove("assignment", street.post_of_wang);
  street.sync(*street.wang);
  CHECK(notes(*street.wang).empty());
  CHECK(places(*street.wang).empty());
  check_settled(street, *street.wang);
}

TEST_CASE("revocation 17: a clock turned back to before the last day: gains nothing") {
  Led street;
  street.end(street.post_of_wang, "2027-03-01");
  street.day("2027-03-05");
  visit(*street.wang, "101");
  street.sync(*street.wang);
  REQUIRE(street.group(*street.wang, 1).verdict == VerdictKind::held);
  street.phone_clock().wall_ms -= 30LL * 86'400'000;
  street.phone_clock().boot = "another";
  add(*street.wang, "visit", {{"place", to_text(street.at("101"))}, {"outcome", std::string("met")}});
  CHECK(street.sync(*street.wang).held == 1);
  CHECK(street.group(*street.wang, 2).verdict == VerdictKind::held);
  CHECK(notes(*street.wang).empty());
}

TEST_CASE("revocation 18: a copy of the phone's file from before the end: gives up as the phone did") {
  Led street;
  street.wang.reset();
  std::filesystem::copy_file(street.path("王芳.db"), street.path("copy.db"));
  street.wang = street.open("王芳");
  visit(*street.wang, "101");
  street.end(street.post_of_wang, "2027-03-01");
  street.day("2027-03-02");
  street.sync(*street.wang);
  CHECK(notes(*street.wang).empty());

  auto copy = street.open("copy");
  CHECK(notes(*copy) == "101 102");  // What it had, it has until its next contact.
  visit(*copy, "102", "canary");
  street.sync(*copy);
  street.sync(*copy);
  CHECK(notes(*copy).empty());
  CHECK(places(*copy).empty());
  check_settled(street, *copy);
}

TEST_CASE("revocation 19: the phone dies at any write while it gives up: the rows go, the work stays") {
  bool finished = false;
  for (std::uint64_t stop = 1; !finished; ++stop) {
    REQUIRE(stop < 400);
    simulation::SimDisk disk(stop, [] { return std::int64_t{1'800'000'000'000}; });
    Options options;
    options.sqlite_vfs = disk.vfs_name();
    Street street;
    const RowId post = street.post("王芳", "B1");
    auto wang = street.phone("王芳", options);
    street.sync(*wang);
    street.end(post, "2027-03-01");
    street.day("2027-03-02");
    visit(*wang, "101");
    SyncReport report;
    const auto answer = must(street.pipeline().exchange(must(wang->next_request())));
    disk.crash_at_write(stop);
    const Status taken = wang->accept(answer, wire::to_frame(answer), 0, report);
    finished = !disk.stopped();
    if (finished) must(taken);
    disk.crash_at_write(0);
    disk.crash();
    wang.reset();
    wang = street.open("王芳", options);
    street.sync(*wang);
    CHECK(notes(*wang).empty());
    CHECK(must(wang->held()).size() == 1);
    CHECK(street.group(*wang, 1).verdict == VerdictKind::held);
  }
}

TEST_CASE("revocation 20: the office is put back to before the end: its phones bring the end along") {
  Street street;
  const RowId post = street.post("王芳", "B1");
  street.post("李强", "B3");
  auto wang = street.phone("王芳");
  auto li = street.phone("李强");
  street.sync(*wang);
  street.sync(*li);
  street.backup();
  street.end(post, "2027-03-01");
  street.sync(*li);  // Carries it, sealed.
  street.day("2027-03-02");
  street.sync(*wang);
  REQUIRE(notes(*wang).empty());

  street.restore();
  street.sync(*li);
  street.sync(*wang);
  street.sync(*wang);
  CHECK(notes(*wang).empty());
  check_settled(street, *wang);
}

TEST_CASE("revocation 21: the place of a post is deleted: it goes, what stands beneath stays with her") {
  Street street;
  street.post("王芳", "B1");
  auto wang = street.phone("王芳");
  street.sync(*wang);
  street.remove("place", street.at("B1"));
  street.sync(*wang);
  CHECK(notes(*wang) == "101 102");
  CHECK(places(*wang) == "101 102 E1 street");
  visit(*wang, "101");
  CHECK(street.sync(*wang).held == 0);
  check_settled(street, *wang);
}

TEST_CASE("revocation 22: somebody who lives behind two doors: leaves a phone with the last of them") {
  Street street;
  const RowId first = street.post("王芳", "B1");
  const RowId second = street.post("王芳", "B3");
  auto wang = street.phone("王芳");
  const RowId sun = street.put("resident", {{"name", std::string("孙")}});
  for (const char* door : {"101", "301"})
    street.put("residency", {{"resident", to_text(sun)}, {"household", to_text(street.home(door))}});
  street.sync(*wang);
  street.end(first, "2027-03-01");
  street.day("2027-03-02");
  street.sync(*wang);
  CHECK(list(*wang, "SELECT name FROM resident") == "孙");
  CHECK(std::get<std::int64_t>(one(*wang, "SELECT count(*) FROM residency")) == 1);
  street.end(second, "2027-03-02");
  street.day("2027-03-03");
  street.sync(*wang);
  CHECK(list(*wang, "SELECT name FROM resident").empty());
  check_settled(street, *wang);
}

TEST_CASE("revocation 23: conflicts about rows that go: go too") {
  Street street;
  const RowId post = street.post("王芳", "B1");
  street.post("王芳", "B3");
  auto wang = street.phone("王芳");
  street.sync(*wang);
  must(edit(*wang, "household", street.home("101"), {{"phone", std::string("13900000001")}}));
  street.put("household", {{"phone", std::string("13900000002")}}, street.home("101"));
  street.sync(*wang);
  REQUIRE(list(*wang, "SELECT tbl || '' FROM doorstep_ledger") != "");
  street.end(post, "2027-03-01");
  street.day("2027-03-02");
  street.sync(*wang);
  CHECK(list(*wang, "SELECT tbl || '' FROM doorstep_ledger").empty());
  CHECK(notes(*wang) == "301 302");
  check_settled(street, *wang);
}

TEST_CASE("revocation 24: held work on a row that goes: stays hers to read, nothing beneath it does") {
  Street street;
  const RowId post = street.post("王芳", "B1");
  auto wang = street.phone("王芳");
  street.put("household", {{"head_name", std::string("canary")}}, street.home("101"));
  street.sync(*wang);
  street.end(post, "2027-03-01");
  street.day("2027-03-02");
  must(edit(*wang, "household", street.home("101"), {{"note", std::string("mine")}}));
  street.sync(*wang);
  const auto held = must(wang->held());
  REQUIRE(held.size() == 1);
  check_settled(street, *wang);
  CHECK_FALSE(street.file_tells(std::move(wang), "王芳", "canary"));
}

TEST_CASE("revocation 25: a form that was open while its row went: says so when it is saved") {
  Led street;
  auto draft = must(street.wang->draft("household", street.home("101")));
  street.end(street.post_of_wang, "2027-03-01");
  street.day("2027-03-02");
  street.sync(*street.wang);
  draft.set("note", std::string("typed"));
  const Status saved = street.wang->write([&] { return street.wang->save(draft.content()); });
  if (saved) {
    // Kept as her work, and the office decides.
    CHECK(street.sync(*street.wang).held == 1);
  } else {
    CHECK_FALSE(saved.error().zh.empty());
  }
  CHECK(street.office_note("101") == "101");
}

TEST_CASE("revocation 26: the last post ends on both phones of one person: both give up") {
  Street street;
  const RowId post = street.post("王芳", "B1");
  auto one_phone = street.join("王芳1", street.person("王芳"), street.at("B1"));
  auto other = street.join("王芳2", street.person("王芳"), street.at("B1"));
  street.sync(*one_phone);
  street.sync(*other);
  REQUIRE(notes(*other) == "101 102");
  street.end(post, "2027-03-01");
  street.day("2027-03-02");
  street.sync(*one_phone);
  CHECK(notes(*one_phone).empty());
  CHECK(notes(*other) == "101 102");
  street.day("2027-06-01");
  street.sync(*other);
  CHECK(notes(*other).empty());
  check_settled(street, *other);
}
