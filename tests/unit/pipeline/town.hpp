#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "pipeline/pack_upgrade.hpp"
#include "pipeline/pipeline.hpp"
#include "schema/loader/loader.hpp"
#include "schema/validation.hpp"
#include "simulation/small_pack.hpp"
#include "sqlite/sqlite_store.hpp"
#include "wire/codec.hpp"

/// A small office for tests of the pipeline, and phones that speak the wire's messages to it without the
/// engine.
namespace doorstep::server::test {

class ManualClock final : public ClockPort {
 public:
  ClockReading read() override { return {wall_ms, wall_ms, "boot"}; }
  std::int64_t wall_ms = 0;
};

class SeededEntropy final : public EntropyPort {
 public:
  void fill(void* bytes, std::size_t size) override;

 private:
  SeededRandom random_{7};
};

/// Deletes its folder.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Fails the test with the error's sentence.
template <typename T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().en);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

class Phone;

/// street - community - {grid 1 - doors 1-1, 1-2; grid 2 - doors 2-1, 2-2}
class Town {
 public:
  Town();
  /// On a simulated disk.
  explicit Town(const std::string& vfs);
  /// As after the process died.
  void reopen();

  Pipeline& pipeline() { return *pipeline_; }
  Office& office() { return pipeline_->office(); }
  SqliteStore& store() { return *store_; }
  ManualClock& clock() { return clock_; }
  SeededEntropy& entropy() { return entropy_; }
  const Pack& pack() const { return plan_->pack(); }
  const Table& table(std::string_view name) const { return *pack().find(name); }
  std::string path() const { return folder_.file("office.db"); }

  /// As the office, in a commit of its own.
  RowId put(std::string_view table, const std::vector<NamedValue>& values,
            std::optional<RowId> id = std::nullopt);
  void remove(std::string_view table, const RowId& id);
  /// Pages are closed at `rows` from now on.
  void limit_pages(std::size_t rows);
  RowId place(const std::string& code, const std::string& parent, const std::string& level = "door");
  RowId place_id(const std::string& code) const { return places_.at(code); }
  RowId person(const std::string& name) { return put("person", {{"name", name}}); }
  RowId assign(const RowId& person, const std::string& place, const std::string& starts = "2026-01-01",
               const std::string& ends = "", const std::string& role = "leader");
  /// Joins a new phone of the person.
  Phone enrol(const RowId& person, const std::string& device = "phone");
  /// A new person, assigned to the place, with a phone: a volunteer, or staff.
  Phone leader(const std::string& name, const std::string& place, const std::string& role = "leader");
  Phone worker(const std::string& name, const std::string& place);
  /// Takes another version of the pack into use; phones that join from now on speak it.
  template <typename Change>
  void change_pack(Change change);

  /// A value as the office's table has it; nullopt when the row is not alive.
  std::optional<Value> value(std::string_view table, const RowId& row, std::string_view column);
  std::size_t count(std::string_view table);
  std::vector<Conflict> conflicts(bool open_only = true);
  /// Fails the test unless verify() finds nothing.
  void check_sound();

 private:
  void create();
  void open_pipeline();
  std::string store_path() const { return options_.vfs.empty() ? path() : "office.db"; }

  TemporaryFolder folder_;
  ManualClock clock_;
  SeededEntropy entropy_;
  SqliteStore::Options options_;
  PageLimits page_;
  SecretKey identity_ = make_key_pair().secret_key;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<Pipeline> pipeline_;
  std::shared_ptr<const PackPlan> plan_;
  std::map<std::string, RowId> places_;
};

/// A row as a phone has it after a checkpoint.
struct PhoneRow {
  std::vector<Value> values;
  std::string meta;
  friend bool operator==(const PhoneRow& a, const PhoneRow& b) {
    return a.values == b.values && a.meta == b.meta;
  }
};

using Cells = std::vector<std::pair<std::string, Value>>;

class Phone {
 public:
  Phone(Town& town, const wire::JoinResponse& joined) : town_(&town), joined_(joined) {}

  ActorId actor() const { return joined_.actor; }
  const wire::JoinResponse& joined() const { return joined_; }

  /// One group with one op. Ids of natural-key tables are computed, others are new. `update` and `remove`
  /// take bases from the canonical rows.
  RowId insert(std::string_view table, const Cells& cells, std::optional<RowId> id = std::nullopt);
  void update(std::string_view table, const RowId& row, const Cells& cells);
  void remove(std::string_view table, const RowId& row);
  /// The same, several ops in one group.
  Group& open_group();
  Op insert_op(std::string_view table, const Cells& cells, std::optional<RowId> id = std::nullopt);
  Op update_op(std::string_view table, const RowId& row, const Cells& cells);
  Op remove_op(std::string_view table, const RowId& row);
  void close_group();

  /// The request for everything that was not acknowledged.
  wire::SyncRequest request(bool pull = true) const;
  /// Exchanges until a checkpoint; returns the verdicts of all groups that were waiting.
  std::vector<wire::Verdict> sync();
  wire::SyncResponse exchange(const wire::SyncRequest& request);
  /// Pushes without pulling.
  wire::SyncResponse push();
  /// One page; true at a checkpoint.
  bool pull_page();
  wire::VerdictKind last_verdict() const { return verdicts_.back().kind; }
  const std::vector<wire::Verdict>& verdicts() const { return verdicts_; }

  bool has(std::string_view table, const RowId& row) const;
  std::optional<Value> value(std::string_view table, const RowId& row, std::string_view column) const;
  std::size_t count(std::string_view table) const;
  const std::map<RowKey, PhoneRow>& rows() const { return rows_; }
  const std::map<RowId, wire::LedgerItem>& ledger() const { return ledger_; }

  // State that tests bend.
  std::int64_t clock_ms = 0;         ///< 0: the town's.
  std::int64_t office_time_ms = -1;  ///< In the groups' headers; -1: the town's time.
  bool clock_in_doubt = false;
  std::vector<std::string> groups;  ///< Every group's bytes, from 1 on.
  std::vector<Digest> digests;      ///< After each group.
  GroupNumber acknowledged{};
  GroupNumber included{};
  wire::Cursor cursor;
  std::set<GroupNumber> held;  ///< Asked for again with every request.
  std::size_t pages = 0;
  std::size_t own_rows = 0;

 private:
  void install(const wire::Page& page);
  void install_own(const wire::OwnRow& own);
  Stamp tick();

  Town* town_;
  wire::JoinResponse joined_;
  Stamp last_;
  std::optional<Group> open_;
  std::map<std::uint64_t, Stamp> admitted_;
  std::vector<wire::Verdict> verdicts_;
  std::vector<wire::Page> staged_;
  std::map<RowKey, PhoneRow> rows_;
  std::map<RowId, wire::LedgerItem> ledger_;
};

inline void SeededEntropy::fill(void* bytes, std::size_t size) {
  auto* out = static_cast<std::uint8_t*>(bytes);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(random_.next());
}

inline TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "doorstep-pipeline-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) FAIL("cannot make a temporary folder");
  path_ = name;
}

inline TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

inline Town::Town() { create(); }

inline Town::Town(const std::string& vfs) {
  options_.vfs = vfs;
  create();
}

inline void Town::create() {
  clock_.wall_ms = *parse_canonical_time("2026-11-22T01:00:00.000Z");
  store_ = must(SqliteStore::open(store_path(), options_));
  Pack pack =
      simulation::small_pack(must(load_pack(std::string(DOORSTEP_SOURCE_DIR) + "/schemas/neighbourhood")));
  // The phones of these tests write plain values.
  const_cast<Column*>(pack.find("household")->find("note"))->merge = MergeKind::latest;
  must(create_office(*store_, clock_, entropy_, "余杭街道", std::move(pack), "schemas/neighbourhood"));
  open_pipeline();
  place("S", "", "street");
  place("C", "S", "community");
  for (const std::string grid : {"1", "2"}) {
    place(grid, "C", "building");
    for (const std::string door : {"1", "2"}) place(grid + "-" + door, grid);
  }
}

inline void Town::open_pipeline() {
  Pipeline::Options options;
  options.identity = identity_;
  options.page = page_;
  pipeline_ = must(Pipeline::open(*store_, clock_, entropy_, options));
  plan_ = must(office().newest_plan(*must(store_->snapshot())));
}

inline void Town::reopen() {
  plan_.reset();
  pipeline_.reset();
  store_.reset();
  store_ = must(SqliteStore::open(store_path(), options_));
  open_pipeline();
}

inline void Town::limit_pages(std::size_t rows) {
  page_.rows = rows;
  reopen();
}

inline RowId Town::put(std::string_view table, const std::vector<NamedValue>& values,
                       std::optional<RowId> id) {
  OfficeWriter writer(office());
  const RowId row = must(writer.put(table, values, id));
  must(writer.commit());
  return row;
}

inline void Town::remove(std::string_view table, const RowId& id) {
  OfficeWriter writer(office());
  must(writer.remove(table, id));
  must(writer.commit());
}

inline RowId Town::place(const std::string& code, const std::string& parent, const std::string& level) {
  std::vector<NamedValue> values{{"code", code}, {"level", level}, {"name", code}};
  if (!parent.empty()) values.emplace_back("parent", to_text(place_id(parent)));
  return places_[code] = put("place", values);
}

inline RowId Town::assign(const RowId& person, const std::string& place, const std::string& starts,
                          const std::string& ends, const std::string& role) {
  std::vector<NamedValue> values{
      {"person", to_text(person)}, {"place", to_text(place_id(place))}, {"role", role}, {"starts", starts}};
  if (!ends.empty()) values.emplace_back("ends", ends);
  return put("assignment", values);
}

inline Phone Town::enrol(const RowId& person, const std::string& device) {
  const std::vector<std::string> codes = must(invite(office(), {{person, "leader", place_id("S"), 60'000}}));
  wire::JoinRequest request;
  request.code = codes.front();
  request.device_name = device;
  return Phone(*this, must(pipeline_->join(request)));
}

inline Phone Town::leader(const std::string& name, const std::string& place, const std::string& role) {
  const RowId who = person(name);
  assign(who, place, "2026-01-01", "", role);
  return enrol(who, name + "'s phone");
}

inline Phone Town::worker(const std::string& name, const std::string& place) {
  return leader(name, place, "community_worker");
}

template <typename Change>
void Town::change_pack(Change change) {
  Pack newer = pack();
  newer.version = PackVersion{raw(newer.version) + 1};
  change(newer);
  for (const Label& violation : must(upgrade_pack(office(), newer, "test")).violations) FAIL(violation.en);
  reopen();
}

inline std::optional<Value> Town::value(std::string_view table_name, const RowId& row,
                                        std::string_view column) {
  auto snapshot = must(store_->snapshot());
  const Table& wanted = table(table_name);
  const RowView* found = must(snapshot->find_row(wanted, row));
  if (found == nullptr) return std::nullopt;
  std::vector<Value> values;
  found->append_values(values);
  return values[static_cast<std::size_t>(wanted.position(wanted.find(column)->id))];
}

inline std::size_t Town::count(std::string_view table_name) {
  auto snapshot = must(store_->snapshot());
  std::size_t rows = 0;
  must(snapshot->each_row(table(table_name), [&](const RowId&, const RowView&) { return ++rows != 0; }));
  return rows;
}

inline std::vector<Conflict> Town::conflicts(bool open_only) {
  return must(server::conflicts(office(), open_only)).entries;
}

inline void Town::check_sound() {
  const VerifyReport report = must(verify(office()));
  for (const std::string& fault : report.faults) UNSCOPED_INFO(fault);
  CHECK(report.fault_count == 0);
}

}  // namespace doorstep::server::test

#include "unit/pipeline/phone.hpp"
