#include "http/exchange.hpp"

#include <boost/asio/post.hpp>

#include "http/refusal.hpp"

namespace doorstep::server::http {

namespace {

/// Shared by all copies of one Respond.
struct Promise {
  explicit Promise(std::shared_ptr<Exchange> kept) : exchange(std::move(kept)) {}
  Promise(const Promise&) = delete;
  Promise& operator=(const Promise&) = delete;
  ~Promise() {
    if (!exchange->is_answered()) exchange->answer(to_response(kHandlerFailed));
  }

  std::shared_ptr<Exchange> exchange;
};

}  // namespace

Respond Exchange::make_respond() {
  return [promise = std::make_shared<Promise>(shared_from_this())](Response response) {
    promise->exchange->answer(std::move(response));
  };
}

void Exchange::answer(Response response) {
  const std::lock_guard lock(mutex_);
  if (answered_ || wake_ == nullptr) return;
  answered_ = true;
  response_ = std::move(response);
  if (!waiting_) return;
  // Posted under the lock: the connection is still there, so its I/O context is too.
  boost::asio::post(wake_->get_executor(), [self = shared_from_this()] {
    const std::lock_guard relock(self->mutex_);
    if (self->wake_ != nullptr) self->wake_->cancel();
  });
}

bool Exchange::is_answered() {
  const std::lock_guard lock(mutex_);
  return answered_ || wake_ == nullptr;
}

bool Exchange::must_wait() {
  const std::lock_guard lock(mutex_);
  waiting_ = !answered_;
  return waiting_;
}

std::optional<Response> Exchange::leave() {
  const std::lock_guard lock(mutex_);
  wake_ = nullptr;
  return std::move(response_);
}

}  // namespace doorstep::server::http
