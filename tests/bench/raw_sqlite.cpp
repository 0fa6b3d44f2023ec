#include "bench/raw_sqlite.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <stdexcept>

#include "base/id.hpp"
#include "schema/ddl.hpp"

namespace doorstep::bench {
namespace {

std::string insert_sql(const Table& table) {
  std::string marks = "?1";
  for (std::size_t i = 0; i < table.columns.size(); ++i) marks += ", ?" + std::to_string(i + 2);
  return "INSERT INTO " + quote_name(table.name) + "(id, " + column_list(table) + ") VALUES(" + marks + ")";
}

}  // namespace

void RawSqlite::Close::operator()(sqlite3* handle) const { sqlite3_close(handle); }
void RawSqlite::Finalize::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

RawSqlite::RawSqlite(const std::string& path, const Pack& pack, Durability durability) : pack_(pack) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  check(code);
  execute("PRAGMA journal_mode=WAL");
  execute(durability == Durability::full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
  for (const Table& table : pack.tables)
    for (const std::string& sql : create_statements(table)) execute(sql);
  begin_ = prepare("BEGIN IMMEDIATE");
  commit_ = prepare("COMMIT");
}

RawSqlite::~RawSqlite() = default;

void RawSqlite::check(int code) const {
  if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW)
    throw std::runtime_error(sqlite3_errmsg(handle_.get()));
}

void RawSqlite::execute(const std::string& sql) {
  check(sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr));
}

RawSqlite::Statement RawSqlite::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v3(handle_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
  return Statement(statement);
}

void RawSqlite::bind(sqlite3_stmt* statement, int at, const Value& value) const {
  if (const auto* text = std::get_if<std::string>(&value))
    check(sqlite3_bind_text(statement, at, text->data(), static_cast<int>(text->size()), SQLITE_STATIC));
  else if (const auto* number = std::get_if<std::int64_t>(&value))
    check(sqlite3_bind_int64(statement, at, *number));
  else
    check(sqlite3_bind_null(statement, at));
}

void RawSqlite::run(sqlite3_stmt* statement) const {
  check(sqlite3_step(statement));
  check(sqlite3_reset(statement));
}

void RawSqlite::insert(const std::string& table, const std::vector<Row>& rows, std::size_t first,
                       std::size_t count, std::size_t per_commit) {
  const Statement statement = prepare(insert_sql(*pack_.find(table)));
  for (std::size_t at = first; at < first + count;) {
    run(begin_.get());
    for (const std::size_t end = std::min(at + per_commit, first + count); at < end; ++at) {
      char id[36];
      write_text(rows[at].id, id);
      check(sqlite3_bind_text(statement.get(), 1, id, sizeof id, SQLITE_STATIC));
      for (std::size_t i = 0; i < rows[at].values.size(); ++i)
        bind(statement.get(), static_cast<int>(i) + 2, rows[at].values[i]);
      run(statement.get());
    }
    run(commit_.get());
  }
}

void RawSqlite::load(const std::vector<TableRows>& roster) {
  run(begin_.get());
  for (const TableRows& table : roster) {
    const Statement statement = prepare(insert_sql(*pack_.find(table.table)));
    for (const Row& row : table.rows) {
      char id[36];
      write_text(row.id, id);
      check(sqlite3_bind_text(statement.get(), 1, id, sizeof id, SQLITE_STATIC));
      for (std::size_t i = 0; i < row.values.size(); ++i)
        bind(statement.get(), static_cast<int>(i) + 2, row.values[i]);
      run(statement.get());
    }
  }
  run(commit_.get());
}

void RawSqlite::update(const std::string& sql, const std::vector<std::vector<Value>>& parameters) {
  const Statement statement = prepare(sql);
  run(begin_.get());
  for (const std::vector<Value>& values : parameters) {
    for (std::size_t i = 0; i < values.size(); ++i) bind(statement.get(), static_cast<int>(i) + 1, values[i]);
    run(statement.get());
  }
  run(commit_.get());
}

std::vector<std::vector<std::string>> RawSqlite::query(const std::string& sql,
                                                       const std::vector<std::string>& parameters) {
  const Statement statement = prepare(sql);
  for (std::size_t i = 0; i < parameters.size(); ++i)
    check(sqlite3_bind_text(statement.get(), static_cast<int>(i) + 1, parameters[i].c_str(), -1,
                            SQLITE_STATIC));
  std::vector<std::vector<std::string>> rows;
  const int columns = sqlite3_column_count(statement.get());
  for (int code = sqlite3_step(statement.get()); code != SQLITE_DONE; code = sqlite3_step(statement.get())) {
    check(code);
    std::vector<std::string>& row = rows.emplace_back();
    row.reserve(static_cast<std::size_t>(columns));
    for (int i = 0; i < columns; ++i) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), i));
      row.emplace_back(text == nullptr ? "" : text,
                       static_cast<std::size_t>(sqlite3_column_bytes(statement.get(), i)));
    }
  }
  return rows;
}

std::int64_t RawSqlite::count(const std::string& table) {
  return std::stoll(query("SELECT count(*) FROM " + quote_name(table), {}).at(0).at(0));
}

}  // namespace doorstep::bench
