#include <filesystem>
#include <functional>

#include "pipeline/held_desk.hpp"
#include "simulation/sim_disk.hpp"
#include "unit/store/upgrade_town.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

using PhonePtr = std::unique_ptr<PhoneStore>;

Value text(const char* t) { return std::string(t); }

/// One phone with a household that everybody knows, and what its file was copied to.
struct Estate {
  Estate() : phone(town.enrol("王芳", 1)) {
    town.sync(*phone);
    home = add(*phone, "household", {{"place", text("D1")}, {"note", text("周三送菜。")}});
    town.sync(*phone);
    town.sync(*phone);
  }

  /// The file as it is now, under another name.
  void copy(const std::string& name) {
    phone.reset();
    std::filesystem::copy_file(town.path("王芳.db"), town.path(name + ".db"),
                               std::filesystem::copy_options::overwrite_existing);
    phone = town.open("王芳");
  }
  PhonePtr clone(const std::string& name = "copy") {
    copy(name);
    return town.open(name);
  }
  void put_back(const std::string& name) {
    phone.reset();
    std::filesystem::remove(town.path("王芳.db-wal"));
    std::filesystem::remove(town.path("王芳.db-shm"));
    std::filesystem::copy_file(town.path(name + ".db"), town.path("王芳.db"),
                               std::filesystem::copy_options::overwrite_existing);
    phone = town.open("王芳");
  }
  std::vector<server::ActorRecord> devices() {
    auto actors = must(must(town.office().store().snapshot())->actors());
    actors.erase(actors.begin());  // The office's own.
    return actors;
  }
  /// Everybody has everything, and nothing is left to do.
  void check_settled(std::vector<PhoneStore*> phones) {
    for (int round = 0; round < 2; ++round)
      for (PhoneStore* one : phones) town.sync(*one);
    for (PhoneStore* one : phones) {
      CHECK(outbox(*one).empty());
      CHECK(value(*one, "household", home, "note") == town.office_value("household", home, "note"));
      CHECK(value(*one, "household", home, "phone") == town.office_value("household", home, "phone"));
      CHECK_FALSE(one->status().forked);
    }
    town.check_sound();
  }

  UpgradeTown town;
  PhonePtr phone;
  RowId home;
};

std::int64_t visits(PhoneStore& phone) {
  return std::get<std::int64_t>(one(phone, "SELECT COUNT(*) FROM visit"));
}

void visit(PhoneStore& phone) { add(phone, "visit", {{"place", text("D1")}, {"outcome", text("met")}}); }

bool tells_it(PhoneStore& phone) {
  for (const Sentence& sentence : phone.status().sentences)
    if (sentence.zh.find("另登记为一部手机,记录一条没少") != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE(
    "rehoming: a file put back: what reached the office and what is recorded anew is there once, and said "
    "once") {
  Estate estate;
  visit(*estate.phone);
  estate.copy("backup");
  visit(*estate.phone);
  visit(*estate.phone);
  estate.town.sync(*estate.phone);
  const ActorId before = estate.phone->phone().actor;
  estate.put_back("backup");
  CHECK(visits(*estate.phone) == 1);
  must(edit(*estate.phone, "household", estate.home, {{"phone", text("13900000009")}}));
  const SyncReport report = estate.town.sync(*estate.phone);
  CHECK(report.rehomed);
  CHECK(tells_it(*estate.phone));
  CHECK(estate.phone->phone().actor != before);
  CHECK(visits(*estate.phone) == 3);
  CHECK(estate.town.office_value("household", estate.home, "phone") == text("13900000009"));
  CHECK_FALSE(estate.town.sync(*estate.phone).rehomed);
  CHECK(estate.town.conflicts() == 0);
  estate.check_settled({estate.phone.get()});

  estate.town.phone_clock().wall_ms += 25LL * 3'600'000;
  estate.town.phone_clock().monotonic_ms += 25LL * 3'600'000;
  CHECK_FALSE(tells_it(*estate.phone));
}

TEST_CASE(
    "rehoming: one file on two phones: both go on, notes grow together, later work builds on one's own") {
  Estate estate;
  auto copy = estate.clone();
  must(edit(*estate.phone, "household", estate.home, {{"note", text("周三送菜。白天没人。")}}));
  must(edit(*copy, "household", estate.home, {{"note", text("腿脚不便。周三送菜。")}}));
  must(edit(*copy, "household", estate.home, {{"note", text("李奶奶腿脚很不便。周三送菜。")}}));
  must(edit(*copy, "household", estate.home, {{"phone", text("13900000001")}}));
  must(edit(*copy, "household", estate.home, {{"phone", text("13900000002")}}));
  CHECK_FALSE(estate.town.sync(*estate.phone).rehomed);
  const SyncReport report = estate.town.sync(*copy);
  CHECK(report.rehomed);
  CHECK(report.held == 0);
  CHECK(estate.town.office_value("household", estate.home, "note") ==
        text("李奶奶腿脚很不便。周三送菜。白天没人。"));
  CHECK(estate.town.office_value("household", estate.home, "phone") == text("13900000002"));
  CHECK(estate.town.conflicts() == 0);
  must(edit(*copy, "household", estate.home, {{"note", text("周三送菜。")}}));
  estate.check_settled({estate.phone.get(), copy.get()});
  CHECK(value(*estate.phone, "household", estate.home, "note") == text("周三送菜。"));
  CHECK_FALSE(tells_it(*estate.phone));
}

TEST_CASE("rehoming: a copy with nothing new: learns it from the number the office has") {
  Estate estate;
  auto copy = estate.clone();
  visit(*estate.phone);
  estate.town.sync(*estate.phone);
  CHECK(estate.town.sync(*copy).rehomed);
  CHECK(visits(*copy) == 1);
  visit(*copy);
  estate.check_settled({estate.phone.get(), copy.get()});
  CHECK(visits(*estate.phone) == 2);
}

TEST_CASE("rehoming: a group recorded while the answer was under way: does not hide the other copy's") {
  Estate estate;
  auto copy = estate.clone();
  visit(*estate.phone);
  estate.town.sync(*estate.phone);
  estate.town.before_answer = [&] {
    must(edit(*copy, "household", estate.home, {{"phone", text("13900000003")}}));
  };
  CHECK(estate.town.sync(*copy).rehomed);
  CHECK(estate.town.office_value("household", estate.home, "phone") == text("13900000003"));
  estate.check_settled({estate.phone.get(), copy.get()});
  CHECK(visits(*copy) == 1);
  CHECK(visits(*estate.phone) == 1);
}

TEST_CASE("rehoming: another process of the phone pushes meanwhile: is no copy") {
  Estate estate;
  auto other = estate.town.open("王芳");
  estate.town.before_answer = [&] {
    visit(*other);
    estate.town.sync(*other);
  };
  visit(*estate.phone);
  CHECK_FALSE(estate.town.sync(*estate.phone).rehomed);
  CHECK_FALSE(estate.phone->status().forked);
  CHECK(estate.devices().size() == 1);
  estate.check_settled({estate.phone.get(), other.get()});
  CHECK(visits(*estate.phone) == 2);
}

TEST_CASE("rehoming: the answer is lost: the phone is where it was, and asks as the same device") {
  Estate estate;
  auto copy = estate.clone();
  visit(*estate.phone);
  visit(*copy);
  estate.town.sync(*estate.phone);
  estate.town.lose_rehomings = 2;
  for (int lost = 0; lost < 2; ++lost) {
    CHECK_FALSE(estate.town.try_sync(*copy));
    CHECK(copy->status().forked);
    CHECK(outbox(*copy).size() == 1);
    copy.reset();
    copy = estate.town.open("copy");
  }
  CHECK(estate.town.sync(*copy).rehomed);
  CHECK(estate.devices().size() == 2);
  estate.check_settled({estate.phone.get(), copy.get()});
}

TEST_CASE("rehoming: put back again and again: each time another device, every group once") {
  Estate estate;
  estate.copy("backup");
  for (int times = 1; times <= 3; ++times) {
    visit(*estate.phone);
    estate.town.sync(*estate.phone);
    if (times == 2) estate.copy("backup");  // Of a file that is another device already.
    visit(*estate.phone);
    estate.town.sync(*estate.phone);
    estate.put_back("backup");
  }
  visit(*estate.phone);
  estate.town.sync(*estate.phone);
  estate.check_settled({estate.phone.get()});
  CHECK(visits(*estate.phone) == 7);
  const auto devices = estate.devices();
  REQUIRE(devices.size() == 4);
  CHECK(devices[1].origin == devices[0].actor);
  CHECK(devices[2].origin == devices[1].actor);
  CHECK(devices[3].origin == devices[1].actor);
}

TEST_CASE("rehoming: two copies with the same waiting work: it is there once, whoever comes first") {
  Estate estate;
  const auto parted = estate.clone("parted");
  must(edit(*estate.phone, "household", estate.home, {{"note", text("周三送菜。养狗。")}}));
  visit(*estate.phone);
  const auto copy = estate.clone();
  visit(*parted);
  estate.town.sync(*parted);
  must(edit(*copy, "household", estate.home, {{"note", text("周三送菜。养狗和猫。")}}));
  CHECK(estate.town.sync(*estate.phone).rehomed);
  CHECK(estate.town.sync(*copy).rehomed);
  CHECK(estate.town.office_value("household", estate.home, "note") == text("周三送菜。养狗和猫。"));
  visit(*copy);
  visit(*estate.phone);
  estate.check_settled({estate.phone.get(), parted.get(), copy.get()});
  CHECK(visits(*copy) == 4);
  CHECK(estate.town.conflicts() == 0);
}

TEST_CASE("rehoming: the office is put back to before the file's first device: everything comes, once") {
  UpgradeTown town;
  town.backup();
  auto phone = town.enrol("李军", 1);
  town.sync(*phone);
  const auto file = [&](const char* name) { return town.path(std::string(name) + ".db"); };
  const auto copy = [&](const char* from, const char* to) {
    phone.reset();
    for (const char* rest : {"-wal", "-shm"}) std::filesystem::remove(file(to) + rest);
    std::filesystem::copy_file(file(from), file(to), std::filesystem::copy_options::overwrite_existing);
    phone = town.open("李军");
  };
  for (int times = 0; times < 2; ++times) {  // Twice put back: it is the third device of its file.
    visit(*phone);
    town.sync(*phone);
    copy("李军", "image");
    visit(*phone);
    town.sync(*phone);
    copy("image", "李军");
    visit(*phone);
    REQUIRE(town.sync(*phone).rehomed);
  }
  REQUIRE(visits(*phone) == 6);
  town.restore();
  const SyncReport report = town.sync(*phone);
  CHECK(report.sent_again == 4);
  CHECK(report.held == 0);
  town.sync(*phone);
  CHECK(outbox(*phone).empty());
  CHECK(visits(*phone) == 4);  // What the put-back file had never had is nowhere any more.
  const auto actors = must(must(town.office().store().snapshot())->actors());
  CHECK(actors.size() == 5);  // Two of the office, and three of the file.
  CHECK(town.office_value("person", phone->phone().person, "name") == text("李军"));
  town.check_sound();

  // Certificates that do not lead from one to the next are no proof.
  auto request = must(readmit_request(phone->phone()));
  REQUIRE(request.former.size() == 2);
  std::swap(request.former[0], request.former[1]);
  CHECK(town.pipeline().readmit(request).error().code == ErrorCode::unauthorized);
}

TEST_CASE("rehoming: what others built on a copy's work, an office put back, and its twin comes first") {
  Estate estate;
  auto wang = estate.town.enrol("李军", 1);
  estate.town.sync(*wang);
  const auto parted = estate.clone("parted");
  must(edit(*estate.phone, "household", estate.home, {{"phone", text("13900000001")}}));
  const auto copy = estate.clone();
  visit(*parted);
  estate.town.backup();
  estate.town.sync(*parted);
  REQUIRE(estate.town.sync(*estate.phone).rehomed);
  estate.town.sync(*wang);
  must(edit(*wang, "household", estate.home, {{"phone", text("13900000002")}}));

  estate.town.restore();
  // The number that the phone gave to the edit as another device is the copy's now, under the old name.
  estate.town.sync(*copy);
  CHECK(estate.town.sync(*wang).held == 1);
  estate.town.sync(*estate.phone);
  CHECK(estate.town.office_value("household", estate.home, "phone") == text("13900000002"));
  CHECK(estate.town.conflicts() == 0);
  estate.town.sync(*parted);
  estate.check_settled({estate.phone.get(), parted.get(), copy.get(), wang.get()});
  CHECK(visits(*estate.phone) == 1);
}

TEST_CASE("rehoming: work recorded after, on work from before that still waits: builds on it") {
  Estate estate;
  auto copy = estate.clone();
  visit(*estate.phone);
  estate.town.sync(*estate.phone);
  must(edit(*copy, "household", estate.home,
            {{"phone", text("13900000001")}, {"note", text("周三送菜。养猫。")}}));
  estate.town.lose_rehomings = 1;
  CHECK_FALSE(estate.town.try_sync(*copy));
  const auto asked = must(copy->rehome_request());
  REQUIRE(asked);
  SyncReport report;
  must(copy->rehome(must(estate.town.pipeline().rehome(copy->phone().actor, *asked)), report));
  CHECK(report.rehomed);
  must(edit(*copy, "household", estate.home, {{"phone", text("13900000002")}, {"note", text("养猫。")}}));
  CHECK(must(copy->why("household", estate.home, "phone")).steps[0].where == "this phone");
  CHECK(outbox(*copy).size() == 2);
  CHECK(estate.town.sync(*copy).held == 0);
  CHECK(estate.town.office_value("household", estate.home, "phone") == text("13900000002"));
  CHECK(estate.town.office_value("household", estate.home, "note") == text("养猫。"));
  CHECK(estate.town.conflicts() == 0);
  estate.check_settled({estate.phone.get(), copy.get()});
}

TEST_CASE("rehoming: forms that were open: are saved on what their holder had read") {
  Estate estate;
  auto copy = estate.clone();
  visit(*estate.phone);
  estate.town.sync(*estate.phone);
  must(edit(*copy, "household", estate.home,
            {{"phone", text("13900000004")}, {"note", text("周三送菜。养猫。")}}));
  Draft form = must(copy->draft("household", estate.home));
  CHECK(estate.town.sync(*copy).rehomed);
  form.set("phone", text("13900000005"));
  form.set("note", text("周三送菜。养猫和狗。"));
  must(copy->write([&] { return copy->save(form.content()); }));
  CHECK(estate.town.sync(*copy).held == 0);
  CHECK(estate.town.office_value("household", estate.home, "phone") == text("13900000005"));
  CHECK(estate.town.office_value("household", estate.home, "note") == text("周三送菜。养猫和狗。"));
  CHECK(estate.town.conflicts() == 0);
  estate.check_settled({estate.phone.get(), copy.get()});
}

TEST_CASE("rehoming: groups the office holds, from before and after: each phone hears what became of them") {
  Estate estate;
  const Value door = one(*estate.phone, "SELECT id FROM place WHERE code = 'D1'");
  {
    RowId post;
    auto snapshot = must(estate.town.office().store().snapshot());
    const auto plan = must(estate.town.office().newest_plan(*snapshot));
    must(snapshot->each_row(*plan->find("assignment")->table, [&](const RowId& id, const server::RowView&) {
      post = id;
      return false;
    }));
    snapshot.reset();
    server::OfficeWriter writer(estate.town.office());
    must(writer.remove("assignment", post));
    must(writer.commit());
  }
  // Without a post her doors leave the phone; the form she had open still names one.
  const auto visit_door = [&](PhoneStore& phone) {
    add(phone, "visit", {{"place", door}, {"outcome", text("met")}});
  };
  visit_door(*estate.phone);
  CHECK(estate.town.sync(*estate.phone).held == 1);
  auto copy = estate.clone();
  visit_door(*estate.phone);
  visit_door(*copy);
  CHECK(estate.town.sync(*estate.phone).held == 1);
  const SyncReport report = estate.town.sync(*copy);
  CHECK(report.rehomed);
  CHECK(report.held == 1);
  CHECK(must(copy->held()).size() == 2);
  const auto held = must(server::held_groups(estate.town.office()));
  REQUIRE(held.groups.size() == 3);
  for (const auto& group : held.groups) {
    REQUIRE(group.content);
    const server::GroupName name{group.record.actor, group.record.number};
    must(server::release_group(estate.town.office(), name, {"街道", ""}));
  }
  for (PhoneStore* one : {copy.get(), estate.phone.get()}) {
    CHECK(estate.town.sync(*one).released == 2);
    CHECK(outbox(*one).empty());
  }
  std::size_t there = 0;
  auto snapshot = must(estate.town.office().store().snapshot());
  const auto plan = must(estate.town.office().newest_plan(*snapshot));
  must(snapshot->each_row(*plan->find("visit")->table,
                          [&](const RowId&, const server::RowView&) { return ++there != 0; }));
  CHECK(there == 3);
  estate.town.check_sound();
}

TEST_CASE("rehoming: an old clock in an old file: what is recorded then does not lose to what was there") {
  Estate estate;
  estate.copy("backup");
  must(edit(*estate.phone, "household", estate.home, {{"phone", text("13900000006")}}));
  estate.town.sync(*estate.phone);
  estate.town.sync(*estate.phone);
  estate.put_back("backup");
  estate.town.phone_clock().wall_ms = 0;
  estate.town.phone_clock().boot = "later";
  CHECK(estate.town.sync(*estate.phone).rehomed);
  CHECK(value(*estate.phone, "household", estate.home, "phone") == text("13900000006"));
  estate.town.phone_clock().boot = "later still";
  must(edit(*estate.phone, "household", estate.home, {{"phone", text("13900000007")}}));
  estate.town.sync(*estate.phone);
  CHECK(estate.town.office_value("household", estate.home, "phone") == text("13900000007"));
  estate.check_settled({estate.phone.get()});
  CHECK(estate.town.conflicts() == 0);
}

TEST_CASE(
    "rehoming: stopped at any write: the phone is one device or the other, and nothing is lost or doubled") {
  bool finished = false;
  for (std::uint64_t at = 1; !finished; ++at) {
    simulation::SimDisk disk(at, [] { return std::int64_t{1'800'000'000'000}; });
    simulation::SimDisk image(at, [] { return std::int64_t{1'800'000'000'000}; });
    UpgradeTown town;
    Options options;
    options.sqlite_vfs = disk.vfs_name();
    auto phone = town.enrol("王芳", 1, options);
    town.sync(*phone);
    visit(*phone);
    disk.copy_to(image);
    visit(*phone);
    town.sync(*phone);
    phone.reset();
    image.copy_to(disk);
    phone = town.open("王芳", options);
    add(*phone, "household", {{"place", text("D1")}, {"note", text("first")}});

    disk.crash_at_write(at);
    const auto done = town.try_sync(*phone);
    finished = !disk.stopped();
    if (finished) CHECK(must(done).rehomed);
    disk.crash_at_write(0);
    disk.crash();
    phone.reset();
    phone = town.open("王芳", options);
    INFO("stopped at " << at);
    town.sync(*phone);
    town.sync(*phone);
    CHECK(outbox(*phone).empty());
    CHECK(visits(*phone) == 2);
    CHECK(std::get<std::int64_t>(one(*phone, "SELECT COUNT(*) FROM household")) == 1);
    CHECK(must(must(town.office().store().snapshot())->actors()).size() == 3);
    town.check_sound();
    phone.reset();
  }
}
