#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/office_writes.hpp"
#include "app/open_office.hpp"
#include "app/roster_export.hpp"
#include "app/roster_headers.hpp"
#include "app/roster_plan.hpp"
#include "app/roster_report.hpp"
#include "app/terminal.hpp"
#include "base/error.hpp"
#include "schema/loader/loader.hpp"
#include "tabular/csv.hpp"

// `import` and `export`.
namespace doorstep::server {
namespace {

Status write_template(const ImportOptions& options) {
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
    DOORSTEP_TRY(loaded, load_pack(folder));
    from_folder = std::move(loaded);
  }
  DOORSTEP_TRY(table, find_table(*pack, options.template_table));
  std::string csv(tabular::kCsvStart);
  tabular::append_csv_row(csv, template_headers(*pack, *table));
  std::fwrite(csv.data(), 1, csv.size(), stdout);
  return {};
}

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
    en += " Skipped " + std::to_string(bad) + (bad == 1 ? " row." : " rows.");
  }
  if (dry_run) {
    zh += "(只是检查,没有写入)";
    en += " (Checked only, nothing was written.)";
  }
  say(zh, en);
}

tl::unexpected<Error> fail_faulty(const RosterPlan& plan) {
  const std::string rows = std::to_string(count_faulty_rows(plan.problems));
  return fail(
      ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
      "有" + rows + "行填得不对,什么都没有导入。请改正后再导入,或加 --skip-bad 跳过这些行。",
      rows + " rows are faulty; nothing was imported. Correct them, or leave them out with --skip-bad.");
}

}  // namespace

Status run_import(const ImportOptions& options) {
  if (!options.template_table.empty()) return write_template(options);
  if (options.data.empty() || options.table.empty() || options.file.empty())
    return fail_usage("请写明 --data 文件夹、表和文件:import --data DIR TABLE FILE.csv",
                      "Name the data folder, the table and the file: import --data DIR TABLE FILE.csv");
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(pack, opened->pack());
  DOORSTEP_TRY(table, find_table(*pack, options.table));
  DOORSTEP_TRY(file, tabular::read_csv_file(options.file));
  RosterPlan plan;
  {
    DOORSTEP_TRY(snapshot, opened->store().snapshot());
    SnapshotRows rows(*snapshot);
    DOORSTEP_TRY(planned,
                 plan_import(*pack, opened->office().record().office, *table, file, rows, opened->now_ms()));
    plan = std::move(planned);
  }
  const bool refused = !plan.problems.empty() && !options.skip_bad;
  const bool write = !refused && !options.dry_run;
  const std::string subject = table->name + " " + options.file;
  Acting acting(opened->office(), write ? act_of(AuditKind::imported, subject)
                                        : act_of(AuditKind::looked, "import " + subject));
  if (write) DOORSTEP_CHECK(write_rows(opened->office(), plan.rows));
  DOORSTEP_CHECK(acting.record());
  if (options.json)
    std::printf("%s\n", to_json(*table, plan, write).dump(2).c_str());
  else
    tell_problems(plan.problems);
  if (refused) return fail_faulty(plan);
  if (!options.json) tell_counts(*table, plan, options.dry_run);
  return {};
}

Status run_export(const ExportOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(pack, opened->pack());
  DOORSTEP_TRY(table, find_table(*pack, options.table));
  DOORSTEP_CHECK(
      record_audit(opened->office(), act_of(AuditKind::exported, table->name + " " + options.file)));
  std::size_t count = 0;
  DOORSTEP_TRY(snapshot, opened->store().snapshot());
  SnapshotRows rows(*snapshot);
  DOORSTEP_TRY(csv, export_table(*pack, opened->office().record().office, *table, rows, count));
  DOORSTEP_CHECK(write_file(options.file, csv));
  if (options.json) {
    std::printf(
        "%s\n",
        nlohmann::json{{"table", table->name}, {"rows", count}, {"file", options.file}}.dump().c_str());
    return {};
  }
  say("已导出" + table->label.zh + " " + std::to_string(count) + " 条到 " + options.file + "。",
      "Exported " + std::to_string(count) + " rows of " + table->name + " to " + options.file + ".");
  return {};
}

}  // namespace doorstep::server
