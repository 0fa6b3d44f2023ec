#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/office_time.hpp"
#include "app/open_office.hpp"
#include "app/terminal.hpp"
#include "base/counted.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "tabular/csv.hpp"

// `audit`.
namespace doorstep::server {
namespace {

using nlohmann::ordered_json;

/// Midnight in China, UTC+8.
Result<std::int64_t> first_moment(const std::string& date) {
  constexpr std::int64_t kDayMs = 86'400'000;
  constexpr std::int64_t kOffsetMs = 8 * 3'600'000;
  const auto day = day_of_date(date);
  if (day) return *day * kDayMs - kOffsetMs;
  return fail_usage("日期请写成 2026-11-22 这样。", "Write the date as 2026-11-22.");
}

/// Entries that were asked for, with people's names of today.
class Listing {
 public:
  static Result<Listing> read(OpenOffice& opened, const AuditOptions& options) {
    Listing out;
    std::int64_t since_ms = INT64_MIN;
    if (!options.since.empty()) {
      DOORSTEP_TRY(first, first_moment(options.since));
      since_ms = first;
    }
    const auto kind = audit_kind(options.what);
    if (!options.what.empty() && !kind)
      return fail_usage("没有这一类。可以写:" + audit_names(),
                        "There is no such kind. Known: " + audit_names());
    std::vector<AuditEntry> all;
    DOORSTEP_TRY(snapshot, opened.store().snapshot());
    DOORSTEP_CHECK(snapshot->each_audit([&](const AuditEntry& entry) {
      if (entry.at_ms >= since_ms && (!kind || entry.kind == *kind)) all.push_back(entry);
      return true;
    }));
    DOORSTEP_TRY(plan, opened.office().newest_plan(*snapshot));
    for (AuditEntry& entry : all) {
      DOORSTEP_CHECK(out.learn_name(*snapshot, *plan, entry.who));
      const bool wanted = options.who.empty() || entry.who.find(options.who) != std::string::npos ||
                          out.names_[entry.who].find(options.who) != std::string::npos;
      if (wanted) out.entries_.push_back(std::move(entry));
    }
    return out;
  }

  ordered_json to_json() const {
    ordered_json list = ordered_json::array();
    for (const AuditEntry& entry : entries_)
      list.push_back({{"number", entry.number},
                      {"at_ms", entry.at_ms},
                      {"what", words_of(entry.kind).name},
                      {"who", entry.who},
                      {"who_name", names_.at(entry.who)},
                      {"subject", entry.subject},
                      {"reason", entry.reason},
                      {"erased", entry.salt.empty()},
                      {"digest", to_hex(view(entry.digest))}});
    return list;
  }

  std::string to_csv() const {
    std::string csv(tabular::kCsvStart);
    tabular::append_csv_row(csv, {"序号", "时间", "做了什么", "谁", "对象", "原因", "摘要"});
    for (const AuditEntry& entry : entries_)
      tabular::append_csv_row(
          csv, {std::to_string(entry.number), office_time(entry.at_ms), words_of(entry.kind).zh,
                names_.at(entry.who), entry.subject, entry.reason, to_hex(view(entry.digest))});
    return csv;
  }

  void tell() const {
    std::vector<std::vector<Value>> rows;
    for (const AuditEntry& entry : entries_) {
      const AuditWords what = words_of(entry.kind);
      const std::string who = entry.salt.empty() ? "(已清除 / erased)" : names_.at(entry.who);
      rows.push_back({Value(static_cast<std::int64_t>(entry.number)), Value(office_minute(entry.at_ms)),
                      Value(who), Value(std::string(what.zh) + " / " + what.en), Value(entry.subject),
                      Value(entry.reason)});
    }
    std::fputs(
        format_table({"序号 no", "时间 when", "谁 who", "做了什么 what", "对象 on what", "原因 why"}, rows)
            .c_str(),
        stdout);
    const std::string count = std::to_string(entries_.size());
    say("共" + count + "条。有没有被改过,用 verify 检查。",
        counted(entries_.size(), "entry", "entries") + ". Whether one was changed: `verify`.");
  }

 private:
  Status learn_name(ReadSnapshot& snapshot, const PackPlan& plan, const std::string& who) {
    if (names_.count(who) != 0) return {};
    std::string& name = names_[who] = who;
    const auto person = parse_row_id(who);
    if (!person) return {};
    DOORSTEP_TRY(known, person_name(snapshot, plan, *person));
    if (!known.empty()) name = known;
    return {};
  }

  std::vector<AuditEntry> entries_;
  std::map<std::string, std::string> names_;  ///< By `who`.
};

Status tell_head(OpenOffice& opened, bool json) {
  DOORSTEP_TRY(snapshot, opened.store().snapshot());
  DOORSTEP_TRY(head, snapshot->audit_head());
  if (json)
    std::printf("%s\n",
                ordered_json{{"number", head.number}, {"digest", to_hex(view(head.digest))}}.dump().c_str());
  else
    std::printf("%s\n", head_text(head).c_str());
  return {};
}

}  // namespace

Status run_audit(const AuditOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  if (options.head) return tell_head(*opened, options.json);
  // Entries may quote what somebody searched for, so reading them is looking, too.
  DOORSTEP_CHECK(record_audit(opened->office(), act_of(AuditKind::looked, "audit")));
  DOORSTEP_TRY(listing, Listing::read(*opened, options));
  if (options.json)
    std::printf("%s\n",
                listing.to_json().dump(1, ' ', false, ordered_json::error_handler_t::replace).c_str());
  else if (options.csv)
    std::fputs(listing.to_csv().c_str(), stdout);
  else
    listing.tell();
  return {};
}

}  // namespace doorstep::server
