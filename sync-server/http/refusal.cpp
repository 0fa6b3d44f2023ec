#include "http/refusal.hpp"

namespace doorstep::server::http {

namespace {

// Long enough for a burst to pass, short enough for a leader who waits at the door.
constexpr int kRetryAfter_s = 5;

}  // namespace

Response to_response(const Refusal& refusal) {
  Response response;
  response.status = refusal.status;
  response.content_type = "application/json; charset=utf-8";
  // The sentences are constants of ours without characters that JSON escapes.
  response.body.append(R"({"error":{"code":")").append(refusal.code);
  response.body.append(R"(","zh":")").append(refusal.zh);
  response.body.append(R"(","en":")").append(refusal.en);
  response.body.append(R"(","retry":")").append(refusal.retry).append("\"}}");
  if (refusal.status == kOverloaded.status) response.retry_after_s = kRetryAfter_s;
  return response;
}

}  // namespace doorstep::server::http
