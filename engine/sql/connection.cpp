#include "sql/connection.hpp"

#include <sqlite3.h>

#include "base/error.hpp"

namespace doorstep::sql {
namespace {

/// SQLCipher's way of writing a key that is used as it is.
std::string raw_key(const std::string& key) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "x'";
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xF];
  }
  return text + "'";
}

}  // namespace

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
  if (!options.key.empty()) {
    const std::string key = raw_key(options.key);
    const int keyed = sqlite3_key_v2(handle, "main", key.data(), static_cast<int>(key.size()));
    if (keyed != SQLITE_OK) return fail_sqlite(keyed, handle);
  }
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

std::optional<std::size_t> Connection::error_offset() const {
  const int offset = sqlite3_error_offset(handle());
  if (offset < 0) return std::nullopt;
  return static_cast<std::size_t>(offset);
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

Result<bool> Connection::is_readable() {
  const int code = sqlite3_exec(handle(), "SELECT 1 FROM sqlite_master LIMIT 1", nullptr, nullptr, nullptr);
  if ((code & 0xFF) == SQLITE_NOTADB) return false;
  if (code != SQLITE_OK) return fail_sqlite(code, handle());
  return true;
}

Status Connection::rekey(const std::string& key) {
  const std::string text = raw_key(key);
  const int code = sqlite3_rekey_v2(handle(), "main", text.data(), static_cast<int>(text.size()));
  if (code != SQLITE_OK) return fail_sqlite(code, handle());
  return {};
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
