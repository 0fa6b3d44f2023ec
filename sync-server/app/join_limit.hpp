#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

namespace doorstep::server {

/// Slows down those who guess invitation codes: failed attempts per address. Codes have 128 bits, so this is
/// for the log's sake and the server's peace; a whole district behind one mobile operator's address joins
/// freely. Thread-safe; remembers a bounded number of addresses, the ones that failed last.
class JoinLimit {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr unsigned kFailures = 30;
  static constexpr std::chrono::minutes kWindow{10};
  static constexpr std::size_t kAddresses = 10'000;

  /// Whether this address may try. IPv6 counts by /64: one customer has a whole one.
  bool allows(const std::string& address, Clock::time_point now);
  void failed(const std::string& address, Clock::time_point now);

 private:
  struct Failures {
    Clock::time_point since;
    unsigned count = 0;
    std::list<std::string>::iterator place;
  };

  std::mutex mutex_;
  std::unordered_map<std::string, Failures> failures_;
  std::list<std::string> oldest_first_;
};

}  // namespace doorstep::server
