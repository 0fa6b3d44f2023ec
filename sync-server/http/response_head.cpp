#include "http/response_head.hpp"

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <string_view>

namespace doorstep::server::http {

namespace {

bool has_no_content(const Response& response) { return response.status == 204 || response.status == 304; }

}  // namespace

bool is_sendable(const Response& response) {
  const auto clean = [](const std::string& text) {
    return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  };
  return response.status >= 200 && response.status <= 599 && clean(response.content_type) &&
         std::all_of(response.headers.begin(), response.headers.end(), [&clean](const auto& header) {
           return !header.first.empty() && clean(header.first) && clean(header.second);
         });
}

bool has_body(const Response& response, const Framing& framing) {
  return !framing.is_head && !has_no_content(response);
}

std::string format_head(const Response& response, const Framing& framing) {
  const auto reason =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(unsigned(response.status)));
  std::string head;
  head.reserve(256);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  head.append(reason.data(), reason.size()).append("\r\n");
  const auto add = [&head](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  if (!response.content_type.empty()) add("Content-Type", response.content_type);
  if (!has_no_content(response)) {
    add("Content-Length", std::to_string(response.body.size()));
  }
  if (response.retry_after_s) add("Retry-After", std::to_string(*response.retry_after_s));
  for (const auto& [name, value] : response.headers) add(name, value);
  if (!framing.keep_alive) add("Connection", "close");
  if (framing.keep_alive && framing.is_http10) add("Connection", "keep-alive");
  head.append("\r\n");
  return head;
}

}  // namespace doorstep::server::http
