#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "auth/openssl_keys.hpp"

/// A server on a loopback port whose every byte a test decides. Connections are served one after the other,
/// each to its end: a client that keeps one must be gone before the server.
namespace doorstep::scripted {

class RequestLog {
 public:
  void add(const std::string& request) {
    const std::lock_guard lock(mutex_);
    ++count_;
    last_ = request;
  }
  int count() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  std::string last() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  mutable std::mutex mutex_;
  int count_ = 0;
  std::string last_;
};

class Connection {
 public:
  Connection(int fd, SSL_CTX* tls, RequestLog& log) : fd_(fd), log_(log) {
    const timeval patience{5, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (tls == nullptr) return;
    ssl_.reset(SSL_new(tls));
    SSL_set_fd(ssl_.get(), fd_);
    open_ = SSL_accept(ssl_.get()) == 1;
  }
  ~Connection() {
    if (ssl_ && open_) SSL_shutdown(ssl_.get());
    ::close(fd_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool is_open() const { return open_; }

  void send(std::string_view bytes) {
    while (open_ && !bytes.empty()) {
      const auto sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                             : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      open_ = sent > 0;
      if (open_) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// Head and body of the next request; "" when the client is gone.
  std::string read_request() {
    while (open_) {
      const std::size_t end = received_.find("\r\n\r\n");
      if (end != std::string::npos) {
        const std::size_t field = received_.find("Content-Length: ");
        const std::size_t body = field < end ? std::strtoul(received_.c_str() + field + 16, nullptr, 10) : 0;
        if (received_.size() >= end + 4 + body) {
          std::string request = received_.substr(0, end + 4 + body);
          received_.erase(0, request.size());
          log_.add(request);
          return request;
        }
      }
      receive();
    }
    return {};
  }

 private:
  void receive() {
    char buffer[16 * 1024];
    const auto got =
        ssl_ ? SSL_read(ssl_.get(), buffer, sizeof(buffer)) : ::recv(fd_, buffer, sizeof(buffer), 0);
    open_ = got > 0;
    if (open_) received_.append(buffer, static_cast<std::size_t>(got));
  }

  struct SslFree {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  int fd_;
  RequestLog& log_;
  bool open_ = true;
  std::unique_ptr<SSL, SslFree> ssl_;
  std::string received_;
};

using Script = std::function<void(Connection&)>;

/// Answers every request of a connection with the same bytes.
inline Script answering(std::string answer) {
  return [answer = std::move(answer)](Connection& connection) {
    while (!connection.read_request().empty()) connection.send(answer);
  };
}

/// A whole answer with a body.
inline std::string answer(const std::string& body, const std::string& more_headers = "",
                          const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         more_headers + "\r\n" + body;
}

class Server {
 public:
  /// Without a key it speaks plain HTTP.
  explicit Server(Script script, const server::auth::Pkey* key = nullptr) : script_(std::move(script)) {
    if (key != nullptr) make_tls(*key);
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 16) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Server() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string url(const std::string& path = "/v1/sync") const {
    return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_) + path;
  }
  int connections() const { return connections_; }
  int requests() const { return log_.count(); }
  std::string last_request() const { return log_.last(); }

 private:
  struct ContextFree {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  void make_tls(const server::auth::Pkey& key) {
    tls_.reset(SSL_CTX_new(TLS_server_method()));
    const std::string pem = server::auth::make_certificate_pem(key);
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free_all);
    X509* const certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr);
    REQUIRE(SSL_CTX_use_certificate(tls_.get(), certificate) == 1);
    X509_free(certificate);
    REQUIRE(SSL_CTX_use_PrivateKey(tls_.get(), key.get()) == 1);
  }

  void serve() {
    // Of this thread only: a client under test must not need it.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    while (true) {
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      ++connections_;
      Connection connection(fd, tls_.get(), log_);
      if (connection.is_open()) script_(connection);
    }
  }

  Script script_;
  std::unique_ptr<SSL_CTX, ContextFree> tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  RequestLog log_;
  std::thread thread_;
};

}  // namespace doorstep::scripted
