#include "app/roster_report.hpp"

#include <nlohmann/json.hpp>

#include "app/terminal.hpp"

namespace doorstep::server {
namespace {

/// A file with more has a fault of a whole column, and nobody reads on.
constexpr std::size_t kProblemsShown = 30;

}  // namespace

void tell_problems(const std::vector<RosterProblem>& problems) {
  for (std::size_t i = 0; i < problems.size() && i < kProblemsShown; ++i) {
    const std::string row = std::to_string(problems[i].row);
    warn(for_terminal("第" + row + "行:" + problems[i].error.zh),
         "  " + for_terminal("Row " + row + ": " + problems[i].error.en));
  }
  if (problems.size() <= kProblemsShown) return;
  const std::string more = std::to_string(problems.size() - kProblemsShown);
  warn("……还有" + more + "处。", "... and " + more + " more.");
}

nlohmann::json to_json(const std::vector<RosterProblem>& problems) {
  nlohmann::json list = nlohmann::json::array();
  for (const RosterProblem& problem : problems)
    list.push_back({{"row", problem.row},
                    {"column", problem.column},
                    {"zh", problem.error.zh},
                    {"en", problem.error.en}});
  return list;
}

std::size_t count_faulty_rows(const std::vector<RosterProblem>& problems) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < problems.size(); ++i)
    if (i == 0 || problems[i].row != problems[i - 1].row) ++count;
  return count;
}

}  // namespace doorstep::server
