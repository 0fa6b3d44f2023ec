#include "pipeline/pipeline.hpp"

#include <algorithm>
#include <exception>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "pipeline/cut_text.hpp"
#include "pipeline/held_retries.hpp"
#include "pipeline/limits.hpp"
#include "wire/codec.hpp"

namespace doorstep::server {
namespace {

std::size_t bytes_of(const SyncJob& job) {
  std::size_t bytes = 256;
  if (job.request.push)
    for (const std::string& group : job.request.push->groups) bytes += group.size() + sizeof(std::string);
  return bytes;
}

std::size_t groups_of(const SyncJob& job) { return job.request.push ? job.request.push->groups.size() : 0; }

Error overloaded(const std::string& detail) {
  return {ErrorDomain::office, ErrorCode::overloaded, Retry::later,
          "街道服务器现在忙不过来,手机会自动再试;记录都还在手机里。",
          "The office cannot take this right now (" + detail +
              "). The device tries again by itself; what was recorded is safe."};
}

Error broken(const char* what) {
  return {ErrorDomain::internal, ErrorCode::invariant_broken, Retry::never,
          "街道服务器内部出错,没有改动任何记录,请联系维护人员。",
          std::string("The server refused to go on: ") + what + ". Nothing was changed."};
}

/// Whether an error came from beneath: then the transaction cannot go on.
bool ends_transaction(const Error& error) {
  return error.domain == ErrorDomain::storage || error.domain == ErrorDomain::internal ||
         error.domain == ErrorDomain::format;
}

}  // namespace

Result<std::unique_ptr<Pipeline>> Pipeline::open(Store& store, ClockPort& clock, EntropyPort& entropy,
                                                 const Options& options) {
  DOORSTEP_TRY(office, Office::open(store, clock, entropy));
  std::unique_ptr<Pipeline> pipeline(new Pipeline(std::move(office), options));
  DOORSTEP_TRY(snapshot, store.snapshot());
  DOORSTEP_TRY(ready, snapshot->first_ready());
  pipeline->retries_left_ = ready.has_value();
  return pipeline;
}

Status Pipeline::submit(SyncJob job) {
  const std::size_t bytes = bytes_of(job);
  const std::lock_guard lock(queue_mutex_);
  if (light_.size() + heavy_.size() >= limits::kQueuedJobs || queued_bytes_ + bytes > limits::kQueuedBytes) {
    ++counters_.refused_jobs;
    return tl::unexpected(overloaded("too many requests are waiting"));
  }
  queued_bytes_ += bytes;
  std::deque<SyncJob>& queue = groups_of(job) > limits::kLightGroups ? heavy_ : light_;
  queue.push_back(std::move(job));
  return {};
}

std::size_t Pipeline::queued() const {
  const std::lock_guard lock(queue_mutex_);
  return light_.size() + heavy_.size();
}

/// What brings little waits for one heavy push at most, and heavy devices take turns.
std::vector<SyncJob> Pipeline::take_batch() {
  std::vector<SyncJob> jobs;
  const std::lock_guard lock(queue_mutex_);
  const auto take = [&](std::deque<SyncJob>& queue, std::deque<SyncJob>::iterator at) {
    queued_bytes_ -= bytes_of(*at);
    jobs.push_back(std::move(*at));
    queue.erase(at);
  };
  heavy_turn_ = !heavy_.empty() && (heavy_turn_ || light_.empty());
  if (heavy_turn_) {
    auto other = std::find_if(heavy_.begin(), heavy_.end(),
                              [&](const SyncJob& job) { return job.request.actor != last_heavy_; });
    if (other == heavy_.end()) other = heavy_.begin();
    last_heavy_ = other->request.actor;
    take(heavy_, other);
    heavy_turn_ = false;
    return jobs;
  }
  std::size_t groups = 0;
  std::size_t bytes = 0;
  while (!light_.empty() && groups < limits::kCommitGroups && bytes < limits::kCommitBytes) {
    groups += groups_of(light_.front());
    bytes += bytes_of(light_.front());
    take(light_, light_.begin());
  }
  heavy_turn_ = true;
  return jobs;
}

bool Pipeline::step() {
  std::vector<SyncJob> jobs = take_batch();
  if (jobs.empty()) return retry_held();
  std::vector<Result<PushOutcome>> outcomes;
  if (!run_batch(jobs, outcomes) && jobs.size() > 1) {
    // One request broke an invariant: alone, it harms nobody else.
    outcomes.clear();
    for (SyncJob& job : jobs) {
      std::vector<SyncJob> one;
      one.push_back(std::move(job));
      std::vector<Result<PushOutcome>> its;
      run_batch(one, its);
      job = std::move(one.front());
      outcomes.push_back(std::move(its.front()));
    }
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].done(jobs[i], std::move(outcomes[i]));
  return true;
}

/// Held groups whose wait is over, in a transaction of their own: one that breaks an invariant stops the
/// retries until the next start, and nobody's push.
bool Pipeline::retry_held() {
  if (!retries_left_.exchange(false)) return false;
  try {
    const Result<bool> more = retry_some_held(*office_);
    if (more)
      retries_left_ = *more;
    else
      ++counters_.failed_commits;
  } catch (const std::exception&) {
    ++counters_.failed_commits;
  }
  return true;
}

/// False when an exception ended it; the outcomes then say so.
bool Pipeline::run_batch(std::vector<SyncJob>& jobs, std::vector<Result<PushOutcome>>& outcomes) {
  const char* exception = nullptr;
  try {
    if (const Status done = run_jobs(jobs, outcomes); !done) {
      ++counters_.failed_commits;
      if (done.error().domain == ErrorDomain::format) {
        outcomes.assign(jobs.size(), tl::unexpected(done.error()));
        return false;
      }
      const Error error =
          done.error().code == ErrorCode::storage_damaged ? done.error() : overloaded(done.error().en);
      outcomes.assign(jobs.size(), tl::unexpected(error));
      return true;
    }
    return true;
  } catch (const std::exception& caught) {
    exception = caught.what();
    ++counters_.failed_commits;
    outcomes.assign(jobs.size(), tl::unexpected(broken(exception)));
    return false;
  }
}

Status Pipeline::run_jobs(std::vector<SyncJob>& jobs, std::vector<Result<PushOutcome>>& outcomes) {
  DOORSTEP_TRY(work, OfficeTransaction::begin(*office_));
  std::uint64_t groups = 0;
  std::uint64_t held = 0;
  for (SyncJob& job : jobs) {
    outcomes.push_back(run_job(work, job.request));
    const Result<PushOutcome>& outcome = outcomes.back();
    if (!outcome) {
      if (ends_transaction(outcome.error())) return tl::unexpected(outcome.error());
      continue;
    }
    groups += groups_of(job);
    for (const wire::Verdict& verdict : outcome->verdicts)
      if (verdict.kind == wire::VerdictKind::held) held += verdict.count;
  }
  DOORSTEP_TRY(ready, work.tx().first_ready());
  DOORSTEP_CHECK(work.commit());
  if (ready) retries_left_ = true;
  ++counters_.commits;
  counters_.pushed_groups += groups;
  counters_.held_groups += held;
  return {};
}

Result<PushOutcome> Pipeline::run_job(OfficeTransaction& work, const wire::SyncRequest& request) {
  const std::int64_t now_ms = office_->now_ms();
  DOORSTEP_TRY(actor, work.tx().actor(request.actor));
  if (!actor || serial_of(request.actor) == kOfficeSerial) return unknown_device();
  PushOutcome outcome;
  outcome.admitted_through = outcome.verdict_through = actor->admitted_through;
  if (request.push) {
    DOORSTEP_TRY(pushed, admit_push(work, *actor, *request.push, now_ms));
    outcome = std::move(pushed);
  }
  actor->last_seen_ms = now_ms;
  actor->app = cut_text(request.app, doorstep::limits::kSoftwareNameBytes);
  actor->engine = cut_text(request.engine, doorstep::limits::kSoftwareNameBytes);
  actor->waiting = request.waiting;
  actor->pack = request.pack;
  const bool is_ours = request.cursor.incarnation == office_->record().incarnation;
  actor->floor = is_ours ? request.cursor.floor : FeedPosition{};
  if (const auto seen = office_->sighting(request.actor)) seen->confirm(*actor);
  DOORSTEP_CHECK(work.tx().save_progress(*actor));
  return outcome;
}

Result<HandOverOutcome> Pipeline::hand_over(const wire::HandOver& brought) {
  DOORSTEP_TRY(outcome, hand_overs_.take(*office_, brought));
  if (outcome.returned == 0) return outcome;
  DOORSTEP_TRY(snapshot, office_->store().snapshot());
  DOORSTEP_TRY(ready, snapshot->first_ready());
  if (ready) retries_left_ = true;
  return outcome;
}

Result<wire::SyncResponse> Pipeline::exchange(const wire::SyncRequest& request) {
  if (!request.push) return respond(request, nullptr);
  std::optional<Result<PushOutcome>> outcome;
  DOORSTEP_CHECK(
      submit({request, [&](SyncJob&, Result<PushOutcome> its) { outcome.emplace(std::move(its)); }}));
  while (step()) {
  }
  if (!*outcome) return tl::unexpected(outcome->error());
  return respond(request, &**outcome);
}

}  // namespace doorstep::server
