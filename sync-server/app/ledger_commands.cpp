#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/office_time.hpp"
#include "app/open_office.hpp"
#include "app/terminal.hpp"
#include "app/value_words.hpp"
#include "auth/identity.hpp"
#include "base/counted.hpp"
#include "base/error.hpp"
#include "merge/rules.hpp"
#include "pipeline/decide.hpp"
#include "pipeline/history.hpp"
#include "pipeline/verify.hpp"

// `conflicts`, `decide`, `why` and `verify`.
namespace doorstep::server {
namespace {

using nlohmann::ordered_json;

/// Of an entry's id, enough to tell a few thousand apart.
constexpr std::size_t kEntryShown = 8;

std::string version_text(const VersionName& name) {
  return std::to_string(raw(name.actor)) + "/" + std::to_string(raw(name.group)) + "/" +
         std::to_string(name.op);
}

struct Words {
  const char* name;
  const char* zh;
  const char* en;
};

Words standing_words(Standing standing) {
  switch (standing) {
    case Standing::shown:
      return {"shown", "现在显示", "shows now"};
    case Standing::agreeing:
      return {"agreeing", "同时写,写得一样", "written at the same time, the same"};
    case Standing::superseded:
      return {"superseded", "后来被改过", "changed later by somebody who had seen it"};
    case Standing::open_loser:
      return {"open_loser", "同时写,写得不同,待核实", "written at the same time, different, open"};
    case Standing::closed_loser:
      return {"closed_loser", "当时写得不同,已经了结", "was different at the same time, settled since"};
    case Standing::part:
      return {"part", "其中一部分", "part of what shows"};
  }
  return {"unknown", "", ""};
}

// --- conflicts ---

Result<ordered_json> to_json(const Conflict& conflict, ValueWords& words) {
  const wire::LedgerItem& item = conflict.record.item;
  DOORSTEP_TRY(name, words.row_name(*conflict.table, item.key.row));
  const LedgerRecord& record = conflict.record;
  return ordered_json{{"entry", to_text(item.entry)},
                      {"open", item.open},
                      {"table", conflict.table->name},
                      {"row", to_text(item.key.row)},
                      {"row_name", name},
                      {"column", conflict.column == nullptr ? "" : conflict.column->name},
                      {"kind", name_of(item.kind)},
                      {"shown_value", to_json_value(conflict.shown)},
                      {"shown_by", conflict.shown_person},
                      {"losing_value", to_json_value(item.value)},
                      {"losing_by", item.person},
                      {"base_value", to_json_value(item.base_value)},
                      {"losing_ms", item.version.stamp.ms()},
                      {"opened_ms", record.opened_ms},
                      {"closed_ms", record.closed_ms ? ordered_json(*record.closed_ms) : ordered_json()},
                      {"closed_by", record.closed_by},
                      {"decided", record.decided},
                      {"decision", to_json_value(record.decision)}};
}

/// How an entry was settled; nothing while it is open.
std::pair<std::string, std::string> settlement(const LedgerRecord& record, const std::string& decision) {
  if (record.item.open) return {};
  const std::string when = office_minute(*record.closed_ms);
  const std::string who = for_terminal(record.closed_by);
  if (record.decided)
    return {"(" + who + "在" + when + "定为“" + decision + "”。)",
            " (" + who + " decided on '" + decision + "', " + when + ".)"};
  return {"(" + when + "起不再是问题。)", " (No longer open since " + when + ".)"};
}

Status tell_conflict(const Conflict& conflict, ValueWords& words) {
  const wire::LedgerItem& item = conflict.record.item;
  DOORSTEP_TRY(name, words.row_name(*conflict.table, item.key.row));
  const std::string entry = to_text(item.entry).substr(0, kEntryShown);
  DOORSTEP_TRY(decision, words.text(conflict.column, conflict.record.decision));
  const auto [settled_zh, settled_en] = settlement(conflict.record, decision);
  const std::string when = office_minute(item.version.stamp.ms());
  const std::string who = for_terminal(item.person);
  const std::string mark = "● " + entry + " " + conflict.table->label.zh + " " + name;
  const std::string mark_en = "  " + conflict.table->name + " " + name;
  if (item.kind == LoserKind::kept_alive || conflict.column == nullptr) {
    say(mark + ":" + who + "在" + when + "删除了它,同时有人在改,所以留着。" + settled_zh,
        mark_en + ": " + who + " removed it (" + when + ") while somebody edited it, so it stays." +
            settled_en);
    return {};
  }
  DOORSTEP_TRY(shown, words.text(conflict.column, conflict.shown));
  DOORSTEP_TRY(losing, words.text(conflict.column, item.value));
  DOORSTEP_TRY(base, words.text(conflict.column, item.base_value));
  const std::string column = conflict.column->label.zh;
  if (item.kind == LoserKind::deleted) {
    say(mark + " 的“" + column + "”:" + who + "在" + when + "写“" + losing +
            "”,同时有人删除了这条记录,所以没有显示。" + settled_zh,
        mark_en + ", " + conflict.column->name + ": " + who + " wrote '" + losing + "' (" + when +
            ") while somebody removed the row, so it does not show." + settled_en);
    return {};
  }
  const std::string shown_by = for_terminal(conflict.shown_person);
  const bool late = item.kind == LoserKind::late;
  const Label rule = rule_of(conflict.column->merge);
  say(mark + " 的“" + column + "”:" + shown_by + "写“" + shown +
          (item.open ? "”(现在显示)," : "”(当时显示),") + who + "在" + when + "写“" + losing + "”,原来是“" +
          base + "”。" + (late ? "后一种是写给删除前的那条的。" : rule.zh + "。") + settled_zh,
      mark_en + ", " + conflict.column->name + ": " + shown_by + " wrote '" + shown +
          (item.open ? "' (shows), " : "' (showed), ") + who + " wrote '" + losing + "' (" + when +
          "); before it was '" + base + "'. " +
          (late ? "The latter was meant for the row before it was removed." : "Rule: " + rule.en + ".") +
          settled_en);
  return {};
}

/// The open entry that begins with what was typed.
Result<RowId> find_entry(const Conflicts& found, const std::string& typed) {
  std::vector<RowId> matches;
  for (const Conflict& conflict : found.entries)
    if (to_text(conflict.record.item.entry).rfind(typed, 0) == 0)
      matches.push_back(conflict.record.item.entry);
  if (matches.empty())
    return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
                "没有编号以“" + typed + "”开头的待核实说法,请用 conflicts 查看。",
                "No open conflict begins with \"" + typed + "\". See `conflicts`.");
  if (matches.size() > 1)
    return fail_usage("以“" + typed + "”开头的不止一处,请多写几位。",
                      "More than one conflict begins with \"" + typed + "\"; write more of it.");
  return matches.front();
}

// --- why ---

ordered_json to_json(const CellVersion& version) {
  ordered_json bases = ordered_json::array();
  for (const VersionName& base : version.bases) bases.push_back(version_text(base));
  return {{"standing", standing_words(version.standing).name},
          {"value", to_json_value(version.value)},
          {"person", version.person},
          {"device", version.device},
          {"version", version_text(version.version.name)},
          {"stamp", std::to_string(version.version.stamp.bits)},
          {"round", version.version.round},
          {"written_ms", version.version.stamp.ms()},
          {"claimed_ms", version.claimed_ms},
          {"clock_in_doubt", version.clock_in_doubt},
          {"received_ms", version.received_ms},
          {"bases", std::move(bases)}};
}

ordered_json to_json(const Why& found) {
  ordered_json versions = ordered_json::array();
  for (const CellVersion& version : found.versions) versions.push_back(to_json(version));
  const Label rule = rule_of(found.rule);
  return {{"table", found.table->name},
          {"row", to_text(found.row)},
          {"column", found.column->name},
          {"alive", found.alive},
          {"same_rows", found.same},
          {"birth", raw(found.birth)},
          {"shown", to_json_value(found.shown)},
          {"rule", name_of(found.rule)},
          {"rule_zh", rule.zh},
          {"rule_en", rule.en},
          {"history_cut", found.is_cut},
          {"erased", found.erasure ? ordered_json(office_minute(found.erasure->at_ms)) : ordered_json()},
          {"versions", std::move(versions)}};
}

Status tell_why(const Why& found, ValueWords& words) {
  const Column& column = *found.column;
  DOORSTEP_TRY(name, words.row_name(*found.table, found.row));
  DOORSTEP_TRY(shown, words.text(&column, found.shown));
  const Label rule = rule_of(found.rule);
  say(found.table->label.zh + " " + name + " 的“" + column.label.zh + "”现在是“" + shown +
          "”。规则:" + rule.zh + "。",
      column.name + " of " + found.table->name + " " + name + " reads '" + shown + "'. Rule: " + rule.en +
          ".");
  if (found.same > 1)
    say("有" + std::to_string(found.same) + "条归在一起,显示的是这一条写的。",
        std::to_string(found.same) + " rows are one; the value comes from this one.");
  if (!found.alive) say("这条记录已经删除。", "This row was removed.");
  if (found.erasure)
    say("这里的个人信息已于" + office_minute(found.erasure->at_ms) + "删除,只留下谁在什么时候写过。",
        "What stood here was erased on " + office_minute(found.erasure->at_ms) +
            "; only who wrote when is left.");
  std::vector<std::vector<Value>> rows;
  for (const CellVersion& version : found.versions) {
    DOORSTEP_TRY(value, words.text(&column, version.value));
    const Words standing = standing_words(version.standing);
    rows.push_back({Value(value), Value(version.person), Value(version.device),
                    Value(office_minute(version.version.stamp.ms()) + (version.clock_in_doubt ? " ?" : "")),
                    Value(version.received_ms == 0 ? std::string{} : office_minute(version.received_ms)),
                    Value(std::string(standing.zh) + " / " + standing.en)});
  }
  std::fputs(
      format_table({"值 value", "谁 who", "设备 device", "写于 written", "收到 received", "状态 standing"},
                   rows)
          .c_str(),
      stdout);
  if (found.is_cut)
    say("更早的写法不再保存(见 compact)。", "What was written before is not kept any more (see compact).");
  return {};
}

/// The pack's column that was typed by its name or label.
std::string column_name(const Table& table, const std::string& typed) {
  for (const Column& column : table.columns)
    if (column.name == typed || column.label.zh == typed || column.label.en == typed) return column.name;
  return typed;
}

}  // namespace

Status run_conflicts(const ConflictsOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_CHECK(record_audit(opened->office(), act_of(AuditKind::looked, "conflicts")));
  DOORSTEP_TRY(found, conflicts(opened->office(), !options.all));
  DOORSTEP_TRY(snapshot, opened->store().snapshot());
  SnapshotRows rows(*snapshot);
  ValueWords words(found.plan->pack(), opened->office().record().office, rows);
  if (options.json) {
    ordered_json list = ordered_json::array();
    for (const Conflict& conflict : found.entries) {
      DOORSTEP_TRY(entry, to_json(conflict, words));
      list.push_back(std::move(entry));
    }
    std::printf("%s\n", list.dump(1, ' ', false, ordered_json::error_handler_t::replace).c_str());
    return {};
  }
  for (const Conflict& conflict : found.entries) DOORSTEP_CHECK(tell_conflict(conflict, words));
  const auto open = std::count_if(found.entries.begin(), found.entries.end(),
                                  [](const Conflict& conflict) { return conflict.record.item.open; });
  const std::string count = std::to_string(open);
  say(open == 0 ? "没有待核实的不同说法。" : "共" + count + "处写得不一样、还没有定,两种都留着。",
      open == 0 ? "There are no open conflicts."
                : counted(static_cast<std::uint64_t>(open), "open conflict") + "; both values are kept.");
  return {};
}

Status run_decide(const DecideOptions& options) {
  if (options.keep.empty() && options.value.empty())
    return fail_usage("请写明决定:--keep shown、--keep other,或 --value 内容。",
                      "Say what you decide: --keep shown, --keep other, or --value TEXT.");
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(open, conflicts(opened->office(), true));
  DOORSTEP_TRY(entry, find_entry(open, options.entry));
  Decision decision;
  if (options.keep == "other") decision.choice = Decision::Choice::other;
  if (options.keep.empty()) decision = {Decision::Choice::value, options.value};
  const Acting acting(opened->office(), act_of(AuditKind::decided, "conflict " + to_text(entry)));
  DOORSTEP_CHECK(decide(opened->office(), entry, decision));
  if (options.json)
    std::printf("%s\n", ordered_json{{"entry", to_text(entry)}, {"decided", true}}.dump().c_str());
  else
    say("已定。下次联系时各手机都会看到。", "Decided. Phones see it when they next exchange.");
  return {};
}

Status run_why(const WhyOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(pack, opened->pack());
  DOORSTEP_TRY(table, find_table(*pack, options.table));
  DOORSTEP_TRY(snapshot, opened->store().snapshot());
  SnapshotRows rows(*snapshot);
  ValueWords words(*pack, opened->office().record().office, rows);
  DOORSTEP_TRY(row, words.find_row(*table, options.row));
  const std::string column = column_name(*table, options.column);
  DOORSTEP_CHECK(record_audit(
      opened->office(), act_of(AuditKind::looked, "why " + table->name + " " + to_text(row) + " " + column)));
  DOORSTEP_TRY(found, why(opened->office(), table->name, row, column));
  if (!options.json) return tell_why(found, words);
  std::printf("%s\n", to_json(found).dump(1, ' ', false, ordered_json::error_handler_t::replace).c_str());
  return {};
}

Status run_verify(const VerifyOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(identity, auth::OfficeIdentity::load(options.data));
  std::optional<NotedAuditHead> noted;
  if (!options.audit_head.empty()) {
    DOORSTEP_TRY(head, read_head(options.audit_head));
    noted = std::move(head);
  }
  DOORSTEP_TRY(found, verify(opened->office(), noted));
  if (identity.office() != opened->office().record().office) {
    found.faults.insert(found.faults.begin(), "the keys belong to another office");
    ++found.fault_count;
  }
  if (options.json) {
    DOORSTEP_TRY(hash, state_hash(opened->office()));
    const ordered_json report{{"ok", found.fault_count == 0},
                              {"faults", found.faults},
                              {"fault_count", found.fault_count},
                              {"actors", found.actors},
                              {"groups", found.groups},
                              {"cut_groups", found.cut_groups},
                              {"redacted_groups", found.redacted_groups},
                              {"rows", found.rows},
                              {"feed_entries", found.feed_entries},
                              {"open_conflicts", found.open_conflicts},
                              {"audit_entries", found.audit_entries},
                              {"erased_audit_entries", found.erased_audit_entries},
                              {"state_hash", to_hex(view(hash))}};
    std::printf("%s\n", report.dump(1).c_str());
  }
  const std::string count = std::to_string(found.fault_count);
  if (found.fault_count > 0) {
    if (!options.json)
      for (const std::string& fault : found.faults)
        std::fprintf(stderr, "- %s\n", for_terminal(fault).c_str());
    return fail(ErrorDomain::storage, ErrorCode::storage_damaged, Retry::never,
                "数据有" + count + "处不对。请保留这个文件夹,从最近的备份恢复到新的文件夹。",
                "The data has " + counted(found.fault_count, "fault") +
                    ". Keep this folder, and restore the latest backup into a new one.");
  }
  if (!options.json)
    say("数据完好:" + std::to_string(found.rows) + "条记录," + std::to_string(found.groups) + "批登记," +
            std::to_string(found.open_conflicts) + "处待核实,留痕" + std::to_string(found.audit_entries) +
            "条。",
        "All is well: " + counted(found.rows, "row") + ", " + counted(found.groups, "group") + ", " +
            counted(found.open_conflicts, "open conflict") + ", " +
            counted(found.audit_entries, "audit entry", "audit entries") + ".");
  return {};
}

}  // namespace doorstep::server
