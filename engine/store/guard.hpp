#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "schema/pack.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace doorstep {

/// Marks a connection as the engine's own: only such connections can write synced tables. Any other program
/// that opens the file can read it; its writes fail with "write through the Doorstep engine". No trigger runs
/// on such a connection: it would cost every write, and could change synced rows while a pull is installed,
/// which nobody would record.
void admit_writer(sqlite3* connection);

/// SQL of the triggers that refuse foreign writes to a synced table.
std::vector<std::string> guard_statements(const Table& table);

/// While it lives, statements prepared on the connection may touch the app's own and the synced tables only:
/// no engine tables, no schema changes to them, no transaction control. Savepoints are allowed and noted.
class UserSql {
 public:
  /// `pack` may be null: then no table is synced yet.
  UserSql(sqlite3* connection, const Pack* pack);
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

  /// What makes a prepared statement unfit to run with this many parameters; empty when it is fit. Reads
  /// run outside transactions, so `only_reads` refuses everything that writes or begins one.
  static std::string unfit(sqlite3_stmt* statement, std::string_view sql, std::size_t parameters,
                           bool only_reads);

 private:
  bool is_ours(const char* table) const;
  int refuse(const char* why);

  sqlite3* connection_;
  const Pack* pack_;
  std::string refused_;
  std::set<std::string> reads_;
  bool savepoint_ = false;
};

}  // namespace doorstep
