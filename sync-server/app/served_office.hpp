#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>

#include "app/housekeeping.hpp"
#include "app/log.hpp"
#include "app/metrics.hpp"
#include "app/office_service.hpp"
#include "app/open_office.hpp"
#include "app/worker_pool.hpp"
#include "auth/identity.hpp"
#include "pipeline/pipeline.hpp"

namespace doorstep::server {

/// One office with its threads: workers that decode, join, and answer pulls; one committer that steps the
/// pipeline. Pushes go to the committer's queue and come back to the workers with their verdicts.
class ServedOffice final : public OfficeService {
 public:
  /// Borrows `metrics` and `log`. Errors: not_found, storage_*.
  static Result<std::unique_ptr<ServedOffice>> open(const std::filesystem::path& data, Metrics& metrics,
                                                    Log& log);

  ~ServedOffice() override { finish(); }

  /// Commits what was taken on, answers it, ends the threads. Stop the HTTP server before: then nobody waits.
  void finish();

  /// Whose connections observe() counts; nullptr for none.
  void watch(const http::Server* server);

  Workers& workers() { return workers_; }
  const auth::OfficeIdentity& identity() const { return identity_; }
  Office& office() { return pipeline_->office(); }

  const wire::KeyList& keys() const override { return identity_.keys(); }
  void join(wire::JoinRequest request, Answer<wire::JoinResponse> answer) override;
  void rehome(const std::string& token, wire::RehomeRequest request,
              Answer<wire::JoinResponse> answer) override;
  void readmit(wire::ReadmitRequest request, Answer<wire::JoinResponse> answer) override;
  void hand_over(wire::HandOver brought, Answer<wire::HandOver> answer) override;
  void wiped(const std::string& token, wire::WipeReport report, Answer<wire::WipeReport> answer) override;
  void reveal(const std::string& token, wire::RevealRequest request, Answer<wire::Revealed> answer) override;
  void sync(const std::string& token, wire::SyncRequest request, Answer<wire::SyncResponse> answer) override;
  Result<std::string> pack_frame(PackVersion version) override;
  Result<CardPage> card(const std::string& code) override;
  OfficeHealth health() override;
  void observe(Metrics& metrics) override;

 private:
  using Clock = std::chrono::steady_clock;

  ServedOffice(std::string database, auth::OfficeIdentity identity, Metrics& metrics, Log& log);

  void push(wire::SyncRequest request, Answer<wire::SyncResponse> answer);
  void answer_push(const wire::SyncRequest& request, const Result<PushOutcome>& outcome,
                   const Answer<wire::SyncResponse>& answer);
  void run_commits();
  void commit_once();
  void save_sightings();
  void note_writable(bool writable);
  /// Whether a small write reaches the disk.
  bool probe();
  void note_device(ActorId actor);
  void wake_committer();
  void note_uncarried();
  void note_lost(const wire::SyncRequest& request, const Result<wire::SyncResponse>& response);

  const std::string database_;
  auth::OfficeIdentity identity_;
  Metrics& metrics_;
  Log& log_;
  SystemClock clock_;
  SystemEntropy entropy_;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<Pipeline> pipeline_;
  WorkerPool workers_;

  std::mutex commit_mutex_;
  std::condition_variable commit_wake_;
  bool work_waits_ = false;
  bool stopping_ = false;
  std::atomic<bool> writable_{true};
  std::atomic<bool> backup_due_{false};
  std::thread committer_;
  std::optional<Housekeeping> housekeeping_;

  std::mutex server_mutex_;
  const http::Server* server_ = nullptr;

  std::mutex devices_mutex_;
  std::unordered_map<std::uint64_t, Clock::time_point> devices_;  ///< When each was heard of last.
};

}  // namespace doorstep::server
