#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

namespace doorstep::server {

/// The network that an address counts for: itself, of IPv6 its /64, since one customer has a whole one.
std::string network_of(const std::string& address);

/// Slows down those who guess invitation codes or tokens: failed attempts per address. They have 128 bits and
/// more, so this is for the log's sake and the server's peace; a whole district behind one mobile operator's
/// address joins freely. Thread-safe; remembers a bounded number of addresses, the ones that failed last.
class JoinLimit {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr unsigned kFailures = 30;
  static constexpr std::chrono::minutes kWindow{10};
  static constexpr std::size_t kAddresses = 10'000;

  explicit JoinLimit(unsigned failures = kFailures) : most_failures_(failures) {}

  /// Whether this address may try.
  bool allows(const std::string& address, Clock::time_point now);
  void failed(const std::string& address, Clock::time_point now);

 private:
  struct Failures {
    Clock::time_point since;
    unsigned count = 0;
    std::list<std::string>::iterator place;
  };

  const unsigned most_failures_;
  std::mutex mutex_;
  std::unordered_map<std::string, Failures> failures_;
  std::list<std::string> oldest_first_;
};

}  // namespace doorstep::server
