#include <filesystem>
#include <stdexcept>

#include "bench/client.hpp"
#include "bench/office.hpp"
#include "bench/phone.hpp"
#include "bench/raw_sqlite.hpp"
#include "bench/w5.hpp"
#include "bench/workloads.hpp"
#include "wire/compression.hpp"

/// W3 to W6: the real server program, and phones in processes of their own, over loopback with TLS.
namespace doorstep::bench {
namespace {

constexpr int kRows = kHouseholds + kResidents + kVisits;
const std::vector<std::string> kPeople = {"place", "household", "resident"};
const std::vector<std::string> kEverything = {"place", "household", "resident", "visit"};

void expect(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

/// Figures of several runs.
class Runs {
 public:
  void add(const std::string& name, double value) { values_[name].push_back(value); }
  double of(const std::string& name) const { return median(values_.at(name)); }

 private:
  std::map<std::string, std::vector<double>> values_;
};

std::string fresh_folder(const std::string& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

std::int64_t file_bytes(const std::string& path) {
  std::int64_t bytes = 0;
  for (const char* suffix : {"", "-wal"})
    if (std::filesystem::exists(path + suffix))
      bytes += static_cast<std::int64_t>(std::filesystem::file_size(path + suffix));
  return bytes;
}

/// What the same rows cost SQLite alone, in one transaction.
double raw_load_s(const std::string& folder, const std::vector<TableRows>& roster, const Pack& pack) {
  std::filesystem::remove(folder + "/raw.db");
  RawSqlite raw(folder + "/raw.db", pack, Durability::full);
  const Stopwatch watch;
  raw.load(roster);
  return watch.read().wall_s;
}

Answer bootstrap(Client& phone, const std::string& url) {
  const Answer joined = phone.ask("join " + url);
  Answer synced = phone.ask("sync");
  synced["join_s"] = joined.at("s");
  synced["join_bytes"] = joined.at("bytes");
  return synced;
}

}  // namespace

void run_w3(const Settings& settings, Report& report) {
  report.begin("W3", "bootstrap: a new phone fetches 33,992 rows");
  const std::string folder = fresh_folder(settings.folder);
  const Pack pack = bench_pack();
  const std::vector<TableRows> roster = make_roster(pack, kVisits);
  Office office(settings.server, folder + "/office", roster, kEverything);
  Runs runs;
  for (int i = 0; i < settings.runs; ++i) {
    runs.add("raw s", raw_load_s(folder, roster, pack));
    const std::string file = folder + "/phone" + std::to_string(i) + ".db";
    Client phone(file, office.log());
    reset_peak_memory(office.process());
    const double server_cpu = cpu_s_of(office.process());
    const Answer done = bootstrap(phone, office.invite(1).front());
    runs.add("server cpu s", cpu_s_of(office.process()) - server_cpu);
    runs.add("server MB", peak_memory_mb(office.process()));
    runs.add("s", done.at("s"));
    runs.add("join s", done.at("join_s"));
    runs.add("client cpu s", done.at("cpu_s"));
    runs.add("wire MB", (done.at("bytes") + done.at("join_bytes")) / 1e6);
    runs.add("client MB", done.at("memory_mb"));
    runs.add("disk MB", static_cast<double>(file_bytes(file)) / 1e6);
    runs.add("requests", done.at("requests"));
    double rows = 0;
    for (const char* table : {"household", "resident", "visit"})
      rows += phone.ask(std::string("count ") + table).at("rows");
    expect(rows == kRows, "W3: rows are missing");
  }
  report.line("raw SQLite", {{"s", runs.of("raw s")}});
  Figures figures;
  for (const char* name : {"s", "join s", "client cpu s", "server cpu s", "wire MB", "client MB", "server MB",
                           "disk MB", "requests"})
    figures.emplace_back(name, runs.of(name));
  figures.emplace_back("x raw", runs.of("s") / runs.of("raw s"));
  report.line("engine", std::move(figures));
  report.aim_at_most("seconds", runs.of("s"), 0.5);
  report.aim_at_most("MB on the wire", runs.of("wire MB"), 1.8);
  report.aim_at_most("MB of client memory", runs.of("client MB"), 40);
  report.note("Baseline: the same rows from memory into the same tables, in one transaction.");
  report.end();
}

void run_w4(const Settings& settings, Report& report) {
  constexpr int kPushed = 1'000;
  report.begin("W4", "push: 1,000 visits, recorded offline one commit each");
  const std::string folder = fresh_folder(settings.folder);
  const Pack pack = bench_pack();
  const std::vector<TableRows> roster = make_roster(pack, kVisits);
  Office office(settings.server, folder + "/office", roster, kEverything);
  Client phone(folder + "/phone.db", office.log());
  bootstrap(phone, office.invite(1).front());
  Runs runs;
  for (int i = 0; i < settings.runs; ++i) {
    const std::int32_t seed = 11 + i;
    std::string json;
    for (const Visit& visit : make_visits(kPushed, seed)) json += json_line(visit) + '\n';
    runs.add("zstd bytes", static_cast<double>(wire::compress(json).size()) / kPushed);
    runs.add("json bytes", static_cast<double>(json.size()) / kPushed);
    runs.add("local s", phone.ask("visits " + std::to_string(kPushed) + ' ' + std::to_string(seed)).at("s"));
    const double server_cpu = cpu_s_of(office.process());
    const Answer done = phone.ask("sync");
    runs.add("server cpu s", cpu_s_of(office.process()) - server_cpu);
    expect(done.at("pushed") == kPushed && done.at("held") == 0, "W4: visits were not taken");
    runs.add("s", done.at("s"));
    runs.add("client cpu s", done.at("cpu_s"));
    runs.add("bytes", done.at("bytes") / kPushed);
    runs.add("requests", done.at("requests"));
  }
  report.line("JSON lines, zstd", {{"B/change", runs.of("zstd bytes")}});
  report.line("JSON lines", {{"B/change", runs.of("json bytes")}});
  report.line("engine", {{"B/change", runs.of("bytes")},
                         {"s", runs.of("s")},
                         {"local s", runs.of("local s")},
                         {"client cpu s", runs.of("client cpu s")},
                         {"server cpu s", runs.of("server cpu s")},
                         {"requests", runs.of("requests")},
                         {"x zstd", runs.of("bytes") / runs.of("zstd bytes")}});
  report.aim_at_most("bytes a change, both directions", runs.of("bytes"), 90);
  report.note(
      "Baseline: the visits alone, with the workload's short ids (\"v000017\", \"h0123\") instead of UUIDs.");
  report.end();
}

void run_w5(const Settings& settings, Report& report) {
  report.begin("W5",
               "merge: two phones, 2,000 edits each and 50 more of one field, until both hold the same");
  const std::string folder = fresh_folder(settings.folder);
  const Pack pack = bench_pack();
  const std::vector<TableRows> roster = make_roster(pack, kVisits);
  Office office(settings.server, folder + "/office", roster, kEverything);
  Runs runs;
  for (int i = 0; i < settings.runs; ++i) {
    const std::string tag = std::to_string(i);
    const std::vector<std::string> urls = office.invite(2);
    Client a(folder + "/a" + tag + ".db", office.log()), b(folder + "/b" + tag + ".db", office.log());
    bootstrap(a, urls[0]);
    bootstrap(b, urls[1]);
    const auto edit = [&](Client& phone, const char* column, int first, int count, const char* who) {
      return phone
          .ask("edit " + std::string(column) + ' ' + std::to_string(first) + ' ' + std::to_string(count) +
               ' ' + who + tag)
          .at("s");
    };
    double edit_s = edit(a, "phone", 0, w5::kEach, "A") + edit(b, "note", w5::kBoth, w5::kEach, "B");
    edit_s += edit(a, "phone", w5::kSameField, w5::kSameFields, "A") +
              edit(b, "phone", w5::kSameField, w5::kSameFields, "B");
    runs.add("edit s", edit_s);
    const double server_cpu = cpu_s_of(office.process());
    double seconds = 0, bytes = 0, client_cpu = 0;
    for (Client* phone : {&a, &b, &a}) {
      const Answer done = phone->ask("sync");
      expect(done.at("held") == 0, "W5: edits were held");
      seconds += done.at("s");
      bytes += done.at("bytes");
      client_cpu += done.at("cpu_s");
    }
    runs.add("server cpu s", cpu_s_of(office.process()) - server_cpu);
    runs.add("s", seconds);
    runs.add("wire KB", bytes / 1e3);
    runs.add("client cpu s", client_cpu);
    const Answer at_a = a.ask("check " + tag), at_b = b.ask("check " + tag);
    expect(at_a.at("hash") == at_b.at("hash"), "W5: the phones differ");
    expect(at_a.at("one_sided") == 3'000, "W5: edits of one side were lost");
    runs.add("both of 500", at_a.at("both"));
    runs.add("losers of 50", std::min(at_a.at("losers"), at_b.at("losers")));

    RawSqlite raw(folder + "/raw" + tag + ".db", pack, Durability::full);
    raw.load(roster);
    std::vector<std::vector<Value>> updates;
    for (int n = 0; n < 2 * (w5::kEach + w5::kSameFields); ++n)
      updates.push_back(
          {"C-" + std::to_string(n), to_text(roster[3].rows[static_cast<std::size_t>(n % kHouseholds)].id)});
    const Stopwatch watch;
    raw.update("UPDATE household SET phone = ?1 WHERE id = ?2", updates);
    runs.add("raw s", watch.read().wall_s);
  }
  report.line("raw SQLite", {{"s", runs.of("raw s")}});
  Figures figures;
  for (const char* name :
       {"s", "edit s", "client cpu s", "server cpu s", "wire KB", "both of 500", "losers of 50"})
    figures.emplace_back(name, runs.of(name));
  figures.emplace_back("x raw", runs.of("s") / runs.of("raw s"));
  report.line("engine", std::move(figures));
  report.aim_at_most("seconds to convergence", runs.of("s"), 0.3);
  report.aim_at_least("pairs of different fields kept", runs.of("both of 500"), 500);
  report.aim_at_least("losers of one field kept in the ledger", runs.of("losers of 50"), 50);
  report.note(
      "Baseline: as many UPDATEs in one transaction of one file; no merge, no wire, no second phone.");
  report.end();
}

namespace {

constexpr int kPhones = 100, kEachPhone = 50, kAll = kPhones * kEachPhone;

/// One W6 from nothing. With `push_only` the first round pushes without pulling.
void load_office(const Settings& settings, const std::vector<TableRows>& roster, bool push_only, Runs& runs) {
  const std::string folder = fresh_folder(settings.folder);
  Office office(settings.server, folder + "/office", roster, {"place", "household"});
  const std::vector<std::string> urls = office.invite(kPhones);
  std::vector<std::unique_ptr<Client>> phones;
  for (int n = 0; n < kPhones; ++n) {
    phones.push_back(std::make_unique<Client>(folder + "/phone" + std::to_string(n) + ".db", office.log()));
    bootstrap(*phones.back(), urls[static_cast<std::size_t>(n)]);
    phones.back()->ask("visits " + std::to_string(kEachPhone) + ' ' + std::to_string(100 + n));
    phones.back()->ask("hang-up");
    if (push_only) phones.back()->ask("take-apart");
  }
  double acknowledged = 0, bytes = 0, client_cpu = 0;
  const auto everybody = [&](const std::string& order) {
    for (const auto& phone : phones) phone->order(order);
    for (const auto& phone : phones) {
      const Answer done = phone->wait();
      acknowledged = std::max(acknowledged, done.at("answered_at"));
      bytes += done.at("bytes");
      client_cpu += done.at("cpu_s");
    }
  };
  const double server_cpu = cpu_s_of(office.process()), start = now_s();
  everybody(push_only ? "push" : "sync");
  runs.add("push s", acknowledged - start);
  runs.add("pushed/s", kAll / (acknowledged - start));
  runs.add("server push cpu s", cpu_s_of(office.process()) - server_cpu);
  runs.add("clients push cpu s", client_cpu);
  const double first_round_s = now_s() - start;
  if (push_only)
    for (const auto& phone : phones) phone->ask("put-together");
  const double again = now_s();
  everybody("sync");
  runs.add("total s", first_round_s + now_s() - again);
  runs.add("server cpu s", cpu_s_of(office.process()) - server_cpu);
  runs.add("clients cpu s", client_cpu);
  runs.add("wire MB", bytes / 1e6);
  for (const auto& phone : phones)
    expect(phone->ask("count visit").at("rows") == kAll, "W6: visits are missing");
}

}  // namespace

void run_w6(const Settings& settings, Report& report) {
  report.begin("W6", "load: 100 phones push 50 visits each at once, until every phone holds 5,000");
  const Pack pack = bench_pack();
  const std::vector<TableRows> roster = make_roster(pack, kAll);
  Runs push_only, at_once, raw;
  for (int i = 0; i < settings.runs; ++i) {
    load_office(settings, roster, true, push_only);
    load_office(settings, roster, false, at_once);
    raw.add("s", raw_load_s(settings.folder, {roster.back()}, pack));
  }
  report.line("raw SQLite", {{"push s", raw.of("s")}, {"pushed/s", kAll / raw.of("s")}});
  const auto line = [&](const char* subject, const Runs& runs) {
    Figures figures;
    for (const char* name : {"push s", "pushed/s", "total s", "server push cpu s", "clients push cpu s",
                             "server cpu s", "clients cpu s", "wire MB"})
      figures.emplace_back(name, runs.of(name));
    figures.emplace_back("x raw", runs.of("push s") / raw.of("s"));
    report.line(subject, std::move(figures));
  };
  line("engine, push then sync", push_only);
  line("engine, sync then sync", at_once);
  report.aim_at_least("pushed changes/s", push_only.of("pushed/s"), 20'000);
  report.note(
      "Push ends when the last phone has its acknowledgement. TLS handshakes of 100 new connections and the");
  report.note(
      "phones' own work, on the same cores, are in it; a sync also pulls what others have pushed already.");
  report.note("Baseline: the same visits into one file, in one transaction.");
  report.end();
}

}  // namespace doorstep::bench
