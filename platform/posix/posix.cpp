#include "posix/posix.hpp"

#include <ctime>
#include <fstream>
#include <string>
#include <utility>
#if defined(__APPLE__)
#include <sys/sysctl.h>
#endif

#include "base/crypto.hpp"
#include "base/ensure.hpp"

namespace doorstep {
namespace {

std::string read_boot_id() {
#if defined(__APPLE__)
  // Not kern.boottime: it moves when somebody sets the wall clock.
  char text[64] = {};
  std::size_t size = sizeof(text) - 1;
  return sysctlbyname("kern.bootsessionuuid", text, &size, nullptr, 0) == 0 ? std::string(text)
                                                                            : std::string();
#else
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text;
  std::getline(file, text);
  return text;
#endif
}

std::int64_t read_ms(clockid_t clock) {
  timespec time{};
  ensure(clock_gettime(clock, &time) == 0, "the system has this clock");
  return std::int64_t{time.tv_sec} * 1'000 + time.tv_nsec / 1'000'000;
}

class PosixClock : public ClockPort {
 public:
  explicit PosixClock(std::string boot) : boot_(std::move(boot)) {}

  ClockReading read() override {
#if defined(CLOCK_BOOTTIME)
    constexpr clockid_t kThroughSleep = CLOCK_BOOTTIME;
#else
    constexpr clockid_t kThroughSleep = CLOCK_MONOTONIC;
#endif
    return {read_ms(CLOCK_REALTIME), read_ms(kThroughSleep), boot_};
  }

 private:
  const std::string boot_;
};

class PosixEntropy : public EntropyPort {
 public:
  void fill(void* bytes, std::size_t size) override { fill_random(bytes, size); }
};

}  // namespace

std::unique_ptr<ClockPort> make_posix_clock() { return std::make_unique<PosixClock>(read_boot_id()); }

std::unique_ptr<EntropyPort> make_posix_entropy() { return std::make_unique<PosixEntropy>(); }

}  // namespace doorstep
