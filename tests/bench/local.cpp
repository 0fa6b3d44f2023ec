#include <filesystem>
#include <functional>
#include <stdexcept>

#include "base/id.hpp"
#include "bench/phone.hpp"
#include "bench/raw_sqlite.hpp"
#include "bench/workloads.hpp"

/// W1 and W2: one phone by itself, against the same statements in SQLite's C API.
namespace doorstep::bench {
namespace {

constexpr std::int64_t kRecordedMs = 1'768'780'800'000;  // 2026-01-19, after the roster's visits.
constexpr int kBlocks = 10;                              // Each run, and side by side.
constexpr const char* kInsert =
    "INSERT INTO visit(id, household, leader, at, kind, outcome, note) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)";
constexpr const char* kUnvisited =
    "WITH v AS MATERIALIZED (SELECT DISTINCT household FROM visit WHERE at >= ?1 AND at < ?2) "
    "SELECT id, address, phone FROM household WHERE id NOT IN (SELECT household FROM v) "
    "ORDER BY building, unit, door";

/// What an app passes for each visit, made before the clock starts.
struct Written {
  std::vector<Row> rows;
  std::vector<std::vector<Value>> parameters;  // For plain SQL.
  std::vector<std::vector<NamedValue>> named;  // For add().
};

Written make_written(const Pack& pack, int visits) {
  Written out;
  out.rows = visit_rows(pack, make_visits(visits, 9, "w"), kRecordedMs);
  const Table& table = *pack.find("visit");
  for (const Row& row : out.rows) {
    std::vector<Value> values{to_text(row.id)};
    values.insert(values.end(), row.values.begin(), row.values.end());
    out.parameters.push_back(std::move(values));
    std::vector<NamedValue> named;
    for (std::size_t i = 0; i < row.values.size(); ++i)
      named.emplace_back(table.columns[i].name, row.values[i]);
    out.named.push_back(std::move(named));
  }
  return out;
}

struct Fixture {
  Fixture(const std::string& folder, const Pack& pack, const std::vector<TableRows>& roster,
          Durability durability) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    const std::vector<wire::SyncResponse> pages = bootstrap_pages(pack, roster);
    for (const char* name : {"sql.db", "add.db"}) {
      std::unique_ptr<PhoneStore> store = make_joined_store(folder + '/' + name, pack, durability);
      take_pages(*store, pages);
    }
    by_sql = must(Engine::open(phone_options(folder + "/sql.db", durability)));
    by_add = must(Engine::open(phone_options(folder + "/add.db", durability)));
    raw = std::make_unique<RawSqlite>(folder + "/raw.db", pack, durability);
    raw->load(roster);
    raw->execute("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  std::unique_ptr<Engine> by_sql, by_add;
  std::unique_ptr<RawSqlite> raw;
};

using WriteOne = std::function<Status(Transaction&, std::size_t)>;

void write_block(Engine& engine, std::size_t first, std::size_t count, std::size_t per_commit,
                 const WriteOne& one) {
  for (std::size_t at = first; at < first + count;) {
    const std::size_t end = std::min(at + per_commit, first + count);
    must(engine.write([&](Transaction& transaction) -> Status {
      for (; at < end; ++at)
        if (Status done = one(transaction, at); !done) return done;
      return {};
    }));
  }
}

struct Side {
  std::string name;
  std::function<void(std::size_t first, std::size_t count)> block;
  std::vector<double> wall_us, cpu_us;  // A row, of each block.
};

/// Blocks of all sides take turns, each time in another order, so that what else the machine does falls on
/// all of them.
void take_turns(std::vector<Side>& sides, std::size_t blocks, std::size_t rows_per_block) {
  for (std::size_t block = 0; block < blocks; ++block) {
    for (std::size_t i = 0; i < sides.size(); ++i) {
      Side& side = sides[(i + block) % sides.size()];
      const Stopwatch watch;
      side.block(block * rows_per_block, rows_per_block);
      const Cost cost = watch.read();
      side.wall_us.push_back(cost.wall_s * 1e6 / static_cast<double>(rows_per_block));
      side.cpu_us.push_back(cost.cpu_s * 1e6 / static_cast<double>(rows_per_block));
    }
  }
}

double median_ratio(const std::vector<double>& of, const std::vector<double>& to) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < of.size(); ++i) ratios.push_back(of[i] / to[i]);
  return median(ratios);
}

void compare_writes(const std::string& folder, const Pack& pack, const std::vector<TableRows>& roster,
                    int runs, Durability durability, std::size_t per_commit, std::size_t rows_per_block,
                    Report& report) {
  const std::size_t blocks = static_cast<std::size_t>(kBlocks * runs);
  const Written written = make_written(pack, static_cast<int>(blocks * rows_per_block));
  Fixture fixture(folder, pack, roster, durability);
  const WriteOne by_sql = [&](Transaction& transaction, std::size_t at) -> Status {
    return transaction.execute(kInsert, written.parameters[at]).map([](std::int64_t) {});
  };
  const WriteOne by_add = [&](Transaction& transaction, std::size_t at) -> Status {
    return transaction.add("visit", written.named[at]).map([](const RowId&) {});
  };
  std::vector<Side> sides{
      {"raw SQLite",
       [&](auto first, auto count) { fixture.raw->insert("visit", written.rows, first, count, per_commit); },
       {},
       {}},
      {"engine, SQL",
       [&](auto first, auto count) { write_block(*fixture.by_sql, first, count, per_commit, by_sql); },
       {},
       {}},
      {"engine, add()",
       [&](auto first, auto count) { write_block(*fixture.by_add, first, count, per_commit, by_add); },
       {},
       {}},
  };
  take_turns(sides, blocks, rows_per_block);
  const std::string mode =
      std::to_string(per_commit) + " a commit, " + (durability == Durability::full ? "FULL" : "NORMAL");
  for (const Side& side : sides)
    report.line(mode + ": " + side.name, {{"rows/s", 1e6 / median(side.wall_us)},
                                          {"us/row", median(side.wall_us)},
                                          {"cpu us/row", median(side.cpu_us)},
                                          {"x raw", median_ratio(side.wall_us, sides[0].wall_us)},
                                          {"x raw cpu", median_ratio(side.cpu_us, sides[0].cpu_us)}});
  if (durability == Durability::full)
    report.aim_at_most(mode + ", time against raw SQLite", median_ratio(sides[1].wall_us, sides[0].wall_us),
                       1.4);
  for (Engine* engine : {fixture.by_sql.get(), fixture.by_add.get()})
    if (must(engine->query("SELECT count(*) FROM visit")).rows[0][0] !=
        Value{static_cast<std::int64_t>(written.rows.size())})
      throw std::runtime_error("W1: visits are missing");
}

}  // namespace

void run_w1(const Settings& settings, Report& report) {
  report.begin("W1", "one phone records visits, beside 3,996 households and 9,996 residents");
  const Pack pack = bench_pack();
  const std::vector<TableRows> roster = make_roster(pack, 0);
  for (const Durability durability : {Durability::full, Durability::relaxed}) {
    compare_writes(settings.folder, pack, roster, settings.runs, durability, 1, 200, report);
    compare_writes(settings.folder, pack, roster, settings.runs, durability, 100, 1'000, report);
  }
  report.note("Baseline: the same table and index, prepared INSERT, same journal mode and flushing.");
  report.end();
}

void run_w2(const Settings& settings, Report& report) {
  report.begin("W2", "households nobody visited on a day, out of 33,992 rows");
  const Pack pack = bench_pack();
  const std::vector<TableRows> roster = make_roster(pack, kVisits);
  Fixture fixture(settings.folder, pack, roster, Durability::full);
  const std::string from = kToday, until = from + 'U';  // 'T' < 'U'
  std::vector<double> engine_ms, raw_ms;
  std::size_t engine_rows = 0, raw_rows = 0;
  for (int i = 0; i < 20 * settings.runs + 1; ++i) {
    for (const bool engine_now : {i % 2 == 0, i % 2 != 0}) {
      const Stopwatch watch;
      if (engine_now)
        engine_rows = must(fixture.by_sql->query(kUnvisited, {from, until})).rows.size();
      else
        raw_rows = fixture.raw->query(kUnvisited, {from, until}).size();
      (engine_now ? engine_ms : raw_ms).push_back(watch.read().wall_s * 1e3);
    }
  }
  const double ratio = median_ratio(engine_ms, raw_ms);
  report.line("raw SQLite", {{"first ms", raw_ms[0]},
                             {"warm ms", median({raw_ms.begin() + 1, raw_ms.end()})},
                             {"rows", static_cast<double>(raw_rows)}});
  report.line("engine", {{"first ms", engine_ms[0]},
                         {"warm ms", median({engine_ms.begin() + 1, engine_ms.end()})},
                         {"rows", static_cast<double>(engine_rows)},
                         {"x raw", ratio}});
  report.aim_at_most("time against raw SQLite", ratio, 1.05);
  report.note("Both copy every row into memory.");
  report.end();
  if (engine_rows != raw_rows || raw_rows == 0) throw std::runtime_error("W2: wrong answer");
}

}  // namespace doorstep::bench
