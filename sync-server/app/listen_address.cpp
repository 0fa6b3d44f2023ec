#include "app/listen_address.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <charconv>
#include <memory>

#include "base/error.hpp"
#include "base/loopback.hpp"

namespace doorstep::server {
namespace {

constexpr unsigned kLargestPort = 65'535;

tl::unexpected<Error> fail_address(std::string_view text) {
  const std::string shown(text);
  return fail_usage("“" + shown + "”不是有效的地址,应写成 主机:端口,例如 0.0.0.0:8443。",
                    "'" + shown + "' is no address. Write HOST:PORT, for example 0.0.0.0:8443.");
}

}  // namespace

bool ListenAddress::loopback() const { return is_loopback_host(host); }

bool ListenAddress::wildcard() const { return host == "0.0.0.0" || host == "::"; }

std::string to_text(const ListenAddress& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return fail_address(text);
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return fail_address(text);
  }
  if (host.empty() || host.find_first_of(" /@#?[]") != std::string_view::npos) return fail_address(text);
  unsigned port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port > kLargestPort)
    return fail_address(text);
  return ListenAddress{std::string(host), static_cast<std::uint16_t>(port)};
}

std::string outward_address() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return "127.0.0.1";
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);
  for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) continue;
    if ((each->ifa_flags & IFF_LOOPBACK) != 0 || (each->ifa_flags & IFF_UP) == 0) continue;
    char text[INET_ADDRSTRLEN] = {};
    const auto* address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
    if (inet_ntop(AF_INET, &address->sin_addr, text, sizeof text) != nullptr) return text;
  }
  return "127.0.0.1";
}

}  // namespace doorstep::server
