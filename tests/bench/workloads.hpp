#pragma once

#include <string>

#include "bench/report.hpp"

namespace doorstep::bench {

struct Settings {
  std::string folder;  ///< For databases; emptied by each workload that uses it.
  std::string server;  ///< The doorstep-server program.
  int runs = 3;
};

/// Captured write, and query, on one phone; no server. Every workload throws when a result is wrong.
void run_w1(const Settings& settings, Report& report);
void run_w2(const Settings& settings, Report& report);

/// Bootstrap, push, merge, load: the real server, and phones as processes.
void run_w3(const Settings& settings, Report& report);
void run_w4(const Settings& settings, Report& report);
void run_w5(const Settings& settings, Report& report);
void run_w6(const Settings& settings, Report& report);

/// Re-gridding, on the office alone.
void run_w7(const Settings& settings, Report& report);

/// Every view, at a phone's size and at an office's.
void run_w8(const Settings& settings, Report& report);

}  // namespace doorstep::bench
