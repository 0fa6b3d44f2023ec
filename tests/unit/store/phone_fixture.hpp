#pragma once

#include <catch2/catch.hpp>
#include <cstring>
#include <doorstep/engine.hpp>
#include <filesystem>
#include <memory>

#include "base/id.hpp"
#include "base/random.hpp"
#include "ports/clock.hpp"
#include "ports/entropy.hpp"
#include "schema/loader/loader.hpp"
#include "simulation/small_pack.hpp"
#include "store/phone_store.hpp"
#include "wire/codec.hpp"

/// A phone that has joined, without an office: a temporary file, a clock and an entropy source of the test's.
namespace doorstep::test {

class ManualClock final : public ClockPort {
 public:
  ClockReading read() override { return {wall_ms, monotonic_ms, boot}; }
  std::int64_t wall_ms = 1'800'000'000'000;
  std::int64_t monotonic_ms = 1'000;
  std::string boot = "boot-1";
};

class SeededEntropy final : public EntropyPort {
 public:
  explicit SeededEntropy(std::uint64_t seed) : random_(seed) {}
  void fill(void* bytes, std::size_t size) override {
    auto* out = static_cast<std::uint8_t*>(bytes);
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(random_.next());
  }

 private:
  SeededRandom random_;
};

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "doorstep-test-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline const RowId kOffice = *parse_row_id("11111111-2222-4333-8444-555555555555");
inline constexpr ActorId kPhoneActor = make_actor(1'800'000'000, 7);

class Phone {
 public:
  Phone() : Phone(std::make_shared<TemporaryFolder>()) {}
  explicit Phone(std::shared_ptr<TemporaryFolder> folder) : folder_(std::move(folder)) {
    open();
    auto pack = load_pack(DOORSTEP_SOURCE_DIR "/schemas/neighbourhood");
    REQUIRE(pack);
    REQUIRE(store->install_identity([](PhoneState& state) {
      state.office = kOffice;
      state.office_name = "测试街道";
      state.actor = kPhoneActor;
      state.person_name = "王楼长";
      state.joined = true;
    }));
    REQUIRE(store->install_pack(simulation::small_pack(*pack)));
  }

  void open() {
    Options options;
    options.path = (*folder_) / "phone.db";
    options.ports.clock = clock;
    options.ports.entropy = std::make_shared<SeededEntropy>(++seed_);
    auto opened = PhoneStore::open(options);
    REQUIRE(opened);
    store = std::move(*opened);
  }
  void reopen() {
    store.reset();
    open();
  }

  RowId add(const std::string& table, const std::vector<NamedValue>& values) {
    RowId id;
    const Status done = store->write([&]() -> Status {
      auto added = store->add(table, values);
      if (!added) return tl::unexpected(added.error());
      id = *added;
      return {};
    });
    if (!done) FAIL(done.error().en);
    return id;
  }
  Status run(const std::string& sql, const std::vector<Value>& parameters = {}) {
    return store->write([&]() -> Status {
      auto done = store->execute(sql, parameters);
      if (!done) return tl::unexpected(done.error());
      return {};
    });
  }
  Value one(const std::string& sql, const std::vector<Value>& parameters = {}) {
    auto rows = store->query(sql, parameters);
    REQUIRE(rows);
    return rows->rows.empty() ? Value{} : rows->rows[0][0];
  }
  std::vector<Group> outbox() {
    auto request = store->next_request();
    REQUIRE(request);
    std::vector<Group> groups;
    if (request->push)
      for (const std::string& bytes : request->push->groups) {
        auto group = wire::decode_group(bytes);
        REQUIRE(group);
        groups.push_back(std::move(*group));
      }
    return groups;
  }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::unique_ptr<PhoneStore> store;
  std::string path() const { return (*folder_) / "phone.db"; }

 private:
  std::shared_ptr<TemporaryFolder> folder_;
  std::uint64_t seed_ = 0;
};

}  // namespace doorstep::test
