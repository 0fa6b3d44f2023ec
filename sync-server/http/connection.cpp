#include "http/connection.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <string_view>
#include <type_traits>
#include <utility>

#include "http/exchange.hpp"
#include "http/refusal.hpp"
#include "http/response_head.hpp"

namespace doorstep::server::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable_t<Strand>{});
constexpr std::size_t kHeaderReadBytes = 4 * 1024;
constexpr std::size_t kBodyReadBytes = 64 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// A body that grows with what has arrived: reserving what Content-Length announces would let a few hundred
/// bytes of header claim max_body_bytes.
struct GrowingBody {
  using value_type = std::string;

  class reader {
   public:
    template <bool isRequest, class Fields>
    reader(beast::http::header<isRequest, Fields>&, value_type& body) : body_(body) {}

    void init(const boost::optional<std::uint64_t>& announced, error_code& ec) {
      body_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(announced.value_or(0), kBodyReadBytes)));
      ec = {};
    }

    template <class Buffers>
    std::size_t put(const Buffers& buffers, error_code& ec) {
      const std::size_t before = body_.size();
      for (const asio::const_buffer part : beast::buffers_range_ref(buffers)) {
        body_.append(static_cast<const char*>(part.data()), part.size());
      }
      ec = {};
      return body_.size() - before;
    }

    void finish(error_code& ec) { ec = {}; }

   private:
    value_type& body_;
  };
};

using Parser = beast::http::request_parser<GrowingBody>;
using Header = Parser::value_type;

/// This connection's part of Shared::buffered_bytes.
class BufferedBytes {
 public:
  BufferedBytes(std::atomic<std::size_t>& total, std::size_t limit) : total_(total), limit_(limit) {}
  ~BufferedBytes() { release(); }
  BufferedBytes(const BufferedBytes&) = delete;
  BufferedBytes& operator=(const BufferedBytes&) = delete;

  /// False if that is over the limit.
  bool grow_to(std::size_t size) {
    const std::size_t more = size - mine_;
    mine_ = size;
    return total_.fetch_add(more) + more <= limit_;
  }

  void release() { total_ -= std::exchange(mine_, 0); }

 private:
  std::atomic<std::size_t>& total_;
  const std::size_t limit_;
  std::size_t mine_ = 0;
};

/// Takes the place of a refusal when nobody is left to hear one.
constexpr Refusal kDisconnected{0, "", "", "", ""};

const Refusal* refusal_of(const error_code& ec) {
  if (ec == beast::http::error::body_limit) return &kBodyTooLarge;
  if (ec == beast::http::error::header_limit) return &kHeaderTooLarge;
  return &kMalformed;
}

/// What the parser lets through and we do not.
const Refusal* judge(const Header& header) {
  using beast::http::field;
  const auto target = header.target();
  if (target.empty() || target.front() != '/') return &kMalformed;
  if (header.version() == 11 && header.count(field::host) != 1) return &kMalformed;
  // "gzip, chunked" would reach the handler as gzip; an encoding that does not end in chunked has no known
  // end.
  const auto encoding = header.find(field::transfer_encoding);
  if (encoding != header.end() && !beast::iequals(encoding->value(), "chunked")) return &kEncodingUnknown;
  return nullptr;
}

bool expects_continue(const Header& header) {
  return header.version() == 11 && beast::iequals(header[beast::http::field::expect], "100-continue");
}

Request describe(const Header& header, const std::string& remote_address) {
  using beast::http::field;
  const auto value = [&header](field name) { return std::string(header[name]); };
  const std::string_view target(header.target().data(), header.target().size());
  const auto question = target.find('?');
  Request request;
  request.method = std::string(header.method_string());
  request.target = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  request.content_type = value(field::content_type);
  request.content_encoding = value(field::content_encoding);
  request.accept = value(field::accept);
  request.authorization = value(field::authorization);
  request.remote_address = remote_address;
  return request;
}

using TlsStream = asio::ssl::stream<Socket>;

template <class Stream>
class ClientConnection final : public Connection {
 public:
  template <class... StreamArguments>
  ClientConnection(Shared& shared, const Strand& strand, std::string remote_address,
                   StreamArguments&&... stream_arguments)
      : Connection(strand, std::move(remote_address)),
        shared_(shared),
        options_(shared.options),
        stream_(std::forward<StreamArguments>(stream_arguments)...),
        wake_(strand) {}

  Awaitable<void> run(bool unwelcome) override {
    if constexpr (kIsTls) {
      enter(Phase::handshake, Clock::now() + options_.handshake_timeout);
      const auto [ec] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kToken);
      if (ec) co_return;
    }
    if (unwelcome) {
      co_await write(to_response(kOverloaded), {});
    } else {
      auto patience = options_.header_timeout;  // A newcomer has something to say.
      while (co_await serve_request(patience)) patience = options_.idle_timeout;
    }
    if (has_last_word_) co_await close_gently();
  }

 private:
  static constexpr bool kIsTls = std::is_same_v<Stream, TlsStream>;

  Socket& socket() {
    if constexpr (kIsTls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  /// One request and its response; false when it was the connection's last.
  Awaitable<bool> serve_request(std::chrono::milliseconds patience) {
    if (buffer_.size() == 0) {
      enter(Phase::idle, Clock::now() + patience);
      if (shared_.draining || !co_await fill(kHeaderReadBytes)) co_return false;
    }
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(options_.max_header_bytes));
    parser.body_limit(options_.max_body_bytes);
    BufferedBytes buffered(shared_.buffered_bytes, options_.max_buffered_bytes);

    Request request;
    const Refusal* refusal = co_await read_header(parser);
    if (refusal == nullptr) refusal = judge(parser.get());
    if (refusal == nullptr) {
      // Before the body, so that a trailer field cannot pose as a header.
      request = describe(parser.get(), remote_address());
      refusal = co_await read_body(parser, buffered);
    }
    if (refusal != nullptr) {
      buffered.release();  // Before the client hears of it and others try again.
      if (refusal != &kDisconnected) co_await write(to_response(*refusal), {});
      co_return false;
    }
    request.body = std::move(parser.get().body());
    if (buffer_.size() == 0 && buffer_.capacity() > 2 * kHeaderReadBytes) buffer_.shrink_to_fit();

    Framing framing{parser.keep_alive(), parser.get().version() == 10, request.method == "HEAD"};
    std::optional<Response> response = co_await ask_handler(std::move(request));
    if (!response) co_return false;
    framing.keep_alive = framing.keep_alive && !handler_expired_ && !shared_.draining;
    co_return co_await write(std::move(*response), framing) && framing.keep_alive;
  }

  Awaitable<const Refusal*> read_header(Parser& parser) {
    enter(Phase::header, Clock::now() + options_.header_timeout);
    std::size_t taken = 0;
    while (true) {
      error_code ec;
      const std::size_t parsed = parser.put(buffer_.data(), ec);
      buffer_.consume(parsed);
      taken += parsed;
      const bool is_done = parser.is_header_done() && !ec;
      // The parser's own limit is for what it has not yet taken, and it may take line after line.
      const std::size_t size = is_done ? taken : taken + buffer_.size();
      if (size > options_.max_header_bytes) co_return &kHeaderTooLarge;
      if (is_done) co_return nullptr;
      if (ec && ec != beast::http::error::need_more) co_return refusal_of(ec);
      if (!co_await fill(kHeaderReadBytes)) co_return &kDisconnected;
    }
  }

  Awaitable<const Refusal*> read_body(Parser& parser, BufferedBytes& buffered) {
    if (parser.is_done()) co_return nullptr;
    const Clock::time_point deadline = Clock::now() + options_.body_timeout;
    const std::string& body = parser.get().body();
    if (buffer_.size() == 0 && expects_continue(parser.get())) {
      enter(Phase::body, deadline);
      if (!co_await send(asio::buffer(kContinue))) co_return &kDisconnected;
    }
    parser.eager(true);
    while (true) {
      error_code ec;
      if (buffer_.size() > 0) buffer_.consume(parser.put(buffer_.data(), ec));
      if (ec && ec != beast::http::error::need_more) co_return refusal_of(ec);
      if (!buffered.grow_to(body.size())) co_return &kOverloaded;
      if (parser.is_done()) co_return nullptr;
      // What the parser leaves is the start of a chunk header or trailer.
      if (buffer_.size() > options_.max_header_bytes + kBodyReadBytes) co_return &kHeaderTooLarge;
      enter(Phase::body, deadline + time_for(body.size()));
      if (!co_await fill(kBodyReadBytes)) co_return &kDisconnected;
    }
  }

  /// Nothing if the connection was aborted meanwhile.
  Awaitable<std::optional<Response>> ask_handler(Request request) {
    ++shared_.requests;
    const auto exchange = std::make_shared<Exchange>(wake_);
    // Also when this throws: `wake_` goes with the connection, while the handler may answer for ever.
    const std::unique_ptr<Exchange, void (*)(Exchange*)> leaving(exchange.get(),
                                                                 [](Exchange* e) { e->leave(); });
    try {
      shared_.handler(std::move(request), exchange->make_respond());
    } catch (...) {  // The barrier for handlers: this client hears 500, the others nothing.
      exchange->answer(to_response(kHandlerFailed));
    }
    if (!aborted_ && exchange->must_wait()) {
      enter(Phase::handler, Clock::now() + options_.handler_timeout);
      wake_.expires_at(Clock::time_point::max());
      co_await wake_.async_wait(kToken);
    }
    std::optional<Response> response = exchange->leave();
    if (!response && handler_expired_) response = to_response(kHandlerTimeout);
    if (response && !is_sendable(*response)) response = to_response(kHandlerFailed);
    co_return response;
  }

  Awaitable<bool> write(Response response, Framing framing) {
    const std::string head = format_head(response, framing);
    const asio::const_buffer body =
        has_body(response, framing) ? asio::buffer(response.body) : asio::const_buffer();
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), body};
    enter(Phase::response, Clock::now() + options_.body_timeout + time_for(asio::buffer_size(buffers)));
    const bool sent = co_await send(buffers);
    has_last_word_ = sent && !framing.keep_alive;
    co_return sent;
  }

  template <class Buffers>
  Awaitable<bool> send(Buffers buffers) {
    const auto [ec, size] = co_await asio::async_write(stream_, buffers, kToken);
    shared_.bytes_out += size;
    co_return !ec;
  }

  /// False when the client has left or was cut.
  Awaitable<bool> fill(std::size_t at_most_bytes) {
    const auto [ec, size] = co_await stream_.async_read_some(buffer_.prepare(at_most_bytes), kToken);
    buffer_.commit(size);
    shared_.bytes_in += size;
    co_return !ec;
  }

  /// Reads on until the client has closed too: closing with unread input would reset the connection and could
  /// take our last response from the client's hands.
  Awaitable<void> close_gently() {
    enter(Phase::closing, Clock::now() + options_.linger_timeout);
    if constexpr (kIsTls) co_await stream_.async_shutdown(kToken);
    error_code ignored;
    socket().shutdown(Socket::shutdown_send, ignored);
    buffer_.clear();
    while (true) {
      const auto [ec, size] = co_await socket().async_read_some(buffer_.prepare(kHeaderReadBytes), kToken);
      if (ec) co_return;
    }
  }

  /// What the slowest acceptable client needs beyond body_timeout.
  std::chrono::milliseconds time_for(std::size_t bytes) const {
    return std::chrono::milliseconds(bytes * 1000 / std::max<std::size_t>(options_.min_bytes_per_s, 1));
  }

  void on_expired() override {
    if (phase() != Phase::idle && phase() != Phase::closing) ++shared_.timeouts;
    if (phase() == Phase::handler) {
      handler_expired_ = true;
      wake_.cancel();
    } else {
      close();
    }
  }

  void on_drain() override {
    if (phase() == Phase::idle || phase() == Phase::handshake) close();
  }

  void on_abort() override {
    aborted_ = true;
    wake_.cancel();
    close();
  }

  void close() {
    error_code ignored;
    socket().close(ignored);
  }

  Shared& shared_;
  const Options& options_;
  Stream stream_;
  Timer wake_;
  beast::flat_buffer
      buffer_;  // Received and not yet parsed: the start of the next pipelined request stays here.
  bool handler_expired_ = false;
  bool aborted_ = false;
  bool has_last_word_ = false;  // The client has yet to read a response after which we close.
};

}  // namespace

void Connection::enter(Phase phase, Clock::time_point deadline) {
  phase_ = phase;
  deadline_.store(deadline.time_since_epoch().count(), std::memory_order_relaxed);
}

void Connection::check_deadline(Clock::time_point now) {
  if (now.time_since_epoch().count() < deadline_.load(std::memory_order_relaxed)) return;
  asio::post(strand_, [self = shared_from_this()] {
    // The connection may have moved on before the strand came to this.
    if (Clock::now().time_since_epoch().count() < self->deadline_.load(std::memory_order_relaxed)) return;
    self->deadline_.store(Clock::duration::max().count(), std::memory_order_relaxed);
    self->on_expired();
  });
}

void Connection::drain() {
  asio::post(strand_, [self = shared_from_this()] { self->on_drain(); });
}

void Connection::abort() {
  asio::post(strand_, [self = shared_from_this()] { self->on_abort(); });
}

std::shared_ptr<Connection> make_connection(Shared& shared, asio::ssl::context* tls, Socket socket,
                                            std::string remote_address) {
  const Strand strand = socket.get_executor();
  if (tls == nullptr) {
    return std::make_shared<ClientConnection<Socket>>(shared, strand, std::move(remote_address),
                                                      std::move(socket));
  }
  return std::make_shared<ClientConnection<TlsStream>>(shared, strand, std::move(remote_address),
                                                       std::move(socket), *tls);
}

}  // namespace doorstep::server::http
