#include "sql/connection.hpp"

#include <sqlite3.h>

#include "base/error.hpp"

namespace doorstep::sql {

CachedStatement::~CachedStatement() {
  if (!statement_) return;
  statement_.reset();
  statement_.clear_bindings();
  home_->push_back(std::move(statement_));
}

void Connection::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Result<Connection> Connection::open(const std::string& path, const OpenOptions& options) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (options.create && !options.read_only) flags |= SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, flags, options.vfs.empty() ? nullptr : options.vfs.c_str());
  Connection connection;
  connection.handle_.reset(handle);  // A failed open has a handle too: for the message, and to be closed.
  if (code != SQLITE_OK) return fail_sqlite(code, handle);
  connection.idle_ = std::make_unique<CachedStatement::Idle>();
  sqlite3_busy_timeout(handle, options.busy_timeout_ms);
  return connection;
}

Status Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail_sqlite(code, handle());
  return {};
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return fail_sqlite(code, handle());
  return Statement(statement);
}

Result<CachedStatement> Connection::cached(std::string_view sql) {
  auto home = idle_->find(sql);
  if (home == idle_->end()) home = idle_->emplace(std::string(sql), std::vector<Statement>{}).first;
  if (home->second.empty()) {
    DOORSTEP_TRY(fresh, prepare(sql));
    return CachedStatement(std::move(fresh), home->second);
  }
  Statement statement = std::move(home->second.back());
  home->second.pop_back();
  return CachedStatement(std::move(statement), home->second);
}

void Connection::clear_cache() {
  for (auto& [sql, statements] : *idle_) statements.clear();
}

std::int64_t Connection::changes() const { return sqlite3_changes64(handle()); }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle()) == 0; }

void stop_counting_memory() { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

Result<Transaction> Transaction::begin(Connection& connection, Begin kind) {
  DOORSTEP_TRY(statement, connection.cached(kind == Begin::immediate ? "BEGIN IMMEDIATE" : "BEGIN"));
  DOORSTEP_CHECK(statement->run());
  return Transaction(connection);
}

Status Transaction::commit() {
  DOORSTEP_TRY(statement, connection_->cached("COMMIT"));
  const Status done = statement->run();
  if (!done) {
    rollback();
    return done;
  }
  connection_ = nullptr;
  return {};
}

void Transaction::rollback() {
  if (connection_ == nullptr) return;
  // SQLite may have rolled back by itself (full disk, I/O error).
  if (connection_->in_transaction()) (void)connection_->execute("ROLLBACK");
  connection_ = nullptr;
}

}  // namespace doorstep::sql
