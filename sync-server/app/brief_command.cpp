#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/open_office.hpp"
#include "app/output_file.hpp"
#include "app/terminal.hpp"
#include "app/view_sheet.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "schema/calendar.hpp"
#include "schema/unicode_text.hpp"
#include "schema/view_arguments.hpp"

// `brief`: what the office signs in the morning, as one workbook.
namespace doorstep::server {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kDayMs = 86'400'000;

/// The views that are sheets of the brief, in its order.
Result<std::vector<const View*>> brief_views(const Pack& pack) {
  std::vector<const View*> views;
  for (const View& view : pack.views)
    if (view.brief != 0) views.push_back(&view);
  if (views.empty())
    return fail_usage(
        "这个街道的表格包没有列入简报的视图(brief = 1),请先升级表格包。",
        "No view of the office's pack is a sheet of the brief (brief = 1): upgrade the pack first.");
  std::stable_sort(views.begin(), views.end(),
                   [](const View* a, const View* b) { return a->brief < b->brief; });
  return views;
}

/// The last moment of the day that was asked for; now, when it is today or none.
Result<std::int64_t> moment_of(const std::string& on, std::int64_t now_ms) {
  if (on.empty()) return now_ms;
  const auto date = read_date(plain_form(on));
  const auto day = date ? doorstep::day_of(*date) : std::nullopt;
  if (!day) return fail_usage("日期请写成 2026-11-22 这样。", "Write the day as 2026-11-22.");
  const std::int64_t today = *doorstep::day_of(local_date(now_ms));
  if (*day > today) return fail_usage(*date + " 还没有到。", *date + " has not come yet.");
  return *day == today ? now_ms : local_midnight(now_ms) + (*day - today + 1) * kDayMs - 1;
}

}  // namespace

Status run_brief(const BriefOptions& options) {
  DOORSTEP_TRY(kind, output_kind(options.out));
  if (kind != OutputKind::xlsx)
    return fail_usage("简报是工作簿,文件名请以 .xlsx 结尾:" + options.out,
                      "The brief is a workbook; its name must end in .xlsx: " + options.out);
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(pack, opened->pack());
  DOORSTEP_TRY(views, brief_views(*pack));
  DOORSTEP_TRY(at_ms, moment_of(options.on, opened->now_ms()));
  const std::string day = local_date(at_ms);
  DOORSTEP_CHECK(
      record_audit(opened->office(), act_of(AuditKind::exported, "brief " + day + " " + options.out)));
  DOORSTEP_TRY(snapshot, opened->store().snapshot());
  SnapshotRows rows(*snapshot);
  References references(*pack, opened->office().record().office, rows);
  std::vector<tabular::Sheet> sheets;
  ordered_json told = ordered_json::array();
  for (const View* view : views) {
    DOORSTEP_TRY(arguments, view_arguments(*view, {}, {at_ms, std::nullopt}));
    DOORSTEP_TRY(answer, view_office_file(opened->folder().database().string(), *view, arguments));
    DOORSTEP_TRY(sheet, view_sheet(*pack, references, *view, std::move(answer)));
    sheet.day = day;
    sheet.to_sign = true;
    told.push_back({{"view", view->name}, {"name", sheet.name}, {"rows", sheet.rows.size()}});
    sheets.push_back(std::move(sheet));
  }
  DOORSTEP_TRY(bytes, tabular::to_xlsx(sheets));
  DOORSTEP_CHECK(write_file(options.out, bytes));
  if (options.json) {
    const ordered_json all{{"out", options.out}, {"day", day}, {"sheets", std::move(told)}};
    std::printf("%s\n", all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    return {};
  }
  const std::string count = std::to_string(sheets.size());
  say(day + " 的简报在 " + options.out + " 里,共" + count + "张表,每张右边可以签字。",
      "The brief of " + day + " is " + options.out + ": " + count +
          " sheets, each to be signed at the right.");
  return {};
}

}  // namespace doorstep::server
