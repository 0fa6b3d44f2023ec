#include "base/limits.hpp"
#include "pipeline/held_desk.hpp"
#include "simulation/sim_disk.hpp"
#include "store/phone_store.hpp"
#include "unit/store/upgrade_town.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

constexpr const char* kNowhere = "11111111-0000-7000-8000-000000000001";

Value text(const char* t) { return std::string(t); }
Value whole(std::int64_t n) { return n; }

/// Joined, with its doors on it.
std::unique_ptr<PhoneStore> enrol(UpgradeTown& town, const std::string& name) {
  auto phone = town.enrol(name, 1);
  town.sync(*phone);
  return phone;
}

RowId household(PhoneStore& phone, const char* door = "D1") {
  return add(phone, "household", {{"place", text(door)}, {"phone", text("13900000001")}});
}

void visit_met(PhoneStore& phone) { add(phone, "visit", {{"place", text("D1")}, {"outcome", text("met")}}); }

Value kept(PhoneStore& phone) { return one(phone, "SELECT COUNT(*) FROM doorstep_kept"); }
Value waiting(PhoneStore& phone) {
  return one(phone, "SELECT COUNT(*) FROM doorstep_outbox WHERE verdict IS NULL");
}

GroupNumber admitted(PhoneStore& phone) { return phone.phone().admitted_through; }

}  // namespace

TEST_CASE("kept groups: acknowledged and in the canonical rows: stay until a backup has them") {
  UpgradeTown town;
  auto phone = enrol(town, "王芳");
  const RowId home = household(*phone);
  must(edit(*phone, "household", home, {{"phone", text("13900000002")}}));
  CHECK(kept(*phone) == whole(0));
  town.sync(*phone);
  CHECK(kept(*phone) == whole(2));
  CHECK(outbox(*phone).empty());

  town.backup(false);
  town.sync(*phone);
  CHECK(kept(*phone) == whole(2));
  town.backup();
  must(edit(*phone, "household", home, {{"phone", text("13900000003")}}));
  town.sync(*phone);  // The answer says so; the new group is not in the backup.
  CHECK(kept(*phone) == whole(1));
  CHECK(one(*phone, "SELECT number FROM doorstep_kept") == whole(3));
}

TEST_CASE("kept groups: too many for their bound: the oldest go, and the chain goes on") {
  UpgradeTown town;
  auto phone = enrol(town, "王芳");
  town.backup();
  const std::string page(60'000, 'x');
  const auto a_megabyte = [&] {
    must(phone->write([&]() -> Status {
      for (int i = 0; i < 16; ++i) {
        const auto added = phone->add(
            "visit", {{"place", text("D1")}, {"outcome", text("met")}, {"note", page + std::to_string(i)}});
        if (!added) return tl::unexpected(added.error());
      }
      return {};
    }));
  };
  const auto megabytes = static_cast<std::int64_t>(limits::kKeptBytes / 900'000);
  for (std::int64_t i = 0; i < megabytes; ++i) {
    a_megabyte();
    if (i % 2 == 1) town.sync(*phone);
  }
  town.sync(*phone);
  const Value size = one(*phone, "SELECT SUM(LENGTH(bytes)) FROM doorstep_kept");
  CHECK(std::get<std::int64_t>(size) <= limits::kKeptBytes);
  CHECK(std::get<std::int64_t>(size) > limits::kKeptBytes / 2);
  const std::int64_t lost = std::get<std::int64_t>(one(*phone, "SELECT MIN(number) FROM doorstep_kept")) - 1;
  REQUIRE(lost > 0);

  // Put back to before all of them: said with the number, and nothing changes here.
  const GroupNumber before = admitted(*phone);
  town.restore();
  Session session(*phone, 1);
  auto request = std::get<Session::SendSync>(session.start()).request;
  const auto answer = must(town.pipeline().exchange(request));
  const auto failed = session.on_response(answer, wire::to_frame(answer), 0);
  REQUIRE(std::holds_alternative<Session::Failed>(failed));
  const Error error = std::get<Session::Failed>(failed).error;
  CHECK(error.zh.find("有" + std::to_string(lost) + "条") != std::string::npos);
  CHECK(admitted(*phone) == before);
  CHECK(waiting(*phone) == whole(0));
  CHECK(one(*phone, "SELECT COUNT(*) FROM visit") == whole(16 * megabytes));
  add(*phone, "visit", {{"place", text("D2")}, {"outcome", text("met")}});
}

TEST_CASE("kept groups: the oldest went, the office has those: the rest is handed over") {
  UpgradeTown town;
  auto phone = enrol(town, "王芳");
  const RowId home = household(*phone);
  town.sync(*phone);
  must(edit(*phone, "household", home, {{"phone", text("13900000002")}}));
  town.sync(*phone);
  town.backup();
  town.sync(*phone);
  CHECK(kept(*phone) == whole(0));
  must(edit(*phone, "household", home, {{"phone", text("13900000003")}}));
  town.sync(*phone);
  town.restore();
  const SyncReport report = town.sync(*phone);
  CHECK(report.sent_again == 1);
  CHECK(town.office_value("household", home, "phone") == text("13900000003"));
  town.check_sound();
}

TEST_CASE("put back: phones had handed over more: they do so again, nothing is lost, nothing twice") {
  UpgradeTown town;
  auto phone = enrol(town, "王芳");
  auto other = enrol(town, "李军");
  const RowId home = household(*phone);
  must(edit(*phone, "household", home, {{"tags", text("[\"old\"]")}, {"note", text("A.")}}));
  town.sync(*phone);
  town.sync(*other);
  town.backup();
  must(edit(*phone, "household", home, {{"tags", text("[\"new\",\"old\"]")}, {"note", text("A. B.")}}));
  town.sync(*phone);
  town.sync(*other);
  must(edit(*other, "household", home, {{"tags", text("[\"new\"]")}, {"note", text("A. B. C.")}}));
  must(edit(*other, "household", home, {{"phone", text("13900000009")}}));
  add(*other, "visit", {{"place", text("D2")}, {"outcome", text("met")}});
  town.sync(*other);
  town.sync(*phone);
  add(*phone, "visit", {{"place", text("D1")}, {"outcome", text("met")}});  // Was on its way only.

  town.restore();
  CHECK(town.office_value("household", home, "note") == text("A."));
  // She builds on what nobody has brought yet: it waits, and is applied by itself.
  const SyncReport second = town.sync(*other);
  CHECK(second.office_restored);
  CHECK(second.sent_again == 3);
  CHECK(second.held == 1);
  const SyncReport first = town.sync(*phone);
  CHECK(first.office_restored);
  CHECK(first.sent_again == 1);
  CHECK(first.pushed_groups == 2);
  while (town.pipeline().step()) {
  }
  town.sync(*other);
  town.sync(*phone);
  for (PhoneStore* one_phone : {phone.get(), other.get()}) {
    CHECK(value(*one_phone, "household", home, "note") == text("A. B. C."));
    CHECK(value(*one_phone, "household", home, "tags") == text("[\"new\"]"));
    CHECK(value(*one_phone, "household", home, "phone") == text("13900000009"));
    CHECK(one(*one_phone, "SELECT COUNT(*) FROM visit") == whole(2));
    CHECK(outbox(*one_phone).empty());
    CHECK(one_phone->status().waiting_groups == 0);
    CHECK(town.sync(*one_phone).sent_again == 0);
  }
  CHECK(town.conflicts() == 0);
  town.check_sound();
}

TEST_CASE("put back: until the office's rows have come: nothing shown goes back to older values") {
  UpgradeTown town;
  auto phone = enrol(town, "王芳");
  auto other = enrol(town, "李军");
  town.backup();
  const RowId home = household(*phone);
  must(edit(*phone, "household", home, {{"tags", text("[\"a\"]")}, {"note", text("mine")}}));
  town.sync(*phone);
  town.sync(*other);
  must(edit(*other, "household", home, {{"phone", text("13900000009")}, {"tags", text("[\"b\"]")}}));
  town.sync(*other);
  town.sync(*phone);
  const auto bytes = must(phone->query("SELECT bytes FROM doorstep_kept ORDER BY number", {})).rows;
  town.restore();

  SyncReport report;
  const auto request = must(phone->next_request());
  const auto answer = must(town.pipeline().exchange(request));
  must(phone->accept(answer, wire::to_frame(answer), 0, report));
  CHECK(report.office_restored);
  for (int opened = 0; opened < 2; ++opened) {
    CHECK(waiting(*phone) == whole(2));
    CHECK(must(phone->query("SELECT bytes FROM doorstep_outbox ORDER BY number", {})).rows == bytes);
    CHECK(value(*phone, "household", home, "phone") == text("13900000009"));
    CHECK(value(*phone, "household", home, "tags") == text("[\"b\"]"));
    CHECK(value(*phone, "household", home, "note") == text("mine"));
    phone.reset();
    phone = town.open("王芳");
  }
  // An edit in the meantime stands on what she saw.
  must(edit(*phone, "household", home, {{"note", text("mine and more")}}));
  town.sync(*phone);
  town.sync(*other);
  while (town.pipeline().step()) {
  }
  town.sync(*phone);
  CHECK(value(*phone, "household", home, "note") == text("mine and more"));
  CHECK(value(*phone, "household", home, "phone") == text("13900000009"));
  CHECK(value(*phone, "household", home, "tags") == text("[\"b\"]"));
  CHECK(town.conflicts() == 0);
  town.check_sound();
}

TEST_CASE("put back: a push takes several requests: what has not come lies above the office's rows") {
  UpgradeTown town;
  auto phone = enrol(town, "王芳");
  town.backup();
  const RowId home = household(*phone);
  const std::string page(60'000, 'x');
  for (int group = 0; group < 4; ++group)
    must(phone->write([&]() -> Status {
      for (int i = 0; i < 14; ++i) {
        const auto added = phone->add(
            "visit", {{"place", text("D1")}, {"outcome", text("met")}, {"note", page + std::to_string(i)}});
        if (!added) return tl::unexpected(added.error());
      }
      return {};
    }));
  must(edit(*phone, "household", home, {{"phone", text("13900000002")}}));
  town.sync(*phone);
  town.restore();
  SyncReport report;
  std::size_t requests = 0;
  while (requests == 0 || phone->has_unsent()) {
    const auto answer = must(town.pipeline().exchange(must(phone->next_request())));
    must(phone->accept(answer, wire::to_frame(answer), 0, report));
    CHECK(value(*phone, "household", home, "phone") == text("13900000002"));
    CHECK(one(*phone, "SELECT COUNT(*) FROM visit") == whole(56));
    ++requests;
  }
  CHECK(requests > 2);
  CHECK(report.sent_again == 6);
  town.sync(*phone);
  CHECK(outbox(*phone).empty());
  CHECK(town.office_value("household", home, "phone") == text("13900000002"));
}

TEST_CASE("put back: a decision about a late write: waits for the registration that made it late") {
  // Whether what comes late has lost against another write already.
  const bool lost_before = GENERATE(false, true);
  CAPTURE(lost_before);
  UpgradeTown town;
  auto li = enrol(town, "李芳");
  auto wang = enrol(town, "王芳");
  auto chen = enrol(town, "陈静");
  const Value post =
      one(*chen, "SELECT id FROM assignment WHERE person = ?1", {to_text(chen->phone().person)});
  town.put("assignment", {{"role", text("community_worker")}}, parse_row_id(std::get<std::string>(post)));
  const RowId home = household(*li);
  for (PhoneStore* phone : {li.get(), li.get(), wang.get(), chen.get()}) town.sync(*phone);
  town.backup();

  must(edit(*li, "household", home, {{"phone", text("13900000002")}}));
  if (lost_before) {
    town.phone_clock().wall_ms += 1;
    must(edit(*chen, "household", home, {{"phone", text("13900000003")}}));
  }
  must(wang->write([&] { return wang->remove("household", home); }));
  household(*wang);
  town.sync(*li);
  town.sync(*wang);
  town.sync(*chen);
  const std::size_t others = lost_before ? 1 : 0;
  REQUIRE(town.conflicts() == 1 + others);
  town.sync(*chen);
  const auto open = must(chen->conflicts());
  REQUIRE(open.size() == 1 + others);
  const auto late = std::find_if(open.begin(), open.end(), [](const Conflict& entry) {
    return entry.losing_value == Value(std::string("13900000002"));
  });
  REQUIRE(late != open.end());
  REQUIRE(late->kind == "late");
  must(chen->decide(late->entry, Decision{}));
  town.sync(*chen);
  REQUIRE(town.conflicts() == others);

  town.restore();
  town.sync(*li);
  town.sync(*li);
  CHECK(town.sync(*chen).held + town.sync(*chen).held == 1);
  town.sync(*wang);
  town.sync(*wang);
  CHECK(town.conflicts() == others);
  CHECK(town.sync(*chen).released == 1);
  town.check_sound();
}

TEST_CASE("put back: what the office decided later is undone: it is asked again, and shows again") {
  UpgradeTown town;
  auto phone = enrol(town, "王芳");
  // At a place that the office does not have.
  const RowId visit = add(*phone, "visit", {{"place", text(kNowhere)}, {"outcome", text("met")}});
  town.sync(*phone);
  REQUIRE(phone->status().held_groups == 1);
  town.backup();
  const server::GroupName name{phone->phone().actor, GroupNumber{1}};
  must(server::return_group(town.office(), name, {"clerk", "no"}));
  town.sync(*phone);
  CHECK(phone->status().returned_groups == 1);
  CHECK(value(*phone, "visit", visit, "outcome") == text("no such row"));
  town.restore();
  town.sync(*phone);
  CHECK(phone->status().held_groups == 1);
  CHECK(value(*phone, "visit", visit, "outcome") == text("met"));
  must(server::return_group(town.office(), name, {"clerk", "no, again"}));
  town.sync(*phone);
  CHECK(phone->status().returned_groups == 1);
  must(phone->dismiss(GroupNumber{1}));
  CHECK(kept(*phone) == whole(1));  // Its number stays consumed.
}

TEST_CASE("put back: a returned group was put away: its number comes again, its content does not") {
  UpgradeTown town;
  auto phone = enrol(town, "王芳");
  town.backup();
  add(*phone, "visit", {{"place", text(kNowhere)}, {"outcome", text("met")}});
  const RowId home = household(*phone);
  town.sync(*phone);
  must(server::return_group(town.office(), {phone->phone().actor, GroupNumber{1}}, {"clerk", "no"}));
  town.sync(*phone);
  must(phone->dismiss(GroupNumber{1}));
  town.restore();
  const SyncReport report = town.sync(*phone);
  CHECK(report.sent_again == 2);
  CHECK(report.held == 0);
  CHECK(report.returned == 0);
  CHECK(must(phone->held()).empty());
  CHECK(outbox(*phone).empty());
  CHECK(kept(*phone) == whole(2));
  CHECK(town.office_value("household", home, "phone") == text("13900000001"));
  CHECK(must(server::held_groups(town.office())).groups.empty());

  // Once more: nothing of it was forgotten.
  town.restore();
  CHECK(town.sync(*phone).held == 0);
  CHECK(must(server::held_groups(town.office())).groups.empty());
  CHECK(must(phone->held()).empty());
  town.check_sound();
}

TEST_CASE("put back: a returned group was recorded again: it is there once, whatever the backup knew") {
  const bool arrived = GENERATE(false, true);  // The backup holds it, from before it was returned.
  UpgradeTown town;
  auto phone = enrol(town, "王芳");
  const RowId home = household(*phone);
  town.sync(*phone);
  if (!arrived) town.backup();
  add(*phone, "visit", {{"place", text(kNowhere)}, {"outcome", text("met")}});
  must(edit(*phone, "household", home, {{"phone", text("13900000002")}}));
  town.sync(*phone);
  if (arrived) town.backup();
  must(server::return_group(town.office(), {phone->phone().actor, GroupNumber{2}}, {"clerk", "no"}));
  town.sync(*phone);
  must(phone->retry(GroupNumber{2}));
  town.sync(*phone);
  REQUIRE(phone->status().held_groups == 1);  // Number 4: the place is still not there.
  CHECK(one(*phone, "SELECT COUNT(*) FROM doorstep_withdrawn") == whole(1));
  town.restore();
  CHECK(town.sync(*phone).office_restored);
  CHECK(phone->status().held_groups == 1);
  const auto held = must(server::held_groups(town.office()));
  REQUIRE(held.groups.size() == 1);
  CHECK(held.groups[0].record.number == GroupNumber{4});
  CHECK(must(must(town.office().store().snapshot())->group(phone->phone().actor, GroupNumber{2}))->verdict ==
        wire::VerdictKind::returned);
  CHECK(town.office_value("household", home, "phone") == text("13900000002"));
  // A backup that has what was recorded later knows that it was returned.
  town.backup();
  visit_met(*phone);
  town.sync(*phone);
  CHECK(one(*phone, "SELECT COUNT(*) FROM doorstep_withdrawn") == whole(0));
  town.check_sound();
}

TEST_CASE("put back: work on what comes again: says what it depends on") {
  UpgradeTown town;
  auto phone = enrol(town, "王芳");
  town.backup();
  const RowId home = household(*phone);
  town.sync(*phone);
  town.restore();
  const auto answer = must(town.pipeline().exchange(must(phone->next_request())));
  SyncReport report;
  must(phone->accept(answer, wire::to_frame(answer), 0, report));
  REQUIRE(report.office_restored);
  CHECK(waiting(*phone) == whole(1));
  must(edit(*phone, "household", home, {{"phone", text("13900000002")}}));
  const Value bytes = one(*phone, "SELECT bytes FROM doorstep_outbox WHERE number = 2");
  const auto& blob = std::get<Bytes>(bytes);
  const Group edited =
      must(wire::decode_group(std::string_view(reinterpret_cast<const char*>(blob.data()), blob.size())));
  CHECK(edited.depends == std::vector<GroupNumber>{GroupNumber{1}});
  CHECK(town.sync(*phone).held == 0);
  CHECK(town.office_value("household", home, "phone") == text("13900000002"));
}

TEST_CASE("put back: an answer from before another process's exchange: is no loss") {
  UpgradeTown town;
  auto phone = enrol(town, "王芳");
  town.sync(*phone);
  auto second = town.open("王芳");
  const auto old = must(town.pipeline().exchange(must(phone->next_request())));
  household(*second);
  town.sync(*second);
  SyncReport report;
  must(phone->accept(old, wire::to_frame(old), 0, report));
  CHECK_FALSE(report.office_restored);
  CHECK(admitted(*phone) == GroupNumber{1});
  CHECK(waiting(*phone) == whole(0));
}

TEST_CASE("put back: the same file copied back, no new incarnation: the same") {
  UpgradeTown town;
  auto phone = enrol(town, "王芳");
  town.backup();
  const RowId home = household(*phone);
  town.sync(*phone);
  town.copy_back();
  CHECK(town.sync(*phone).sent_again == 1);
  CHECK(town.office_value("household", home, "phone") == text("13900000001"));
  CHECK(outbox(*phone).empty());
}

TEST_CASE("put back: what the office itself wrote and cannot open again: is gone here too") {
  UpgradeTown town;
  auto phone = enrol(town, "王芳");
  town.backup();
  const RowId home = household(*phone);
  town.sync(*phone);
  town.put("household", {{"phone", text("13900000007")}}, home);
  town.sync(*phone);
  REQUIRE(value(*phone, "household", home, "phone") == text("13900000007"));
  town.lose_keys();
  town.restore();
  town.sync(*phone);
  CHECK(town.office_value("household", home, "phone") == text("13900000001"));
  CHECK(value(*phone, "household", home, "phone") == text("13900000001"));
  CHECK(outbox(*phone).empty());
}

TEST_CASE("put back: a pack taken after the backup: groups wait until the office has it again") {
  UpgradeTown town;
  auto phone = enrol(town, "王芳");
  town.backup();
  town.upgrade(2);
  town.sync(*phone);
  REQUIRE(phone->pack_version() == PackVersion{2});
  const RowId home = household(*phone);
  town.sync(*phone);
  town.restore();
  const SyncReport report = town.sync(*phone);
  CHECK(report.sent_again == 1);
  CHECK(report.held == 1);
  CHECK(value(*phone, "household", home, "phone") == text("13900000001"));
  town.upgrade(2);
  add(*phone, "visit", {{"place", text("D1")}, {"outcome", text("met")}});
  town.sync(*phone);
  while (town.pipeline().step()) {
  }
  town.sync(*phone);
  CHECK(town.office_value("household", home, "phone") == text("13900000001"));
  CHECK(outbox(*phone).empty());
}

TEST_CASE("put back: a device enrolled after the backup: is admitted by its certificate and its key") {
  const int renewals = GENERATE(0, 2);  // Of the identity that signed the certificate.
  CAPTURE(renewals);
  UpgradeTown town;
  auto before = enrol(town, "王芳");
  town.backup();
  auto phone = enrol(town, "李军");
  const RowId home = household(*phone);
  town.sync(*phone);
  const PhoneState state = phone->phone();
  for (int i = 0; i < renewals; ++i) town.renew_identity();
  town.restore();

  auto forged = UpgradeTown::certificate_of(state);
  forged.certificate.role = "community_worker";
  CHECK(town.pipeline().readmit(forged).error().code == ErrorCode::unauthorized);
  auto stolen = UpgradeTown::certificate_of(state);
  stolen.signature = sign(wire::signed_bytes(state.office, state.actor), make_key_pair().secret_key);
  CHECK(town.pipeline().readmit(stolen).error().code == ErrorCode::unauthorized);
  auto foreign = UpgradeTown::certificate_of(before->phone());
  foreign.certificate.office = RowId{};
  CHECK(town.pipeline().readmit(foreign).error().code == ErrorCode::unauthorized);

  // The first answer is lost.
  const auto lost = must(town.pipeline().readmit(UpgradeTown::certificate_of(state)));
  const auto again = must(town.pipeline().readmit(UpgradeTown::certificate_of(state)));
  CHECK(lost.token != again.token);
  CHECK(must(town.pipeline().authenticate(again.token)) == state.actor);
  CHECK_FALSE(town.pipeline().authenticate(lost.token));
  const SyncReport report = town.sync(*phone);
  CHECK(report.sent_again == 1);
  CHECK(report.held == 0);
  CHECK(town.office_value("household", home, "phone") == text("13900000001"));
  CHECK(town.office_value("person", state.person, "name") == text("李军"));
  auto newcomer = enrol(town, "张敏");
  CHECK(incarnation_of(newcomer->phone().actor) > incarnation_of(state.actor));
  town.check_sound();
}

TEST_CASE("put back: within a session: the device is readmitted and goes on") {
  UpgradeTown town;
  town.backup();
  auto phone = enrol(town, "李军");
  const RowId home = household(*phone);
  town.sync(*phone);
  town.restore();
  CHECK(town.sync(*phone).sent_again == 1);
  CHECK(value(*phone, "household", home, "phone") == text("13900000001"));
  CHECK(outbox(*phone).empty());
}

TEST_CASE("put back: the phone stopped at any write: before or after, and everything arrives once") {
  bool finished = false;
  std::size_t followed = 0;
  for (std::uint64_t at = 1; !finished; ++at) {
    simulation::SimDisk disk(at, [] { return std::int64_t{1'800'000'000'000}; });
    UpgradeTown town;
    Options options;
    options.sqlite_vfs = disk.vfs_name();
    auto phone = town.enrol("王芳", 1, options);
    town.sync(*phone);
    town.backup();
    const RowId home = household(*phone);
    must(edit(*phone, "household", home, {{"tags", text("[\"a\"]")}, {"note", text("A.")}}));
    town.sync(*phone);
    must(edit(*phone, "household", home, {{"note", text("A. B.")}}));
    town.restore();

    const auto answer = must(town.pipeline().exchange(must(phone->next_request())));
    SyncReport report;
    disk.crash_at_write(at);
    const Status taken = phone->accept(answer, wire::to_frame(answer), 0, report);
    finished = !disk.stopped();
    if (finished) must(taken);
    disk.crash_at_write(0);
    disk.crash();
    phone.reset();
    phone = town.open("王芳", options);
    INFO("stopped at " << at);
    const bool after = admitted(*phone) == GroupNumber{0};
    followed += after;
    CHECK(waiting(*phone) == whole(after ? 3 : 1));
    CHECK(kept(*phone) == whole(after ? 0 : 2));
    CHECK(value(*phone, "household", home, "note") == text("A. B."));
    town.sync(*phone);
    CHECK(town.office_value("household", home, "note") == text("A. B."));
    CHECK(town.office_value("household", home, "tags") == text("[\"a\"]"));
    CHECK(value(*phone, "household", home, "note") == text("A. B."));
    CHECK(outbox(*phone).empty());
    town.check_sound();
    phone.reset();
  }
  CHECK(followed > 0);
}
