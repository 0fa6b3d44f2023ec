#include "simulation/hundred_days.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "base/id.hpp"
#include "simulation/checks.hpp"
#include "sql/connection.hpp"
#include "wire/codec.hpp"
#include "wire/row_meta.hpp"

namespace doorstep::simulation {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::size_t kPhones = 5;
constexpr int kRecordingsADay = 30;
/// Two weeks' lease; this phone is away for longer.
constexpr std::size_t kTraveller = 2;
constexpr int kLeaves = 20;
constexpr int kReturns = 40;

Value text(std::string words) { return Value(std::move(words)); }

template <typename T>
Status status_of(const Result<T>& result) {
  return result ? Status{} : tl::unexpected(result.error());
}

/// The size of a database's main file, its log copied into it.
std::uint64_t file_bytes(SimDisk& disk, const std::string& path) {
  sql::OpenOptions options;
  options.vfs = disk.vfs_name();
  auto connection = must(sql::Connection::open(path, options), "a file opens");
  auto pages = must(connection.prepare("PRAGMA page_count"), "a pragma");
  ensure(must(pages.step(), "a pragma") && pages.integer(0) > 0, "a file has pages");
  return static_cast<std::uint64_t>(pages.integer(0)) * 4096;
}

/// One leader's days.
class Leader {
 public:
  Leader(SimPhone& phone, std::uint64_t seed, bool moves_doors)
      : phone_(phone), random_(seed), moves_doors_(moves_doors) {}

  void record() {
    const std::uint64_t dice = random_.below(100);
    if (dice < 40)
      visit();
    else if (dice < 65)
      edit_household();
    else if (dice < 73)
      tag_household();
    else if (dice < 78)
      write_note();
    else if (dice < 88)
      residents();
    else if (dice < 98)
      hazards();
    else
      move_door();
  }

 private:
  std::vector<RowId> ids(const std::string& sql) {
    std::vector<RowId> found;
    for (const auto& row : must(phone_.store().query(sql, {}), "a query").rows)
      found.push_back(*parse_row_id(std::get<std::string>(row[0])));
    return found;
  }
  std::optional<RowId> one_of(const std::string& sql) {
    const std::vector<RowId> found = ids(sql);
    if (found.empty()) return std::nullopt;
    return found[random_.below(found.size())];
  }
  std::string door() { return to_text(*one_of("SELECT id FROM place WHERE level = 'door' ORDER BY id")); }
  std::string sentence() { return "第" + std::to_string(random_.below(100'000)) + "次说明,家里一切如常。"; }
  /// What the traveller did to rows that others had dealt with long before is held, and shows on her phone
  /// what is not so: the next step from there is refused.
  void write(const std::function<Status(PhoneStore&)>& work) {
    const Status done = phone_.store().write([&] { return work(phone_.store()); });
    if (!done && done.error().code != ErrorCode::validation_failed) must(done, "everyday work is recorded");
  }
  void edit(const char* table, const std::optional<RowId>& row, const std::vector<NamedValue>& values) {
    if (row) write([&](PhoneStore& store) { return store.edit(table, *row, values); });
  }

  void visit() {
    write([&](PhoneStore& store) {
      return status_of(
          store.add("visit", {{"place", door()}, {"outcome", text("met")}, {"note", sentence()}}));
    });
  }

  std::optional<RowId> household() { return one_of("SELECT id FROM household ORDER BY id"); }

  void edit_household() {
    if (random_.chance(100) || !household())
      return write([&](PhoneStore& store) { return status_of(store.add("household", {{"place", door()}})); });
    const std::string number = "139" + std::to_string(10'000'000 + random_.below(90'000'000));
    edit("household", household(), {{"phone", text(number)}, {"head_name", text(sentence())}});
  }

  void tag_household() {
    std::string tags;
    for (const char* tag : {"独居老人", "宠物", "出租", "行动不便"})
      if (random_.chance(400)) tags += std::string(tag) + ",";
    edit("household", household(), {{"tags", text(tags)}});
  }

  void write_note() { edit("household", household(), {{"note", text(sentence())}}); }

  /// Somebody moves in; somebody else, once there are many, out, and is taken out of the books.
  void residents() {
    const std::vector<RowId> there = ids("SELECT id FROM residency ORDER BY id");
    const auto home = household();
    if (!home) return;
    if (there.size() < 30) {
      write([&](PhoneStore& store) -> Status {
        DOORSTEP_TRY(who, store.add("resident", {{"name", text(sentence())}}));
        return status_of(store.add("residency", {{"resident", to_text(who)}, {"household", to_text(*home)}}));
      });
      return;
    }
    const RowId residency = there[random_.below(there.size())];
    const auto who = one_of("SELECT resident FROM residency WHERE id = '" + to_text(residency) + "'");
    write([&](PhoneStore& store) -> Status {
      DOORSTEP_CHECK(store.remove("residency", residency));
      return store.remove("resident", *who);
    });
  }

  /// Found, told, dealt with, looked at, put away.
  void hazards() {
    const auto put_away = one_of("SELECT id FROM hazard WHERE state = 'verified' ORDER BY id");
    if (put_away) return write([&](PhoneStore& store) { return store.remove("hazard", *put_away); });
    for (const auto& [from, to] : {std::pair{"fixed", "verified"}, {"told", "fixed"}, {"open", "told"}}) {
      const auto hazard =
          one_of("SELECT id FROM hazard WHERE state = '" + std::string(from) + "' ORDER BY id");
      if (hazard && random_.chance(600)) return edit("hazard", hazard, {{"state", text(to)}});
    }
    write([&](PhoneStore& store) {
      return status_of(store.add("hazard", {{"place", door()}, {"note", text(sentence())}}));
    });
  }

  void move_door() {
    if (!moves_doors_) return;
    const auto unit = one_of("SELECT id FROM place WHERE level = 'unit' ORDER BY id");
    edit("place", one_of("SELECT id FROM place WHERE level = 'door' ORDER BY id"),
         {{"parent", to_text(*unit)}});
  }

  SimPhone& phone_;
  SeededRandom random_;
  const bool moves_doors_;
};

class Street {
 public:
  Street(std::uint64_t seed, bool compacting, const Pack& pack)
      : pack_(pack), compacting_(compacting), trace_(false), office_(seed + 1, 0, {}, scheduler_, trace_) {
    office_.create(pack);
    const RowId street = office_.add_place("220104001", nullptr, "street");
    roots_.push_back(office_.add_place("220104001001", &street, "community"));
    for (int unit = 1; unit < static_cast<int>(kPhones); ++unit) {
      const std::string code = "220104001001-" + std::to_string(unit);
      roots_.push_back(office_.add_place(code, &roots_.front(), "unit"));
      for (int door = 1; door <= 6; ++door)
        office_.add_place(code + "-10" + std::to_string(door), &roots_.back(), "door");
    }
    for (std::size_t i = 0; i < kPhones; ++i) {
      add_phone(roots_[i]);
      leaders_.emplace_back(*phones_[i], seed + 10 + i, i == 0);
    }
  }

  LongRun run(int days) {
    exchange_all();
    for (int day = 0; day < days; ++day) live(day);
    for (int round = 0; round < 3; ++round) exchange_all();
    return measure();
  }

 private:
  void add_phone(const RowId& root) {
    const std::size_t index = phones_.size();
    phones_.push_back(std::make_unique<SimPhone>(
        "phone " + std::to_string(index + 1), index + 100, scheduler_, trace_,
        [this, index](std::uint64_t request, const std::string& frame) {
          const std::string token = phones_[index]->store().phone().token;
          office_.receive(token, frame, [this, index, request](const std::string& answer) {
            scheduler_.after(20,
                             [this, index, request, answer] { phones_[index]->on_answer(request, answer); });
          });
        },
        [](std::uint64_t, PackVersion) {}, [](std::uint64_t, const std::string&) {},
        [](std::uint64_t, const std::string&) {}, [](std::uint64_t, const std::string&) {},
        [](std::uint64_t, const std::string&) {}));
    const wire::JoinResponse joined =
        office_.enrol("组长" + std::to_string(index + 1), index == 0 ? "community_worker" : "leader", root,
                      phones_.back()->key().public_key);
    phones_.back()->join(joined, office_.keys(), pack_);
    enrolled_.push_back({phones_.back().get(), joined.person});
  }

  /// Recordings from eight in the morning on; contact at noon and in the evening; compaction at night.
  void live(int day) {
    const std::int64_t morning_ms = scheduler_.now_ms() + 8 * kHourMs;
    const std::int64_t midnight_ms = scheduler_.now_ms() + kDayMs;
    for (int half = 0; half < 2; ++half) {
      for (int i = 0; i < kRecordingsADay / 2; ++i) {
        scheduler_.run_until(morning_ms + (half * 240 + i * 10) * kMinuteMs);
        for (Leader& leader : leaders_) leader.record();
        recordings_ += leaders_.size();
      }
      for (std::size_t i = 0; i < kPhones; ++i) {
        scheduler_.run_until(scheduler_.now_ms() + kMinuteMs);
        if (i != kTraveller || day < kLeaves || kReturns <= day) phones_[i]->start_sync();
      }
    }
    if (compacting_) {
      server::CompactionOptions options;
      options.lease_ms = 14 * kDayMs;
      options.history_ms = 21 * kDayMs;
      scheduler_.after(kHourMs, [this, options] {
        office_.backup();
        office_.compact(options);
      });
    }
    scheduler_.run_until(midnight_ms);
  }

  void exchange_all() {
    for (auto& phone : phones_) phone->start_sync();
    scheduler_.run_until(scheduler_.now_ms() + 10 * kMinuteMs);
  }

  LongRun measure() {
    LongRun out;
    out.recordings = recordings_;
    out.cut_groups = office_.cut_groups();
    out.forgotten_rows = office_.forgotten_rows();
    for (std::size_t i = 0; i < kPhones; ++i) add_phone(roots_[i]);
    exchange_all();
    for (const Enrolled& enrolled : enrolled_)
      for (const std::string& wrong : check_equal(rows_in_scope(office_, pack_, enrolled), enrolled))
        out.failures.push_back(wrong);
    const auto report = must(server::verify(office_.pipeline().office()), "verification");
    out.failures.insert(out.failures.end(), report.faults.begin(), report.faults.end());
    out.live_rows = report.rows;
    out.files.push_back({"office", file_bytes(office_.disk(), "office.db"), fresh_office_bytes()});
    for (std::size_t i = 0; i < kPhones; ++i)
      out.files.push_back({phones_[i]->name(), file_bytes(phones_[i]->disk(), "phone.db"),
                           file_bytes(phones_[kPhones + i]->disk(), "phone.db")});
    return out;
  }

  /// Nothing but what is alive: each row with its versions, its entry in the feed, and one group that wrote
  /// all of it.
  std::uint64_t fresh_office_bytes() {
    SimDisk disk(7, [this] { return scheduler_.now_ms(); });
    {
      server::SqliteStore::Options options;
      options.vfs = disk.vfs_name();
      const auto store = must(server::SqliteStore::open("fresh.db", options), "a fresh office");
      const auto snapshot = must(office_.store().snapshot(), "a snapshot");
      const auto tx = must(store->begin(), "a transaction");
      must(tx->create_office(**snapshot->office()), "an office");
      must(tx->add_pack(**snapshot->pack(pack_.version), pack_, nullptr), "a pack");
      for (const server::ActorRecord& actor : must(snapshot->actors(), "actors"))
        must(tx->add_actor(actor), "an actor");
      std::uint64_t number = 0;
      for (const Table& table : pack_.tables)
        must(snapshot->each_row(table,
                                [&](const RowId& id, const server::RowView& row) {
                                  copy_row(*tx, table, id, row, ++number);
                                  return true;
                                }),
             "rows");
      must(tx->commit(), "a commit");
    }
    return file_bytes(disk, "fresh.db");
  }

  static void copy_row(server::WriteTransaction& tx, const Table& table, const RowId& id,
                       const server::RowView& row, std::uint64_t number) {
    std::vector<Value> values;
    row.append_values(values);
    const RowState state = must(wire::decode_meta(table, row.meta(), values), "a row");
    Group group;
    group.number = GroupNumber{number};
    Op op{OpKind::insert, {table.id, id}, state.birth, {}, {}};
    RowId place{};
    for (const Cell& cell : state.cells) {
      op.cells.push_back({cell.column, cell.value, 0, {}});
      group.stamp = std::max(group.stamp, cell.version.stamp);
    }
    group.ops.push_back(std::move(op));
    server::GroupRecord record;
    record.actor = ActorId{1};
    record.number = group.number;
    record.bytes = wire::encode_group(group);
    must(tx.add_group(record), "a group");
    must(tx.insert_row(table, id, values, row.meta()), "a row");
    must(tx.append_feed({{}, table.id, id, place, ActorId{1}, server::FeedKind::row}), "an entry");
  }

  const Pack& pack_;
  const bool compacting_;
  Scheduler scheduler_;
  Trace trace_;
  SimOffice office_;
  std::vector<RowId> roots_;
  std::vector<std::unique_ptr<SimPhone>> phones_;
  std::vector<Enrolled> enrolled_;
  std::vector<Leader> leaders_;
  std::uint64_t recordings_ = 0;
};

}  // namespace

LongRun run_days(int days, std::uint64_t seed, bool compacting, const Pack& pack) {
  try {
    LongRun out = Street(seed, compacting, pack).run(days);
    for (const DiskUse& file : out.files)
      if (compacting && file.factor() > (file.name == "office" ? kOfficeFactor : kPhoneFactor))
        out.failures.push_back(file.name + "'s file is too large for what is in it");
    return out;
  } catch (const std::exception& broken) {
    LongRun out;
    out.failures.push_back(std::string("stopped: ") + broken.what());
    return out;
  }
}

}  // namespace doorstep::simulation
