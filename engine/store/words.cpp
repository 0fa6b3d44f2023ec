#include "store/words.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "base/counted.hpp"
#include "merge/rules.hpp"
#include "schema/validation.hpp"

namespace doorstep::words {
namespace {

constexpr std::int64_t kChinaOffsetMs = 8 * 3'600'000;

std::tm china_time(std::int64_t ms) {
  const std::time_t seconds = static_cast<std::time_t>((ms + kChinaOffsetMs) / 1000);
  std::tm out{};
  gmtime_r(&seconds, &out);
  return out;
}

std::string text_of(const Value& value) {
  switch (value.index()) {
    case 1:
      return std::to_string(std::get<std::int64_t>(value));
    case 2: {
      char buffer[32];
      std::snprintf(buffer, sizeof buffer, "%g", std::get<double>(value));
      return buffer;
    }
    case 3:
      return std::get<std::string>(value);
    default:
      return {};
  }
}

std::string number(std::uint64_t n) { return std::to_string(n); }

}  // namespace

Sentence value(const Column* column, const Value& v) {
  if (is_null(v)) return {"(空)", "(empty)"};
  if (column != nullptr)
    if (const auto change = change_in_words(column->merge, v)) return {*change, *change};
  std::string text = text_of(v);
  if (column != nullptr && column->type == ColumnType::boolean)
    return text == "0" ? Sentence{"否", "no"} : Sentence{"是", "yes"};
  if (column != nullptr && column->type == ColumnType::time)
    if (const auto ms = parse_canonical_time(text)) return moment(*ms, 0);
  if (column != nullptr && column->type == ColumnType::list) {
    for (const char mark : {'[', ']', '"'})
      text.erase(std::remove(text.begin(), text.end(), mark), text.end());
    return {text, text};
  }
  if (column != nullptr)
    for (const Choice& choice : column->choices)
      if (choice.value == text) return {choice.label.zh, choice.label.en};
  return {text, text};
}

Sentence moment(std::int64_t ms, std::int64_t now_ms) {
  const std::tm then = china_time(ms);
  const std::tm today = china_time(now_ms);
  char zh[64];
  char en[64];
  const bool same_day = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
  if (same_day) {
    std::snprintf(zh, sizeof zh, "今天%02d:%02d", then.tm_hour, then.tm_min);
    std::snprintf(en, sizeof en, "today %02d:%02d", then.tm_hour, then.tm_min);
  } else {
    std::snprintf(zh, sizeof zh, "%d年%d月%d日%02d:%02d", then.tm_year + 1900, then.tm_mon + 1, then.tm_mday,
                  then.tm_hour, then.tm_min);
    std::snprintf(en, sizeof en, "%04d-%02d-%02d %02d:%02d", then.tm_year + 1900, then.tm_mon + 1,
                  then.tm_mday, then.tm_hour, then.tm_min);
  }
  return {zh, en};
}

Sentence rehomed() {
  return {"这部手机的资料曾被恢复或复制过,街道已把它另登记为一部手机,记录一条没少。",
          "This phone's data had been restored or copied; the office has registered it as another phone, and "
          "not one record is missing."};
}

std::vector<Sentence> status(const PhoneStatus& s, std::int64_t now_ms) {
  std::vector<Sentence> out;
  if (!s.joined)
    return {{"这部手机还没有加入街道。请用街道给的邀请链接加入。",
             "This phone has not joined an office. Join with the invitation link."}};
  if (s.forked)
    out.push_back(
        {"这部手机的资料曾被恢复或复制过,下次连上街道会另登记为一部手机,记录都还在。",
         "This phone's data was restored or copied; with the next contact the office registers it as another "
         "phone. Everything is safe here."});
  if (s.rehomed) out.push_back(rehomed());
  const std::string contact_zh = s.last_contact_ms
                                     ? "上次连上街道:" + moment(*s.last_contact_ms, now_ms).zh + "。"
                                     : "还没有连上过街道。";
  const std::string contact_en =
      s.last_contact_ms ? "Last reached the office: " + moment(*s.last_contact_ms, now_ms).en + "."
                        : "The office has not been reached yet.";
  if (s.waiting_groups > 0)
    out.push_back({"还有" + number(s.waiting_groups) + "条只在这部手机里,有信号会自动上传。" + contact_zh,
                   counted(s.waiting_groups, "record is", "records are") +
                       " only on this phone, to go up when there is signal. " + contact_en});
  else
    out.push_back({"这部手机里的记录街道都收到了。" + contact_zh,
                   "The office has every record of this phone. " + contact_en});
  if (s.received_groups > 0)
    out.push_back({number(s.received_groups) + "条街道已收到,正在处理。",
                   counted(s.received_groups, "record has", "records have") +
                       " arrived at the office, to be decided."});
  if (s.held_groups > 0)
    out.push_back({number(s.held_groups) + "条街道先留着没有入账,原因见下面。",
                   counted(s.held_groups, "record is", "records are") +
                       " kept by the office without effect; see the reasons below."});
  for (const HeldReport& held : s.held)
    out.push_back({"  第" + number(held.group) + "条:" + held.reason.zh,
                   "  no. " + number(held.group) + ": " + held.reason.en +
                       (held.detail.empty() ? "" : " (" + held.detail + ")")});
  if (s.returned_groups > 0)
    out.push_back(
        {number(s.returned_groups) + "条街道退回来了,没有入账;内容还在这部手机里,请看一看要不要再记一次。",
         counted(s.returned_groups, "record was", "records were") +
             " returned by the office without effect; the content is still here. See whether to record it "
             "again."});
  if (s.open_conflicts > 0)
    out.push_back({number(s.open_conflicts) + "处有两个人写得不一样,两种都留着,等街道看。",
                   counted(s.open_conflicts, "place") +
                       " where two people wrote different things; both are kept for the office to look at."});
  if (s.left_rows > 0 && s.left_ms)
    out.push_back({moment(*s.left_ms, now_ms).zh + "有" + number(s.left_rows) +
                       "条已注销或不再归您管,已从这部手机移走。",
                   counted(s.left_rows, "record", "records") +
                       " left this phone: deleted, or no longer yours to look after (" +
                       moment(*s.left_ms, now_ms).en + ")."});
  if (s.pull_unfinished)
    out.push_back(
        {"街道的新资料还没下载完,下次有信号接着下。", "A download is unfinished and goes on next time."});
  if (s.clock_in_doubt)
    out.push_back({"这部手机的时间可能不准,记录的时间会标上“存疑”。",
                   "This phone's clock may be wrong; recorded times are marked as doubtful."});
  return out;
}

Sentence record(RecordState state) {
  switch (state) {
    case RecordState::on_this_phone:
      return {"只在这部手机里,有信号会自动上传。",
              "Only on this phone; goes up by itself when there is signal."};
    case RecordState::received:
      return {"街道已收到,正在处理。", "The office has received it and is deciding."};
    case RecordState::effective:
      return {"街道已入账。", "In the office's books."};
    case RecordState::in_question:
      return {"已入账;有人同时写得不一样,两种都留着。",
              "In the books; somebody wrote something else at the same time, and both are kept."};
    case RecordState::held:
      return {"街道先留着没有入账。", "The office keeps it without effect."};
  }
  return {};
}

Sentence content(const Group& group, const Pack& pack) {
  std::vector<std::pair<const Table*, std::uint64_t>> counts;
  for (const Op& op : group.ops) {
    const Table* table = pack.find(op.key.table);
    if (table == nullptr) continue;
    const auto at =
        std::find_if(counts.begin(), counts.end(), [&](const auto& known) { return known.first == table; });
    if (at == counts.end())
      counts.emplace_back(table, 1);
    else
      ++at->second;
  }
  Sentence out;
  for (const auto& [table, count] : counts) {
    out.zh += (out.zh.empty() ? "" : "、") + table->label.zh + number(count) + "条";
    out.en += (out.en.empty() ? "" : ", ") + number(count) + " " + table->name;
  }
  return out;
}

Sentence held(const HeldGroup& item, const Sentence& reason, std::int64_t now_ms) {
  const Sentence when = moment(item.recorded_ms, now_ms);
  const std::string what_zh = "第" + number(item.group) + "条(" + when.zh + "记的" + item.content.zh + ")";
  const std::string what_en =
      "no. " + number(item.group) + " (" + item.content.en + ", recorded " + when.en + ")";
  const std::string detail_zh = item.detail.empty() ? "" : "街道附注:“" + item.detail + "”。";
  const std::string detail_en = item.detail.empty() ? "" : " The office says: \"" + item.detail + "\".";
  if (item.returned)
    return {
        what_zh + "街道退回来了,没有入账。" + detail_zh + "内容还在这部手机里,您可以再记一次,或者不要了。",
        "The office returned " + what_en + "; it has no effect." + detail_en +
            " Its content is still here: record it again, or put it away."};
  return {what_zh + ":" + reason.zh, what_en + ": " + reason.en};
}

Sentence conflict(const Table& table, const Column* column, LoserKind kind, const Conflict& c,
                  std::int64_t now_ms) {
  const Sentence when = moment(c.losing_ms, now_ms);
  const std::string of_zh = table.label.zh + (c.row_name.empty() ? "" : " " + c.row_name + " ");
  const std::string of_en = table.name + (c.row_name.empty() ? "" : " " + c.row_name);
  if (kind == LoserKind::kept_alive)
    return {of_zh + ":" + c.losing_by + "在" + when.zh + "删除了它,但同时有人修改过,所以保留着。",
            of_en + ": " + c.losing_by + " deleted it (" + when.en +
                "), but somebody edited it at the same time, so it stays."};
  const Sentence shown = value(column, c.shown_value);
  const Sentence lost = value(column, c.losing_value);
  const std::string zh = column != nullptr ? of_zh + "的“" + column->label.zh + "”" : of_zh;
  const std::string en = column != nullptr ? of_en + ", " + column->name : of_en;
  if (kind == LoserKind::deleted)
    return {
        zh + ":" + c.losing_by + "在" + when.zh + "写“" + lost.zh + "”,但那条记录同时被注销了,所以没有显示。",
        en + ": " + c.losing_by + " wrote \"" + lost.en + "\" (" + when.en +
            "), but the row was removed at the same time, so it does not show."};
  if (kind == LoserKind::late)
    return {zh + ":" + c.losing_by + "在" + when.zh + "写“" + lost.zh +
                "”,但那条记录当时已经注销重登,所以只留作参考。",
            en + ": " + c.losing_by + " wrote \"" + lost.en + "\" (" + when.en +
                ") on a row that had been removed and registered anew; kept for reference."};
  const Label rule = column != nullptr ? rule_of(column->merge) : Label{};
  const std::string tail_zh = (c.decided_here ? "您已经定了,等街道收到。" : rule.zh + "。");
  const std::string tail_en =
      c.decided_here ? "You have decided; the office has not received it yet." : "Rule: " + rule.en + ".";
  return {zh + ":" + c.shown_by + "写“" + shown.zh + "”(现在显示)," + c.losing_by + "在" + when.zh + "写“" +
              lost.zh + "”。" + tail_zh,
          en + ": " + c.shown_by + " wrote \"" + shown.en + "\" (shows now), " + c.losing_by + " wrote \"" +
              lost.en + "\" (" + when.en + "). " + tail_en};
}

}  // namespace doorstep::words
