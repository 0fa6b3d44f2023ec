#pragma once

#include <doorstep/error.hpp>
#include <filesystem>
#include <functional>
#include <string>

#include "app/listen_address.hpp"
#include "app/log.hpp"

namespace doorstep::server {

struct ServeSettings {
  std::filesystem::path data;
  ListenAddress listen;
  bool insecure_http = false;
  Log::Form log_form = Log::Form::readable;
  bool verbose = false;
  /// Called once when phones can come, with the port in use.
  std::function<Status(const ListenAddress&)> ready;
};

/// Serves the office until SIGTERM or SIGINT; then lets requests in flight finish, commits what was taken on
/// and closes the database. Call it from the program's first thread, before others are started: it blocks the
/// signals.
Status serve_office(const ServeSettings& settings);

/// Errors: usage, for plain HTTP on an address that is not this machine's own.
Status check_insecure(const ListenAddress& listen, bool insecure_http);

}  // namespace doorstep::server
