#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

/// What the benchmarks read from the system.
namespace doorstep::bench {

/// Wall and processor seconds (user and system, all threads of this process).
struct Cost {
  double wall_s = 0;
  double cpu_s = 0;
};

class Stopwatch {
 public:
  Stopwatch();
  Cost read() const;

 private:
  Cost start_;
};

/// Seconds of a clock that all processes of this machine share.
double now_s();

/// 0 for an empty list.
double median(std::vector<double> values);

/// Of a process and its threads; its ended children are not counted.
double cpu_s_of(pid_t process);
/// VmHWM, in MB (10^6 bytes).
double peak_memory_mb(pid_t process);
/// Starts VmHWM anew; without effect where the kernel does not offer it.
void reset_peak_memory(pid_t process);

struct Machine {
  std::string processor, system, file_system, sqlite, compiler;
  unsigned cores = 0;
  double memory_gb = 0;
  double load = 0;  ///< One-minute load average when the run began.
};
/// `folder`: where the benchmark's databases lie.
Machine describe_machine(const std::string& folder);

}  // namespace doorstep::bench
