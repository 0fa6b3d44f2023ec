#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <optional>
#include <string>
#include <vector>

namespace doorstep {

struct HttpRequest {
  std::string method = "POST";
  std::string url;
  std::string content_type;
  std::string bearer_token;              ///< Sent as `Authorization: Bearer`; empty for none.
  std::vector<std::string> pinned_keys;  ///< `sha256//BASE64` of acceptable TLS keys; any one suffices.
  bool accept_any_key = false;           ///< Only for fetching the signed key list, which proves itself.
  std::string body;
  std::int64_t timeout_ms = 60'000;
  std::size_t response_limit_bytes = 8 * 1024 * 1024;
};

struct HttpResponse {
  int status = 0;
  std::string content_type;
  std::string body;
  std::optional<std::int64_t> retry_after_ms;
  std::uint64_t bytes_sent = 0;      ///< Request headers and body.
  std::uint64_t bytes_received = 0;  ///< Response headers and body.
};

/// One request, one answer. Never throws. A failure is ErrorDomain::network: `unreachable` or `timed_out`
/// (the request may or may not have been executed), or `untrusted_office` when no pinned key matches.
class HttpPort {
 public:
  virtual ~HttpPort() = default;
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
};

}  // namespace doorstep
