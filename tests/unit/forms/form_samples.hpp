#pragma once

#include <doorstep/form.hpp>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/random.hpp"
#include "tabular/csv.hpp"
#include "xlsform/xlsform.hpp"

/// Forms for tests: the samples in tests/unit/forms/forms, and small ones in a line.
namespace doorstep::test {

/// Monday 2026-11-23, 09:30 in China.
inline FormTime monday() { return {1'795'397'400'000, 8 * 60}; }

inline std::optional<std::vector<server::xlsform::Sheet>> try_sheets_of(const std::string& csv) {
  const auto read = server::tabular::read_csv(csv);
  if (!read) return std::nullopt;
  std::vector<server::xlsform::Row> rows;
  for (const auto& row : *read) rows.push_back({row.row, row.cells});
  return server::xlsform::split_sheets(rows);
}
inline std::vector<server::xlsform::Sheet> sheets_of(const std::string& csv) {
  auto sheets = try_sheets_of(csv);
  REQUIRE(sheets.has_value());
  return *sheets;
}

/// Sheets one below the other, as CSV. Headings stand in the row of the sheet's name, so the first row of the
/// survey is row 2, and everything begins in column B.
class SurveyText {
 public:
  explicit SurveyText(const std::string& survey, const std::string& choices = "",
                      const std::string& settings = "") {
    add("survey", survey);
    add("choices", choices);
    add("settings", settings);
  }
  const std::string& csv() const { return csv_; }

 private:
  void add(const std::string& name, const std::string& rows) {
    if (rows.empty()) return;
    csv_ += name + ",";
    for (const char c : rows) {
      csv_ += c;
      if (c == '\n') csv_ += ',';
    }
    csv_ += "\n";
  }

  std::string csv_;
};

inline const std::vector<std::string>& sample_names() {
  static const std::vector<std::string> names = {"cascading", "consent",    "dates",  "exclusion",
                                                 "household", "residents",  "safety", "satisfaction",
                                                 "score",     "skip_logic", "welcome"};
  return names;
}
inline std::string sample_csv(const std::string& name) {
  std::ifstream file(std::string(DOORSTEP_SOURCE_DIR) + "/tests/unit/forms/forms/" + name + ".csv");
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}
inline server::xlsform::Reading read_sample(const std::string& name) {
  return server::xlsform::read_xlsform(sheets_of(sample_csv(name)), name);
}
inline Form sample(const std::string& name) {
  const auto form = Form::parse(read_sample(name).json);
  INFO(name << (form ? "" : ": " + form.error().en));
  REQUIRE(form.has_value());
  return *form;
}

/// A form of these items (JSON without the brackets), with the lists yes_no (yes, no) and abc (a, b, c; kind
/// v, c, c).
inline std::string form_json(const std::string& items) {
  return R"j({"format":1,"name":"small","title":{"zh":"小表"},"lists":[{"name":"yes_no","choices":[)j"
         R"j({"value":"yes","label":{"zh":"是","en":"Yes"}},{"value":"no","label":{"zh":"否","en":"No"}}]},)j"
         R"j({"name":"abc","choices":[{"value":"a","label":{"zh":"甲"},"attributes":{"kind":"v"}},)j"
         R"j({"value":"b","label":{"zh":"乙"},"attributes":{"kind":"c"}},)j"
         R"j({"value":"c","label":{"zh":"丙"},"attributes":{"kind":"c"}}]}],"items":[)j" +
         items + "]}";
}
inline Form form_of(const std::string& items) {
  const auto form = Form::parse(form_json(items));
  INFO((form ? "" : form.error().en));
  REQUIRE(form.has_value());
  return *form;
}
/// Of a form that must be refused.
inline std::string refusal_of(const std::string& items) {
  const auto form = Form::parse(form_json(items));
  REQUIRE_FALSE(form.has_value());
  CHECK(form.error().domain == ErrorDomain::format);
  return form.error().en;
}

inline FormSession begin(const Form& form) {
  auto session = FormSession::begin(form, monday());
  INFO((session ? "" : session.error().en));
  REQUIRE(session.has_value());
  return std::move(*session);
}
/// An answer that must be accepted.
inline FormChange answer(FormSession& session, const std::string& path, const std::string& typed) {
  const auto change = session.set(path, typed);
  INFO(path << " = " << typed << ": " << (change ? "" : change.error().en));
  REQUIRE(change.has_value());
  return *change;
}
/// The Chinese sentence for one that must not.
inline std::string refused_answer(FormSession& session, const std::string& path, const std::string& typed) {
  const auto change = session.set(path, typed);
  INFO(path << " = " << typed);
  REQUIRE_FALSE(change.has_value());
  return change.error().zh;
}
/// The part of the finished answers after "answers":.
inline std::string answers_of(const FormSession& session) {
  const FormResult result = session.finish();
  for (const FormProblem& problem : result.problems) UNSCOPED_INFO(problem.path << " " << problem.message.en);
  REQUIRE(result.problems.empty());
  const std::size_t at = result.answers.find("\"answers\":");
  return result.answers.substr(at + 10, result.answers.size() - at - 11);
}

}  // namespace doorstep::test
