#include "bench/report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace doorstep::bench {
namespace {

/// Three significant digits, whole numbers in full, thousands apart.
std::string shown(double value) {
  if (value != 0 && std::abs(value) < 100) {
    char text[32];
    const int digits = std::max(0, 2 - static_cast<int>(std::floor(std::log10(std::abs(value)))));
    std::snprintf(text, sizeof text, "%.*f", value == std::floor(value) ? 0 : std::min(digits, 6), value);
    return text;
  }
  std::string text = std::to_string(std::llround(value));
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > (value < 0 ? 1 : 0); at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

}  // namespace

void Report::begin(std::string workload, std::string title) {
  workloads_.push_back({std::move(workload), std::move(title), {}, {}, {}});
}

void Report::line(std::string subject, Figures figures) {
  workloads_.back().lines.push_back({std::move(subject), std::move(figures)});
}

void Report::aim_at_most(std::string what, double reached, double bound) {
  workloads_.back().aims.push_back({std::move(what), reached, bound, true});
}

void Report::aim_at_least(std::string what, double reached, double bound) {
  workloads_.back().aims.push_back({std::move(what), reached, bound, false});
}

void Report::note(std::string text) { workloads_.back().notes.push_back(std::move(text)); }

void Report::end() { print(workloads_.back()); }

void Report::print(const Workload& workload) const {
  std::printf("\n%s  %s\n", workload.name.c_str(), workload.title.c_str());
  std::vector<std::string> columns;
  std::size_t subject_width = 0;
  for (const Line& line : workload.lines) {
    subject_width = std::max(subject_width, line.subject.size());
    for (const auto& [name, value] : line.figures)
      if (std::find(columns.begin(), columns.end(), name) == columns.end()) columns.push_back(name);
  }
  std::printf("  %-*s", static_cast<int>(subject_width), "");
  for (const std::string& column : columns)
    std::printf("  %*s", static_cast<int>(std::max<std::size_t>(8, column.size())), column.c_str());
  std::printf("\n");
  for (const Line& line : workload.lines) {
    std::printf("  %-*s", static_cast<int>(subject_width), line.subject.c_str());
    for (const std::string& column : columns) {
      const auto at = std::find_if(line.figures.begin(), line.figures.end(),
                                   [&](const auto& f) { return f.first == column; });
      const std::string text = at == line.figures.end() ? "-" : shown(at->second);
      std::printf("  %*s", static_cast<int>(std::max<std::size_t>(8, column.size())), text.c_str());
    }
    std::printf("\n");
  }
  for (const Aim& aim : workload.aims)
    std::printf("  %s %s: %s (aim: at %s %s)\n", aim.met() ? "[met]   " : "[not met]", aim.what.c_str(),
                shown(aim.reached).c_str(), aim.at_most ? "most" : "least", shown(aim.bound).c_str());
  for (const std::string& text : workload.notes) std::printf("  %s\n", text.c_str());
  std::fflush(stdout);
}

std::string Report::json() const {
  using Json = nlohmann::ordered_json;
  Json workloads = Json::array();
  for (const Workload& workload : workloads_) {
    Json lines = Json::array();
    for (const Line& line : workload.lines) {
      Json entry = {{"subject", line.subject}};
      for (const auto& [name, value] : line.figures) entry[name] = value;
      lines.push_back(std::move(entry));
    }
    Json aims = Json::array();
    for (const Aim& aim : workload.aims)
      aims.push_back({{"what", aim.what},
                      {"reached", aim.reached},
                      {aim.at_most ? "at_most" : "at_least", aim.bound},
                      {"met", aim.met()}});
    workloads.push_back({{"workload", workload.name},
                         {"title", workload.title},
                         {"lines", std::move(lines)},
                         {"aims", std::move(aims)},
                         {"notes", workload.notes}});
  }
  const Json out = {{"machine",
                     {{"processor", machine_.processor},
                      {"cores", machine_.cores},
                      {"memory_gb", machine_.memory_gb},
                      {"system", machine_.system},
                      {"file_system", machine_.file_system},
                      {"sqlite", machine_.sqlite},
                      {"compiler", machine_.compiler},
                      {"load_at_start", machine_.load}}},
                    {"workloads", std::move(workloads)}};
  return out.dump(2) + '\n';
}

}  // namespace doorstep::bench
