#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "http/server.hpp"

namespace doorstep::server::http {

/// TLS 1.2 and 1.3 with forward secrecy and authenticated ciphers only, ALPN "http/1.1". Errors:
/// invalid_argument.
Result<std::unique_ptr<boost::asio::ssl::context>> make_tls_context(const TlsIdentity& identity);

}  // namespace doorstep::server::http
