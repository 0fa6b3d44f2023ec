#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "app/log.hpp"
#include "pipeline/office.hpp"
#include "ports/clock.hpp"

namespace doorstep::server {

/// Erases what is kept long enough and compacts a served office by itself: an hour after the start, since
/// many a machine sleeps at night, and from then on every night. In small steps with pauses, so that phones'
/// pushes come first.
class Housekeeping {
 public:
  /// Borrows everything.
  Housekeeping(Office& office, ClockPort& clock, Log& log);
  /// Ends between two steps.
  ~Housekeeping();
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

  /// The first night's hour that lies at least half a day after `now_ms`.
  static std::int64_t next_night(std::int64_t now_ms);

 private:
  void run();
  void erase();
  void compact();
  Result<AuditHead> record_night();
  /// True when it is time to end.
  bool wait_ms(std::int64_t ms);

  Office& office_;
  ClockPort& clock_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace doorstep::server
