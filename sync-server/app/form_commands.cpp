#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/open_office.hpp"
#include "app/terminal.hpp"
#include "app/value_words.hpp"
#include "base/error.hpp"
#include "pipeline/office_writer.hpp"
#include "tabular/sheet.hpp"
#include "xlsform/xlsform.hpp"

// `form check` and `form import`.
namespace doorstep::server {
namespace {

/// Faults told one by one; the rest would scroll the first ones away.
constexpr std::size_t kToldProblems = 50;

xlsform::Sheet sheet_of(std::string name, std::vector<tabular::Row> rows) {
  xlsform::Sheet sheet;
  sheet.name = std::move(name);
  for (tabular::Row& row : rows) sheet.rows.push_back({row.row, std::move(row.cells)});
  return sheet;
}

/// The sheets of a workbook, or of a CSV that holds them one below the other.
Result<std::vector<xlsform::Sheet>> read_sheets(const std::filesystem::path& file) {
  DOORSTEP_TRY(first, tabular::read_sheet_file(file));
  if (first.name.empty()) return xlsform::split_sheets(sheet_of("", std::move(first.rows)).rows);
  std::vector<xlsform::Sheet> sheets;
  for (const char* name : {"survey", "choices", "settings"}) {
    auto read = tabular::read_sheet_file(file, {name, {}});
    if (read) {
      sheets.push_back(sheet_of(name, std::move(read->rows)));
    } else if (read.error().domain != ErrorDomain::usage) {
      return tl::unexpected(read.error());
    }
  }
  return sheets;
}

std::string where_zh(const xlsform::Problem& problem) {
  std::string where = problem.sheet + " 表";
  if (problem.row != 0) where += "第" + std::to_string(problem.row) + "行";
  if (!problem.column.empty()) where += " " + problem.column + "列";
  return where + ":";
}
std::string where_en(const xlsform::Problem& problem) {
  std::string where = "sheet " + problem.sheet;
  if (problem.row != 0) where += ", row " + std::to_string(problem.row);
  if (!problem.column.empty()) where += ", column " + problem.column;
  return where + ": ";
}

void tell_problems(const std::vector<xlsform::Problem>& problems) {
  for (std::size_t i = 0; i < problems.size() && i < kToldProblems; ++i)
    warn(where_zh(problems[i]) + problems[i].message.zh, where_en(problems[i]) + problems[i].message.en);
  if (problems.size() <= kToldProblems) return;
  const std::string more = std::to_string(problems.size() - kToldProblems);
  warn("还有" + more + "处没有列出。", more + " more are not listed.");
}

nlohmann::json to_json(const std::vector<xlsform::Problem>& problems) {
  nlohmann::json list = nlohmann::json::array();
  for (const xlsform::Problem& problem : problems)
    list.push_back({{"sheet", problem.sheet},
                    {"row", problem.row},
                    {"column", problem.column},
                    {"zh", problem.message.zh},
                    {"en", problem.message.en}});
  return list;
}

/// Writes the form's row; true when it was not there yet, or stood elsewhere.
Result<bool> write_form(const FormOptions& options, const Form& form) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(pack, opened->pack());
  const Table* table = pack->find("form");
  const Table* places = pack->find("place");
  if (table == nullptr || places == nullptr)
    return fail_usage("这个街道的表格包没有表单这张表,请先升级表格包。",
                      "The office's pack has no table \"form\": upgrade the pack first.");
  std::string place;
  {
    DOORSTEP_TRY(snapshot, opened->store().snapshot());
    SnapshotRows rows(*snapshot);
    ValueWords words(*pack, opened->office().record().office, rows);
    DOORSTEP_TRY(id, words.find_row(*places, options.place));
    place = to_text(id);
  }
  const Acting acting(opened->office(), act_of(AuditKind::imported, "form " + options.file));
  OfficeWriter writer(opened->office());
  DOORSTEP_CHECK(writer.put("form", {{"place", place},
                                     {"digest", form.digest()},
                                     {"name", form.name()},
                                     {"version", static_cast<std::int64_t>(form.version())},
                                     {"title", form.title().zh},
                                     {"title_en", form.title().en},
                                     {"definition", form.json()}}));
  DOORSTEP_CHECK(writer.commit());
  return writer.summary().unchanged == 0;
}

/// Reads the form and tells what is wrong with it; nullopt then.
Result<std::optional<Form>> read_form(const FormOptions& options, nlohmann::json& told) {
  DOORSTEP_TRY(sheets, read_sheets(options.file));
  const std::string name = std::filesystem::path(options.file).stem().string();
  const xlsform::Reading reading = xlsform::read_xlsform(sheets, name);
  told["problems"] = to_json(reading.problems);
  if (!options.json) tell_problems(reading.problems);
  if (!reading.problems.empty()) return std::optional<Form>();
  DOORSTEP_TRY(form, Form::parse(reading.json));
  told["name"] = form.name();
  told["version"] = form.version();
  told["digest"] = form.digest();
  return std::optional<Form>(std::move(form));
}

tl::unexpected<Error> fail_faulty(const nlohmann::json& told) {
  const std::string count = std::to_string(told["problems"].size());
  return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
              "表单有" + count + "处不对,什么都没有写入。请改正后再试。",
              "The form has " + count + " mistakes; nothing was written. Correct them and try again.");
}

std::string called(const Form& form) { return "“" + form.title().zh + "”(" + form.name() + ")"; }

}  // namespace

Status run_check_form(const FormOptions& options) {
  nlohmann::json told;
  DOORSTEP_TRY(form, read_form(options, told));
  if (options.json) std::printf("%s\n", told.dump(2).c_str());
  if (!form) return fail_faulty(told);
  if (options.json) return {};
  say("表单" + called(*form) + "没有问题。(只是检查,没有写入)",
      "The form " + form->name() + " is well. (Checked only, nothing was written.)");
  return {};
}

Status run_import_form(const FormOptions& options) {
  nlohmann::json told;
  DOORSTEP_TRY(form, read_form(options, told));
  bool written = false;
  if (form) {
    DOORSTEP_TRY(wrote, write_form(options, *form));
    written = wrote;
  }
  told["imported"] = written;
  if (options.json) std::printf("%s\n", told.dump(2).c_str());
  if (!form) return fail_faulty(told);
  if (options.json) return {};
  if (written)
    say("已导入表单" + called(*form) + "。", "Imported the form " + form->name() + ".");
  else
    say("表单" + called(*form) + "早已导入,没有变化。",
        "The form " + form->name() + " is here already; nothing changed.");
  return {};
}

}  // namespace doorstep::server
