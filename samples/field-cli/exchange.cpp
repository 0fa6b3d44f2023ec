#include <csignal>
#include <cstdio>
#include <ctime>

#include "commands.hpp"
#include "values_json.hpp"

namespace field {
namespace {

using doorstep::Sentence;
using doorstep::SyncReport;

volatile std::sig_atomic_t asked_to_stop = 0;

/// The first signal ends the loop at its next step; a second one does not wait. Records are safe either way.
void on_stop_signal(int) {
  if (asked_to_stop != 0) std::_Exit(130);
  asked_to_stop = 1;
}

void listen_for_stop() {
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void sleep_ms(std::int64_t ms) {
  const timespec time{static_cast<std::time_t>(ms / 1000), static_cast<long>(ms % 1000) * 1'000'000};
  nanosleep(&time, nullptr);
}

std::string size_text(std::uint64_t bytes) {
  char text[32];
  if (bytes < 1024)
    std::snprintf(text, sizeof text, "%d B", static_cast<int>(bytes));
  else if (bytes < 1024 * 1024)
    std::snprintf(text, sizeof text, "%.1f KB", static_cast<double>(bytes) / 1024);
  else
    std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / (1024 * 1024));
  return text;
}

std::string seconds_text(std::int64_t ms) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", static_cast<double>(ms) / 1000);
  return text;
}

/// What became of the records that went up.
Sentence verdicts(const SyncReport& report) {
  Sentence out;
  const auto part = [&](std::uint64_t count, const std::string& zh, const std::string& en) {
    if (count == 0) return;
    out.zh += (out.zh.empty() ? "" : ",") + zh + std::to_string(count) + "条";
    out.en += (out.en.empty() ? "" : ", ") + std::to_string(count) + " " + en;
  };
  part(report.effective, "已入账", "in the books");
  part(report.merged, "与别人的合在一起", "merged with others' work");
  part(report.in_review, "请街道核对", "for the office to check");
  part(report.held, "街道先留着", "kept by the office without effect");
  if (!out.zh.empty()) out = {"(" + out.zh + ")", " (" + out.en + ")"};
  return out;
}

void tell(const Speaker& speaker, const SyncReport& report) {
  if (speaker.json()) return speaker.line(to_json(report));
  const auto number = [](std::uint64_t n) { return std::to_string(n); };
  const Sentence became = verdicts(report);
  speaker.say(
      {"送到街道" + number(report.pushed_groups) + "条" + became.zh + ",取回" + number(report.pulled_rows) +
           "条。",
       "Sent " + number(report.pushed_groups) + became.en + ", fetched " + number(report.pulled_rows) + "."});
  if (report.sent_again > 0)
    speaker.say({"街道换了电脑,从备份恢复过:这部手机把留底的" + number(report.sent_again) +
                     "条又交了一遍,街道已有的不会记两次。",
                 "The office has another computer and was restored from a backup: this phone brought the " +
                     number(report.sent_again) +
                     " that it had kept once more; what the office has counts once."});
  else if (report.office_restored)
    speaker.say({"街道换了电脑,从备份恢复过;这部手机交过的街道都有,资料已重新取回。",
                 "The office has another computer and was restored from a backup. It has all that this phone "
                 "had handed over; its rows were fetched afresh."});
  if (report.removed_rows > 0)
    speaker.say({number(report.removed_rows) + "条已注销或不再归这部手机管,已从这里移走。",
                 counted(report.removed_rows, "row was", "rows were") +
                     " deleted or left this phone's places; nothing of that is here any more."});
  if (report.erased_rows > 0)
    speaker.say({"有" + number(report.erased_rows) + "条里的个人信息街道已按规定删除,这里也没有了。",
                 "What was personal in " + counted(report.erased_rows, "row") +
                     " was erased at the office, and is gone from here."});
  if (report.repaired_rows > 0)
    speaker.say({"手机里有" + number(report.repaired_rows) + "条与街道的不一样,已经改正;您记的都没有动。",
                 counted(report.repaired_rows, "row of this phone was", "rows of this phone were") +
                     " unlike the office's and are right now; what you recorded was not touched."});
  if (report.unrepaired)
    speaker.say({"手机里还有几条与街道的不一样,下次接着改;一直这样的话,请告诉街道。",
                 "Some rows on this phone are still not as the office has them; the next sync goes on. If "
                 "this stays so, tell the office."});
  if (report.waiting_groups > 0)
    speaker.say({"还有" + number(report.waiting_groups) + "条只在这部手机里,有信号会自动上传。",
                 counted(report.waiting_groups, "is", "are") +
                     " still only on this phone, to go up when there is signal."});
  if (report.rehomed)
    speaker.say(
        {"这部手机的资料曾被恢复或复制过,街道已把它另登记为一部手机,记录一条没少。",
         "This phone's data had been restored or copied; the office has registered it as another phone, and "
         "not one record is missing."});
  if (report.pack_behind)
    speaker.say(
        {"街道的表格有更新,这部手机还没换上,先按原来的用。一直这样的话,请更新程序。",
         "The office's pack has changed and this phone could not take it yet; it goes on with the one "
         "it has. If this stays so, update the program."});
  if (report.held > 0)
    speaker.say({"街道先留着的,原因请看:doorstep held", "See why some are kept: doorstep held"});
  if (report.released > 0)
    speaker.say(
        {"街道以前留着的,这次有" + number(report.released) + "条已处理入账。",
         "Of what the office had kept, " + counted(report.released, "is", "are") + " in the books now."});
  if (report.returned > 0)
    speaker.say({"街道退回了" + number(report.returned) + "条,请看:doorstep held",
                 "The office returned " + number(report.returned) + ". See: doorstep held"});
  if (report.conflicts_opened > 0)
    speaker.say(
        {"有" + number(report.conflicts_opened) + "处两个人写得不一样,两种都留着。请看:doorstep conflicts",
         "In " + counted(report.conflicts_opened, "place") +
             " two people differ; both are kept. See: doorstep conflicts"});
  speaker.say({"用时" + seconds_text(report.duration_ms) + "秒,上传" + size_text(report.bytes_sent) +
                   ",下载" + size_text(report.bytes_received) + "。",
               seconds_text(report.duration_ms) + " s, " + size_text(report.bytes_sent) + " up, " +
                   size_text(report.bytes_received) + " down."});
}

bool worth_telling(const SyncReport& report) {
  return report.pushed_groups + report.pulled_rows + report.removed_rows + report.waiting_groups +
                 report.released + report.returned + report.repaired_rows >
             0 ||
         report.rehomed;
}

constexpr std::int64_t kLookMs = 1'000;  ///< How often watch looks for records of other processes.

/// Waits, but not past the moment something is recorded if `wake_early`.
void wait(doorstep::Engine& engine, std::int64_t delay_ms, bool wake_early) {
  for (; delay_ms > 0 && asked_to_stop == 0; delay_ms -= kLookMs) {
    sleep_ms(delay_ms < kLookMs ? delay_ms : kLookMs);
    if (wake_early && engine.status().waiting_groups > 0) return;
  }
}

}  // namespace

int join(const Phone& phone, const std::string& url) {
  const doorstep::Status joined = phone.engine.join(url);
  if (!joined) return phone.speaker.fail(joined.error());
  const doorstep::PhoneStatus status = phone.engine.status();
  if (phone.speaker.json())
    phone.speaker.line(Json{{"office_name", status.office_name},
                            {"person_name", status.person_name},
                            {"role", status.role},
                            {"actor", status.actor}});
  else
    phone.speaker.say({status.person_name + ",您好!这部手机已加入“" + status.office_name +
                           "”。接着请运行 doorstep sync 取回资料。",
                       "Welcome, " + status.person_name + ". This phone has joined " + status.office_name +
                           ". Next, fetch your doors with: doorstep sync"});
  return kDone;
}

int sync(const Phone& phone) {
  const auto report = phone.engine.sync();
  if (!report) return phone.speaker.fail(report.error());
  tell(phone.speaker, *report);
  return kDone;
}

int wipe(const Phone& phone, const std::string& sealed_file) {
  const std::uint64_t waiting = phone.engine.status().waiting_groups;
  const doorstep::Status done = phone.engine.wipe();
  if (!done) return phone.speaker.fail(done.error());
  if (phone.speaker.json())
    phone.speaker.line(Json{{"wiped", true}, {"sealed_groups", waiting}});
  else if (waiting > 0)
    phone.speaker.say({"这部手机的资料已清除。没交的" + std::to_string(waiting) + "条封在“" + sealed_file +
                           "”里,只有街道打得开,请交给街道。",
                       "This phone's data is deleted. What had not been handed over (" +
                           counted(waiting, "record") + ") is sealed in " + sealed_file +
                           ", which only the office can open. Give it to the office."});
  else
    phone.speaker.say({"这部手机的资料已清除,记录都已在街道。",
                       "This phone's data is deleted; the office has everything."});
  return kDone;
}

int watch(const Phone& phone, unsigned every_s) {
  listen_for_stop();
  unsigned failures = 0;
  while (asked_to_stop == 0) {
    const auto report = phone.engine.sync();
    if (report) {
      if (worth_telling(*report)) tell(phone.speaker, *report);
      failures = 0;
      wait(phone.engine, std::int64_t{every_s} * 1'000, true);
      continue;
    }
    const int code = phone.speaker.fail(report.error());
    if (report.error().retry != doorstep::Retry::later) return code;
    wait(phone.engine, phone.engine.retry_delay_ms(++failures), false);
  }
  return kDone;
}

}  // namespace field
