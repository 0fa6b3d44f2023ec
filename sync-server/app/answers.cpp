#include "app/answers.hpp"

#include "wire/codec.hpp"

namespace doorstep::server {
namespace {

/// Long enough for a burst to pass, short enough for a leader who waits at the door.
constexpr int kRetryAfter_s = 5;
constexpr const char* kJsonUtf8 = "application/json; charset=utf-8";

constexpr const char* kPage = R"html(<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>家门口 Doorstep</title>
<style>body{font:18px/1.7 sans-serif;max-width:36em;margin:3em auto;padding:0 1em;color:#222}
p[lang=en]{color:#666;font-size:16px}</style>
<h1>家门口</h1>
<p>这里是街道办事处的数据服务,供楼道长、网格长手机上的应用使用,不用浏览器打开。</p>
<p>如果您是点了邀请链接来到这里:请打开街道指定的应用,把整条链接粘贴进去,或用应用扫描二维码。
链接只能用一次,请不要转发给别人。</p>
<p lang="en">This is the street office's server for leaders' phones. It is used by an app, not by a browser.
If an invitation brought you here, open the app your office told you about and paste the whole link there, or scan
its QR code. The link works once; please do not pass it on.</p>
</html>
)html";

int status_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::validation_failed:
    case ErrorCode::malformed:
    case ErrorCode::version_unsupported:
      return 400;
    case ErrorCode::unauthorized:
    case ErrorCode::not_joined:
      return 401;
    case ErrorCode::refused:
    case ErrorCode::invitation_invalid:
      return 403;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::already_exists:
    case ErrorCode::actor_forked:
      return 409;
    case ErrorCode::too_large:
      return 413;
    case ErrorCode::overloaded:
    case ErrorCode::storage_full:
    case ErrorCode::storage_busy:
      return 503;
    default:
      return 500;
  }
}

http::Response with_body(std::string type, std::string body, int status) {
  http::Response response;
  response.status = status;
  response.content_type = std::move(type);
  response.body = std::move(body);
  return response;
}

}  // namespace

http::Response answer_error(const Error& error) { return answer_error(error, status_of(error)); }

http::Response answer_error(const Error& error, int status) {
  http::Response response = with_body(kJsonUtf8, wire::to_json(wire::ErrorMessage{error}), status);
  if (status == 429 || status == 503) response.retry_after_s = kRetryAfter_s;
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

http::Response answer_json(std::string body, int status) {
  return with_body(kJsonUtf8, std::move(body), status);
}

http::Response answer_frame(std::string body) { return with_body(wire::kFrameType, std::move(body), 200); }

http::Response answer_page() {
  http::Response response = with_body("text/html; charset=utf-8", kPage, 200);
  response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  return response;
}

}  // namespace doorstep::server
