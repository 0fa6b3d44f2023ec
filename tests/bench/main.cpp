#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>

#include "bench/client.hpp"
#include "bench/community.hpp"
#include "bench/workloads.hpp"

namespace doorstep::bench {
namespace {

using Run = void (*)(const Settings&, Report&);
const std::map<std::string, Run> kWorkloads = {{"W1", run_w1}, {"W2", run_w2}, {"W3", run_w3},
                                               {"W4", run_w4}, {"W5", run_w5}, {"W6", run_w6},
                                               {"W7", run_w7}, {"W8", run_w8}};

/// The workload as JSON lines, to be compared with generate.mjs.
int print_community(int visits, std::int32_t seed) {
  for (const Household& row : make_households(seed)) std::cout << json_line(row) << '\n';
  for (const Resident& row : make_residents(seed + 1)) std::cout << json_line(row) << '\n';
  for (const Visit& row : make_visits(visits, seed + 2)) std::cout << json_line(row) << '\n';
  return 0;
}

std::string environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

int run(const std::vector<std::string>& names, Settings settings, const std::string& json_path) {
  const std::string base = settings.folder;
  std::filesystem::create_directories(base);
  Report report(describe_machine(base));
  for (const auto& [name, workload] : kWorkloads) {
    if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
    settings.folder = base + '/' + name;
    workload(settings, report);
  }
  if (!json_path.empty()) std::ofstream(json_path) << report.json();
  return 0;
}

}  // namespace
}  // namespace doorstep::bench

int main(int argc, char** argv) {
  using namespace doorstep::bench;
  CLI::App app{"Benchmarks of Doorstep (docs/bench.md)"};
  std::vector<std::string> names;
  Settings settings;
  std::string json_path;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
  settings.server = environment("DOORSTEP_SERVER", (self.parent_path() / "doorstep-server").string());
  settings.folder =
      (std::filesystem::temp_directory_path() / ("doorstep-bench-" + std::to_string(getuid()))).string();
  app.add_option("workloads", names, "W1 ... W8; all when none is named")
      ->check(CLI::IsMember({"W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8"}));
  app.add_option("--json", json_path, "Also write the figures here, with a description of the machine");
  app.add_option("--runs", settings.runs, "Repetitions; medians are reported")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--dir", settings.folder, "Folder for databases, on the disk to measure")
      ->capture_default_str();
  CLI::App* generate = app.add_subcommand(
      "generate", "Print the workload's rows as JSON lines, as the peers' generate.mjs does");
  int visits = kVisits;
  std::int32_t seed = 1;
  generate->add_option("visits", visits);
  generate->add_option("seed", seed);
  CLI::App* phone = app.add_subcommand("phone", "")->group("");  // One phone of W3 to W6.
  std::string phone_file;
  phone->add_option("file", phone_file)->required();
  CLI11_PARSE(app, argc, argv);
  try {
    if (*phone) return run_client(phone_file);
    return *generate ? print_community(visits, seed) : run(names, settings, json_path);
  } catch (const std::exception& failure) {
    std::cerr << "doorstep_bench: " << failure.what() << '\n';
    return 1;
  }
}
