#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "simulation/cipher_disk.hpp"
#include "unit/store/upgrade_town.hpp"

// The phone's file under its key.
namespace doorstep::test {
namespace {

const std::string kKey(32, 'k');
const std::string kOtherKey(32, 'o');
constexpr const char* kCanary = "canary-7f3a";

Options with_key(const std::string& key) {
  Options options;
  options.key = key;
  return options;
}

std::unique_ptr<PhoneStore> enrol(UpgradeTown& town, Options options = {}) {
  auto phone = town.enrol("王芳", 1, std::move(options));
  town.sync(*phone);
  return phone;
}

std::string path_of(UpgradeTown& town, const std::string& name) { return town.path(name + ".db"); }

/// Everything that lies beside a phone's file and in it.
std::string bytes_on_disk(const std::string& path) {
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(path).parent_path())) {
    const std::string name = entry.path().filename();
    if (name.rfind(std::filesystem::path(path).filename().string(), 0) != 0) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::stringstream content;
    content << in.rdbuf();
    all += content.str();
  }
  return all;
}

Value text(const std::string& of) { return Value(of); }

bool shows(const std::string& path, const std::string& text) {
  return bytes_on_disk(path).find(text) != std::string::npos;
}

void note_canary(PhoneStore& phone) {
  add(phone, "household", {{"place", text("D1")}, {"note", text(kCanary)}});
}

void visit(PhoneStore& phone) { add(phone, "visit", {{"place", text("D1")}, {"outcome", text("met")}}); }

std::int64_t canaries(PhoneStore& phone) {
  return std::get<std::int64_t>(
      one(phone, std::string("SELECT COUNT(*) FROM household WHERE note = '") + kCanary + "'"));
}

ErrorCode refusal(UpgradeTown& town, const std::string& name, const std::string& key) {
  const auto opened = town.try_open(name, with_key(key));
  REQUIRE_FALSE(opened);
  return opened.error().code;
}

}  // namespace

TEST_CASE("at rest: with a key: nothing in file, WAL or journal can be read") {
  UpgradeTown town;
  auto phone = enrol(town, with_key(kKey));
  note_canary(*phone);
  const std::string token = phone->phone().token;
  const std::string path = path_of(town, "王芳");
  CHECK_FALSE(shows(path, kCanary));  // It lies in the WAL until the next checkpoint.
  REQUIRE_FALSE(token.empty());
  CHECK_FALSE(shows(path, token));
  CHECK_FALSE(shows(path, "SQLite format 3"));
  CHECK_FALSE(shows(path, "household"));
  town.sync(*phone);
  CHECK(phone->status().encrypted);
  phone.reset();
  CHECK_FALSE(shows(path, kCanary));
  phone = town.open("王芳", with_key(kKey));
  CHECK(canaries(*phone) == 1);
}

TEST_CASE("at rest: without a key: the file can be read by anybody, and the status says so") {
  UpgradeTown town;
  auto phone = enrol(town);
  note_canary(*phone);
  CHECK(shows(path_of(town, "王芳"), kCanary));
  CHECK_FALSE(phone->status().encrypted);
}

TEST_CASE("at rest: another key, or none: refused as such, and the file is as before") {
  UpgradeTown town;
  auto phone = enrol(town, with_key(kKey));
  note_canary(*phone);
  phone.reset();
  const std::string before = bytes_on_disk(path_of(town, "王芳"));
  CHECK(refusal(town, "王芳", kOtherKey) == ErrorCode::wrong_key);
  CHECK(refusal(town, "王芳", "") == ErrorCode::wrong_key);
  CHECK(refusal(town, "王芳", "too short") == ErrorCode::invalid_argument);
  CHECK(bytes_on_disk(path_of(town, "王芳")) == before);
  CHECK(canaries(*town.open("王芳", with_key(kKey))) == 1);
}

TEST_CASE("at rest: a file from before the app had a key: encrypted when it is first opened with one") {
  UpgradeTown town;
  auto phone = enrol(town);
  note_canary(*phone);
  phone.reset();
  REQUIRE(shows(path_of(town, "王芳"), kCanary));
  phone = town.open("王芳", with_key(kKey));
  CHECK_FALSE(shows(path_of(town, "王芳"), kCanary));
  CHECK(canaries(*phone) == 1);
  town.sync(*phone);
  CHECK(outbox(*phone).empty());
  phone.reset();
  CHECK(refusal(town, "王芳", "") == ErrorCode::wrong_key);
}

TEST_CASE("at rest: rekey: the old key opens nothing any more, and recording goes on") {
  UpgradeTown town;
  auto phone = enrol(town, with_key(kKey));
  note_canary(*phone);
  CHECK_FALSE(phone->rekey("short"));
  must(phone->rekey(kOtherKey));
  CHECK(must(phone->query("SELECT COUNT(*) FROM household", {})).rows.size() == 1);
  visit(*phone);
  town.sync(*phone);
  CHECK(outbox(*phone).empty());
  CHECK_FALSE(shows(path_of(town, "王芳"), kCanary));
  phone.reset();
  CHECK(refusal(town, "王芳", kKey) == ErrorCode::wrong_key);
  CHECK(canaries(*town.open("王芳", with_key(kOtherKey))) == 1);
}

TEST_CASE("at rest: rekey inside a transaction: refused") {
  UpgradeTown town;
  auto phone = enrol(town, with_key(kKey));
  CHECK_FALSE(phone->write([&]() -> Status {
    const Status done = phone->rekey(kOtherKey);
    CHECK_FALSE(done);
    return done;
  }));
  note_canary(*phone);
  CHECK(canaries(*phone) == 1);
}

TEST_CASE("at rest: stopped at any write while a plain file is encrypted: it is one or the other, whole") {
  bool finished = false;
  for (std::uint64_t at = 1; !finished; at += 2) {
    simulation::CipherDisk cipher(at);
    UpgradeTown town;
    Options options;
    options.sqlite_vfs = cipher.vfs_name();
    auto phone = enrol(town, options);
    note_canary(*phone);
    phone.reset();
    options.key = kKey;
    cipher.disk().crash_at_write(at);
    finished = town.try_open("王芳", options).has_value() && !cipher.disk().stopped();
    cipher.crash();
    INFO("stopped at " << at);
    phone = town.open("王芳", options);
    CHECK(canaries(*phone) == 1);
    town.sync(*phone);
    CHECK(outbox(*phone).empty());
    phone.reset();
  }
}

TEST_CASE("at rest: stopped at any write of a rekey: the file has one of both keys, whole") {
  bool finished = false;
  int with_old = 0;
  for (std::uint64_t at = 1; !finished; at += 2) {
    simulation::CipherDisk cipher(at);
    UpgradeTown town;
    Options options = with_key(kKey);
    options.sqlite_vfs = cipher.vfs_name();
    auto phone = enrol(town, options);
    note_canary(*phone);
    cipher.disk().crash_at_write(at);
    const bool done = phone->rekey(kOtherKey).has_value();
    finished = !cipher.disk().stopped();
    CHECK(done == finished);
    phone.reset();
    cipher.crash();
    INFO("stopped at " << at);
    auto opened = town.try_open("王芳", options);
    if (!opened) {
      CHECK(opened.error().code == ErrorCode::wrong_key);
      options.key = kOtherKey;
      opened = town.try_open("王芳", options);
    } else {
      ++with_old;
    }
    phone = must(std::move(opened));
    CHECK(canaries(*phone) == 1);
    town.sync(*phone);
    CHECK(outbox(*phone).empty());
    phone.reset();
  }
  CHECK(with_old > 0);
}

}  // namespace doorstep::test
