#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bench/measure.hpp"

namespace doorstep::bench {

using Figures = std::vector<std::pair<std::string, double>>;

/// Collects figures; prints each workload as a table when it ends, and everything as JSON.
class Report {
 public:
  explicit Report(Machine machine) : machine_(std::move(machine)) {}

  void begin(std::string workload, std::string title);
  /// One line of the workload's table. Figures are named with their unit last.
  void line(std::string subject, Figures figures);
  /// A figure of the issue: reached when it is at most (or at least) the bound.
  void aim_at_most(std::string what, double reached, double bound);
  void aim_at_least(std::string what, double reached, double bound);
  void note(std::string text);
  /// Prints the workload to standard output.
  void end();

  std::string json() const;

 private:
  struct Line {
    std::string subject;
    Figures figures;
  };
  struct Aim {
    std::string what;
    double reached = 0;
    double bound = 0;
    bool at_most = true;
    bool met() const { return at_most ? reached <= bound : reached >= bound; }
  };
  struct Workload {
    std::string name, title;
    std::vector<Line> lines;
    std::vector<Aim> aims;
    std::vector<std::string> notes;
  };

  void print(const Workload& workload) const;

  Machine machine_;
  std::vector<Workload> workloads_;
};

}  // namespace doorstep::bench
