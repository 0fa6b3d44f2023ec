#pragma once

#include <atomic>
#include <deque>
#include <doorstep/error.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/crypto.hpp"
#include "pipeline/devices.hpp"
#include "pipeline/enrolment.hpp"
#include "pipeline/hand_over.hpp"
#include "pipeline/history.hpp"
#include "pipeline/office.hpp"
#include "pipeline/office_writer.hpp"
#include "pipeline/page_builder.hpp"
#include "pipeline/parcels.hpp"
#include "pipeline/push.hpp"
#include "pipeline/readmission.hpp"
#include "pipeline/rehoming.hpp"
#include "pipeline/reveal.hpp"
#include "pipeline/sightings.hpp"
#include "pipeline/verify.hpp"
#include "wire/messages.hpp"

namespace doorstep::server {

/// A push on its way to the writer.
struct SyncJob {
  wire::SyncRequest request;  ///< With `push`; its actor was authenticated by the caller.
  /// Called once, by the thread that steps, after the commit (or the failure to commit) and outside all
  /// locks. Should hand over to another thread, which calls respond() with both. An Error refuses the
  /// request: `overloaded` (later helps; nothing was written) or what respond() would give.
  std::function<void(SyncJob&, Result<PushOutcome>)> done;
};

/// Counters since the start, for the metrics page. Each is right by itself, not all at one moment.
struct PipelineCounters {
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> pushed_groups{0};
  std::atomic<std::uint64_t> held_groups{0};
  std::atomic<std::uint64_t> commits{0};
  std::atomic<std::uint64_t> failed_commits{0};
  std::atomic<std::uint64_t> pages{0};
  std::atomic<std::uint64_t> sent_rows{0};
  std::atomic<std::uint64_t> refused_jobs{0};
};

/// The office's side of synchronization: pushes go through one writer, many to a commit; pulls read snapshots
/// and never wait for it. Starts no threads: any thread may submit, respond, join and authenticate, one at a
/// time may step; the ports are asked from all of them. After a crash exactly the pushes whose `done` was
/// called (and perhaps a last commit) are in.
class Pipeline {
 public:
  struct Options {
    SecretKey identity{};  ///< The office's, for signing times and certificates.
    /// Those before it, the latest first: they know what they have signed and sealed.
    std::vector<SecretKey> former_identities;
    std::uint32_t keys_version = 1;  ///< Of the key list that phones should have.
    PageLimits page;
    ParcelLimits parcels;
    std::int64_t token_lifetime_ms = limits::kTokenLifetimeMs;
  };

  /// Errors: `not_found` before create_office(), `storage_*`.
  static Result<std::unique_ptr<Pipeline>> open(Store& store, ClockPort& clock, EntropyPort& entropy,
                                                const Options& options);

  Office& office() { return *office_; }
  const PipelineCounters& counters() const { return counters_; }

  /// Queues a push. Errors: `overloaded` when the queue is full (`done` is not called).
  Status submit(SyncJob job);
  /// Admits what is queued, as much as one commit takes, and completes it; with an empty queue, tries held
  /// groups again whose wait is over. False when there was nothing to do.
  bool step();
  /// Whether step() has something to do besides the queue.
  bool has_retries() const { return retries_left_; }
  std::size_t queued() const;

  /// The answer to a request: `outcome` is what became of its push, nullptr when it had none. Errors:
  /// `unauthorized`, `storage_*`.
  Result<wire::SyncResponse> respond(const wire::SyncRequest& request, const PushOutcome* outcome);

  /// A whole exchange on the calling thread: for single-threaded use, next to which nobody steps.
  Result<wire::SyncResponse> exchange(const wire::SyncRequest& request);

  Result<wire::JoinResponse> join(const wire::JoinRequest& request) {
    return server::join(*office_, options_.identity, request);
  }
  Result<wire::JoinResponse> readmit(const wire::ReadmitRequest& request) {
    return server::readmit(*office_, options_.identity, options_.former_identities, request);
  }
  Result<wire::JoinResponse> rehome(ActorId actor, const wire::RehomeRequest& request) {
    return server::rehome(*office_, options_.identity, actor, request);
  }
  /// Takes what a device, of whatever token, carried of the offices before this one. Errors: `storage_*`.
  Result<HandOverOutcome> hand_over(const wire::HandOver& brought);
  /// What became of a device's file. Errors: `refused` (another device's), `storage_*`.
  Result<wire::WipeReport> wiped(ActorId actor, const wire::WipeReport& report) {
    return server::note_wiped(*office_, actor, report);
  }
  /// The plain value of a cell that is hidden from who asks (docs/rights.md, "Reveal").
  Result<wire::Revealed> reveal(ActorId actor, const wire::RevealRequest& request) {
    return server::reveal(*office_, actor, request);
  }
  /// Saves what devices told that only pull; true when there is more. Errors: `storage_*`.
  Result<bool> save_sightings() {
    const TokenRotation rotation{options_.identity, options_.token_lifetime_ms};
    return server::save_sightings(*office_, &rotation);
  }
  /// Whether the office has written more since its last backup than phones can carry.
  bool is_backup_due() { return shelf_.is_full(); }
  Result<ActorId> authenticate(std::string_view token) { return server::authenticate(*office_, token); }

 private:
  Pipeline(std::unique_ptr<Office> office, const Options& options)
      : office_(std::move(office)),
        options_(options),
        seal_(office_->record().office, options.identity, options.former_identities),
        shelf_(seal_, options.parcels),
        hand_overs_(seal_, options.parcels) {}

  std::vector<SyncJob> take_batch();
  bool retry_held();
  bool run_batch(std::vector<SyncJob>& jobs, std::vector<Result<PushOutcome>>& outcomes);
  Status run_jobs(std::vector<SyncJob>& jobs, std::vector<Result<PushOutcome>>& outcomes);
  Result<PushOutcome> run_job(OfficeTransaction& work, const wire::SyncRequest& request);
  Result<bool> add_page(ReadSnapshot& snapshot, const ActorRecord& actor, const wire::SyncRequest& request,
                        GroupNumber verdict_through, wire::SyncResponse& response);
  wire::WipeOrder wipe_order(const ActorRecord& actor) const;
  Sighting sighting_of(const wire::SyncRequest& request) const;
  wire::SignedTime signed_now();

  std::unique_ptr<Office> office_;
  const Options options_;
  const ParcelSeal seal_;
  ParcelShelf shelf_;
  HandOvers hand_overs_;
  PipelineCounters counters_;
  std::atomic<bool> retries_left_{false};

  mutable std::mutex queue_mutex_;
  std::deque<SyncJob> light_;
  std::deque<SyncJob> heavy_;  ///< Of more than limits::kLightGroups: one a commit, every second commit.
  bool heavy_turn_ = false;
  ActorId last_heavy_{};
  std::size_t queued_bytes_ = 0;

  std::mutex time_mutex_;
  wire::SignedTime last_time_;
};

}  // namespace doorstep::server
