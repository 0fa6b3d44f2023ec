#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace doorstep::server {

/// How much of the server one device may take. Everything a phone needs in its worst hour fits several times;
/// past it the answer is 429 with Retry-After, and nothing is lost.
///
/// A request is told by its token once the office has believed that token, else by its network: whoever makes
/// up tokens shares one line, and a district behind one address does not. Thread-safe; what it remembers is
/// bounded.
class RequestLimits {
 public:
  using Clock = std::chrono::steady_clock;

  /// A first download on a fast line; refilled at a thirtieth a second.
  static constexpr double kRequests = 1'200;
  static constexpr double kRequestsPerSecond = 40;
  /// Bytes of requests' bodies and groups in an hour, and at once. A phone keeps 32 MiB for an office that
  /// is put back; a copy of its file may bring them once more.
  static constexpr double kBytes = 512.0 * 1024 * 1024;
  static constexpr double kGroups = 500'000;
  /// Requests of one device under way. A phone makes one at a time, two programs on one file two.
  static constexpr unsigned kUnderWay = 4;
  static constexpr std::size_t kDevices = 65'536;

  /// Whose turn a request is. `token` is empty where there is none.
  struct Line {
    std::uint64_t key = 0;
    bool is_device = false;
  };
  Line line_of(const std::string& token, const std::string& network) const;
  /// The office has believed this token.
  void learn(const std::string& token);

  /// Counts a request in, until finished(). Otherwise: after how many seconds to come again.
  std::optional<int> refuse(const Line& line, std::size_t bytes, Clock::time_point now);
  void finished(const Line& line);
  /// The same for the groups that it brings.
  std::optional<int> refuse_groups(const Line& line, std::size_t groups, Clock::time_point now);

 private:
  /// What is left of an allowance.
  struct Bucket {
    double left;
    /// Takes `amount` if that much is left; else says how many seconds until it is.
    std::optional<int> take(double amount, double per_second);
  };
  struct Device {
    Clock::time_point at;
    Bucket requests{kRequests};
    Bucket bytes{kBytes};
    Bucket groups{kGroups};
    unsigned under_way = 0;
  };
  Device& refilled(std::uint64_t key, Clock::time_point now);

  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, Device> devices_;  ///< Of believed tokens, by line.
};

}  // namespace doorstep::server
