#pragma once

#include <doorstep/options.hpp>
#include <memory>
#include <string>
#include <vector>

#include "bench/roster.hpp"

struct sqlite3;
struct sqlite3_stmt;

/// The floor: the same tables in SQLite's C API, by hand, without capture, checks or sync.
namespace doorstep::bench {

class RawSqlite {
 public:
  /// Same tables, keys and indexes as the engine's, same journal mode and flushing. Throws on any error.
  RawSqlite(const std::string& path, const Pack& pack, Durability durability);
  ~RawSqlite();
  RawSqlite(const RawSqlite&) = delete;
  RawSqlite& operator=(const RawSqlite&) = delete;

  void execute(const std::string& sql);
  /// Inserts in one transaction.
  void load(const std::vector<TableRows>& roster);
  /// Inserts rows [first, first + count) of a table, `per_commit` a commit, with one prepared statement.
  void insert(const std::string& table, const std::vector<Row>& rows, std::size_t first, std::size_t count,
              std::size_t per_commit);
  /// Runs the same UPDATE for each set of parameters, in one transaction.
  void update(const std::string& sql, const std::vector<std::vector<Value>>& parameters);
  /// Every row as text.
  std::vector<std::vector<std::string>> query(const std::string& sql,
                                              const std::vector<std::string>& parameters);
  std::int64_t count(const std::string& table);

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  Statement prepare(const std::string& sql);
  void check(int code) const;
  void bind(sqlite3_stmt* statement, int at, const Value& value) const;
  void run(sqlite3_stmt* statement) const;

  const Pack& pack_;
  std::unique_ptr<sqlite3, Close> handle_;
  Statement begin_, commit_;
};

}  // namespace doorstep::bench
