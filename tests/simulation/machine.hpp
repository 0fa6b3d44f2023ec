#pragma once

#include <algorithm>
#include <cstdint>
#include <doorstep/error.hpp>
#include <string>
#include <utility>

#include "base/ensure.hpp"
#include "base/random.hpp"
#include "ports/clock.hpp"
#include "ports/entropy.hpp"
#include "simulation/scheduler.hpp"

namespace doorstep::simulation {

/// True time is virtual time after this moment (2027-01-15T08:00:00Z).
inline constexpr std::int64_t kEpochMs = 1'800'000'000'000;

/// Of an error: the machine's disk has stopped.
inline bool died(const Error& error) { return error.domain == ErrorDomain::storage; }

/// The simulation does not go on without what it reads or does itself.
template <typename T>
T must(Result<T> result, const char* what) {
  if (!result) throw InvariantBroken(std::string(what) + ": " + result.error().en);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// A device's clocks over virtual time: the wall clock may be years off and jump; a reboot restarts the
/// monotonic one.
class SimClock final : public ClockPort {
 public:
  /// `device`: no two machines ever had the same boot.
  explicit SimClock(Scheduler& scheduler, std::string device = {})
      : scheduler_(scheduler), device_(std::move(device)) {}

  ClockReading read() override {
    return {wall_ms(), scheduler_.now_ms() - booted_ms_, device_ + "boot-" + std::to_string(boots_)};
  }
  std::int64_t wall_ms() const {
    return std::max<std::int64_t>(0, kEpochMs + scheduler_.now_ms() + skew_ms_);
  }
  void skew(std::int64_t ms) { skew_ms_ = ms; }
  void reboot() {
    ++boots_;
    booted_ms_ = scheduler_.now_ms();
  }

 private:
  Scheduler& scheduler_;
  std::string device_;
  std::int64_t skew_ms_ = 0;
  std::int64_t booted_ms_ = 0;
  int boots_ = 1;
};

class SimEntropy final : public EntropyPort {
 public:
  explicit SimEntropy(std::uint64_t seed) : random_(seed) {}
  void fill(void* bytes, std::size_t size) override {
    auto* out = static_cast<std::uint8_t*>(bytes);
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(random_.next() >> 32);
  }

 private:
  SeededRandom random_;
};

}  // namespace doorstep::simulation
