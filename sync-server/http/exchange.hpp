#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "http/connection.hpp"

namespace doorstep::server::http {

/// Where the handler's answer, from any thread and at any time, meets the connection that waits for it.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  /// `wake` is cancelled, on its own strand, when an answer comes for a connection that waits. It must
  /// outlive the call of leave().
  explicit Exchange(Timer& wake) : wake_(&wake) {}

  /// A Respond for the handler. When its last copy goes without a call, the answer is kHandlerFailed.
  Respond make_respond();

  /// Any thread. Dropped if there is an answer already or the connection has left.
  void answer(Response response);

  /// Any thread: no further answer counts.
  bool is_answered();

  /// The connection's strand: true if it must now wait for `wake`.
  bool must_wait();

  /// The connection's strand: it waits no longer. The answer, if there is one.
  std::optional<Response> leave();

 private:
  std::mutex mutex_;
  // Null once the connection has left: its strand, and even the server, may be gone by then.
  Timer* wake_;
  bool waiting_ = false;
  bool answered_ = false;
  std::optional<Response> response_;
};

}  // namespace doorstep::server::http
