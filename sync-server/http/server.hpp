#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <doorstep/error.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace doorstep::server::http {

/// One complete request. Header values are as sent (the first one where a field repeats), empty if absent.
struct Request {
  std::string method;
  std::string target;  ///< The path, starting with '/', not percent-decoded.
  std::string query;   ///< What followed the first '?', not decoded.
  std::string content_type;
  std::string content_encoding;
  std::string accept;
  std::string authorization;
  std::string remote_address;  ///< The peer's IP address, without its port.
  std::string body;
};

struct Response {
  int status = 200;
  std::string content_type;
  std::string body;
  std::optional<int> retry_after_s = std::nullopt;
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< Further ones, in this order.
};

/// Answers one request: from any thread, at once or later, even after the client or the server is gone (the
/// answer is then dropped). Only the first call counts. If every copy is destroyed unused, the client hears
/// 500.
using Respond = std::function<void(Response)>;

/// Called on an I/O thread and must not block it. Calls come from several threads at once, but for one
/// connection one after the other. An exception becomes a 500.
using Handler = std::function<void(Request, Respond)>;

/// A certificate chain, leaf first, and its private key, both as PEM text.
struct TlsIdentity {
  std::string certificate_pem;
  std::string private_key_pem;
};

/// Timeouts are deadlines from the start of their phase, so trickling bytes does not prolong them. They may
/// fire up to 250 ms late, or a quarter of the shortest one if that is less.
struct Options {
  std::string host = "127.0.0.1";  ///< An IP address, or a name of this machine.
  std::uint16_t port = 0;          ///< 0 takes any free port; see Server::port().
  std::optional<TlsIdentity> tls;  ///< Absent: plain HTTP.
  unsigned io_threads = 2;
  std::size_t max_header_bytes = 16 * 1024;
  std::size_t max_body_bytes = 16 * 1024 * 1024;
  /// Request bodies held at once, over all connections: a thousand large uploads must not take all memory.
  std::size_t max_buffered_bytes = 512 * 1024 * 1024;
  std::size_t max_connections = 4096;
  /// Generous, because a mobile operator puts a whole district behind one address. IPv6 counts by /64.
  std::size_t max_connections_per_address = 512;
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds header_timeout{10'000};
  /// A body, in either direction, may take this long plus one second for every `min_bytes_per_s` of it that
  /// has come or is to go.
  std::chrono::milliseconds body_timeout{30'000};
  std::size_t min_bytes_per_s = 1024;
  std::chrono::milliseconds idle_timeout{75'000};     ///< Between the requests of a kept-alive connection.
  std::chrono::milliseconds handler_timeout{60'000};  ///< Then the client hears 504.
  /// How long a connection that we close may go on sending, so that the client reads our answer first.
  std::chrono::milliseconds linger_timeout{2'000};
};

struct Statistics {
  std::size_t open_connections = 0;
  std::uint64_t connections = 0;  ///< Accepted since the start, refused ones included.
  std::uint64_t refused = 0;      ///< Connections over a limit.
  std::uint64_t requests = 0;     ///< Complete requests given to the handler.
  std::uint64_t bytes_in = 0;     ///< HTTP bytes, before TLS.
  std::uint64_t bytes_out = 0;
  /// Clients cut in a handshake, header, body or response, and handlers given up.
  std::uint64_t timeouts = 0;
};

/// An HTTP/1.1 server, with TLS 1.2 or newer when it has an identity. It answers by itself, in JSON
/// ({"error":{"code","zh","en","retry"}}), only what never reaches the handler: a malformed request (400), an
/// over-long header (431) or body (413), an unusable encoding (501), too much load (503), and the handler's
/// silence (504) or failure (500).
///
/// Thread-safe. Construction and destruction, like stop(), must not happen inside the handler.
class Server {
 public:
  /// Binds, listens and serves. Errors: invalid_argument for an address that is unknown, taken or not
  /// permitted and for a TLS identity that does not hold together; overloaded (later) if the machine has no
  /// thread or memory left.
  static Result<std::unique_ptr<Server>> start(Options options, Handler handler);

  /// Stops without grace.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The port in use.
  std::uint16_t port() const;

  /// Stops accepting, closes idle connections, lets requests in flight finish for up to `grace`, closes what
  /// is left and joins the I/O threads. Calling it again does nothing.
  void stop(std::chrono::milliseconds grace);

  Statistics statistics() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace doorstep::server::http
