#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <string>
#include <string_view>

namespace doorstep::server {

/// Where the server listens when nobody says.
inline constexpr std::string_view kDefaultListen = "127.0.0.1:8443";

/// HOST:PORT; an IPv6 host stands in brackets. Port 0 takes any free one.
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;

  bool loopback() const;
  /// 0.0.0.0 or [::]: every address of this machine, hence none that a phone could call.
  bool wildcard() const;
};

std::string to_text(const ListenAddress& address);

/// Errors: usage, for anything that is not HOST:PORT.
Result<ListenAddress> parse_listen_address(std::string_view text);

/// The first address of this machine that another machine could call, or 127.0.0.1.
std::string outward_address();

}  // namespace doorstep::server
