#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "app/office_service.hpp"

namespace doorstep::server {

/// A few threads over one bounded queue. Thread-safe; stop() and destruction must not happen on one of its
/// threads.
class WorkerPool final : public Workers {
 public:
  WorkerPool(unsigned threads, std::size_t most_waiting);
  ~WorkerPool() override { stop(); }

  bool post(std::function<void()> work) override;
  /// Also when the queue is full: for the second half of work that was taken on.
  void post_surely(std::function<void()> work);
  std::size_t waiting() const;

  /// Finishes what was taken on, then ends the threads. Nothing is taken on any more.
  void stop();

 private:
  void run();

  const std::size_t most_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace doorstep::server
