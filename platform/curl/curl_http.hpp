#pragma once

#include <memory>

#include "ports/http.hpp"

namespace doorstep {

/// HTTP over libcurl. One connection is kept and used again while requests go to one office under the same
/// trust; HTTP/1.1, or HTTP/2 where the server offers it over TLS.
///
/// - `https` needs a pinned key or `accept_any_key`; chain, host name and dates are not looked at, because a
/// phone
///   in 1970 cannot judge them, and the pin says more. `http` goes to loopback addresses only. Anything else
///   is refused before a connection is made (usage, invalid_argument).
/// - Redirects are not followed: the caller sees their status. A proxy of the environment is used, but never
///   for loopback addresses.
/// - A transfer that stands still for 30 s is given up, whatever `timeout_ms` says; connecting may take 15 s.
/// - Errors besides the port's own: `too_large` (network) when the response passes its limit. All network
///   errors but `too_large` help themselves when tried later.
/// - `bytes_sent` and `bytes_received` are HTTP bytes, without TLS and without what HTTP/2 saves on headers.
/// - `Retry-After` as a date counts from the answer's own `Date`, not from this device's clock; either form
/// is
///   cut to one day.
///
/// An object is for one thread at a time. Different objects are independent.
std::unique_ptr<HttpPort> make_curl_http();

}  // namespace doorstep
