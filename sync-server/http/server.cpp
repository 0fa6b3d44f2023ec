#include "http/server.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/error.hpp"
#include "http/connection.hpp"
#include "http/tls.hpp"

namespace doorstep::server::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable_t<Strand>{});

// After a failed accept, mostly for want of file descriptors or memory: time for some to come back.
constexpr milliseconds kAcceptPause{50};

/// Who counts as one client: an IPv4 address, or an IPv6 /64, which is what one subscriber gets.
std::string client_key(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  const auto bytes = address.to_v6().to_bytes();
  return std::string(bytes.begin(), bytes.begin() + 8);
}

asio::ip::address unmapped(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

/// How often deadlines are looked at.
milliseconds sweep_interval(const Options& options) {
  const auto shortest = std::min({options.handshake_timeout, options.header_timeout, options.body_timeout,
                                  options.idle_timeout, options.handler_timeout, options.linger_timeout});
  return std::clamp(shortest / 4, milliseconds(5), milliseconds(250));
}

tl::unexpected<Error> fail_listen(const Options& options, const error_code& ec) {
  const std::string address = options.host + ":" + std::to_string(options.port);
  return fail_usage("无法在" + address + "上监听:" + ec.message() + "。请换一个地址或端口。",
                    "Cannot listen on " + address + ": " + ec.message() + ". Use another address or port.");
}

}  // namespace

class Server::Impl {
 public:
  Impl(Options options, Handler handler, std::unique_ptr<asio::ssl::context> tls)
      : tls_(std::move(tls)), acceptor_(strand_), sweep_timer_(strand_) {
    shared_.options = std::move(options);
    shared_.handler = std::move(handler);
  }

  ~Impl() { stop(milliseconds(0)); }

  error_code listen() {
    error_code ec;
    const Options& options = shared_.options;
    const auto found =
        tcp::resolver(io_).resolve(options.host, std::to_string(options.port),
                                   tcp::resolver::passive | tcp::resolver::numeric_service, ec);
    if (ec) return ec;
    const tcp::endpoint endpoint = found.begin()->endpoint();
    if (acceptor_.open(endpoint.protocol(), ec)) return ec;
    if (acceptor_.set_option(tcp::acceptor::reuse_address(true), ec)) return ec;
    if (acceptor_.bind(endpoint, ec)) return ec;
    if (acceptor_.listen(asio::socket_base::max_listen_connections, ec)) return ec;
    port_ = acceptor_.local_endpoint(ec).port();
    return ec;
  }

  void run() {
    asio::co_spawn(strand_, accept_loop(), [](const std::exception_ptr&) {});
    asio::co_spawn(strand_, sweep_loop(), [](const std::exception_ptr&) {});
    const unsigned count = std::max(1U, shared_.options.io_threads);
    for (unsigned i = 0; i < count; ++i) threads_.emplace_back([this] { run_io(); });
  }

  void stop(milliseconds grace) {
    const std::lock_guard stopping(stop_mutex_);
    if (threads_.empty()) return;
    asio::post(strand_, [this] {
      error_code ignored;
      acceptor_.close(ignored);
    });
    std::unique_lock lock(mutex_);
    shared_.draining = true;
    for (const auto& [connection, kept] : connections_) connection->drain();
    const auto nobody_left = [this] { return connections_.empty(); };
    left_.wait_for(lock, grace, nobody_left);
    for (const auto& [connection, kept] : connections_) connection->abort();
    left_.wait(lock, nobody_left);
    lock.unlock();
    stopped_ = true;
    asio::post(strand_, [this] { sweep_timer_.cancel(); });
    work_.reset();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  std::uint16_t port() const { return port_; }

  Statistics statistics() const {
    Statistics statistics;
    {
      const std::lock_guard lock(mutex_);
      statistics.open_connections = connections_.size();
      statistics.connections = accepted_;
      statistics.refused = refused_;
    }
    statistics.requests = shared_.requests;
    statistics.bytes_in = shared_.bytes_in;
    statistics.bytes_out = shared_.bytes_out;
    statistics.timeouts = shared_.timeouts;
    return statistics;
  }

 private:
  void run_io() {
    while (true) {
      try {
        io_.run();
        return;
      } catch (const std::exception&) {
        // Out of memory in some completion: that operation is lost, and its connection goes by its deadline.
      }
    }
  }

  Awaitable<void> accept_loop() {
    Timer pause(strand_);
    while (acceptor_.is_open()) {
      auto [ec, socket] = co_await acceptor_.async_accept(asio::make_strand(io_.get_executor()), kToken);
      bool is_taken = false;
      if (!ec) {
        try {
          welcome(std::move(socket));
          is_taken = true;
        } catch (const std::exception&) {
          // Out of memory: this client goes, the loop stays.
        }
      }
      if (!is_taken && acceptor_.is_open()) {
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(kToken);
      }
    }
  }

  void welcome(Socket socket) {
    error_code ec;
    const tcp::endpoint remote = socket.remote_endpoint(ec);
    if (ec) return;
    socket.set_option(tcp::no_delay(true), ec);
    const asio::ip::address address = unmapped(remote.address());
    const auto connection = make_connection(shared_, tls_.get(), std::move(socket), address.to_string());
    const Seat seat{connection, client_key(address)};
    const Seating seating = take(seat);
    if (seating == Seating::none) return;
    try {
      asio::co_spawn(connection->strand(), connection->run(seating == Seating::standing),
                     [this, seat, seating](const std::exception_ptr&) { leave(seat, seating); });
    } catch (...) {
      leave(seat, seating);
      throw;
    }
  }

  struct Seat {
    std::shared_ptr<Connection> connection;
    std::string client_key;
  };

  /// `standing` is over a limit and hears 503. Beyond a few of those, telling them costs more than it helps.
  enum class Seating { seated, standing, none };

  Seating take(const Seat& seat) {
    const Options& options = shared_.options;
    const std::lock_guard lock(mutex_);
    ++accepted_;
    if (shared_.draining) return Seating::none;
    const auto known = per_client_.find(seat.client_key);
    const bool has_room = connections_.size() - standing_ < options.max_connections &&
                          (known == per_client_.end() || known->second < options.max_connections_per_address);
    if (!has_room) ++refused_;
    if (!has_room && standing_ >= options.max_connections / 8 + 8) return Seating::none;
    connections_.emplace(seat.connection.get(), seat.connection);
    ++per_client_[seat.client_key];
    if (!has_room) ++standing_;
    return has_room ? Seating::seated : Seating::standing;
  }

  void leave(const Seat& seat, Seating seating) {
    const std::lock_guard lock(mutex_);
    connections_.erase(seat.connection.get());
    const auto same_client = per_client_.find(seat.client_key);
    if (--same_client->second == 0) per_client_.erase(same_client);
    if (seating == Seating::standing) --standing_;
    if (connections_.empty()) left_.notify_all();
  }

  Awaitable<void> sweep_loop() {
    const milliseconds interval = sweep_interval(shared_.options);
    while (!stopped_) {
      sweep_timer_.expires_after(interval);
      co_await sweep_timer_.async_wait(kToken);
      const Clock::time_point now = Clock::now();
      const std::lock_guard lock(mutex_);
      for (const auto& [address, connection] : connections_) connection->check_deadline(now);
    }
  }

  Shared shared_;
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  Strand strand_{io_.get_executor()};
  std::unique_ptr<asio::ssl::context> tls_;
  asio::basic_socket_acceptor<tcp, Strand> acceptor_;
  Timer sweep_timer_;
  std::uint16_t port_ = 0;

  mutable std::mutex mutex_;  // Guards the members down to refused_.
  std::condition_variable left_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::unordered_map<std::string, std::size_t> per_client_;
  std::size_t standing_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t refused_ = 0;

  std::atomic<bool> stopped_{false};
  std::mutex stop_mutex_;
  std::vector<std::thread> threads_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(Options options, Handler handler) try {
  std::unique_ptr<asio::ssl::context> tls;
  if (options.tls) {
    auto made = make_tls_context(*options.tls);
    if (!made) return tl::unexpected(std::move(made).error());
    tls = std::move(*made);
    options.tls.reset();  // The context has the key now; no second copy stays in memory.
  }
  auto impl = std::make_unique<Impl>(options, std::move(handler), std::move(tls));
  if (const error_code ec = impl->listen()) return fail_listen(options, ec);
  impl->run();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
} catch (const std::exception& error) {
  return fail(ErrorDomain::internal, ErrorCode::overloaded, Retry::later,
              "系统资源不足,服务器无法启动,请关闭一些程序后再试。",
              std::string("The server cannot start for want of system resources (") + error.what() +
                  "); close some programs and try again.");
}

std::uint16_t Server::port() const { return impl_->port(); }

void Server::stop(milliseconds grace) { impl_->stop(grace); }

Statistics Server::statistics() const { return impl_->statistics(); }

}  // namespace doorstep::server::http
