#pragma once

#include <string_view>

#include "http/server.hpp"

namespace doorstep::server::http {

/// What the server answers by itself, without the handler.
struct Refusal {
  int status;
  std::string_view code;
  std::string_view zh;
  std::string_view en;
  std::string_view retry;
};

inline constexpr Refusal kMalformed{400, "malformed_request", "请求不符合HTTP格式,服务器无法读懂。",
                                    "The request is not valid HTTP.", "never"};
inline constexpr Refusal kBodyTooLarge{413, "body_too_large", "一次发送的内容超过了上限,请分成几次发送。",
                                       "The request body is over the limit; send it in smaller parts.",
                                       "never"};
inline constexpr Refusal kHeaderTooLarge{431, "header_too_large", "请求头超过了上限。",
                                         "The request header is over the limit.", "never"};
inline constexpr Refusal kHandlerFailed{
    500, "internal_error", "服务器内部出错,已发送的内容可以稍后再发一次。",
    "The server failed; the same request may be sent again later.", "later"};
inline constexpr Refusal kEncodingUnknown{501, "transfer_encoding_unknown", "服务器不支持这种传输编码。",
                                          "The transfer encoding is not supported; use chunked or a length.",
                                          "never"};
inline constexpr Refusal kOverloaded{503, "overloaded", "服务器正忙,请稍后再试。",
                                     "The server is busy; try again later.", "later"};
inline constexpr Refusal kHandlerTimeout{504, "handler_timeout", "服务器处理超时,请稍后再试。",
                                         "The server took too long; try again later.", "later"};

Response to_response(const Refusal& refusal);

}  // namespace doorstep::server::http
