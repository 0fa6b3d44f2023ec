#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "schema/pack.hpp"

struct sqlite3;

namespace doorstep {

/// Marks a connection as the engine's own: only such connections can write synced tables. Any other program
/// that opens the file can read it; its writes fail with "no such function: doorstep_writer".
void admit_writer(sqlite3* connection);

/// SQL of the triggers that refuse foreign writes to a synced table.
std::vector<std::string> guard_statements(const Table& table);

/// While it lives, statements prepared on the connection may touch the app's own and the synced tables only:
/// no engine tables, no schema changes to them, no transaction control. Savepoints are allowed and noted.
class UserSql {
 public:
  explicit UserSql(sqlite3* connection);
  ~UserSql();
  UserSql(const UserSql&) = delete;
  UserSql& operator=(const UserSql&) = delete;

  /// What was refused, for the error; empty when nothing was.
  const std::string& refused() const { return refused_; }
  /// Tables the prepared statement reads.
  const std::set<std::string>& reads() const { return reads_; }
  /// Whether a statement was a savepoint's begin, release or rollback.
  bool savepoint() const { return savepoint_; }

  int authorize(int action, const char* first, const char* second);

 private:
  sqlite3* connection_;
  std::string refused_;
  std::set<std::string> reads_;
  bool savepoint_ = false;
};

}  // namespace doorstep
