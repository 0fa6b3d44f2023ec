#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "sql/connection.hpp"

namespace doorstep::sql {

/// While it lives, statements prepared on the connection may only read, and only what `allowed` says: of a
/// table a column (empty: only that it has rows), through a view (empty: directly).
class Reading {
 public:
  using Allowed =
      std::function<bool(std::string_view table, std::string_view column, std::string_view through)>;

  Reading(Connection& connection, Allowed allowed);
  ~Reading();
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  /// Which read was refused first, as `table.column`; empty when none was.
  const std::string& refused() const { return refused_; }

  int authorize(int action, const char* first, const char* second, const char* through);

 private:
  sqlite3* connection_;
  Allowed allowed_;
  std::string refused_;
};

}  // namespace doorstep::sql
