#pragma once

#include <string>

#include "http/server.hpp"

namespace doorstep::server::http {

/// What the request and the state of the connection say about the response's form.
struct Framing {
  bool keep_alive = false;
  bool is_http10 = false;
  bool is_head = false;
};

/// False for a status out of range, and for what would let a value of the handler's (a file name, say) forge
/// headers of its own.
bool is_sendable(const Response& response);

/// False where HTTP forbids a body.
bool has_body(const Response& response, const Framing& framing);

/// The status line and headers, with the empty line that ends them.
std::string format_head(const Response& response, const Framing& framing);

}  // namespace doorstep::server::http
