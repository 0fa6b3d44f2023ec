#include "pipeline/compaction.hpp"
#include "simulation/sim_disk.hpp"
#include "unit/pipeline/town.hpp"

// reduce(compact(feed)) == reduce(feed): whoever reads what is left of the feed, from wherever she had come
// to, has what she would have had.

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

std::int64_t wall_ms() { return *parse_canonical_time("2026-11-22T01:00:00.000Z"); }

/// Random work of three phones and the office.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed), disk_(seed, wall_ms), town_(disk_.vfs_name()) {
    for (const char* place : {"C", "1", "1-1"}) phones_.push_back(town_.leader(place, place));
  }

  Town& town() { return town_; }
  simulation::SimDisk& disk() { return disk_; }
  std::vector<Phone>& phones() { return phones_; }
  SeededRandom& random() { return random_; }

  void live(int steps) {
    for (int i = 0; i < steps; ++i) {
      town_.clock().wall_ms += static_cast<std::int64_t>(random_.below(600'000));
      Phone& phone = phones_[random_.below(phones_.size())];
      if (random_.chance(80))
        move_door();
      else
        act(phone);
      if (random_.chance(250)) phone.sync();
    }
  }

  /// What a reader has once she has read to the end. Pushes nothing.
  struct Reading {
    std::map<RowKey, PhoneRow> rows;
    std::set<RowId> open;  ///< Conflicts about rows that she has.
    friend bool operator==(const Reading& a, const Reading& b) {
      return a.rows == b.rows && a.open == b.open;
    }
  };
  static Reading read(Phone phone) {
    while (!phone.pull_page()) {
    }
    Reading reading{phone.rows(), {}};
    for (const auto& [entry, item] : phone.ledger())
      if (item.open && phone.rows().count(item.key) != 0) reading.open.insert(entry);
    return reading;
  }

 private:
  std::string any_place() {
    const char* codes[] = {"1", "2", "1-1", "1-2", "2-1"};
    return to_text(town_.place_id(codes[random_.below(5)]));
  }
  void move_door() {
    const char* grids[] = {"1", "2"};
    town_.put("place", {{"code", std::string("1-1")},
                        {"parent", to_text(town_.place_id(grids[random_.below(2)]))},
                        {"level", std::string("door")},
                        {"name", std::string("1-1")}});
  }
  std::optional<RowId> any_row(const Phone& phone, std::string_view table) {
    std::vector<RowId> rows;
    for (const auto& [key, row] : phone.rows())
      if (key.table == town_.table(table).id) rows.push_back(key.row);
    if (rows.empty()) return std::nullopt;
    return rows[random_.below(rows.size())];
  }
  void act(Phone& phone) {
    const char* tables[] = {"hazard", "household", "resident", "residency"};
    const char* table = tables[random_.below(4)];
    const auto row = any_row(phone, table);
    const std::uint64_t dice = random_.below(10);
    if (row && dice < 3) return phone.remove(table, *row);
    if (row && dice < 6 && table == tables[0]) return phone.update(table, *row, {{"place", any_place()}});
    const char* column = table == tables[0] ? "note" : table == tables[1] ? "head_name" : "name";
    if (row && dice < 8 && table != tables[3]) return phone.update(table, *row, {{column, word()}});
    insert(phone, table);
  }
  void insert(Phone& phone, const std::string& table) {
    if (table == "hazard") {
      phone.insert("hazard", {{"place", any_place()}, {"note", word()}});
    } else if (table == "household") {
      phone.insert("household", {{"place", any_place()},
                                 {"number", static_cast<std::int64_t>(1 + random_.below(2))},
                                 {"head_name", word()}});
    } else if (table == "resident") {
      phone.insert("resident", {{"name", word()}});
    } else {
      const auto resident = any_row(phone, "resident");
      const auto household = any_row(phone, "household");
      if (resident && household)
        phone.insert("residency", {{"resident", to_text(*resident)}, {"household", to_text(*household)}});
    }
  }
  std::string word() { return std::string(1, static_cast<char>('a' + random_.below(4))); }

  SeededRandom random_;
  simulation::SimDisk disk_;
  Town town_;
  std::vector<Phone> phones_;
};

CompactionOptions drawn_options(SeededRandom& random) {
  CompactionOptions options;
  options.lease_ms = static_cast<std::int64_t>(random.below(3)) * 3'600'000;
  options.history_ms = static_cast<std::int64_t>(random.below(3)) * 3'600'000;
  options.without_backup = true;
  return options;
}

}  // namespace

TEST_CASE("compaction: any history, any reader: reads the same from what is left of the feed") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed);
    History history(seed);
    for (int round = 0; round < 4; ++round) {
      history.live(40);
      for (Phone& phone : history.phones()) phone.push();
      std::vector<History::Reading> before;
      for (const Phone& phone : history.phones()) before.push_back(History::read(phone));
      const Digest state = must(state_hash(history.town().office()));
      must(compact(history.town().office(), drawn_options(history.random())));
      CHECK(must(state_hash(history.town().office())) == state);
      history.town().check_sound();
      for (std::size_t i = 0; i < before.size(); ++i) {
        INFO("round " << round << ", phone " << i);
        CHECK(History::read(history.phones()[i]) == before[i]);
      }
    }
  }
}

TEST_CASE("compaction: pushes between its steps: the office stays sound, and readers agree") {
  for (std::uint64_t seed = 21; seed <= 26; ++seed) {
    INFO("seed " << seed);
    History history(seed);
    history.live(60);
    Compaction compaction(history.town().office(), drawn_options(history.random()));
    while (must(compaction.step())) history.live(3);
    history.town().check_sound();
    for (int round = 0; round < 2; ++round)
      for (Phone& phone : history.phones()) phone.sync();
    for (Phone& phone : history.phones()) {
      Phone afresh = phone;
      afresh.cursor = {};
      CHECK(History::read(afresh) == History::read(phone));
    }
  }
}

TEST_CASE("compaction: a crash at any write: leaves a sound office that compacts to the end") {
  std::uint64_t operations = 0;
  for (std::uint64_t at = 0; at <= operations; ++at) {
    INFO("crash at " << at);
    History history(31);
    history.live(30);
    for (Phone& phone : history.phones()) phone.sync();
    std::vector<History::Reading> before;
    for (const Phone& phone : history.phones()) before.push_back(History::read(phone));
    CompactionOptions options;
    options.history_ms = 0;
    options.without_backup = true;
    const std::uint64_t started = history.disk().operations().total();
    history.disk().crash_at_write(at);
    const auto done = compact(history.town().office(), options);
    if (at == 0) {
      REQUIRE(done);
      operations = history.disk().operations().total() - started;
    }
    history.disk().crash();
    history.town().reopen();
    history.town().check_sound();
    for (std::size_t i = 0; i < before.size(); ++i) CHECK(History::read(history.phones()[i]) == before[i]);
    must(compact(history.town().office(), options));
    history.town().check_sound();
  }
}
