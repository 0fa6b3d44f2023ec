#include "app/served_office.hpp"

#include <algorithm>
#include <exception>

#include "app/leader_posts.hpp"
#include "base/error.hpp"

namespace doorstep::server {
namespace {

/// Requests that wait for a worker, their bodies in memory: a few seconds of work. Beyond, phones come again
/// later.
constexpr std::size_t kWaitingRequests = 2'048;
/// Of one device; or of one network, while the office does not know whose they are.
constexpr std::size_t kWaitingInLine = 256;
constexpr std::chrono::minutes kConnected{5};
/// How soon /health notices by itself that the disk has room again.
constexpr std::chrono::seconds kProbeInterval{2};
/// How often it is written down which devices have been here.
constexpr std::chrono::seconds kSightingsInterval{30};

unsigned worker_threads() { return std::max(2U, std::thread::hardware_concurrency()); }

Error foreign_token() {
  return {
      ErrorDomain::office, ErrorCode::unauthorized, Retry::after_sign_in,
      "这个登记属于另一部手机,请用新的邀请重新加入;已记录的内容都还在手机里。",
      "This token belongs to another device. Join again with a new invitation; what was recorded is safe."};
}

Error server_fault() {
  return {ErrorDomain::internal, ErrorCode::invariant_broken, Retry::later,
          "街道的服务内部出错,请稍后再试;已记录的内容都还在手机里。",
          "The office's server failed. Try again later; what was recorded is safe."};
}

}  // namespace

Result<std::unique_ptr<ServedOffice>> ServedOffice::open(const std::filesystem::path& data, Metrics& metrics,
                                                         Log& log) {
  const DataFolder folder(data);
  DOORSTEP_CHECK(folder.check_office());
  DOORSTEP_TRY(identity, auth::OfficeIdentity::load(data));
  std::unique_ptr<ServedOffice> served(
      new ServedOffice(folder.database().string(), std::move(identity), metrics, log));
  DOORSTEP_TRY(store, SqliteStore::open(served->database_));
  served->store_ = std::move(store);
  Pipeline::Options options;
  options.identity = served->identity_.secret_key();
  options.former_identities = served->identity_.former_secret_keys();
  options.keys_version = served->identity_.keys().version;
  DOORSTEP_TRY(pipeline, Pipeline::open(*served->store_, served->clock_, served->entropy_, options));
  served->pipeline_ = std::move(pipeline);
  if (served->office().record().office != served->identity_.office())
    return fail(ErrorDomain::storage, ErrorCode::storage_damaged, Retry::never,
                "keys 里的密钥属于另一个街道,请放回这个街道自己的密钥。",
                "The keys in the data folder belong to another office. Put this office's own keys back.");
  served->committer_ = std::thread([raw = served.get()] { raw->run_commits(); });
  served->housekeeping_.emplace(served->office(), served->clock_, log);
  return served;
}

ServedOffice::ServedOffice(std::string database, auth::OfficeIdentity identity, Metrics& metrics, Log& log)
    : database_(std::move(database)),
      identity_(std::move(identity)),
      metrics_(metrics),
      log_(log),
      workers_(worker_threads(), kWaitingRequests, kWaitingInLine) {}

void ServedOffice::finish() {
  housekeeping_.reset();
  {
    const std::lock_guard lock(commit_mutex_);
    stopping_ = true;
  }
  commit_wake_.notify_all();
  if (committer_.joinable()) committer_.join();
  // Answers of the last commit are the workers' last work. A worker's late push stays uncommitted and
  // unanswered.
  workers_.stop();
}

void ServedOffice::watch(const http::Server* server) {
  const std::lock_guard lock(server_mutex_);
  server_ = server;
}

void ServedOffice::join(wire::JoinRequest request, Answer<wire::JoinResponse> answer) {
  answer(pipeline_->join(request));
}

void ServedOffice::rehome(const std::string& token, wire::RehomeRequest request,
                          Answer<wire::JoinResponse> answer) {
  const auto actor = pipeline_->authenticate(token);
  if (!actor) return answer(tl::unexpected(actor.error()));
  const auto rehomed = pipeline_->rehome(*actor, request);
  if (rehomed)
    log_.warning("rehomed",
                 {{"actor", raw(rehomed->actor)},
                  {"copy_of", raw(*actor)},
                  {"first", raw(request.first)},
                  {"hint", "a device's file was put back or copied; it goes on as another device"}});
  answer(rehomed);
}

void ServedOffice::readmit(wire::ReadmitRequest request, Answer<wire::JoinResponse> answer) {
  answer(pipeline_->readmit(request));
}

void ServedOffice::hand_over(wire::HandOver brought, Answer<wire::HandOver> answer) {
  auto outcome = pipeline_->hand_over(brought);
  if (!outcome) return answer(tl::unexpected(outcome.error()));
  if (outcome->returned > 0) {
    log_.info("office_groups_returned",
              {{"groups", outcome->returned},
               {"waiting", outcome->waiting},
               {"hint", outcome->waiting > 0 ? "some wait for earlier ones that no phone has brought yet"
                                             : "what the office had done after the backup is in again"}});
    wake_committer();
  } else if (outcome->waiting > 0) {
    log_.info("office_groups_wait",
              {{"groups", outcome->waiting}, {"hint", "for earlier ones that no phone has brought yet"}});
  }
  if (outcome->refused > 0)
    log_.warning("office_groups_refused",
                 {{"groups", outcome->refused},
                  {"hint",
                   "not sealed by this office: were its keys restored along with the backup? What "
                   "the office did after the backup has to be done again"}});
  answer(std::move(outcome->answer));
}

void ServedOffice::wake_committer() {
  {
    const std::lock_guard lock(commit_mutex_);
    work_waits_ = true;
  }
  commit_wake_.notify_one();
}

/// Once each time it comes to that.
void ServedOffice::note_uncarried() {
  const bool due = pipeline_->is_backup_due();
  if (backup_due_.exchange(due) == due || !due) return;
  log_.warning("backup_due", {{"hint",
                               "the office has written more since its last backup than phones can "
                               "carry; what is beyond that would be lost with this disk"}});
}

void ServedOffice::wiped(const std::string& token, wire::WipeReport report, Answer<wire::WipeReport> answer) {
  const auto actor = pipeline_->authenticate(token);
  if (!actor) return answer(tl::unexpected(actor.error()));
  const auto noted = pipeline_->wiped(*actor, report);
  if (noted) log_.warning("device_wiped", {{"actor", raw(*actor)}, {"groups_through", raw(report.through)}});
  answer(noted);
}

void ServedOffice::reveal(const std::string& token, wire::RevealRequest request,
                          Answer<wire::Revealed> answer) {
  const auto actor = pipeline_->authenticate(token);
  if (!actor) return answer(tl::unexpected(actor.error()));
  answer(pipeline_->reveal(*actor, request));
}

void ServedOffice::sync(const std::string& token, wire::SyncRequest request,
                        Answer<wire::SyncResponse> answer) {
  const auto actor = pipeline_->authenticate(token);
  if (!actor) return answer(tl::unexpected(actor.error()));
  if (*actor != request.actor) return answer(tl::unexpected(foreign_token()));
  note_device(*actor);
  if (request.push) return push(std::move(request), std::move(answer));
  const auto response = pipeline_->respond(request, nullptr);
  note_lost(request, response);
  note_uncarried();
  answer(response);
}

void ServedOffice::push(wire::SyncRequest request, Answer<wire::SyncResponse> answer) {
  SyncJob job;
  job.request = std::move(request);
  job.done = [this, answer](SyncJob& done, Result<PushOutcome> outcome) {
    const std::uint64_t line = raw(done.request.actor);
    workers_.post_surely(line, [this, answer, request = std::move(done.request),
                                outcome = std::move(outcome)] { answer_push(request, outcome, answer); });
  };
  if (const Status queued = pipeline_->submit(std::move(job)); !queued)
    return answer(tl::unexpected(queued.error()));
  wake_committer();
}

void ServedOffice::answer_push(const wire::SyncRequest& request, const Result<PushOutcome>& outcome,
                               const Answer<wire::SyncResponse>& answer) {
  try {
    if (!outcome) return answer(tl::unexpected(outcome.error()));
    for (const wire::Verdict& verdict : outcome->verdicts) metrics_.verdict(verdict.kind, verdict.count);
    const auto response = pipeline_->respond(request, &*outcome);
    note_lost(request, response);
    note_uncarried();
    answer(response);
  } catch (const std::exception& error) {
    // The groups are in; the phone hears their verdicts when it asks again.
    log_.error("respond_failed", {{"actor", raw(request.actor)}, {"what", error.what()}});
    answer(tl::unexpected(server_fault()));
  }
}

void ServedOffice::run_commits() {
  Clock::time_point sightings_due = Clock::now() + kSightingsInterval;
  for (;;) {
    {
      std::unique_lock lock(commit_mutex_);
      const auto woken = [this] { return work_waits_ || stopping_; };
      commit_wake_.wait_for(lock, writable_ ? kSightingsInterval : kProbeInterval, woken);
      if (stopping_ && !work_waits_) break;
      work_waits_ = false;
    }
    if (!writable_ && pipeline_->queued() == 0) note_writable(probe());
    while (pipeline_->queued() > 0 || pipeline_->has_retries()) commit_once();
    if (writable_ && Clock::now() >= sightings_due) {
      save_sightings();
      sightings_due = Clock::now() + kSightingsInterval;
    }
  }
  save_sightings();
}

/// So that `devices` tells of phones that only pull; what fails here is told with their next contact.
void ServedOffice::save_sightings() {
  for (;;) {
    const Result<bool> more = pipeline_->save_sightings();
    if (!more) log_.warning("sightings_not_saved", {{"what", more.error().en}});
    if (!more || !*more) return;
  }
}

void ServedOffice::commit_once() {
  const PipelineCounters& counters = pipeline_->counters();
  const std::uint64_t failed = counters.failed_commits;
  const std::uint64_t groups = counters.pushed_groups;
  const auto started = Clock::now();
  pipeline_->step();
  const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
  const bool succeeded = counters.failed_commits == failed;
  metrics_.commit(seconds, counters.pushed_groups - groups, succeeded);
  note_writable(succeeded);
}

void ServedOffice::note_writable(bool writable) {
  if (writable == writable_.exchange(writable)) return;
  if (writable)
    log_.info("writable_again");
  else
    log_.error("commit_failed", {{"hint", "is the disk full? phones are told to try again later"}});
}

bool ServedOffice::probe() {
  auto tx = store_->begin();
  if (!tx) return false;
  const auto office_actor = (*tx)->actor(office().actor());
  return office_actor && *office_actor && (*tx)->save_progress(**office_actor) && (*tx)->commit();
}

Result<std::string> ServedOffice::pack_frame(PackVersion version) {
  DOORSTEP_TRY(snapshot, store_->snapshot());
  DOORSTEP_TRY(record, snapshot->pack(version));
  if (!record)
    return fail(ErrorDomain::office, ErrorCode::not_found, Retry::never, "街道没有这个版本的表格。",
                "The office has no such version of the pack.");
  return std::move(record->frame);
}

Result<CardPage> ServedOffice::card(const std::string& code) {
  const auto subject = identity_.read_card_code(code);
  if (!subject)
    return fail(ErrorDomain::office, ErrorCode::not_found, Retry::never, "这里没有发过这张证件。",
                "This office has issued no such card.");
  DOORSTEP_TRY(snapshot, store_->snapshot());
  DOORSTEP_TRY(plan, office().newest_plan(*snapshot));
  return card_page(plan->pack(), *snapshot, database_, office().record().name, *subject,
                   clock_.read().wall_ms);
}

OfficeHealth ServedOffice::health() {
  const OfficeRecord& record = pipeline_->office().record();
  return {writable_, record.name, record.incarnation};
}

void ServedOffice::note_device(ActorId actor) {
  const std::lock_guard lock(devices_mutex_);
  devices_[raw(actor)] = Clock::now();
}

/// A device whose rows include more of its groups than the office has: it was put back to a backup, and they
/// are about to come again.
void ServedOffice::note_lost(const wire::SyncRequest& request, const Result<wire::SyncResponse>& response) {
  if (!response || request.cursor.incarnation == office().record().incarnation) return;
  if (request.included_through <= response->admitted_through) return;
  log_.info("groups_come_again",
            {{"actor", raw(request.actor)},
             {"groups", raw(request.included_through) - raw(response->admitted_through)}});
}

void ServedOffice::observe(Metrics& metrics) {
  metrics.set_queue_depth("commits", pipeline_->queued());
  metrics.set_queue_depth("requests", workers_.waiting());
  {
    const std::lock_guard lock(server_mutex_);
    if (server_ != nullptr) metrics.set_connections(server_->statistics());
  }
  if (auto snapshot = store_->snapshot())
    if (const auto head = (*snapshot)->feed_head()) metrics.set_feed_head(raw(*head));
  const std::lock_guard lock(devices_mutex_);
  const auto oldest = Clock::now() - kConnected;
  for (auto device = devices_.begin(); device != devices_.end();)
    device = device->second < oldest ? devices_.erase(device) : std::next(device);
  metrics.set_connected_devices(devices_.size());
}

}  // namespace doorstep::server
