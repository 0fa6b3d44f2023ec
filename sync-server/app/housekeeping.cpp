#include "app/housekeeping.hpp"

#include <algorithm>
#include <chrono>
#include <exception>

#include "base/error.hpp"
#include "pipeline/compaction.hpp"
#include "pipeline/retention.hpp"

namespace doorstep::server {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
/// 03:00 in China.
constexpr std::int64_t kNightMs = (24 + 3 - 8) * kHourMs;
/// The clock may be set meanwhile: it is asked again.
constexpr std::int64_t kLookMs = kHourMs / 4;
/// Between two steps, for whoever waits to write.
constexpr std::int64_t kPauseMs = 20;

/// In the audit trail.
constexpr const char* kWho = "serve";

/// Enough of the digest for `verify --audit-head`.
std::string head_digits(const AuditHead& head) { return to_hex(view(head.digest)).substr(0, 16); }

}  // namespace

Housekeeping::Housekeeping(Office& office, ClockPort& clock, Log& log)
    : office_(office), clock_(clock), log_(log), thread_([this] { run(); }) {}

Housekeeping::~Housekeeping() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

std::int64_t Housekeeping::next_night(std::int64_t now_ms) {
  const std::int64_t earliest = now_ms + 12 * kHourMs;
  const std::int64_t night = earliest - earliest % (24 * kHourMs) + kNightMs;
  return night < earliest ? night + 24 * kHourMs : night;
}

bool Housekeeping::wait_ms(std::int64_t ms) {
  std::unique_lock lock(mutex_);
  return wake_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stopping_; });
}

void Housekeeping::run() {
  std::int64_t due_ms = clock_.read().wall_ms + kHourMs;
  for (;;) {
    const std::int64_t left_ms = due_ms - clock_.read().wall_ms;
    if (wait_ms(std::clamp<std::int64_t>(left_ms, 0, kLookMs))) return;
    if (clock_.read().wall_ms < due_ms) continue;
    erase();
    compact();
    due_ms = next_night(clock_.read().wall_ms);
  }
}

Result<AuditHead> Housekeeping::record_night() {
  DOORSTEP_CHECK(record_audit(office_, {AuditKind::compacted, kWho, {}, {}}));
  DOORSTEP_TRY(snapshot, office_.store().snapshot());
  return snapshot->audit_head();
}

void Housekeeping::erase() {
  try {
    RetentionRun run(office_, false, kWho);
    for (;;) {
      const Result<bool> more = run.step();
      if (!more) return log_.error("retention_failed", {{"what", more.error().en}});
      if (!*more) break;
      if (wait_ms(kPauseMs)) return;
    }
    for (const RetainedTable& table : run.report().tables)
      log_.info("retention", {{"table", table.table->name}, {"due", table.due}, {"kept", table.kept}});
    log_.info("erased", {{"rows", run.report().erased},
                         {"groups", run.report().sweep.groups},
                         {"swept", run.report().sweep.is_done}});
  } catch (const std::exception& error) {
    log_.error("retention_failed", {{"what", error.what()}});
  }
}

void Housekeeping::compact() {
  try {
    Compaction compaction(office_, {});
    for (;;) {
      const Result<bool> more = compaction.step();
      if (!more) return log_.error("compaction_failed", {{"what", more.error().en}});
      if (!*more) break;
      if (wait_ms(kPauseMs)) return;
    }
    const CompactionReport& done = compaction.report();
    // The log is a copy outside the office's file: a trail that was cut ends before what it says.
    const Result<AuditHead> head = record_night();
    if (!head) log_.error("audit_failed", {{"what", head.error().en}});
    if (head) log_.info("audit_head", {{"number", head->number}, {"digest", head_digits(*head)}});
    log_.info("compacted", {{"horizon", raw(done.horizon)},
                            {"devices", done.devices},
                            {"waited_for", done.waited_for},
                            {"feed_entries", done.feed_entries},
                            {"deleted_rows", done.deleted_rows},
                            {"ledger_entries", done.ledger_entries},
                            {"groups", done.groups},
                            {"bytes_before", done.before.bytes},
                            {"bytes_after", done.after.bytes}});
  } catch (const std::exception& error) {
    log_.error("compaction_failed", {{"what", error.what()}});
  }
}

}  // namespace doorstep::server
