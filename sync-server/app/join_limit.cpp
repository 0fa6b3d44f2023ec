#include "app/join_limit.hpp"

#include <arpa/inet.h>

namespace doorstep::server {

std::string network_of(const std::string& address) {
  in6_addr v6{};
  if (inet_pton(AF_INET6, address.c_str(), &v6) != 1) return address;
  // ::ffff:1.2.3.4 is an IPv4 client of a socket that serves both.
  if (IN6_IS_ADDR_V4MAPPED(&v6)) return address;
  return {reinterpret_cast<const char*>(v6.s6_addr), 8};
}

bool JoinLimit::allows(const std::string& address, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto found = failures_.find(network_of(address));
  return found == failures_.end() || found->second.count < most_failures_ ||
         now - found->second.since >= kWindow;
}

void JoinLimit::failed(const std::string& address, Clock::time_point now) {
  const std::string network = network_of(address);
  const std::lock_guard lock(mutex_);
  auto [found, first] = failures_.try_emplace(network);
  Failures& failures = found->second;
  if (first) {
    failures.since = now;
    failures.place = oldest_first_.insert(oldest_first_.end(), network);
  } else {
    if (now - failures.since >= kWindow) {
      failures.since = now;
      failures.count = 0;
    }
    oldest_first_.splice(oldest_first_.end(), oldest_first_, failures.place);
  }
  ++failures.count;
  if (failures_.size() > kAddresses) {
    failures_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
}

}  // namespace doorstep::server
