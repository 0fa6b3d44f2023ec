#include "app/request_limits.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/crypto.hpp"

namespace doorstep::server {
namespace {

constexpr double kHour_s = 3'600;
constexpr int kBusyRetry_s = 1;

/// A token's hash, so that lines tell nothing of it.
std::uint64_t key_of(const char* kind, const std::string& text) {
  const Digest digest = sha256(kind, text);
  std::uint64_t key = 0;
  std::memcpy(&key, digest.data(), sizeof key);
  return key;
}

}  // namespace

RequestLimits::Line RequestLimits::line_of(const std::string& token, const std::string& network) const {
  if (!token.empty()) {
    const std::uint64_t key = key_of("token ", token);
    const std::lock_guard lock(mutex_);
    if (devices_.count(key) != 0) return {key, true};
  }
  return {key_of("network ", network), false};
}

void RequestLimits::learn(const std::string& token) {
  const std::uint64_t key = key_of("token ", token);
  const std::lock_guard lock(mutex_);
  // They are learnt again with their next request.
  if (devices_.size() >= kDevices) devices_.clear();
  devices_.try_emplace(key, Device{Clock::now()});
}

std::optional<int> RequestLimits::Bucket::take(double amount, double per_second) {
  if (amount <= left) {
    left -= amount;
    return std::nullopt;
  }
  return std::max(1, static_cast<int>(std::ceil((amount - left) / per_second)));
}

RequestLimits::Device& RequestLimits::refilled(std::uint64_t key, Clock::time_point now) {
  Device& device = devices_.try_emplace(key, Device{now}).first->second;
  const double seconds = std::max(0.0, std::chrono::duration<double>(now - device.at).count());
  device.at = std::max(device.at, now);
  device.requests.left = std::min(kRequests, device.requests.left + seconds * kRequestsPerSecond);
  device.bytes.left = std::min(kBytes, device.bytes.left + seconds * kBytes / kHour_s);
  device.groups.left = std::min(kGroups, device.groups.left + seconds * kGroups / kHour_s);
  return device;
}

std::optional<int> RequestLimits::refuse(const Line& line, std::size_t bytes, Clock::time_point now) {
  if (!line.is_device) return std::nullopt;
  const std::lock_guard lock(mutex_);
  Device& device = refilled(line.key, now);
  if (device.under_way >= kUnderWay) return kBusyRetry_s;
  if (const auto wait_s = device.requests.take(1, kRequestsPerSecond)) return wait_s;
  if (const auto wait_s = device.bytes.take(static_cast<double>(bytes), kBytes / kHour_s)) return wait_s;
  ++device.under_way;
  return std::nullopt;
}

void RequestLimits::finished(const Line& line) {
  if (!line.is_device) return;
  const std::lock_guard lock(mutex_);
  const auto device = devices_.find(line.key);
  if (device != devices_.end() && device->second.under_way > 0) --device->second.under_way;
}

std::optional<int> RequestLimits::refuse_groups(const Line& line, std::size_t groups, Clock::time_point now) {
  if (!line.is_device) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return refilled(line.key, now).groups.take(static_cast<double>(groups), kGroups / kHour_s);
}

}  // namespace doorstep::server
