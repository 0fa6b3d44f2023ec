#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <string>

#include "schema/loader/loader.hpp"
#include "simulation/hundred_days.hpp"
#include "simulation/small_pack.hpp"
#include "simulation/world.hpp"

namespace {

using doorstep::simulation::Count;
using doorstep::simulation::kCounts;
using doorstep::simulation::Outcome;

std::string in_words(const Outcome& outcome) {
  std::string words;
  for (const Count& count : kCounts)
    words += (words.empty() ? "" : ", ") + std::to_string(outcome.*count.number) + ' ' + count.name;
  return words;
}

/// Everyday work over many days, and what the files come to.
int tell_days(int days, bool uncompacted, const doorstep::Pack& pack) {
  const auto started = std::chrono::steady_clock::now();
  const auto run = doorstep::simulation::run_days(days, 1, !uncompacted, pack);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  std::printf("%d days: %llu recordings, %llu rows alive, %llu groups cut, %llu rows forgotten, %.1f s\n",
              days, static_cast<unsigned long long>(run.recordings),
              static_cast<unsigned long long>(run.live_rows), static_cast<unsigned long long>(run.cut_groups),
              static_cast<unsigned long long>(run.forgotten_rows), seconds);
  for (const auto& file : run.files)
    std::printf("  %-10s %8.1f kB, written afresh %8.1f kB: %.2f times\n", file.name.c_str(),
                static_cast<double>(file.bytes) / 1'000.0, static_cast<double>(file.fresh_bytes) / 1'000.0,
                file.factor());
  for (const std::string& failure : run.failures) std::printf("  wrong: %s\n", failure.c_str());
  return run.failures.empty() ? 0 : 1;
}

}  // namespace

/// doorstep_simulate: runs worlds from seeds. A failing seed prints the one command that replays it.
int main(int argc, char** argv) {
  using doorstep::simulation::run_world;
  CLI::App app("Runs the whole system in virtual time from a seed.");
  std::uint64_t first = 1;
  std::uint64_t seeds = 0;
  std::uint64_t one = 0;
  bool quiet = false;
  int days = 0;
  bool uncompacted = false;
  auto* single = app.add_option("--seed", one, "replay this seed with a readable trace");
  app.add_option("--seeds", seeds, "run this many seeds, each twice for every tenth, to compare hashes");
  app.add_option("--first", first, "the first of --seeds");
  app.add_flag("--quiet", quiet, "no trace with --seed");
  app.add_option("--days", days, "run so many days of everyday work and measure the files");
  app.add_flag("--uncompacted", uncompacted, "with --days: without compaction, to see what it is good for");
  CLI11_PARSE(app, argc, argv);

  const auto whole = doorstep::load_pack(DOORSTEP_SOURCE_DIR "/tests/simulation/pack");
  if (!whole) {
    std::fprintf(stderr, "%s\n", whole.error().en.c_str());
    return 1;
  }
  const doorstep::Pack pack = doorstep::simulation::working_pack(*whole);
  if (days > 0) return tell_days(days, uncompacted, pack);
  const auto report = [](std::uint64_t seed, const Outcome& outcome) {
    for (const std::string& failure : outcome.failures)
      std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), failure.c_str());
  };
  if (*single) {
    const Outcome outcome = run_world(one, pack, !quiet);
    report(one, outcome);
    std::printf("seed %llu: %s, %.1f virtual hours, hash %016llx, %s\n", static_cast<unsigned long long>(one),
                in_words(outcome).c_str(), static_cast<double>(outcome.virtual_ms) / 3'600'000.0,
                static_cast<unsigned long long>(outcome.hash), outcome.failures.empty() ? "ok" : "FAILED");
    return outcome.failures.empty() ? 0 : 1;
  }
  const auto started = std::chrono::steady_clock::now();
  Outcome total;
  std::uint64_t failed = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    Outcome outcome = run_world(seed, pack, false);
    if (seed % 10 == 0 && run_world(seed, pack, false).hash != outcome.hash)
      outcome.failures.push_back("the same seed gave another hash");
    report(seed, outcome);
    if (!outcome.failures.empty()) {
      ++failed;
      std::printf("  replay with: scripts/simulate --seed %llu\n", static_cast<unsigned long long>(seed));
    }
    for (const Count& count : kCounts) total.*count.number += outcome.*count.number;
    total.virtual_ms += outcome.virtual_ms;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  std::printf("simulation: %llu seeds, %llu failed; %s, %.0f virtual hours in %.1f s\n",
              static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(failed),
              in_words(total).c_str(), static_cast<double>(total.virtual_ms) / 3'600'000.0, seconds);
  return failed == 0 ? 0 : 1;
}
