#include "curl/curl_http.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>
#include <utility>

#include "base/ensure.hpp"
#include "base/error.hpp"
#include "base/loopback.hpp"
#include "curl/response_head.hpp"

namespace doorstep {
namespace {

constexpr std::int64_t kConnectTimeoutMs = 15'000;
/// Below this for this long, a connection is dead rather than slow: one packet of a 2G phone is more.
constexpr long kLowSpeedBytesPerS = 16;
constexpr long kLowSpeedS = 30;
/// Header fields of one answer; ours have a few hundred bytes.
constexpr std::uint64_t kHeaderBytes = 64 * 1024;

struct EasyCleanup {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct ListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyCleanup>;
using Url = std::unique_ptr<CURLU, UrlCleanup>;
using HeaderList = std::unique_ptr<curl_slist, ListFree>;

bool starts_curl() {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return started;
}

std::string part_of(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

/// Curl would take anything but `sha256//...` for the name of a key file, and ';' for the next pin.
bool is_pin(std::string_view pin) {
  constexpr std::string_view kPrefix = "sha256//";
  constexpr std::size_t kBase64Chars = 44;
  if (pin.substr(0, kPrefix.size()) != kPrefix || pin.size() != kPrefix.size() + kBase64Chars) return false;
  return std::all_of(pin.begin() + kPrefix.size(), pin.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
           c == '/' || c == '=';
  });
}

/// No line breaks and the like, which would make header fields of their own.
bool is_header_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; });
}

bool is_method(std::string_view method) {
  return !method.empty() &&
         std::all_of(method.begin(), method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// Hosts as curl gives them: normalised, IPv6 in brackets.
bool is_loopback(std::string_view host) {
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return is_loopback_host(host);
}

// --- Errors ----------------------------------------------------------------------------------------------

tl::unexpected<Error> fail_network(ErrorCode code, Retry retry, std::string zh, std::string en) {
  return fail(ErrorDomain::network, code, retry, std::move(zh), std::move(en));
}

tl::unexpected<Error> fail_unreachable(const std::string& detail) {
  return fail_network(ErrorCode::unreachable, Retry::later,
                      "现在连不上街道。您的记录都安全保存在这部手机里,有信号后会自动上传。",
                      "The office cannot be reached now (" + detail +
                          "). Your work is safe on this phone and will go up later.");
}

tl::unexpected<Error> fail_timed_out(const std::string& detail) {
  return fail_network(ErrorCode::timed_out, Retry::later,
                      "信号太弱,街道没有及时回应。您的记录都安全保存在这部手机里,稍后会自动上传。",
                      "The office did not answer in time (" + detail +
                          "). Your work is safe on this phone and will go up later.");
}

tl::unexpected<Error> fail_untrusted() {
  return fail_network(
      ErrorCode::untrusted_office, Retry::later,
      "对方不是您的街道,没有发送任何内容。可能是需要登录的Wi-Fi:请换一个网络再试。"
      "您的记录都安全保存在这部手机里。",
      "Who answers is not your office; nothing was sent. Perhaps this Wi-Fi wants a sign-in: try "
      "another network. Your work is safe on this phone.");
}

tl::unexpected<Error> fail_too_large(std::size_t limit_bytes) {
  return fail_network(ErrorCode::too_large, Retry::never,
                      "街道的回应太大,已停止接收。您的记录都安全保存在这部手机里。请告诉街道。",
                      "The office's answer is larger than " + std::to_string(limit_bytes) +
                          " bytes and was not taken. Your work is safe on this phone. Tell the office.");
}

/// What is wrong with a request before any connection is made.
Status check_request(const HttpRequest& request, const Url& url) {
  const std::string scheme = part_of(url, CURLUPART_SCHEME);
  const std::string host = part_of(url, CURLUPART_HOST);
  if (host.empty() || (scheme != "https" && scheme != "http"))
    return fail_usage("地址不对:" + request.url, "Not a web address: " + request.url);
  if (scheme == "http" && !is_loopback(host))
    return fail_usage("不加密的连接(http://)只能用于本机:" + request.url,
                      "Connections without encryption (http://) are for this machine only: " + request.url);
  if (scheme == "https" && request.pinned_keys.empty() && !request.accept_any_key)
    return fail_usage("还没有街道服务器的密钥,不能连接。请重新加入。",
                      "The office's key is not known, so it cannot be connected to. Join again.");
  if (!std::all_of(request.pinned_keys.begin(), request.pinned_keys.end(), is_pin))
    return fail_usage("街道服务器的密钥格式不对。请重新加入。",
                      "The office's pinned keys are malformed. Join again.");
  if (!is_method(request.method) || !is_header_text(request.content_type) ||
      !is_header_text(request.bearer_token))
    return fail_usage("请求中有不允许的字符。",
                      "The request has characters that header fields may not have.");
  return {};
}

// --- One exchange ----------------------------------------------------------------------------------------

/// What curl's callbacks fill. They are called by C code, so nothing is thrown through them.
struct Exchange {
  std::size_t limit_bytes = 0;
  bool too_large = false;
  std::exception_ptr thrown;
  ResponseHead head;
  std::string body;
  std::uint64_t header_bytes = 0;
  std::uint64_t sent_bytes = 0;

  bool take_body(std::string_view bytes) {
    if (bytes.size() > limit_bytes - body.size()) {
      too_large = true;
      return false;
    }
    body.append(bytes);
    return true;
  }

  bool take_header(std::string_view line) {
    header_bytes += line.size();
    too_large = too_large || header_bytes > kHeaderBytes;
    if (!too_large) head.add_line(line);
    return !too_large;
  }
};

template <bool (Exchange::*Take)(std::string_view)>
std::size_t on_received(char* bytes, std::size_t, std::size_t size, void* exchange) {
  auto* self = static_cast<Exchange*>(exchange);
  try {
    if ((self->*Take)({bytes, size})) return size;
  } catch (...) {
    self->thrown = std::current_exception();
  }
  return size + 1;  // any other number stops the transfer
}

/// Curl's own counters leave out or count twice what goes out with the header, so bytes are counted here.
int on_traced(CURL*, curl_infotype type, char*, std::size_t size, void* exchange) {
  if (type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT)
    static_cast<Exchange*>(exchange)->sent_bytes += size;
  return 0;
}

class CurlHttp : public HttpPort {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override try {
    ensure(starts_curl(), "libcurl initialises");
    const Url url(curl_url());
    ensure(url != nullptr, "libcurl has memory for a URL");
    if (curl_url_set(url.get(), CURLUPART_URL, request.url.c_str(), 0) != CURLUE_OK)
      return fail_usage("地址不对:" + request.url, "Not a web address: " + request.url);
    DOORSTEP_CHECK(check_request(request, url));
    return perform(request, url);
  } catch (const std::exception& exception) {
    return fail_unreachable(exception.what());
  }

 private:
  Result<HttpResponse> perform(const HttpRequest& request, const Url& url) {
    Exchange exchange;
    exchange.limit_bytes = request.response_limit_bytes;
    std::array<char, CURL_ERROR_SIZE> detail{};
    renew_handle(request);
    CURL* const curl = handle_.get();
    const HeaderList headers = make_headers(request);
    curl_easy_setopt(curl, CURLOPT_CURLU, url.get());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail.data());
    if (is_loopback(part_of(url, CURLUPART_HOST))) curl_easy_setopt(curl, CURLOPT_PROXY, "");
    set_trust(request);
    set_body(request);
    set_bounds(request);
    set_callbacks(exchange);

    const CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_off_t body_bytes = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_SIZE_DOWNLOAD_T, &body_bytes);
    curl_easy_reset(curl);  // drops the pointers into this frame, keeps the connection
    if (code == CURLE_OK) return to_response(status, body_bytes, std::move(exchange));
    if (exchange.thrown) std::rethrow_exception(exchange.thrown);
    return to_error(code, exchange, detail[0] != '\0' ? detail.data() : curl_easy_strerror(code));
  }

  /// A connection made under one trust is never used under another. Current versions of curl see to that
  /// themselves; this does not depend on the version.
  void renew_handle(const HttpRequest& request) {
    std::pair<std::vector<std::string>, bool> trust{request.pinned_keys, request.accept_any_key};
    if (handle_ && trust == trust_) return;
    handle_.reset(curl_easy_init());
    ensure(handle_ != nullptr, "libcurl has memory for a handle");
    trust_ = std::move(trust);
  }

  static HeaderList make_headers(const HttpRequest& request) {
    HeaderList list;
    const auto add = [&list](const std::string& line) {
      curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
      ensure(longer != nullptr, "libcurl has memory for a header");
      static_cast<void>(list.release());  // is part of `longer` now
      list.reset(longer);
    };
    add("Accept:");  // a line with nothing after it leaves curl's own field out
    add("Expect:");
    add("Content-Type:" + (request.content_type.empty() ? std::string() : " " + request.content_type));
    if (!request.bearer_token.empty()) add("Authorization: Bearer " + request.bearer_token);
    return list;
  }

  void set_trust(const HttpRequest& request) {
    CURL* const curl = handle_.get();
    std::string pins;
    for (const std::string& pin : request.pinned_keys) pins += (pins.empty() ? "" : ";") + pin;
    if (!pins.empty()) {
      const CURLcode code = curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, pins.c_str());
      ensure(code == CURLE_OK, "libcurl pins keys");
    }
    // check_request() has seen to it that there is a pin, or that the caller wants any key.
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    // Authorities take 10 ms to load, and are not asked.
    curl_easy_setopt(curl, CURLOPT_CAINFO, nullptr);
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  }

  void set_body(const HttpRequest& request) {
    CURL* const curl = handle_.get();
    const bool bare = request.body.empty() && (request.method == "GET" || request.method == "HEAD");
    if (bare) {
      curl_easy_setopt(curl, request.method == "HEAD" ? CURLOPT_NOBODY : CURLOPT_HTTPGET, 1L);
      return;
    }
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    if (request.method != "POST") curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }

  void set_bounds(const HttpRequest& request) {
    CURL* const curl = handle_.get();
    const std::int64_t timeout_ms = std::clamp<std::int64_t>(request.timeout_ms, 1, INT32_MAX);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_ms));
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(std::min(timeout_ms, kConnectTimeoutMs)));
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, kLowSpeedBytesPerS);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kLowSpeedS);
    // An announced size is refused before it is received; Exchange sees to the others.
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(request.response_limit_bytes));
    curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  }

  void set_callbacks(Exchange& exchange) {
    CURL* const curl = handle_.get();
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &on_received<&Exchange::take_body>);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &on_received<&Exchange::take_header>);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, &on_traced);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &exchange);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);  // calls on_traced(), prints nothing
  }

  static HttpResponse to_response(long status, curl_off_t body_bytes, Exchange exchange) {
    HttpResponse response;
    response.status = static_cast<int>(status);
    response.content_type = exchange.head.content_type();
    response.retry_after_ms = exchange.head.retry_after_ms();
    response.bytes_sent = exchange.sent_bytes;
    response.bytes_received = exchange.header_bytes + static_cast<std::uint64_t>(body_bytes);
    response.body = std::move(exchange.body);
    return response;
  }

  static tl::unexpected<Error> to_error(CURLcode code, const Exchange& exchange, const std::string& detail) {
    if (exchange.too_large || code == CURLE_FILESIZE_EXCEEDED) return fail_too_large(exchange.limit_bytes);
    if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH) return fail_untrusted();
    if (code == CURLE_OPERATION_TIMEDOUT) return fail_timed_out(detail);
    return fail_unreachable(detail);
  }

  Easy handle_;
  std::pair<std::vector<std::string>, bool> trust_;
};

}  // namespace

std::unique_ptr<HttpPort> make_curl_http() { return std::make_unique<CurlHttp>(); }

}  // namespace doorstep
