#include "commands.hpp"
#include "table_text.hpp"
#include "values_json.hpp"

namespace field {
namespace {

/// Of an entry's id, enough to tell a few thousand apart.
constexpr std::size_t kEntryShown = 8;

/// `SELECT *` also brings the engine's own column of versions, which no person reads.
void hide_versions(doorstep::ResultSet& rows, const std::string& sql) {
  static constexpr const char* kVersions = "_meta";
  if (sql.find(kVersions) != std::string::npos) return;
  for (std::size_t i = rows.columns.size(); i-- > 0;) {
    if (rows.columns[i] != kVersions) continue;
    const auto at = static_cast<std::ptrdiff_t>(i);
    rows.columns.erase(rows.columns.begin() + at);
    for (auto& row : rows.rows) row.erase(row.begin() + at);
  }
}

}  // namespace

int query(const Phone& phone, const std::string& sql) {
  auto rows = phone.engine.query(sql);
  if (!rows) return phone.speaker.fail(rows.error());
  hide_versions(*rows, sql);
  if (phone.speaker.json()) {
    phone.speaker.line(to_json(*rows));
  } else if (!rows->columns.empty()) {
    std::string text = table_text(*rows);
    text.pop_back();
    phone.speaker.line(text);
  }
  return kDone;
}

int status(const Phone& phone) {
  const doorstep::PhoneStatus status = phone.engine.status();
  if (phone.speaker.json()) {
    phone.speaker.line(to_json(status));
    return kDone;
  }
  if (status.joined) phone.speaker.line(status.office_name + " · " + status.person_name);
  for (const doorstep::Sentence& sentence : status.sentences) phone.speaker.say(sentence);
  if (!status.encrypted)
    phone.speaker.say(
        {"这个数据文件没有加密,拿到文件的人都能看。加密请用:doorstep --key-file",
         "This file is not encrypted: whoever has it can read it. To encrypt it: doorstep --key-file"});
  return kDone;
}

int conflicts(const Phone& phone) {
  const auto found = phone.engine.conflicts();
  if (!found) return phone.speaker.fail(found.error());
  if (phone.speaker.json()) {
    Json all = Json::array();
    for (const doorstep::Conflict& conflict : *found) all.push_back(to_json(conflict));
    phone.speaker.line(all);
    return kDone;
  }
  if (found->empty())
    phone.speaker.say(
        {"没有两个人写得不一样的地方。", "Nobody wrote anything different from somebody else."});
  for (const doorstep::Conflict& conflict : *found) {
    const std::string code = conflict.entry.substr(0, kEntryShown) + "  ";
    phone.speaker.say({code + conflict.sentence.zh, code + conflict.sentence.en});
  }
  return kDone;
}

int decide(const Phone& phone, const std::string& entry, const std::string& keep, const std::string& value) {
  if (keep.empty() && value.empty())
    return phone.speaker.fail(usage_error("请写明怎么定:--keep shown、--keep other,或 --value 内容。",
                                          "Say what you decide: --keep shown, --keep other, --value TEXT."));
  const auto found = phone.engine.conflicts();
  if (!found) return phone.speaker.fail(found.error());
  std::vector<std::string> matches;
  for (const doorstep::Conflict& conflict : *found)
    if (conflict.entry.rfind(entry, 0) == 0) matches.push_back(conflict.entry);
  if (matches.size() != 1)
    return phone.speaker.fail(
        usage_error("编号“" + entry + "”" + (matches.empty() ? "没有对上" : "对上了不止一处") +
                        ",请看:doorstep conflicts",
                    "The code \"" + entry + "\" fits " + (matches.empty() ? "no" : "more than one") +
                        " place. See: doorstep conflicts"));
  doorstep::Decision decision;
  if (keep == "other") decision.choice = doorstep::Decision::Choice::other;
  if (keep.empty()) decision = {doorstep::Decision::Choice::value, value};
  const auto decided = phone.engine.decide(matches.front(), decision);
  if (!decided) return phone.speaker.fail(decided.error());
  if (phone.speaker.json())
    phone.speaker.line(Json{{"entry", matches.front()}, {"decided", true}});
  else
    phone.speaker.say(
        {"定好了。有信号时会告诉大家。", "Decided. Everybody learns of it with the next signal."});
  return kDone;
}

int held(const Phone& phone) {
  const auto found = phone.engine.held();
  if (!found) return phone.speaker.fail(found.error());
  Json all = Json::array();
  if (found->empty() && !phone.speaker.json())
    phone.speaker.say({"街道没有留着或退回这部手机的记录。",
                       "The office keeps nothing of this phone, nor returned anything."});
  for (const doorstep::HeldGroup& item : *found) {
    const auto content = phone.engine.content(item.group);
    if (!content) return phone.speaker.fail(content.error());
    if (phone.speaker.json()) {
      all.push_back(to_json(item, *content));
      continue;
    }
    phone.speaker.say(item.sentence);
    doorstep::ResultSet cells{{"table", "row", "change", "column", "value"}, {}};
    for (const doorstep::HeldCell& cell : *content)
      cells.rows.push_back({cell.table, cell.row, cell.change, cell.column, cell.value});
    std::string text = table_text(cells);
    text.pop_back();
    phone.speaker.line(text);
  }
  if (phone.speaker.json()) phone.speaker.line(all);
  return kDone;
}

int retry(const Phone& phone, std::uint64_t group) {
  const auto done = phone.engine.retry(group);
  if (!done) return phone.speaker.fail(done.error());
  phone.speaker.say(
      {"第" + std::to_string(group) + "条已重新记下,有信号会自动上传。",
       "No. " + std::to_string(group) + " is recorded again; it goes up when there is signal."});
  return kDone;
}

int dismiss(const Phone& phone, std::uint64_t group) {
  const auto done = phone.engine.dismiss(group);
  if (!done) return phone.speaker.fail(done.error());
  phone.speaker.say({"第" + std::to_string(group) + "条已从清单里拿掉。",
                     "No. " + std::to_string(group) + " is off the list."});
  return kDone;
}

int why(const Phone& phone, const std::string& table, const std::string& row, const std::string& column) {
  const auto id = phone.engine.resolve(table, row);
  if (!id) return phone.speaker.fail(id.error());
  const auto why = phone.engine.why(table, *id, column);
  if (!why) return phone.speaker.fail(why.error());
  if (phone.speaker.json()) {
    phone.speaker.line(to_json(*why));
    return kDone;
  }
  phone.speaker.say(why->sentence);
  if (why->steps.empty()) return kDone;
  doorstep::ResultSet steps{{"value", "person", "where", "version", "round"}, {}};
  for (const auto& step : why->steps)
    steps.rows.push_back({step.value, step.person, step.where, step.version, std::int64_t{step.round}});
  std::string text = table_text(steps);
  text.pop_back();
  phone.speaker.line(text);
  return kDone;
}

int reveal(const Phone& phone, const std::string& table, const std::string& row, const std::string& column,
           const std::string& reason) {
  const auto id = phone.engine.resolve(table, row);
  if (!id) return phone.speaker.fail(id.error());
  const auto value = phone.engine.reveal(table, *id, column, reason);
  if (!value) return phone.speaker.fail(value.error());
  if (phone.speaker.json()) {
    phone.speaker.line(Json{{"value", to_json(*value)}});
    return kDone;
  }
  phone.speaker.line(text_of(*value));
  phone.speaker.say(
      {"这次查看和原因已记在街道,内容不会存在这部手机里。",
       "That you looked, and why, is on the office's record; the value is not kept on this phone."});
  return kDone;
}

}  // namespace field
