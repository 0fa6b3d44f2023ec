#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "http/server.hpp"

/// A plain blocking client over a loopback socket, so that the tests decide every byte and its moment.
namespace doorstep::server::http::loopback {

using namespace std::chrono_literals;

/// Far beyond what any test waits for when the server is right.
inline constexpr int kPatience_ms = 5000;

inline std::string get(const std::string& target, const std::string& more_headers = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: office\r\n" + more_headers + "\r\n";
}

inline std::string post(const std::string& target, const std::string& body,
                        const std::string& more_headers = "") {
  return "POST " + target + " HTTP/1.1\r\nHost: office\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + more_headers + "\r\n" + body;
}

struct Reply {
  int status = 0;  ///< 0: the connection ended before a whole reply.
  std::string head;
  std::string body;

  bool has(std::string_view header_line) const { return head.find(header_line) != std::string::npos; }
};

class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer_bytes = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer_bytes > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  virtual ~Client() { leave(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool is_connected() const { return is_connected_; }
  int fd() const { return fd_; }

  /// False once the server has cut the connection.
  virtual bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  Reply receive(bool is_head = false) {
    Reply reply;
    std::size_t end = std::string::npos;
    while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return reply;
    }
    reply.head = unread_.substr(0, end + 4);
    unread_.erase(0, end + 4);
    const auto length_at = reply.head.find("Content-Length: ");
    const std::size_t length =
        length_at == std::string::npos || is_head ? 0 : std::stoul(reply.head.substr(length_at + 16));
    while (unread_.size() < length) {
      if (!read_more()) return reply;
    }
    reply.body = unread_.substr(0, length);
    unread_.erase(0, length);
    reply.status = std::stoi(reply.head.substr(9));
    return reply;
  }

  Reply ask(std::string_view request) { return send(request) ? receive() : Reply{}; }

  /// Waits for the server to end the connection; false if it sends something instead, or nothing for long.
  bool is_closed() { return unread_.empty() && !read_more() && is_ended_; }

  /// Sends `bytes` one by one. How long the server put up with it, or nothing if it never cut.
  std::optional<std::chrono::milliseconds> trickle(std::string_view bytes, std::chrono::milliseconds pause) {
    const auto start = std::chrono::steady_clock::now();
    for (const char byte : bytes) {
      pollfd wait{fd_, POLLIN, 0};
      const bool is_cut = ::poll(&wait, 1, static_cast<int>(pause.count())) > 0;
      if (is_cut || !Client::send(std::string_view(&byte, 1))) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                     start);
      }
    }
    return std::nullopt;
  }

  void finish_sending() { ::shutdown(fd_, SHUT_WR); }

  void leave() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  /// Like a phone that loses its network and comes back with another address: no goodbye but a reset.
  void reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    leave();
  }

 protected:
  virtual ssize_t read(char* into, std::size_t size) { return ::recv(fd_, into, size, 0); }
  virtual bool has_decoded() const { return false; }

 private:
  bool read_more() {
    pollfd wait{fd_, POLLIN, 0};
    if (!has_decoded() && ::poll(&wait, 1, kPatience_ms) <= 0) return false;
    char chunk[16384];
    const ssize_t size = read(chunk, sizeof chunk);
    if (size <= 0) {
      is_ended_ = true;
      return false;
    }
    unread_.append(chunk, static_cast<std::size_t>(size));
    return true;
  }

  int fd_;
  bool is_connected_ = false;
  bool is_ended_ = false;
  std::string unread_;
};

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using SslContext = std::unique_ptr<SSL_CTX, FreeWith<&SSL_CTX_free>>;

/// Trusts every certificate: the tests are about the server.
class TlsClient : public Client {
 public:
  /// `alpn` in wire form, as "\x08http/1.1". The version is the only one offered; `ciphers` those of TLS 1.2.
  explicit TlsClient(std::uint16_t port, int version = TLS1_3_VERSION, const std::string& alpn = "",
                     const char* ciphers = "ALL:@SECLEVEL=0")
      : Client(port), context_(SSL_CTX_new(TLS_client_method())) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL.
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    SSL_CTX_set_cipher_list(context_.get(), ciphers);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                        unsigned(alpn.size()));
    SSL_set_fd(ssl_.get(), fd());
    is_secure_ = SSL_connect(ssl_.get()) == 1;
  }

  bool is_secure() const { return is_secure_; }
  std::string version() const { return SSL_get_version(ssl_.get()); }
  std::string alpn() const {
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &chosen, &size);
    return std::string(reinterpret_cast<const char*>(chosen), size);
  }
  /// True after the server's close_notify: the end was not an attacker's.
  bool heard_goodbye() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

  bool send(std::string_view bytes) override {
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
           static_cast<int>(bytes.size());
  }

 protected:
  ssize_t read(char* into, std::size_t size) override {
    return SSL_read(ssl_.get(), into, static_cast<int>(size));
  }
  bool has_decoded() const override { return SSL_pending(ssl_.get()) > 0; }

 private:
  SslContext context_;
  std::unique_ptr<SSL, FreeWith<&SSL_free>> ssl_;
  bool is_secure_ = false;
};

inline std::string to_text(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

inline TlsIdentity make_identity() {
  const std::unique_ptr<EVP_PKEY, FreeWith<&EVP_PKEY_free>> key(EVP_EC_gen("P-256"));
  const std::unique_ptr<X509, FreeWith<&X509_free>> certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("office"), -1,
                             -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());

  const std::unique_ptr<BIO, FreeWith<&BIO_free>> certificate_pem(BIO_new(BIO_s_mem()));
  const std::unique_ptr<BIO, FreeWith<&BIO_free>> key_pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate_pem.get(), certificate.get());
  PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return TlsIdentity{to_text(certificate_pem.get()), to_text(key_pem.get())};
}

inline std::unique_ptr<Server> start(Options options, Handler handler) {
  auto server = Server::start(std::move(options), std::move(handler));
  if (!server) FAIL(server.error().en);
  return std::move(*server);
}

/// Answers "METHOD target?query body".
inline void echo(Request request, const Respond& respond) {
  Response response;
  response.content_type = "text/plain";
  response.body = request.method + " " + request.target + "?" + request.query + " " + request.body;
  respond(std::move(response));
}

inline Response text(std::string body) {
  Response response;
  response.content_type = "text/plain";
  response.body = std::move(body);
  return response;
}

/// For what another thread of the server brings about in a moment.
template <typename Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatience_ms);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

}  // namespace doorstep::server::http::loopback
