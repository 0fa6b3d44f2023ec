#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "app/office_service.hpp"

namespace doorstep::server {

/// A few threads over one bounded queue in which everybody has a line of their own: the lines take turns, one
/// piece of work each, so whoever waits with little is not kept by whoever waits with much. Thread-safe;
/// stop() and destruction must not happen on one of its threads.
class WorkerPool final : public Workers {
 public:
  WorkerPool(unsigned threads, std::size_t most_waiting, std::size_t most_in_line);
  ~WorkerPool() override { stop(); }

  bool post(std::uint64_t line, std::function<void()> work) override;
  /// Also when the queue is full: for the second half of work that was taken on.
  void post_surely(std::uint64_t line, std::function<void()> work);
  std::size_t waiting() const;

  /// Finishes what was taken on, then ends the threads. Nothing is taken on any more.
  void stop();

 private:
  using Line = std::deque<std::function<void()>>;
  void run();
  void add(std::uint64_t line, std::function<void()> work);
  std::function<void()> take();

  const std::size_t most_waiting_;
  const std::size_t most_in_line_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::unordered_map<std::uint64_t, Line> lines_;  ///< None is empty.
  std::deque<std::uint64_t> turns_;                ///< Each line once.
  std::size_t waiting_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace doorstep::server
