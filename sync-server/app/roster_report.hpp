#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "app/roster.hpp"
#include "tabular/sheet.hpp"

/// What a file's faults look like to the person who has to correct it.
namespace doorstep::server {

/// `第12行 C列“联系电话”:…` and the same in English.
std::string problem_zh(const RosterProblem& problem);
std::string problem_en(const RosterProblem& problem);

/// A file with more faults has one of a whole column, and nobody reads on; who only checks a file may want
/// more.
inline constexpr std::size_t kProblemsTold = 30;
inline constexpr std::size_t kProblemsChecked = 1'000;

/// On standard error, the first `most` one by one.
void tell_problems(const std::vector<RosterProblem>& problems, std::size_t most = kProblemsTold);

/// [{"row", "column", "letter", "heading", "zh", "en"}, ...]
nlohmann::json to_json(const std::vector<RosterProblem>& problems);

/// Whether nothing can be said of the rows: the file is empty, or its headings are wrong.
bool headings_fail(const std::vector<tabular::Row>& file, const std::vector<RosterProblem>& problems);

/// Rows that have at least one; `problems` is in row order.
std::size_t count_faulty_rows(const std::vector<RosterProblem>& problems);

}  // namespace doorstep::server
