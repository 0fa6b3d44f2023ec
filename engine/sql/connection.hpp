#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/statement.hpp"

namespace doorstep::sql {

/// Of a key as such (no passphrase is stretched): AES-256.
inline constexpr std::size_t kKeyBytes = 32;

struct OpenOptions {
  bool read_only = false;
  bool create = true;          ///< Ignored when read_only.
  std::string vfs;             ///< Name of a registered SQLite VFS; empty for the default.
  std::string key;             ///< kKeyBytes, or empty for a file that is not encrypted.
  int busy_timeout_ms = 5000;  ///< 0: a locked file fails at once.
};

/// A statement on loan from its connection's cache; reset and given back when it dies, which must be before
/// the connection does.
class CachedStatement {
 public:
  using Idle = std::map<std::string, std::vector<Statement>, std::less<>>;

  CachedStatement(Statement statement, std::vector<Statement>& home)
      : statement_(std::move(statement)), home_(&home) {}
  CachedStatement(CachedStatement&&) noexcept = default;
  CachedStatement& operator=(CachedStatement&&) = delete;
  ~CachedStatement();

  Statement* operator->() { return &statement_; }
  Statement& operator*() { return statement_; }

 private:
  Statement statement_;
  std::vector<Statement>* home_;
};

/// One SQLite connection. Move-only; used by one thread at a time (it is opened without SQLite's mutexes).
/// Its statements and transactions must go before it does.
class Connection {
 public:
  Connection() = default;
  static Result<Connection> open(const std::string& path, const OpenOptions& options = {});

  explicit operator bool() const { return handle_ != nullptr; }
  /// For what this room does not wrap: hooks, functions, keys.
  sqlite3* handle() const { return handle_.get(); }

  /// Runs any number of statements and throws their rows away.
  Status execute(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);
  /// Where in its text the statement is wrong that just did not prepare; none when SQLite does not say.
  std::optional<std::size_t> error_offset() const;
  /// The statement of this text from the cache, or a new one. Two loans of one text are two statements.
  Result<CachedStatement> cached(std::string_view sql);
  /// Finalizes idle cached statements.
  void clear_cache();

  /// Whether the file reads as a database: false when it is encrypted with another key, or is none.
  Result<bool> is_readable();
  /// Encrypts the file with `key` (kKeyBytes), in one transaction: a plain file outside WAL mode, an
  /// encrypted one in WAL mode (elsewhere its salt would change with its key, and a crash leave a journal
  /// that no key opens). Nothing else may be running.
  Status rekey(const std::string& key);

  /// Rows the last INSERT, UPDATE or DELETE changed.
  std::int64_t changes() const;
  bool in_transaction() const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };

  std::unique_ptr<sqlite3, Close> handle_;
  std::unique_ptr<CachedStatement::Idle> idle_;
};

/// For programs with many connections on many threads: SQLite stops counting its memory, which takes a lock
/// of the whole process at every allocation. Works before this process's first use of SQLite, else does
/// nothing.
void stop_counting_memory();

enum class Begin : std::uint8_t {
  deferred,  ///< A read snapshot from the first read on.
  immediate  ///< The write lock at once, so that a later write cannot meet SQLITE_BUSY.
};

/// Rolls back unless committed. After a failed commit nothing of it is left.
class Transaction {
 public:
  static Result<Transaction> begin(Connection& connection, Begin kind);
  Transaction(Transaction&& other) noexcept : connection_(other.connection_) { other.connection_ = nullptr; }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction() { rollback(); }

  Status commit();
  void rollback();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

}  // namespace doorstep::sql
