#include <catch2/catch.hpp>
#include <fstream>

#include "app/commands.hpp"
#include "app/create_office.hpp"
#include "app/erasure_journal.hpp"
#include "app/key_bundle.hpp"
#include "app/open_office.hpp"
#include "auth/identity.hpp"
#include "pipeline/office_writer.hpp"
#include "unit/app/temporary_folder.hpp"

using namespace doorstep;
using namespace doorstep::server;

namespace {

constexpr const char* kPack = DOORSTEP_SOURCE_DIR "/schemas/changchun";

struct BackupFixture {
  BackupFixture() {
    REQUIRE(make_office(DataFolder(data), kPack, "测试街道"));
    put_place(data, "C");
    std::ofstream(passphrase) << "a long passphrase\n";
  }

  static void put_place(const std::filesystem::path& data, const std::string& code) {
    auto opened = OpenOffice::open(data);
    REQUIRE(opened);
    OfficeWriter writer((*opened)->office());
    REQUIRE(writer.put("place", {{"code", code}, {"level", std::string("community")}}));
    REQUIRE(writer.commit());
  }
  static std::size_t count_places(const std::filesystem::path& data) {
    auto opened = OpenOffice::open(data);
    REQUIRE(opened);
    auto snapshot = (*opened)->store().snapshot();
    REQUIRE(snapshot);
    std::size_t count = 0;
    REQUIRE(
        (*snapshot)->each_row(*(*opened)->pack().value()->find("place"), [&](const RowId&, const RowView&) {
          ++count;
          return true;
        }));
    return count;
  }

  /// Of the office's own groups.
  static GroupNumber backed_up(const std::filesystem::path& data, std::uint32_t incarnation) {
    auto opened = OpenOffice::open(data);
    REQUIRE(opened);
    auto snapshot = (*opened)->store().snapshot();
    REQUIRE(snapshot);
    const auto actor = (*snapshot)->actor(make_actor(incarnation, kOfficeSerial));
    REQUIRE((actor && *actor));
    return (*actor)->backed_up_through;
  }

  TemporaryFolder folder;
  std::filesystem::path data = folder / "office";
  std::filesystem::path restored = folder / "restored";
  std::string file = (folder / "backup").string();
  std::string passphrase = (folder / "passphrase").string();
};

RestoreOptions restore_options(const BackupFixture& fixture) {
  RestoreOptions options;
  options.data = fixture.restored.string();
  options.file = fixture.file;
  options.json = true;
  return options;
}

}  // namespace

TEST_CASE_METHOD(BackupFixture,
                 "backup: with a passphrase: the same office comes back under the next incarnation") {
  REQUIRE(run_backup({data.string(), file, passphrase, true}));
  put_place(data, "AFTER");
  RestoreOptions options = restore_options(*this);
  options.passphrase_file = passphrase;
  REQUIRE(run_restore(options));
  CHECK(auth::OfficeIdentity::load(restored)->fingerprint() ==
        auth::OfficeIdentity::load(data)->fingerprint());
  CHECK(count_places(restored) == 1);
  const auto before = (*OpenOffice::open(data))->office().record();
  const auto after = (*OpenOffice::open(restored))->office().record();
  CHECK(after.office == before.office);
  CHECK(after.incarnation > before.incarnation);
  // What is in the backup is noted in both: phones need not keep it.
  CHECK(backed_up(data, before.incarnation) == GroupNumber{1});
  CHECK(backed_up(restored, before.incarnation) == GroupNumber{1});
  put_place(restored, "NEW");  // The office's own actor of the new incarnation writes.
  CHECK(count_places(restored) == 2);
}

TEST_CASE_METHOD(BackupFixture, "backup: wrong or missing passphrase: nothing is left in the folder") {
  REQUIRE(run_backup({data.string(), file, passphrase, true}));
  RestoreOptions options = restore_options(*this);
  CHECK(run_restore(options).error().code == ErrorCode::invalid_argument);
  std::ofstream(passphrase) << "some other passphrase";
  options.passphrase_file = passphrase;
  CHECK(run_restore(options).error().code == ErrorCode::unauthorized);
  CHECK_FALSE(std::filesystem::exists(restored));
}

TEST_CASE_METHOD(BackupFixture, "backup: without keys: restored with kept keys, or under a new identity") {
  REQUIRE(run_backup({data.string(), file, {}, true}));
  RestoreOptions options = restore_options(*this);
  CHECK(run_restore(options).error().code == ErrorCode::not_found);
  options.keys = (data / "keys").string();
  REQUIRE(run_restore(options));
  CHECK(auth::OfficeIdentity::load(restored)->fingerprint() ==
        auth::OfficeIdentity::load(data)->fingerprint());

  options.data = (folder / "renewed").string();
  options.keys.clear();
  options.new_identity = true;
  REQUIRE(run_restore(options));
  CHECK(auth::OfficeIdentity::load(options.data)->fingerprint() !=
        auth::OfficeIdentity::load(data)->fingerprint());
}

TEST_CASE_METHOD(BackupFixture, "backup: another office's keys: refused") {
  REQUIRE(run_backup({data.string(), file, {}, true}));
  REQUIRE(make_office(DataFolder(folder / "other"), kPack, "别的街道"));
  RestoreOptions options = restore_options(*this);
  options.keys = (folder / "other" / "keys").string();
  CHECK_FALSE(run_restore(options));
  CHECK_FALSE(std::filesystem::exists(restored));
}

TEST_CASE_METHOD(BackupFixture, "backup: a short passphrase: refused before anything is written") {
  std::ofstream(passphrase) << "short\n";
  CHECK_FALSE(run_backup({data.string(), file, passphrase, true}));
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE_METHOD(BackupFixture, "restore: damaged or foreign files, folders in use: refused") {
  REQUIRE(run_backup({data.string(), file, passphrase, true}));
  RestoreOptions options = restore_options(*this);
  options.new_identity = true;
  options.data = data.string();
  CHECK(run_restore(options).error().code == ErrorCode::already_exists);
  options.data = restored.string();
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  CHECK_FALSE(run_restore(options));
  std::ofstream(file, std::ios::trunc) << "not a database";
  CHECK_FALSE(run_restore(options));
  std::ofstream(file, std::ios::trunc);
  CHECK_FALSE(run_restore(options));
  CHECK_FALSE(std::filesystem::exists(restored));
}

TEST_CASE_METHOD(BackupFixture, "init: a folder with something in it: left as it is") {
  CHECK(make_office(DataFolder(data), kPack, "x").error().code == ErrorCode::already_exists);
  CHECK(count_places(data) == 1);
  CHECK_FALSE(make_office(DataFolder(folder / "new"), "no-such-pack", "x"));
  CHECK_FALSE(std::filesystem::exists(folder / "new"));
}

TEST_CASE_METHOD(BackupFixture, "key bundle: names that leave the folder: refused") {
  CHECK_FALSE(unbundle_keys(R"({"../evil":"AAAA"})", folder / "keys1"));
  CHECK_FALSE(unbundle_keys(R"({"a":7})", folder / "keys2"));
  CHECK_FALSE(unbundle_keys("[]", folder / "keys3"));
  CHECK_FALSE(std::filesystem::exists(folder / "evil"));
}

namespace {

RowId put_resident(const std::filesystem::path& data, const std::string& name) {
  auto opened = OpenOffice::open(data);
  REQUIRE(opened);
  OfficeWriter writer((*opened)->office());
  const auto row = writer.put("resident", {{"name", name}});
  REQUIRE(row);
  REQUIRE(writer.commit());
  return *row;
}

bool tells(const std::filesystem::path& file, const std::string& what) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  return bytes.find(what) != std::string::npos;
}

EraseOptions erase_options(const BackupFixture& fixture, const RowId& row) {
  EraseOptions options;
  options.data = fixture.data.string();
  options.table = "resident";
  options.row = to_text(row);
  options.reason = "本人申请";
  options.json = true;
  return options;
}

}  // namespace

TEST_CASE_METHOD(BackupFixture, "erase: an older backup is restored: the journal beside it erases again") {
  const RowId row = put_resident(data, "canary-name");
  REQUIRE(run_backup({data.string(), file, passphrase, true}));
  EraseOptions options = erase_options(*this, row);
  options.dry_run = true;
  REQUIRE(run_erase(options));
  CHECK(tells(data / "office.db", "canary-name"));
  options.dry_run = false;
  REQUIRE(run_erase(options));
  CHECK_FALSE(tells(data / "office.db", "canary-name"));
  CHECK(tells(data / "erasures.jsonl", to_text(row)));
  CHECK_FALSE(tells(data / "erasures.jsonl", "canary"));

  // The next backup takes the journal along, to where the older one lies.
  REQUIRE(run_backup({data.string(), (folder / "newer").string(), passphrase, true}));
  REQUIRE(tells(file, "canary-name"));
  CHECK_FALSE(tells(folder / "newer", "canary-name"));
  RestoreOptions restore = restore_options(*this);
  restore.passphrase_file = passphrase;
  REQUIRE(run_restore(restore));
  CHECK_FALSE(tells(restored / "office.db", "canary-name"));
  CHECK_FALSE(tells(restored / "office.db-wal", "canary-name"));
  CHECK(tells(restored / "erasures.jsonl", to_text(row)));
}

TEST_CASE_METHOD(BackupFixture, "erase: a journal that lies elsewhere, or is damaged: is named, or refused") {
  const RowId row = put_resident(data, "canary-name");
  REQUIRE(run_backup({data.string(), file, passphrase, true}));
  REQUIRE(run_erase(erase_options(*this, row)));
  RestoreOptions restore = restore_options(*this);
  restore.passphrase_file = passphrase;
  restore.erasures = (folder / "damaged.jsonl").string();
  std::ofstream(restore.erasures) << "{\"office\": \n";
  CHECK_FALSE(run_restore(restore));
  CHECK_FALSE(std::filesystem::exists(restored));
  restore.erasures = (data / "erasures.jsonl").string();
  REQUIRE(run_restore(restore));
  CHECK_FALSE(tells(restored / "office.db", "canary-name"));
}

TEST_CASE_METHOD(BackupFixture, "erase: a journal of two offices: each keeps its lines") {
  const RowId row = put_resident(data, "canary-name");
  REQUIRE(run_erase(erase_options(*this, row)));
  const auto shared = folder / "erasures.jsonl";
  std::ofstream(shared)
      << "{\"office\":\"00000000-0000-4000-8000-000000000001\",\"table\":\"resident\",\"row\":\""
      << to_text(RowId{}) << "\",\"birth\":1,\"at\":\"2026-11-22T01:00:00.000Z\"}\n";
  auto opened = OpenOffice::open(data);
  REQUIRE(opened);
  for (int i = 0; i < 2; ++i) REQUIRE(write_journal(**opened, shared));
  CHECK(tells(shared, "00000000-0000-4000-8000-000000000001"));
  const std::string text = *read_file(shared);
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
  CHECK(*apply_journal(**opened, shared) ==
        0);  // It is erased already; the other line is not for this office.
}
