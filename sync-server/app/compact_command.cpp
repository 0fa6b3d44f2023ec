#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/open_office.hpp"
#include "app/terminal.hpp"
#include "base/counted.hpp"
#include "base/error.hpp"
#include "pipeline/compaction.hpp"

// `compact`.
namespace doorstep::server {
namespace {

std::string size_text(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1'000'000.0);
  return text;
}

nlohmann::ordered_json to_json(const CompactionReport& done, bool dry_run) {
  return {{"dry_run", dry_run},
          {"horizon", raw(done.horizon)},
          {"devices", done.devices},
          {"waited_for", done.waited_for},
          {"feed_entries", done.feed_entries},
          {"deleted_rows", done.deleted_rows},
          {"ledger_entries", done.ledger_entries},
          {"groups", done.groups},
          {"group_bytes", done.group_bytes},
          {"groups_without_backup", done.groups_without_backup},
          {"bytes_before", done.before.bytes},
          {"free_bytes_before", done.before.free_bytes},
          {"bytes_after", done.after.bytes},
          {"free_bytes_after", done.after.free_bytes}};
}

void tell(const CompactionReport& done, bool dry_run) {
  const auto count = [](std::size_t number) { return std::to_string(number); };
  say(std::string(dry_run ? "可以清理:" : "清理了:") + "已删除的记录" + count(done.deleted_rows) +
          "条,已定的不同说法" + count(done.ledger_entries) + "处,改动以前的内容" + count(done.groups) +
          "批(" + size_text(done.group_bytes) + ")。",
      std::string(dry_run ? "Would take away: " : "Took away: ") + counted(done.deleted_rows, "deleted row") +
          ", " + counted(done.ledger_entries, "settled conflict") + ", superseded content of " +
          counted(done.groups, "group") + " (" + size_text(done.group_bytes) + ").");
  if (done.groups_without_backup > 0)
    say("还有" + count(done.groups_without_backup) + "批没有备份过,没有动;请先 backup。",
        counted(done.groups_without_backup, "more group is", "more groups are") +
            " in no backup and stay. Make a backup first.");
  if (!dry_run)
    say("数据文件从 " + size_text(done.before.bytes) + " 变为 " + size_text(done.after.bytes) + "。",
        "The file went from " + size_text(done.before.bytes) + " to " + size_text(done.after.bytes) + ".");
  say("手机共" + count(done.devices) + "部,其中" + count(done.waited_for) +
          "部最近来过;其余的下次来时会重新下载,没交的记录照样收。",
      count(done.waited_for) + " of " + counted(done.devices, "device") +
          " came lately; the others download afresh when they come, and what they have not "
          "handed over is taken as always.");
}

}  // namespace

Status run_compact(const CompactOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  CompactionOptions wanted;
  wanted.lease_ms = options.lease_days * CompactionOptions::kDayMs;
  wanted.history_ms = options.history_days * CompactionOptions::kDayMs;
  wanted.without_backup = options.without_backup;
  wanted.dry_run = options.dry_run;
  const std::string limits = std::to_string(options.lease_days) + "/" + std::to_string(options.history_days) +
                             (options.without_backup ? " --without-backup" : "");
  DOORSTEP_CHECK(record_audit(opened->office(), options.dry_run
                                                    ? act_of(AuditKind::looked, "compact " + limits)
                                                    : act_of(AuditKind::compacted, limits)));
  DOORSTEP_TRY(done, compact(opened->office(), wanted));
  if (options.json)
    std::printf("%s\n", to_json(done, options.dry_run).dump(1).c_str());
  else
    tell(done, options.dry_run);
  return {};
}

}  // namespace doorstep::server
