#include <algorithm>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/office_time.hpp"
#include "app/open_office.hpp"
#include "app/terminal.hpp"
#include "app/value_words.hpp"
#include "app/verdict_name.hpp"
#include "base/counted.hpp"
#include "base/error.hpp"
#include "pipeline/held_desk.hpp"
#include "wire/codec.hpp"

// `held`: what the office keeps unapplied, and what people decide about it.
namespace doorstep::server {
namespace {

using nlohmann::ordered_json;

std::string name_text(const GroupName& name) {
  return std::to_string(raw(name.actor)) + "/" + std::to_string(raw(name.number));
}

Label change_words(OpKind kind) {
  switch (kind) {
    case OpKind::insert:
      return {"新增", "add"};
    case OpKind::update:
      return {"修改", "edit"};
    case OpKind::remove:
      return {"删除", "remove"};
  }
  return {"", ""};
}

Result<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size())
    return fail_usage("请照清单里的样子写是哪一条,例如 4294967353/12。",
                      "Name the group as the list does, such as 4294967353/12.");
  return number;
}

/// `ACTOR/GROUP`
Result<GroupName> read_name(const std::string& text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  DOORSTEP_TRY(actor, read_number(std::string_view(text).substr(0, slash)));
  DOORSTEP_TRY(number, read_number(std::string_view(text).substr(std::min(slash + 1, text.size()))));
  return GroupName{ActorId{actor}, GroupNumber{number}};
}

/// `table.column=value`, or `table/ID.column=value` where the group writes several rows of the table.
Result<HeldEdit> read_edit(const Pack& pack, ValueWords& words, const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::size_t dot = text.rfind('.', equals);
  if (equals == std::string::npos || dot == std::string::npos)
    return fail_usage("请写成:表.列=值。", "Write it as table.column=value.");
  std::string table_name = text.substr(0, dot);
  HeldEdit edit;
  if (const std::size_t slash = table_name.find('/'); slash != std::string::npos) {
    edit.row = parse_row_id(table_name.substr(slash + 1));
    if (!edit.row) return fail_usage("表后面要写记录编号。", "A row's id follows the table.");
    table_name.resize(slash);
  }
  DOORSTEP_TRY(table, find_table(pack, table_name));
  edit.table = table->id;
  const std::string column_name = text.substr(dot + 1, equals - dot - 1);
  const Column* column = table->find(column_name);
  for (const Column& known : table->columns)
    if (known.label.zh == column_name || known.label.en == column_name) column = &known;
  if (column == nullptr)
    return fail_usage("表“" + table->label.zh + "”没有名为“" + column_name + "”的列。",
                      "Table \"" + table->name + "\" has no column \"" + column_name + "\".");
  edit.column = column->id;
  const std::string typed = text.substr(equals + 1);
  if (typed.empty()) return edit;
  if (!column->target) {
    edit.value = typed;
    return edit;
  }
  DOORSTEP_TRY(row, words.find_row(*pack.find(*column->target), typed));
  edit.value = to_text(row);
  return edit;
}

/// What is not to stand on a screen that anybody may look at.
bool is_hidden(const Column* column, const Value& value, bool reveal) {
  const bool may_be_sensitive = column == nullptr || column->sensitive;
  return may_be_sensitive && !is_null(value) && !reveal;
}

ordered_json to_json(const HeldGroup& held, const Pack& pack, bool reveal) {
  const Label reason = wire::sentence(held.record.reason);
  ordered_json changes = ordered_json::array();
  if (held.content)
    for (const Op& op : held.content->ops) {
      const Table* table = pack.find(op.key.table);
      ordered_json cells = ordered_json::object();
      ordered_json hidden = ordered_json::array();
      for (const CellWrite& write : op.cells) {
        const Column* column = table == nullptr ? nullptr : table->find(write.column);
        const bool hide = is_hidden(column, write.value, reveal);
        const std::string name = column == nullptr ? std::to_string(raw(write.column)) : column->name;
        if (hide) hidden.push_back(name);
        cells[name] = hide ? nlohmann::json() : to_json_value(write.value);
      }
      changes.push_back({{"change", change_words(op.kind).en},
                         {"table", table == nullptr ? std::to_string(raw(op.key.table)) : table->name},
                         {"row", to_text(op.key.row)},
                         {"cells", std::move(cells)},
                         {"hidden", std::move(hidden)}});
    }
  ordered_json dependents = ordered_json::array();
  for (const GroupName& name : held.dependents) dependents.push_back(name_text(name));
  return {{"group", name_text({held.record.actor, held.record.number})},
          {"owner", held.person},
          {"device", held.device},
          {"recorded_ms", held.content ? ordered_json(held.content->stamp.ms()) : ordered_json()},
          {"received_ms", held.record.received_ms},
          {"reason", raw(held.record.reason)},
          {"reason_zh", reason.zh},
          {"reason_en", reason.en},
          {"detail", held.record.detail},
          {"changes", std::move(changes)},
          {"dependents", std::move(dependents)}};
}

Status tell_group(const HeldGroup& held, const Pack& pack, ValueWords& words, bool reveal) {
  const Label reason = wire::sentence(held.record.reason);
  const std::string name = name_text({held.record.actor, held.record.number});
  const std::string when = office_minute(held.content ? held.content->stamp.ms() : held.record.received_ms);
  const std::string detail = held.record.detail.empty() ? "" : "(" + for_terminal(held.record.detail) + ")";
  say("● " + name + " " + for_terminal(held.person) + "(" + for_terminal(held.device) + ")" + when + ":" +
          reason.zh + detail,
      "  " + name + " by " + for_terminal(held.person) + " (" + for_terminal(held.device) + "), " + when +
          ": " + reason.en + " " + detail);
  if (held.content)
    for (const Op& op : held.content->ops) {
      const Table* table = pack.find(op.key.table);
      if (table == nullptr) continue;
      std::string zh = "    " + change_words(op.kind).zh + table->label.zh;
      for (const CellWrite& write : op.cells) {
        const Column* column = table->find(write.column);
        if (column == nullptr) continue;
        const bool hide = is_hidden(column, write.value, reveal);
        DOORSTEP_TRY(value, hide ? Result<std::string>("***") : words.text(column, write.value));
        zh += " " + column->label.zh + "=" + for_terminal(value);
      }
      say(zh, std::string("    ") + change_words(op.kind).en + " " + table->name + " " + to_text(op.key.row));
    }
  std::string dependents;
  for (const GroupName& dependent : held.dependents) dependents += " " + name_text(dependent);
  if (!dependents.empty()) say("    跟着它一起等的:" + dependents, "    waiting with it:" + dependents);
  return {};
}

/// What became of the group, for the person who decided.
Status tell_decided(const Decided& decided, bool json) {
  const GroupRecord& record = decided.record;
  const std::string name = name_text({record.actor, record.number});
  if (json) {
    ordered_json dependents = ordered_json::array();
    for (const GroupRecord& dependent : decided.dependents)
      dependents.push_back({{"group", name_text({dependent.actor, dependent.number})},
                            {"verdict", name_of(dependent.verdict)}});
    std::printf("%s\n", ordered_json{{"group", name},
                                     {"verdict", name_of(record.verdict)},
                                     {"reason", raw(record.reason)},
                                     {"detail", record.detail},
                                     {"dependents", std::move(dependents)}}
                            .dump(1, ' ', false, ordered_json::error_handler_t::replace)
                            .c_str());
  } else if (record.verdict == wire::VerdictKind::returned) {
    say(name + "已退回,手机下次连上时会告诉登记的人。",
        name + " is returned; its holder is told at the next contact.");
  } else if (record.verdict == wire::VerdictKind::replaced) {
    say(name + "已按改过的内容入账。", name + " is in the books as edited.");
  } else if (record.verdict != wire::VerdictKind::held) {
    say(name + "已入账。", name + " is in the books.");
  }
  std::size_t settled = 0;
  for (const GroupRecord& dependent : decided.dependents)
    if (dependent.verdict != wire::VerdictKind::held) ++settled;
  const std::string of = std::to_string(settled) + "/" + std::to_string(decided.dependents.size());
  if (!json && !decided.dependents.empty())
    say("跟着它等的:" + of + "条一起处理了。", "Waiting with it: " + of + " were settled too.");
  if (record.verdict != wire::VerdictKind::held) return {};
  const Label reason = wire::sentence(record.reason);
  return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
              name + "还不能入账:" + reason.zh + " " + record.detail +
                  " 可以改过再入账(held edit),或者退回(held return)。",
              name + " still cannot be applied: " + reason.en + " " + record.detail +
                  " Edit it (held edit) or return it (held return).");
}

AuditAct deciding(AuditKind kind, const GroupName& name, const HeldDecision& options) {
  return act_of(kind, "group " + name_text(name), options.note, options.by);
}

}  // namespace

Status run_held(const HeldOptions& options) {
  if (options.reveal && options.reason.empty())
    return fail_usage("要看隐藏的内容,请用 --reason 写明为什么,会记下来。",
                      "To see what is hidden say why, with --reason; it goes on record.");
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  const std::string asked = options.group.empty() ? "held" : "held " + options.group;
  DOORSTEP_TRY(held, held_groups(opened->office()));
  if (!options.group.empty()) {
    DOORSTEP_TRY(name, read_name(options.group));
    const auto other = [&](const HeldGroup& group) {
      return !(GroupName{group.record.actor, group.record.number} == name);
    };
    held.groups.erase(std::remove_if(held.groups.begin(), held.groups.end(), other), held.groups.end());
  }
  // What is not there nobody is shown.
  const bool reveals = options.reveal && !held.groups.empty();
  DOORSTEP_CHECK(
      record_audit(opened->office(), reveals ? act_of(AuditKind::revealed, asked, options.reason, options.by)
                                             : act_of(AuditKind::looked, asked)));
  if (!options.group.empty() && held.groups.empty())
    return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never, "待处理的清单里没有这一条。",
                "That group is not held.");
  const Pack& pack = held.plan->pack();
  if (options.json) {
    ordered_json list = ordered_json::array();
    for (const HeldGroup& group : held.groups) list.push_back(to_json(group, pack, options.reveal));
    std::printf("%s\n", list.dump(1, ' ', false, ordered_json::error_handler_t::replace).c_str());
    return {};
  }
  DOORSTEP_TRY(snapshot, opened->store().snapshot());
  SnapshotRows rows(*snapshot);
  ValueWords words(pack, opened->office().record().office, rows);
  for (const HeldGroup& group : held.groups) DOORSTEP_CHECK(tell_group(group, pack, words, options.reveal));
  const std::string count = std::to_string(held.groups.size());
  say(held.groups.empty() ? "没有待处理的。" : "共" + count + "条先留着没有入账。",
      held.groups.empty() ? "Nothing is held."
                          : counted(held.groups.size(), "group is", "groups are") + " held without effect.");
  return {};
}

Status run_release(const HeldDecision& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(name, read_name(options.group));
  const Acting acting(opened->office(), deciding(AuditKind::released, name, options));
  DOORSTEP_TRY(decided, release_group(opened->office(), name, {options.by, options.note}));
  return tell_decided(decided, options.json);
}

Status run_return(const HeldDecision& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(name, read_name(options.group));
  const Acting acting(opened->office(), deciding(AuditKind::returned, name, options));
  DOORSTEP_TRY(decided, return_group(opened->office(), name, {options.by, options.note}));
  return tell_decided(decided, options.json);
}

Status run_edit_held(const HeldDecision& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(name, read_name(options.group));
  std::vector<HeldEdit> edits;
  {
    DOORSTEP_TRY(pack, opened->pack());
    DOORSTEP_TRY(snapshot, opened->store().snapshot());
    SnapshotRows rows(*snapshot);
    ValueWords words(*pack, opened->office().record().office, rows);
    for (const std::string& text : options.set) {
      DOORSTEP_TRY(edit, read_edit(*pack, words, text));
      edits.push_back(std::move(edit));
    }
  }
  const Acting acting(opened->office(), deciding(AuditKind::edited, name, options));
  DOORSTEP_TRY(decided, edit_group(opened->office(), name, edits, {options.by, options.note}));
  return tell_decided(decided, options.json);
}

}  // namespace doorstep::server
