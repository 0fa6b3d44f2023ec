#include "sqlite/office_file.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "base/error.hpp"
#include "search/finder.hpp"
#include "sql/connection.hpp"
#include "sqlite/layout.hpp"
#include "views/pack_views.hpp"

namespace doorstep::server {
namespace {

constexpr const char* kMakeAttachments =
    "CREATE TABLE IF NOT EXISTS doorstep_attachment(name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT "
    "ROWID";

/// SQL text that wants more than one statement: something other than space follows the first semicolon
/// outside quotes and comments.
bool has_second_statement(std::string_view sql) {
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const char c = sql[i];
    if (c == '\'' || c == '"' || c == '`' || c == '[') {
      const std::size_t end = sql.find(c == '[' ? ']' : c, i + 1);
      if (end == std::string_view::npos) return false;
      i = end;
    } else if (sql.substr(i, 2) == "--") {
      const std::size_t end = sql.find('\n', i);
      if (end == std::string_view::npos) return false;
      i = end;
    } else if (sql.substr(i, 2) == "/*") {
      const std::size_t end = sql.find("*/", i + 2);
      if (end == std::string_view::npos) return false;
      i = end + 1;
    } else if (c == ';') {
      const std::string_view rest = sql.substr(i + 1);
      return std::any_of(rest.begin(), rest.end(),
                         [](unsigned char left) { return std::isspace(left) == 0 && left != ';'; });
    }
  }
  return false;
}

/// SQLite's complaint about somebody's SQL is about what they typed, not about the database.
Error about_sql(const Error& error) {
  if (error.code != ErrorCode::storage_failed) return error;
  return {ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
          "查询没有成功,请核对SQL(这里只能读取,不能修改):" + error.en,
          "The query failed. Check the SQL (it can read, not write). " + error.en};
}

Result<QueryRows> read_all(sql::Statement& statement) {
  QueryRows result;
  for (int i = 0; i < statement.column_count(); ++i) result.columns.emplace_back(statement.column_name(i));
  for (;;) {
    DOORSTEP_TRY(found, statement.step());
    if (!found) return result;
    std::vector<Value>& row = result.rows.emplace_back();
    for (int i = 0; i < statement.column_count(); ++i) row.push_back(statement.value(i));
  }
}

Result<sql::Connection> open_to_read(const std::string& path) {
  sql::OpenOptions options;
  options.read_only = true;
  DOORSTEP_TRY(connection, sql::Connection::open(path, options));
  DOORSTEP_CHECK(connection.execute("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY"));
  return std::move(connection);
}

Result<sql::Connection> open_existing(const std::string& path, const std::string& vfs = {}) {
  sql::OpenOptions options;
  options.vfs = vfs;
  options.create = false;
  return sql::Connection::open(path, options);
}

}  // namespace

Result<QueryRows> query_office_file(const std::string& path, std::string_view sql) {
  if (has_second_statement(sql))
    return fail_usage("一次只能查一条SQL语句。", "Write one SQL statement at a time.");
  DOORSTEP_TRY(connection, open_to_read(path));
  auto statement = connection.prepare(sql);
  if (!statement) return tl::unexpected(about_sql(statement.error()));
  if (!*statement)
    return fail_usage("请写一条SQL语句,例如 SELECT * FROM place。",
                      "Write an SQL statement, such as SELECT * FROM place.");
  auto rows = read_all(*statement);
  if (!rows) return tl::unexpected(about_sql(rows.error()));
  return rows;
}

Result<QueryRows> view_office_file(const std::string& path, const View& view,
                                   const std::vector<Value>& arguments) {
  DOORSTEP_TRY(connection, open_to_read(path));
  auto statement = connection.prepare(view.sql);
  if (!statement) return tl::unexpected(about_sql(statement.error()));
  const std::vector<Value> values = values_for(*statement, view, arguments);
  for (std::size_t i = 0; i < values.size(); ++i) statement->bind_value(static_cast<int>(i) + 1, values[i]);
  auto rows = read_all(*statement);
  if (!rows) return tl::unexpected(about_sql(rows.error()));
  return rows;
}

Result<std::vector<Found>> find_in_office_file(const std::string& path, const Pack& pack,
                                               std::string_view text, std::string_view today,
                                               std::size_t limit) {
  DOORSTEP_TRY(connection, open_to_read(path));
  return find_rows(connection, pack, text, today, limit);
}

Status copy_office_file(const std::string& path, const std::string& to) {
  std::error_code ignored;
  if (std::filesystem::exists(to, ignored))
    return fail(ErrorDomain::usage, ErrorCode::already_exists, Retry::never, "文件已经存在,没有改动:" + to,
                "The file is there already and was left as it is: " + to);
  DOORSTEP_TRY(connection, open_existing(path));
  DOORSTEP_TRY(statement, connection.prepare("VACUUM INTO ?"));
  statement.bind_text(1, to);
  Status copied = statement.run();
  if (!copied) std::remove(to.c_str());
  return copied;
}

Status attach_to_copy(const std::string& copy, const std::string& name, std::string_view bytes) {
  DOORSTEP_TRY(connection, open_existing(copy));
  DOORSTEP_CHECK(connection.execute(kMakeAttachments));
  DOORSTEP_TRY(statement,
               connection.prepare("INSERT OR REPLACE INTO doorstep_attachment(name, bytes) VALUES(?, ?)"));
  statement.bind_text(1, name).bind_blob(2, bytes);
  return statement.run();
}

Result<std::optional<std::string>> read_attachment(const std::string& copy, const std::string& name) {
  DOORSTEP_TRY(connection, open_existing(copy));
  DOORSTEP_TRY(known, connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'doorstep_attachment'"));
  DOORSTEP_TRY(has_any, known.step());
  if (!has_any) return std::nullopt;
  DOORSTEP_TRY(statement, connection.prepare("SELECT bytes FROM doorstep_attachment WHERE name = ?"));
  statement.bind_text(1, name);
  DOORSTEP_TRY(found, statement.step());
  if (!found) return std::nullopt;
  return std::string(statement.blob(0));
}

Result<CopiedOffice> read_copy(const std::string& copy, const std::string& vfs) {
  DOORSTEP_TRY(connection, open_existing(copy, vfs));
  CopiedOffice out;
  DOORSTEP_TRY(office, connection.prepare("SELECT office, incarnation FROM doorstep_office"));
  DOORSTEP_TRY(found, office.step());
  if (!found) return fail_storage(ErrorCode::storage_damaged, "the copy holds no office");
  out.office = parse_row_id(office.text(0)).value_or(RowId{});
  out.incarnation = static_cast<std::uint32_t>(office.integer(1));
  DOORSTEP_TRY(actors, connection.prepare("SELECT actor, admitted_through FROM doorstep_actor"));
  for (;;) {
    DOORSTEP_TRY(more, actors.step());
    if (!more) return out;
    out.admitted.push_back({ActorId{static_cast<std::uint64_t>(actors.integer(0))},
                            GroupNumber{static_cast<std::uint64_t>(actors.integer(1))}});
  }
}

Status open_incarnation(const std::string& path, std::uint32_t least, const std::string& vfs) {
  DOORSTEP_TRY(connection, open_existing(path, vfs));
  DOORSTEP_CHECK(prepare_file(connection));
  DOORSTEP_TRY(transaction, sql::Transaction::begin(connection, sql::Begin::immediate));
  DOORSTEP_CHECK(connection.execute("DROP TABLE IF EXISTS doorstep_attachment"));
  {
    DOORSTEP_TRY(statement,
                 connection.prepare("UPDATE doorstep_office SET incarnation = max(incarnation + 1, ?)"));
    statement.bind(1, std::int64_t{least});
    DOORSTEP_CHECK(statement.run());
  }
  if (connection.changes() != 1) return fail_storage(ErrorCode::storage_damaged, "the copy holds no office");
  return transaction.commit();
}

}  // namespace doorstep::server
