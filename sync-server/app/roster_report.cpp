#include "app/roster_report.hpp"

#include <nlohmann/json.hpp>

#include "app/terminal.hpp"
#include "tabular/spreadsheet_text.hpp"

namespace doorstep::server {

std::string problem_zh(const RosterProblem& problem) {
  std::string text = "第" + std::to_string(problem.row) + "行";
  if (problem.cell != 0) text += " " + tabular::column_letters(problem.cell) + "列";
  if (!problem.heading.empty()) text += "“" + problem.heading + "”";
  return text + ":" + problem.error.zh;
}

std::string problem_en(const RosterProblem& problem) {
  std::string text = "Row " + std::to_string(problem.row);
  if (problem.cell != 0) text += ", column " + tabular::column_letters(problem.cell);
  if (!problem.heading.empty()) text += " (" + problem.heading + ")";
  return text + ": " + problem.error.en;
}

void tell_problems(const std::vector<RosterProblem>& problems, std::size_t most) {
  for (std::size_t i = 0; i < problems.size() && i < most; ++i)
    warn(for_terminal(problem_zh(problems[i])), "  " + for_terminal(problem_en(problems[i])));
  if (problems.size() <= most) return;
  const std::string more = std::to_string(problems.size() - most);
  warn("……还有" + more + "处。", "... and " + more + " more.");
}

nlohmann::json to_json(const std::vector<RosterProblem>& problems) {
  nlohmann::json list = nlohmann::json::array();
  for (const RosterProblem& problem : problems)
    list.push_back({{"row", problem.row},
                    {"column", problem.column},
                    {"letter", tabular::column_letters(problem.cell)},
                    {"heading", problem.heading},
                    {"zh", problem.error.zh},
                    {"en", problem.error.en}});
  return list;
}

bool headings_fail(const std::vector<tabular::Row>& file, const std::vector<RosterProblem>& problems) {
  return !problems.empty() && (file.empty() || problems.front().row == file.front().row);
}

std::size_t count_faulty_rows(const std::vector<RosterProblem>& problems) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < problems.size(); ++i)
    if (i == 0 || problems[i].row != problems[i - 1].row) ++count;
  return count;
}

}  // namespace doorstep::server
