#include "bench/measure.hpp"

#include <sqlite3.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

namespace doorstep::bench {
namespace {

double seconds_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::string proc_path(pid_t process, const std::string& name) {
  return "/proc/" + std::to_string(process) + '/' + name;
}

/// The value of the first `key: value` line; empty when there is none.
std::string field_of(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, key.size(), key) != 0) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::size_t first = line.find_first_not_of(" \t", colon + 1);
    return first == std::string::npos ? std::string{} : line.substr(first);
  }
  return {};
}

std::string file_system_of(const std::string& folder) {
  struct statfs info {};
  if (statfs(folder.c_str(), &info) != 0) return "unknown";
  switch (info.f_type) {
    case 0xEF53:
      return "ext4";
    case 0x01021994:
      return "tmpfs (a flush costs nothing here)";
    case 0x9123683E:
      return "btrfs";
    case 0x58465342:
      return "xfs";
    case 0x794C7630:
      return "overlayfs";
    default:
      break;
  }
  std::ostringstream text;
  text << "0x" << std::hex << info.f_type;
  return text.str();
}

}  // namespace

Stopwatch::Stopwatch() : start_{now_s(), seconds_of(CLOCK_PROCESS_CPUTIME_ID)} {}

Cost Stopwatch::read() const {
  return {now_s() - start_.wall_s, seconds_of(CLOCK_PROCESS_CPUTIME_ID) - start_.cpu_s};
}

double now_s() { return seconds_of(CLOCK_MONOTONIC); }

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double cpu_s_of(pid_t process) {
  std::ifstream file(proc_path(process, "stat"));
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double peak_memory_mb(pid_t process) {
  const std::string text = field_of(proc_path(process, "status"), "VmHWM");
  return text.empty() ? 0 : std::stod(text) * 1024 / 1e6;
}

void reset_peak_memory(pid_t process) { std::ofstream(proc_path(process, "clear_refs")) << '5'; }

Machine describe_machine(const std::string& folder) {
  Machine machine;
  machine.processor = field_of("/proc/cpuinfo", "model name");
  machine.cores = std::thread::hardware_concurrency();
  utsname names{};
  uname(&names);
  machine.system = std::string(names.sysname) + ' ' + names.release + ' ' + names.machine;
  machine.file_system = file_system_of(folder);
  machine.sqlite = sqlite3_libversion();
  machine.compiler = "g++ " __VERSION__;
  const std::string memory = field_of("/proc/meminfo", "MemTotal");
  if (!memory.empty()) machine.memory_gb = std::stod(memory) * 1024 / 1e9;
  std::ifstream("/proc/loadavg") >> machine.load;
  return machine;
}

}  // namespace doorstep::bench
