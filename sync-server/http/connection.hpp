#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "http/server.hpp"

namespace doorstep::server::http {

using Clock = std::chrono::steady_clock;
// Each connection lives on one strand of the one I/O context, so that any thread serves any connection.
using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Strand>;
using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Strand>;
template <typename T>
using Awaitable = boost::asio::awaitable<T, Strand>;

/// What the server shares with its connections; outlives them.
struct Shared {
  Options options;
  Handler handler;
  std::atomic<bool> draining{false};  ///< Set once by stop(): no request is begun any more.
  std::atomic<std::size_t> buffered_bytes{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> bytes_out{0};
  std::atomic<std::uint64_t> timeouts{0};
};

/// One client. run() is its life; the other calls may come from any thread while run() lasts.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Strand strand, std::string remote_address)
      : strand_(std::move(strand)), remote_address_(std::move(remote_address)) {}
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Serves requests one after the other until either side has had enough; an `unwelcome` client is only told
  /// 503. Spawn it on strand().
  virtual Awaitable<void> run(bool unwelcome) = 0;

  /// Cuts the connection if its phase has lasted beyond its deadline.
  void check_deadline(Clock::time_point now);
  /// Closes it if it is between requests; otherwise it closes after its response (Shared::draining is set).
  void drain();
  /// Closes it at once.
  void abort();

  const Strand& strand() const { return strand_; }
  const std::string& remote_address() const { return remote_address_; }

 protected:
  enum class Phase { handshake, idle, header, body, handler, response, closing };

  void enter(Phase phase, Clock::time_point deadline);
  Phase phase() const { return phase_; }

  virtual void on_expired() = 0;
  virtual void on_drain() = 0;
  virtual void on_abort() = 0;

 private:
  Strand strand_;
  std::string remote_address_;
  Phase phase_ = Phase::handshake;
  // Read by the sweeping thread without the strand, hence atomic.
  std::atomic<Clock::rep> deadline_{Clock::duration::max().count()};
};

/// Plain when `tls` is null. `tls` and `shared` must outlive the connection.
std::shared_ptr<Connection> make_connection(Shared& shared, boost::asio::ssl::context* tls, Socket socket,
                                            std::string remote_address);

}  // namespace doorstep::server::http
