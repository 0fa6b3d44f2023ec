#include <set>

#include "base/limits.hpp"
#include "pipeline/held_desk.hpp"
#include "pipeline/limits.hpp"
#include "simulation/sim_disk.hpp"
#include "store/phone_store.hpp"
#include "unit/store/upgrade_town.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

Value text(const char* t) { return std::string(t); }

/// Joined, with its doors on it.
std::unique_ptr<PhoneStore> enrol(UpgradeTown& town, const std::string& name) {
  auto phone = town.enrol(name, 1);
  town.sync(*phone);
  return phone;
}

RowId household(PhoneStore& phone) {
  return add(phone, "household", {{"place", text("D1")}, {"phone", text("13900000001")}});
}

std::vector<std::int64_t> carried(PhoneStore& phone) {
  std::vector<std::int64_t> numbers;
  for (const auto& row :
       must(phone.query("SELECT number FROM doorstep_parcel ORDER BY office, number", {})).rows)
    numbers.push_back(std::get<std::int64_t>(row[0]));
  return numbers;
}

std::int64_t office_groups(UpgradeTown& town) {
  auto snapshot = must(town.office().store().snapshot());
  const auto own = must(snapshot->actor(town.office().actor()));
  return own ? static_cast<std::int64_t>(raw(own->admitted_through)) : 0;
}

/// A home that the backup has, on the phones that are given.
struct Street {
  UpgradeTown town;
  std::unique_ptr<PhoneStore> wang = enrol(town, "王芳");
  std::unique_ptr<PhoneStore> li = enrol(town, "李军");
  RowId home = household(*wang);
  std::int64_t backed_up = 0;

  Street() {
    town.sync(*wang);
    town.sync(*li);
    back_up();
  }
  void back_up() {
    town.backup();
    backed_up = office_groups(town);
    town.sync(*wang);
    town.sync(*li);
  }
  void office_edits(const char* phone) { town.put("household", {{"phone", text(phone)}}, home); }
  Value at_office() { return town.office_value("household", home, "phone"); }
  void settle() {
    while (town.pipeline().step()) {
    }
  }
};

}  // namespace

TEST_CASE(
    "carried: what the office wrote since its backup: is on every phone, sealed, until a backup has it") {
  Street street;
  CHECK(carried(*street.wang).empty());
  street.office_edits("13911111111");
  street.office_edits("13922222222");
  street.town.sync(*street.wang);
  CHECK(carried(*street.wang) == std::vector{street.backed_up + 1, street.backed_up + 2});
  const auto sealed = one(*street.wang, "SELECT MAX(sealed) FROM doorstep_parcel");
  const Bytes& bytes = std::get<Bytes>(sealed);
  CHECK(std::string(bytes.begin(), bytes.end()).find("13911111111") == std::string::npos);

  street.office_edits("13933333333");
  street.back_up();
  CHECK(carried(*street.wang).empty());
  CHECK(street.wang->phone().carried_through == GroupNumber{});
}

TEST_CASE("carried: nothing new: an answer says nothing of it") {
  Street street;
  street.office_edits("13911111111");
  street.town.sync(*street.wang);
  const auto request = must(street.wang->next_request());
  CHECK(request.carried == GroupNumber{static_cast<std::uint64_t>(street.backed_up) + 1});
  CHECK_FALSE(must(street.town.pipeline().exchange(request)).parcels);
  street.back_up();
  CHECK_FALSE(must(street.town.pipeline().exchange(must(street.wang->next_request()))).parcels);
}

TEST_CASE("carried: the office is put back: its own work comes back once, whoever brings it") {
  Street street;
  street.office_edits("13911111111");
  street.town.sync(*street.wang);
  street.town.sync(*street.li);
  street.town.restore();
  CHECK(street.at_office() == text("13900000001"));
  street.town.sync(*street.wang);
  CHECK(street.at_office() == text("13911111111"));
  street.town.sync(*street.li);
  CHECK(street.at_office() == text("13911111111"));
  // Told, asked for, brought; then only told.
  REQUIRE(street.town.hand_overs.size() == 3);
  CHECK(street.town.hand_overs[1].offices[0].sealed.size() == 1);
  CHECK(street.town.hand_overs[2].offices[0].sealed.empty());
  CHECK(value(*street.li, "household", street.home, "phone") == text("13911111111"));
  CHECK(street.town.conflicts() == 0);
  street.town.check_sound();

  // Until the new office has a backup: it may be put back again.
  CHECK_FALSE(carried(*street.wang).empty());
  street.town.restore();
  street.town.sync(*street.li);
  CHECK(street.at_office() == text("13911111111"));
  street.back_up();
  CHECK(carried(*street.wang).empty());
  CHECK(carried(*street.li).empty());
}

TEST_CASE("carried: an office that the backup never knew: its work comes back as well") {
  Street street;
  street.town.restore();
  street.town.sync(*street.wang);
  street.office_edits("13911111111");
  street.town.sync(*street.wang);
  street.town.restore();
  street.town.sync(*street.wang);
  CHECK(street.at_office() == text("13911111111"));
  street.town.check_sound();
}

TEST_CASE("carried: work of phones that builds on the office's: no conflict comes of it") {
  Street street;
  street.office_edits("13911111111");
  street.town.sync(*street.wang);
  must(edit(*street.wang, "household", street.home, {{"phone", text("13922222222")}}));
  street.town.sync(*street.wang);
  street.office_edits("13933333333");
  street.town.sync(*street.li);
  must(edit(*street.li, "household", street.home, {{"phone", text("13944444444")}}));
  street.town.restore();
  // The office's last edit builds on what only Wang brings.
  const SyncReport report = street.town.sync(*street.li);
  CHECK(report.held == 1);
  street.town.sync(*street.wang);
  street.settle();
  CHECK(street.at_office() == text("13944444444"));
  CHECK(street.town.conflicts() == 0);
  street.town.sync(*street.li);
  CHECK(outbox(*street.li).empty());
  street.town.check_sound();
}

TEST_CASE("carried: a hand-over that does not arrive: the phone's own work goes on, and waits for it") {
  Street street;
  street.office_edits("13911111111");
  street.town.sync(*street.wang);
  must(edit(*street.wang, "household", street.home, {{"phone", text("13922222222")}}));
  street.town.restore();
  street.town.cut_hand_overs = 1;
  CHECK(street.town.sync(*street.wang).held == 1);
  CHECK(street.at_office() == text("13900000001"));
  street.town.sync(*street.wang);
  street.settle();
  CHECK(street.at_office() == text("13922222222"));
  CHECK(street.town.conflicts() == 0);
}

TEST_CASE("carried: sealed under an identity that was renewed since: is opened all the same") {
  Street street;
  street.office_edits("13911111111");
  street.town.sync(*street.wang);
  street.town.renew_identity();
  street.town.renew_identity();
  street.town.restore();
  street.town.sync(*street.wang);
  CHECK(street.town.refused_parcels == 0);
  CHECK(street.at_office() == text("13911111111"));
}

TEST_CASE("carried: the office's keys are lost: nothing of it is believed") {
  Street street;
  street.office_edits("13911111111");
  street.town.sync(*street.wang);
  street.town.lose_keys();
  street.town.restore();
  street.town.sync(*street.wang);
  CHECK(street.town.refused_parcels == 1);
  CHECK(street.at_office() == text("13900000001"));
  CHECK(carried(*street.wang).size() == 1);
}

TEST_CASE("carried: parcels that were changed, given another name, or are not of a former office: refused") {
  Street street;
  street.office_edits("13911111111");
  street.office_edits("13922222222");
  street.town.sync(*street.wang);
  const auto present = street.town.office().actor();
  auto request = *must(street.wang->hand_over_request(true));
  const auto brought = *must(street.wang->take_hand_over(request));
  REQUIRE(brought.offices[0].sealed.size() == 2);
  CHECK(must(street.town.pipeline().hand_over(brought)).answer.offices.empty());

  street.town.restore();
  auto changed = brought;
  changed.offices[0].sealed[0].back() ^= 1;
  const auto refused = must(street.town.pipeline().hand_over(changed));
  CHECK(refused.refused == 1);
  CHECK(refused.returned == 0);
  CHECK(refused.waiting == 1);
  auto swapped = brought;
  std::swap(swapped.offices[0].sealed[0], swapped.offices[0].sealed[1]);
  CHECK(must(street.town.pipeline().hand_over(swapped)).returned == 0);
  auto renamed = brought;
  renamed.offices[0].office = make_actor(incarnation_of(present) - 1, kOfficeSerial);
  CHECK(must(street.town.pipeline().hand_over(renamed)).refused == 2);
  CHECK(street.at_office() == text("13900000001"));

  CHECK(must(street.town.pipeline().hand_over(brought)).returned == 2);
  CHECK(street.at_office() == text("13922222222"));
  CHECK(must(street.town.pipeline().hand_over(brought)).returned == 0);
  street.town.check_sound();
}

TEST_CASE("carried: a history that this office does not come from: refused") {
  Street street;
  street.office_edits("13911111111");
  street.town.sync(*street.wang);
  street.town.copy_back();  // The old file goes on by itself, under the same incarnation.
  street.office_edits("13922222222");
  street.office_edits("13933333333");
  street.town.sync(*street.li);
  street.town.restore();
  street.town.sync(*street.wang);
  CHECK(street.town.refused_parcels == 0);
  street.town.sync(*street.li);
  CHECK(street.town.refused_parcels == 1);
  CHECK(street.at_office() == text("13911111111"));
  street.town.check_sound();
}

TEST_CASE("carried: more than one phone takes: each has other parts, and they come back in order") {
  UpgradeTown town;
  town.parcel_limits = {512, 512, 16 * 512, 2 * 512};
  town.backup();
  town.restore();
  std::vector<std::unique_ptr<PhoneStore>> phones;
  for (const char* name : {"王芳", "李军", "张敏", "赵强"}) phones.push_back(enrol(town, name));
  const RowId home = household(*phones[0]);
  for (auto& phone : phones) town.sync(*phone);
  town.backup();
  const std::int64_t had = office_groups(town);
  for (auto& phone : phones) town.sync(*phone);
  for (int i = 0; i < 8; ++i) town.put("household", {{"phone", "1391111111" + std::to_string(i)}}, home);
  CHECK_FALSE(town.pipeline().is_backup_due());
  std::size_t most = 0;
  std::set<std::int64_t> all;
  for (auto& phone : phones) {
    for (int i = 0; i < 4; ++i) town.sync(*phone);
    const auto numbers = carried(*phone);
    most = std::max(most, numbers.size());
    all.insert(numbers.begin(), numbers.end());
    CHECK(numbers.front() == had + 1);
  }
  CHECK(most < 6);
  // Of the last four groups a phone in eight has each: not all of them are with these four.
  std::int64_t unbroken = had;
  while (all.count(unbroken + 1) != 0) ++unbroken;
  CHECK(unbroken >= had + 4);

  town.restore();
  for (auto& phone : phones) town.sync(*phone);
  CHECK(town.office_value("household", home, "phone") ==
        Value("1391111111" + std::to_string(unbroken - had - 1)));
  town.check_sound();
}

TEST_CASE("carried: more than all phones take: a backup is due, and then it is not") {
  UpgradeTown town;
  town.parcel_limits = {512, 512, 4 * 512, 2 * 512};
  town.backup();
  town.restore();
  auto phone = enrol(town, "王芳");
  const RowId home = household(*phone);
  town.sync(*phone);
  for (int i = 0; i < 8; ++i) town.put("household", {{"phone", "1391111111" + std::to_string(i)}}, home);
  town.sync(*phone);
  CHECK(town.pipeline().is_backup_due());
  town.backup();
  town.sync(*phone);
  CHECK_FALSE(town.pipeline().is_backup_due());
}

TEST_CASE("carried: a group that no phone has: those of phones that build on it wait, not for ever") {
  Street street;
  street.office_edits("13911111111");
  // The answer brings its rows; the parcel is lost on the way (as where it is for other phones to carry).
  const auto request = must(street.wang->next_request());
  auto answer = must(street.town.pipeline().exchange(request));
  answer.parcels.reset();
  SyncReport report;
  must(street.wang->accept(answer, wire::to_frame(answer), 0, report));
  must(edit(*street.wang, "household", street.home, {{"phone", text("13922222222")}}));
  street.town.restore();
  CHECK(street.town.sync(*street.wang).held == 1);
  CHECK(street.at_office() == text("13900000001"));
  street.town.sync(*street.li);
  street.settle();
  CHECK(street.at_office() == text("13900000001"));

  // Nobody waits for it for ever: later it may be released.
  const server::GroupName edit{street.wang->phone().actor, GroupNumber{2}};
  const server::Decider clerk{"张书记", ""};
  CHECK(must(server::release_group(street.town.office(), edit, clerk)).record.verdict ==
        wire::VerdictKind::held);
  street.town.clock().wall_ms =
      std::int64_t{street.town.office().record().incarnation} * 1000 + server::limits::kAwaitedOfficeMs;
  CHECK(wire::is_applied(must(server::release_group(street.town.office(), edit, clerk)).record.verdict));
  CHECK(street.at_office() == text("13922222222"));
}

TEST_CASE("carried: a phone that joined after the backup: its holder comes back with what it carries, once") {
  Street street;
  auto zhang = enrol(street.town, "张敏");
  const PhoneState state = zhang->phone();
  household(*zhang);
  street.town.restore();
  street.town.sync(*zhang);
  CHECK(street.town.office_value("person", state.person, "name") == text("张敏"));
  CHECK(office_groups(street.town) == 0);  // The new office had to make nothing up.
  CHECK(outbox(*zhang).empty());
  street.town.check_sound();
}

TEST_CASE("carried: the phone stopped at any write while it takes parcels: all of them or none") {
  bool finished = false;
  for (std::uint64_t at = 1; !finished; ++at) {
    simulation::SimDisk disk(at, [] { return std::int64_t{1'800'000'000'000}; });
    UpgradeTown town;
    Options options;
    options.sqlite_vfs = disk.vfs_name();
    auto phone = town.enrol("王芳", 1, options);
    town.sync(*phone);
    const std::size_t before = carried(*phone).size();
    town.put("person", {{"name", text("李军")}});
    const auto answer = must(town.pipeline().exchange(must(phone->next_request())));
    REQUIRE(answer.parcels);
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
    const bool has = carried(*phone).size() == before + 1;
    CHECK((has || carried(*phone).size() == before));
    CHECK(has == (phone->phone().carried_through == answer.parcels->through));
    phone.reset();
  }
}
