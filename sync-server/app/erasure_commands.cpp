#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/erasure_journal.hpp"
#include "app/office_time.hpp"
#include "app/row_names.hpp"
#include "app/terminal.hpp"
#include "base/counted.hpp"
#include "base/error.hpp"
#include "pipeline/retention.hpp"

// `erase` and `retention`.
namespace doorstep::server {
namespace {

using nlohmann::ordered_json;

/// As the terminal lists them: people look them up by table and id.
constexpr std::size_t kListed = 20;

void print(const ordered_json& value) {
  std::printf("%s\n", value.dump(1, ' ', false, ordered_json::error_handler_t::replace).c_str());
}

ordered_json to_json(const Pack& pack, const std::vector<RowKey>& rows) {
  ordered_json out = ordered_json::array();
  for (const RowKey& key : rows)
    out.push_back({{"table", pack.find(key.table)->name}, {"row", to_text(key.row)}});
  return out;
}

/// "居民1条,走访12条"
Label counts(const Pack& pack, const std::vector<RowKey>& rows) {
  std::map<TableId, std::size_t> by_table;
  for (const RowKey& key : rows) ++by_table[key.table];
  Label words;
  for (const auto& [id, count] : by_table) {
    const Table& table = *pack.find(id);
    words.zh += (words.zh.empty() ? "" : ",") + table.label.zh + std::to_string(count) + "条";
    words.en += (words.en.empty() ? "" : ", ") + std::to_string(count) + " of " + table.name;
  }
  return words;
}

void tell_mentions(const Pack& pack, const std::vector<RowKey>& mentions) {
  if (mentions.empty()) return;
  const std::string count = std::to_string(mentions.size());
  say("另有" + count +
          "条别的记录里还写着这里删去的某个姓名、电话或号码,没有动;请逐条看过,该改的改,该删的再 erase:",
      count +
          " other rows still have a name, phone or number that was erased here; they were left alone. "
          "Look at each: correct it, or erase it as well:");
  for (std::size_t i = 0; i < mentions.size() && i < kListed; ++i) {
    const Table& table = *pack.find(mentions[i].table);
    const std::string id = to_text(mentions[i].row);
    say("  " + table.label.zh + " " + id, "  " + table.name + " " + id);
  }
  if (mentions.size() > kListed) say("  ……(--json 列出全部)", "  ... (--json lists all of them)");
}

void tell(const Pack& pack, const ErasureReport& done, const SweepReport& swept, bool dry_run) {
  std::vector<RowKey> rows;
  for (const ErasureRecord& erasure : done.rows) rows.push_back(erasure.key);
  const Label words = counts(pack, rows);
  say((dry_run ? "会删去这些记录里的个人信息:" : "已删去这些记录里的个人信息:") + words.zh +
          "。记录本身和条数留着。",
      (dry_run ? "Would erase what is personal in " : "Erased what is personal in ") + words.en +
          ". The rows themselves stay, as counts.");
  tell_mentions(pack, done.mentions);
  if (dry_run) return;
  if (swept.is_done)
    say("历史里涉及的" + std::to_string(swept.groups) + "批改动也已清除,数据文件已重写。手机下次连上时清除。",
        "Their values are out of " + counted(swept.groups, "group") +
            " of the history, too, and the file was written afresh. Phones follow with their next "
            "contact.");
  else
    say("历史已清除,但有程序正在读数据文件,日志还没清空;请稍后运行 retention,或等今晚自动做。",
        "The history is clean, but somebody is reading the file and its log is not empty yet. Run "
        "`retention` later, or wait for tonight.");
  say("请现在就 backup "
      "一次,并按规定销毁更早的备份和导出的表:里面还有原来的内容。手机要到这次备份后才清掉自己留的底。",
      "Make a backup now, and destroy older backups and exported files as your rules say: they still hold "
      "it. "
      "Phones drop their own copies only once a backup has been made.");
}

Result<RowKey> find_row(OpenOffice& opened, const Pack& pack, const EraseOptions& options) {
  DOORSTEP_TRY(snapshot, opened.store().snapshot());
  RowNames names(pack, opened.office().record().office, *snapshot);
  DOORSTEP_TRY(table, find_table(pack, options.table));
  DOORSTEP_TRY(row, names.find(*table, options.row));
  return RowKey{table->id, row};
}

ordered_json to_json(const RetentionReport& done, const std::map<TableId, ErasedCount>& before,
                     bool dry_run) {
  ordered_json tables = ordered_json::array();
  for (const RetainedTable& table : done.tables) {
    const auto at = before.find(table.table->id);
    tables.push_back({{"table", table.table->name},
                      {"retain", table.rule},
                      {"kept", table.kept},
                      {"due", table.due},
                      {"erased_so_far", at == before.end() ? 0 : at->second.rows}});
  }
  return {{"dry_run", dry_run},
          {"tables", std::move(tables)},
          {"erased", done.erased},
          {"history_groups", done.sweep.groups},
          {"swept", done.sweep.is_done}};
}

void tell(const RetentionReport& done, const std::map<TableId, ErasedCount>& before, bool dry_run) {
  std::vector<std::vector<Value>> rows;
  for (const RetainedTable& table : done.tables) {
    const auto at = before.find(table.table->id);
    const ErasedCount count = at == before.end() ? ErasedCount{} : at->second;
    rows.push_back({Value(table.table->label.zh + " " + table.table->name), Value(table.rule),
                    Value(static_cast<std::int64_t>(table.kept)), Value(static_cast<std::int64_t>(table.due)),
                    Value(static_cast<std::int64_t>(count.rows)),
                    Value(count.last_ms == 0 ? std::string{} : office_minute(count.last_ms))});
  }
  if (rows.empty()) {
    say("表格包没有规定保存期限(retain)。",
        "The pack says no time for which personal data is kept (retain).");
  } else {
    std::fputs(
        format_table({"表 table", "期限 retain", "期内 kept", "到期 due", "已删 erased", "最近 last"}, rows)
            .c_str(),
        stdout);
  }
  if (dry_run) return;
  say("到期的" + std::to_string(done.erased) + "条记录里的个人信息已删去(连同有关的记录)。",
      "Erased what is personal in " + counted(done.erased, "row") +
          " whose time was over, and in what was about it.");
  if (!done.sweep.is_done)
    say("有程序正在读数据文件,日志还没清空;今晚会再做。",
        "Somebody is reading the file and its log is not empty yet; tonight it is done again.");
}

}  // namespace

Status run_erase(const EraseOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(pack, opened->pack());
  DOORSTEP_TRY(row, find_row(*opened, *pack, options));
  const std::string subject = pack->find(row.table)->name + " " + to_text(row.row);
  Acting acting(opened->office(),
                options.dry_run ? act_of(AuditKind::looked, "erase " + subject, options.reason, options.by)
                                : act_of(AuditKind::erased, subject, options.reason, options.by));
  DOORSTEP_TRY(done, erase(opened->office(), {row, options.by, options.reason, options.dry_run}));
  DOORSTEP_CHECK(acting.record());
  SweepReport swept;
  if (!options.dry_run) {
    // Before anything that may fail: a restore must know of it.
    DOORSTEP_CHECK(write_journal(*opened, opened->folder().erasures()));
    DOORSTEP_TRY(cleaned, sweep(opened->office()));
    swept = cleaned;
  }
  if (!options.json) {
    tell(*pack, done, swept, options.dry_run);
    return {};
  }
  std::vector<RowKey> rows;
  for (const ErasureRecord& erasure : done.rows) rows.push_back(erasure.key);
  print({{"dry_run", options.dry_run},
         {"erased", to_json(*pack, rows)},
         {"conflicts", done.conflicts},
         {"mentions", to_json(*pack, done.mentions)},
         {"history_groups", swept.groups},
         {"swept", swept.is_done}});
  return {};
}

Status run_retention(const RetentionOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(done, enforce_retention(opened->office(), options.dry_run, operator_name()));
  if (done.erased == 0)
    DOORSTEP_CHECK(record_audit(opened->office(), act_of(AuditKind::looked, "retention")));
  DOORSTEP_TRY(snapshot, opened->store().snapshot());
  DOORSTEP_TRY(erased, erased_by_retention(*snapshot));
  if (options.json)
    print(to_json(done, erased, options.dry_run));
  else
    tell(done, erased, options.dry_run);
  return {};
}

}  // namespace doorstep::server
