#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/office_writes.hpp"
#include "app/open_office.hpp"
#include "app/output_file.hpp"
#include "app/roster_export.hpp"
#include "app/roster_form.hpp"
#include "app/roster_headers.hpp"
#include "app/roster_plan.hpp"
#include "app/roster_report.hpp"
#include "app/terminal.hpp"
#include "base/counted.hpp"
#include "base/error.hpp"
#include "schema/loader/loader.hpp"
#include "sqlite/layout.hpp"
#include "tabular/sheet.hpp"

// `template`, `import` and `export`.
namespace doorstep::server {
namespace {

nlohmann::json to_json(const RosterCounts& counts) {
  return {{"new", counts.added}, {"changed", counts.changed}, {"unchanged", counts.unchanged}};
}

nlohmann::json to_json(const Table& table, const RosterPlan& plan, bool imported) {
  nlohmann::json result = to_json(plan.counts);
  result["table"] = table.name;
  result["imported"] = imported;
  result["bad"] = count_faulty_rows(plan.problems);
  result["problems"] = to_json(plan.problems);
  if (table.name == "resident") result["residencies"] = to_json(plan.residencies);
  return result;
}

std::string counts_zh(const RosterCounts& counts) {
  return "新增" + std::to_string(counts.added) + ",更新" + std::to_string(counts.changed) + ",不变" +
         std::to_string(counts.unchanged);
}
std::string counts_en(const RosterCounts& counts) {
  return std::to_string(counts.added) + " new, " + std::to_string(counts.changed) + " changed, " +
         std::to_string(counts.unchanged) + " unchanged";
}

void tell_counts(const Table& table, const RosterPlan& plan, bool dry_run) {
  std::string zh = table.label.zh + ":" + counts_zh(plan.counts) + "。";
  std::string en = table.name + ": " + counts_en(plan.counts) + ".";
  const RosterCounts& homes = plan.residencies;
  if (homes.added + homes.changed + homes.unchanged > 0) {
    zh += "居住:" + counts_zh(homes) + "。";
    en += " residency: " + counts_en(homes) + ".";
  }
  if (const std::size_t bad = count_faulty_rows(plan.problems); bad > 0) {
    zh += "跳过" + std::to_string(bad) + "行。";
    en += " Skipped " + counted(bad, "row") + ".";
  }
  if (plan.rows.empty() && plan.counts.unchanged > 0) {
    zh += "文件里的内容街道都有了,没有改变。";
    en += " The office has all of it already; nothing changes.";
  }
  if (dry_run) {
    zh += "(只是检查,没有写入)";
    en += " (Checked only, nothing was written.)";
  }
  say(zh, en);
}

tl::unexpected<Error> fail_headings() {
  return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
              "表头不对,什么都没有导入。请先改正表头。",
              "The headings are wrong; nothing was imported. Correct them first.");
}

tl::unexpected<Error> fail_faulty(const RosterPlan& plan) {
  const std::string rows = std::to_string(count_faulty_rows(plan.problems));
  return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
              "有" + rows + "行填得不对,什么都没有导入。请改正后再导入,或加 --skip-bad 跳过这些行。",
              counted(count_faulty_rows(plan.problems), "row is", "rows are") +
                  " faulty; nothing was imported. Correct them, or leave them out with --skip-bad.");
}

Result<OutputKind> copy_kind(const std::string& file) {
  DOORSTEP_TRY(kind, output_kind(file));
  if (kind == OutputKind::geojson)
    return fail_usage("要填写的表格请以 .xlsx 或 .csv 结尾:" + file,
                      "A file to fill in must end in .xlsx or .csv: " + file);
  return kind;
}

/// What people have must not be overwritten by what is made of it.
Status check_copy(const ImportOptions& options) {
  if (options.fixed.empty()) return {};
  DOORSTEP_CHECK(copy_kind(options.fixed));
  std::error_code absent;
  if (!std::filesystem::equivalent(options.file, options.fixed, absent)) return {};
  return fail_usage("--fixed 请写另一个文件名,不要覆盖原来的文件。",
                    "Name another file with --fixed: the original is not overwritten.");
}

/// Whether a copy to correct was written. With a wrong heading nothing can be said of the rows.
Result<bool> write_copy(const ImportOptions& options, const std::vector<tabular::Row>& file,
                        const std::vector<RosterProblem>& problems) {
  if (options.fixed.empty() || problems.empty() || headings_fail(file, problems)) return false;
  DOORSTEP_CHECK(
      write_output(options.fixed, {copy_to_correct(file, problems, options.only_bad), std::nullopt}));
  return true;
}

void tell_sheet(const std::string& name) {
  if (!name.empty())
    warn("读的是工作表“" + for_terminal(name) + "”。", "This is the sheet '" + for_terminal(name) + "'.");
}

}  // namespace

Status run_template(const TemplateOptions& options) {
  DOORSTEP_CHECK(copy_kind(options.file));
  Pack from_folder;
  const Pack* pack = &from_folder;
  std::unique_ptr<OpenOffice> opened;
  if (!options.data.empty()) {
    DOORSTEP_TRY(office, OpenOffice::open(options.data));
    opened = std::move(office);
    DOORSTEP_TRY(newest, opened->pack());
    pack = newest;
  } else {
    DOORSTEP_TRY(folder, find_pack(options.pack));
    DOORSTEP_TRY(loaded, load_pack(folder, try_views));
    from_folder = std::move(loaded);
  }
  DOORSTEP_TRY(table, find_table(*pack, options.table));
  DOORSTEP_CHECK(write_output(options.file, {empty_form(*pack, *table), std::nullopt}));
  say("空表格在 " + options.file + ":填好以后用 import " + table->name + " 导入。",
      "The form is " + options.file + ": fill it in, then import " + table->name + ".");
  return {};
}

Status run_import(const ImportOptions& options) {
  DOORSTEP_CHECK(check_copy(options));
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(pack, opened->pack());
  DOORSTEP_TRY(table, find_table(*pack, options.table));
  const Pack& known = *pack;
  const Table& meant = *table;
  const auto fits = [&](const tabular::Row& first) { return is_heading(known, meant, first); };
  DOORSTEP_TRY(sheet, tabular::read_sheet_file(options.file, {options.sheet, fits}));
  RosterPlan plan;
  {
    DOORSTEP_TRY(snapshot, opened->store().snapshot());
    SnapshotRows rows(*snapshot);
    DOORSTEP_TRY(planned, plan_import(known, opened->office().record().office, meant, sheet.rows, rows,
                                      opened->now_ms()));
    plan = std::move(planned);
  }
  const bool unread = headings_fail(sheet.rows, plan.problems);
  const bool refused = unread || (!plan.problems.empty() && !options.skip_bad);
  const bool write = !refused && !options.dry_run;
  const std::string subject = table->name + " " + options.file;
  Acting acting(opened->office(), write ? act_of(AuditKind::imported, subject)
                                        : act_of(AuditKind::looked, "import " + subject));
  if (write) DOORSTEP_CHECK(write_rows(opened->office(), plan.rows));
  DOORSTEP_CHECK(acting.record());
  DOORSTEP_TRY(copied, write_copy(options, sheet.rows, plan.problems));
  if (options.json) {
    std::printf("%s\n", to_json(*table, plan, write).dump(2).c_str());
  } else {
    if (!plan.problems.empty()) tell_sheet(sheet.name);
    tell_problems(plan.problems, options.dry_run ? kProblemsChecked : kProblemsTold);
    if (copied)
      warn("每行哪里不对,写在 " + options.fixed + " 里。在里面改正,再导入它。",
           options.fixed + " says in each row what is wrong. Correct it there, and import that file.");
  }
  if (unread) return fail_headings();
  if (refused) return fail_faulty(plan);
  if (!options.json) tell_counts(*table, plan, options.dry_run);
  return {};
}

Status run_export(const ExportOptions& options) {
  DOORSTEP_CHECK(output_kind(options.file));
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(pack, opened->pack());
  DOORSTEP_TRY(table, find_table(*pack, options.table));
  DOORSTEP_CHECK(
      record_audit(opened->office(), act_of(AuditKind::exported, table->name + " " + options.file)));
  DOORSTEP_TRY(snapshot, opened->store().snapshot());
  SnapshotRows rows(*snapshot);
  DOORSTEP_TRY(output, export_table(*pack, opened->office().record().office, *table, rows));
  DOORSTEP_CHECK(write_output(options.file, output));
  const std::size_t count = output.sheet.rows.size();
  if (options.json) {
    std::printf(
        "%s\n",
        nlohmann::json{{"table", table->name}, {"rows", count}, {"file", options.file}}.dump().c_str());
    return {};
  }
  say("已导出" + table->label.zh + " " + std::to_string(count) + " 条到 " + options.file + "。",
      "Exported " + counted(count, "row") + " of " + table->name + " to " + options.file + ".");
  return {};
}

}  // namespace doorstep::server
