#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace doorstep::simulation {

/// Virtual time: events run in time order, ties in the order they were scheduled.
class Scheduler {
 public:
  std::int64_t now_ms() const { return now_ms_; }

  void after(std::int64_t delay_ms, std::function<void()> event) {
    events_.emplace(std::make_pair(now_ms_ + delay_ms, next_++), std::move(event));
  }

  /// Runs events until `end_ms`, then stands there.
  void run_until(std::int64_t end_ms) {
    while (!events_.empty() && events_.begin()->first.first <= end_ms) {
      auto first = events_.extract(events_.begin());
      now_ms_ = first.key().first;
      first.mapped()();
    }
    now_ms_ = end_ms;
  }

 private:
  std::int64_t now_ms_ = 0;
  std::uint64_t next_ = 0;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> events_;
};

}  // namespace doorstep::simulation
