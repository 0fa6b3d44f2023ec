#include "pipeline/devices.hpp"
#include "simulation/sim_disk.hpp"
#include "unit/scenarios/street.hpp"
#include "wire/sealed_work.hpp"

// A phone is lost, stolen, replaced or given back. What was recorded on it comes to the office, nothing stays
// on it, and nobody else notices.
using namespace doorstep;
using namespace doorstep::test;
using wire::HoldReason;
using wire::VerdictKind;

namespace {

server::ActorRecord device(Street& street, ActorId actor) {
  return *must(must(street.office().store().snapshot())->actor(actor));
}

void revoke(Street& street, ActorId actor, std::optional<std::int64_t> lost_ms = std::nullopt) {
  must(server::revoke_device(street.office(), actor, {"手机丢了", lost_ms}));
}

ErrorCode code_of(const Result<SyncReport>& synced) {
  REQUIRE_FALSE(synced);
  return synced.error().code;
}

/// A key pair for sealed boxes: an Ed25519 pair will not do.
void crypto_keys(BoxKeys& keys) {
  // RFC 7748, 6.1: Bob's.
  static constexpr const char* kSecret = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
  static constexpr const char* kPublic = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
  for (std::size_t i = 0; i < 32; ++i) {
    keys.secret_key[i] = static_cast<std::uint8_t>(std::stoi(std::string(kSecret + 2 * i, 2), nullptr, 16));
    keys.public_key[i] = static_cast<std::uint8_t>(std::stoi(std::string(kPublic + 2 * i, 2), nullptr, 16));
  }
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool has_file(const Street& street, const std::string& name) {
  for (const char* part : {".db", ".db-wal", ".db-shm", ".db-journal"})
    if (std::filesystem::exists(street.path(name) + part)) return true;
  return false;
}

}  // namespace

TEST_CASE(
    "lost phone: revoked with work waiting: the work takes effect, the file is gone, nobody else is "
    "disturbed") {
  Street street;
  street.post("王芳", "B1");
  street.post("李明", "B1");
  auto wang = street.phone("王芳");
  auto li = street.phone("李明");
  street.sync(*wang);
  street.sync(*li);
  visit(*wang, "101", "only on this phone");
  must(edit(*wang, "household", street.home("102"), {{"note", std::string("edited away from signal")}}));
  const ActorId actor = wang->phone().actor;
  revoke(street, actor);
  CHECK_FALSE(device(street, actor).has_handed_over());

  CHECK(code_of(street.try_sync(*wang)) == ErrorCode::wiped);
  CHECK(street.office_note("102") == "edited away from signal");
  CHECK_FALSE(has_file(street, "王芳"));
  const server::ActorRecord record = device(street, actor);
  CHECK(record.has_handed_over());
  CHECK(record.wiped_ms != 0);
  CHECK(raw(record.admitted_through) == 2);
  CHECK(wang->status().wiped);
  CHECK(code_of(street.try_sync(*wang)) == ErrorCode::wiped);
  CHECK(wang->query("SELECT * FROM visit", {}).error().code == ErrorCode::wiped);
  CHECK(wang->write([] { return Status{}; }).error().code == ErrorCode::wiped);

  CHECK(street.sync(*li).held == 0);
  CHECK(notes(*li) == "101 edited away from signal");
  CHECK_FALSE(device(street, li->phone().actor).is_revoked());
  street.check_sound();
  // A new file in its place begins as any new phone.
  CHECK_FALSE(street.open("王芳")->phone().joined);
}

TEST_CASE("lost phone: in a stranger's hands: what it recorded since is kept until somebody decides") {
  Street street;
  street.post("王芳", "B1");
  auto wang = street.phone("王芳");
  street.sync(*wang);
  visit(*wang, "101", "herself");
  street.day("2027-03-03");
  visit(*wang, "102", "a stranger");
  const ActorId actor = wang->phone().actor;
  revoke(street, actor, *server::day_of_date("2027-03-02") * 86'400'000);
  CHECK(code_of(street.try_sync(*wang)) == ErrorCode::wiped);
  const auto group = [&](std::uint64_t number) {
    return *must(must(street.office().store().snapshot())->group(actor, GroupNumber{number}));
  };
  CHECK(group(1).verdict == VerdictKind::effective);
  CHECK(group(2).verdict == VerdictKind::held);
  CHECK(group(2).reason == HoldReason::device_lost);
  CHECK_FALSE(has_file(street, "王芳"));
  // The office's people may believe it all the same.
  must(server::release_group(street.office(), {actor, GroupNumber{2}}, {"张书记", ""}));
  CHECK(group(2).verdict == VerdictKind::effective);
  street.check_sound();
}

TEST_CASE(
    "lost phone: an order that the office did not sign: nothing is handed over blindly, nothing is wiped") {
  Street street;
  street.post("王芳", "B1");
  auto wang = street.phone("王芳");
  street.sync(*wang);
  visit(*wang, "101");
  const std::string signature_of = GENERATE("nobody", "another office", "another device's order");
  street.falsify = [&](wire::SyncResponse& answer) {
    answer.page.reset();
    answer.checkpoint = false;
    answer.wipe.emplace();
    answer.wipe->asked_ms = street.clock().wall_ms;
    const RowId office = street.office().record().office;
    if (signature_of == "another office")
      answer.wipe->signature =
          sign(wire::signed_bytes(office, wang->phone().actor, *answer.wipe), make_key_pair().secret_key);
    if (signature_of == "another device's order") {
      auto li = street.phone("李明");
      revoke(street, li->phone().actor);
      wire::SyncRequest request;
      request.actor = li->phone().actor;
      answer.wipe = must(street.pipeline().exchange(request)).wipe;
      REQUIRE(answer.wipe);
    }
  };
  CHECK(code_of(street.try_sync(*wang)) == ErrorCode::untrusted_office);
  CHECK(wang->wipe_stage() == WipeStage::none);
  street.falsify = nullptr;
  visit(*wang, "102");
  CHECK(street.sync(*wang).held == 0);
  CHECK(notes(*wang) == "101 102");
}

TEST_CASE(
    "lost phone: the office cannot be told that it is wiped: the data is gone, the telling is tried again") {
  Street street;
  street.post("王芳", "B1");
  auto wang = street.phone("王芳");
  street.sync(*wang);
  must(edit(*wang, "household", street.home("101"), {{"note", std::string("canary")}}));
  must(run(*wang, "CREATE TABLE app_note(text)"));
  must(run(*wang, "INSERT INTO app_note VALUES('canary of the app')"));
  const ActorId actor = wang->phone().actor;
  revoke(street, actor);
  street.cut_wipe_reports = 2;
  CHECK(code_of(street.try_sync(*wang)) == ErrorCode::unreachable);
  CHECK(device(street, actor).has_handed_over());
  CHECK(device(street, actor).wiped_ms == 0);
  CHECK_FALSE(street.file_tells(std::move(wang), "王芳", "canary"));
  CHECK_FALSE(street.file_tells(street.open("王芳"), "王芳", "幸福"));
  auto again = street.open("王芳");
  CHECK(again->wipe_stage() == WipeStage::emptied);
  CHECK(again->status().wiped);
  CHECK(code_of(street.try_sync(*again)) == ErrorCode::unreachable);
  CHECK(code_of(street.try_sync(*again)) == ErrorCode::wiped);
  CHECK(device(street, actor).wiped_ms != 0);
  CHECK_FALSE(has_file(street, "王芳"));
}

TEST_CASE(
    "lost phone: the phone dies at any write of its wipe: all work is at the office, the file goes in the "
    "end") {
  bool finished = false;
  for (std::uint64_t stop = 1; !finished; ++stop) {
    REQUIRE(stop < 500);
    CAPTURE(stop);
    simulation::SimDisk disk(stop, [] { return std::int64_t{1'800'000'000'000}; });
    Options options;
    options.sqlite_vfs = disk.vfs_name();
    Street street;
    street.post("王芳", "B1");
    auto wang = street.phone("王芳", options);
    street.sync(*wang);
    visit(*wang, "101", "only on this phone");
    must(edit(*wang, "household", street.home("102"), {{"note", std::string("edited")}}));
    const ActorId actor = wang->phone().actor;
    revoke(street, actor);
    disk.crash_at_write(stop);
    auto synced = street.try_sync(*wang);
    finished = !disk.stopped();
    disk.crash_at_write(0);
    for (int contacts = 0; synced || synced.error().code != ErrorCode::wiped; ++contacts) {
      REQUIRE(contacts < 5);
      wang.reset();
      disk.crash();
      wang = street.open("王芳", options);
      if (!wang->phone().joined) break;  // The file had been deleted already.
      synced = street.try_sync(*wang);
    }
    wang.reset();
    CHECK(raw(device(street, actor).admitted_through) == 2);
    CHECK(street.office_note("102") == "edited");
    CHECK(device(street, actor).wiped_ms != 0);
    if (synced || synced.error().code != ErrorCode::wiped) continue;
    CHECK(disk.file_names().empty());
  }
}

TEST_CASE("lost phone: a copy of its file comes back: it is another device, and revoked as well") {
  Street street;
  street.post("王芳", "B1");
  auto wang = street.phone("王芳");
  street.sync(*wang);
  visit(*wang, "101");
  wang.reset();
  std::filesystem::copy_file(street.path("王芳.db"), street.path("副本.db"));
  wang = street.open("王芳");
  auto copy = street.open("副本");
  visit(*wang, "101", "on the phone");
  visit(*copy, "102", "on the copy");
  const ActorId actor = wang->phone().actor;
  CHECK(street.sync(*wang).held == 0);
  revoke(street, actor);
  CHECK(code_of(street.try_sync(*wang)) == ErrorCode::wiped);
  CHECK(code_of(street.try_sync(*copy)) == ErrorCode::wiped);
  CHECK_FALSE(has_file(street, "副本"));
  const auto actors = must(must(street.office().store().snapshot())->actors());
  const server::ActorRecord& last = actors.back();
  CHECK(last.origin == actor);
  CHECK(last.wiped_ms != 0);
  CHECK(raw(last.admitted_through) == 2);
  street.check_sound();
}

TEST_CASE("wipe without signal: what waits is sealed for the office alone, and counts once") {
  Street street;
  street.post("王芳", "B1");
  auto wang = street.phone("王芳");
  street.sync(*wang);
  visit(*wang, "101", "canary-visit");
  must(edit(*wang, "household", street.home("102"), {{"note", std::string("canary-note")}}));
  const ActorId actor = wang->phone().actor;
  // A phone that has no key of the office to seal for goes nowhere.
  const wire::KeyList keys = street.keys();
  CHECK_FALSE(wang->wipe());
  CHECK(wang->wipe_stage() == WipeStage::none);
  BoxKeys office;
  crypto_keys(office);
  must(wang->install_identity([&](PhoneState& state) {
    wire::KeyList with = keys;
    with.sealing_keys = {office.public_key};
    state.keys_frame = wire::to_frame(with);
  }));
  must(wang->wipe());
  CHECK_FALSE(has_file(street, "王芳"));
  CHECK(wang->write([] { return Status{}; }).error().code == ErrorCode::wiped);

  const std::string file = read_file(street.path("王芳.db.sealed"));
  CHECK(file.find("canary") == std::string::npos);
  const wire::SealedWork work = must(wire::read_sealed_work(file));
  CHECK(work.office == keys.office);
  REQUIRE(work.actor == actor);
  REQUIRE(work.boxes.size() == 1);
  CHECK_FALSE(open_box(work.boxes[0], BoxKeys{}));
  const auto content = open_box(work.boxes[0], office);
  REQUIRE(content);
  const PublicKey key = device(street, actor).signing_key;
  const wire::Push push = must(wire::read_sealed_push(work.office, actor, *content, key));
  CHECK_FALSE(wire::read_sealed_push(work.office, actor, *content, make_key_pair().public_key));
  CHECK_FALSE(wire::read_sealed_push(work.office, ActorId{raw(actor) + 1}, *content, key));
  server::TakenWork taken;
  must(server::take_work(street.office(), actor, push, taken));
  CHECK(taken.fresh == 2);
  CHECK(taken.held == 0);
  must(server::take_work(street.office(), actor, push, taken));
  CHECK(taken.groups == 4);
  CHECK(taken.fresh == 2);
  CHECK(street.office_note("102") == "canary-note");
  wire::Push later = push;
  later.first = GroupNumber{9};
  CHECK(server::take_work(street.office(), actor, later, taken).error().code == ErrorCode::refused);
  for (std::size_t size = 0; size < file.size(); size += 7)
    CHECK_FALSE(wire::read_sealed_work(file.substr(0, size)));
  street.check_sound();
}

TEST_CASE(
    "wipe without signal: the phone dies at any write: its work is in the file, or sealed, never nowhere") {
  bool finished = false;
  for (std::uint64_t stop = 1; !finished; ++stop) {
    REQUIRE(stop < 500);
    CAPTURE(stop);
    simulation::SimDisk disk(stop, [] { return std::int64_t{1'800'000'000'000}; });
    Options options;
    options.sqlite_vfs = disk.vfs_name();
    Street street;
    street.post("王芳", "B1");
    auto wang = street.phone("王芳", options);
    BoxKeys office;
    crypto_keys(office);
    must(wang->install_identity([&](PhoneState& state) {
      wire::KeyList with = street.keys();
      with.sealing_keys = {office.public_key};
      state.keys_frame = wire::to_frame(with);
    }));
    street.sync(*wang);
    visit(*wang, "101");
    disk.crash_at_write(stop);
    const Status wiped = wang->wipe();
    finished = !disk.stopped();
    CHECK((wiped || disk.stopped()));
    disk.crash_at_write(0);
    if (finished) break;
    wang.reset();
    disk.crash();
    wang = street.open("王芳", options);
    const PhoneState state = wang->phone();
    const bool still_there = state.joined && state.wipe == WipeStage::none;
    if (still_there) CHECK(outbox(*wang).size() == 1);
    const auto names = disk.file_names();
    const bool is_sealed = std::find(names.begin(), names.end(), "王芳.db.sealed") != names.end();
    CHECK((still_there || is_sealed));
    must(wang->wipe());
  }
}

TEST_CASE("devices: what a phone tells with its request is listed, also when it only pulls") {
  Street street;
  street.post("王芳", "B1");
  Options options;
  options.app = "Gutian 2.3";
  auto wang = street.phone("王芳", options);
  const ActorId actor = wang->phone().actor;
  street.sync(*wang);
  CHECK(device(street, actor).app.empty());
  must(street.pipeline().save_sightings());
  server::ActorRecord record = device(street, actor);
  CHECK(record.app == "Gutian 2.3");
  CHECK_FALSE(record.engine.empty());
  CHECK(record.waiting == 0);
  CHECK(record.pack == PackVersion{1});
  CHECK(record.last_seen_ms == street.clock().wall_ms);
  CHECK(record.checkpoint_ms == record.last_seen_ms);
  CHECK(record.checkpoint == must(must(street.office().store().snapshot())->feed_head()));

  // More than one push takes: the first tells what is still to come.
  for (int i = 0; i < 3; ++i) visit(*wang, "101");
  auto request = must(wang->next_request());
  REQUIRE(request.push);
  CHECK(request.waiting == 0);
  request.push->groups.pop_back();
  request.waiting = 1;
  must(street.pipeline().exchange(request));
  CHECK(device(street, actor).waiting == 1);
  street.sync(*wang);
  CHECK(device(street, actor).waiting == 0);

  must(server::rename_device(street.office(), actor, "王芳的新手机"));
  CHECK(device(street, actor).device_name == "王芳的新手机");
  CHECK_FALSE(server::rename_device(street.office(), actor, ""));
  CHECK_FALSE(server::rename_device(street.office(), ActorId{7}, "x"));
}

TEST_CASE("token rotation: both open the office until the new one is used; a lost answer is given again") {
  Street street;
  street.post("王芳", "B1");
  auto wang = street.phone("王芳");
  const ActorId actor = wang->phone().actor;
  const std::string first = wang->phone().token;
  const auto opens = [&](const std::string& token) {
    const auto who = street.pipeline().authenticate(token);
    return who && *who == actor;
  };
  street.sync(*wang);
  must(street.pipeline().save_sightings());
  street.sync(*wang);
  CHECK(wang->phone().token == first);  // Not yet of age.

  street.day("2027-04-05");
  street.sync(*wang);
  must(street.pipeline().save_sightings());
  wire::SyncRequest request;
  request.actor = actor;
  const std::string lost = must(street.pipeline().exchange(request)).token;
  REQUIRE_FALSE(lost.empty());
  street.sync(*wang);
  const std::string second = wang->phone().token;
  CHECK(second == lost);
  CHECK(second != first);
  must(street.pipeline().save_sightings());
  CHECK(opens(first));
  CHECK(opens(second));
  // That was the new one in use.
  must(street.pipeline().save_sightings());
  CHECK_FALSE(opens(first));
  CHECK(opens(second));
  street.sync(*wang);
  must(street.pipeline().save_sightings());
  CHECK(wang->phone().token == second);
}
