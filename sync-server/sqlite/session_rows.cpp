#include "base/ensure.hpp"
#include "base/id.hpp"
#include "schema/ddl.hpp"
#include "sqlite/session.hpp"
#include "sqlite/stored_forms.hpp"

// Rows of the pack's tables, and those that were deleted.
namespace doorstep::server {
namespace {

constexpr char kDead[] = "SELECT birth, state FROM doorstep_dead WHERE tbl = ?1 AND row = ?2";
constexpr char kDeadRows[] = "SELECT row, birth, state FROM doorstep_dead WHERE tbl = ?1 ORDER BY row";
constexpr char kPutDead[] = "REPLACE INTO doorstep_dead(tbl, row, birth, state) VALUES(?1, ?2, ?3, ?4)";
constexpr char kEraseDead[] = "DELETE FROM doorstep_dead WHERE tbl = ?1 AND row = ?2";

/// Combinations of columns that one table keeps prepared UPDATEs for.
constexpr std::size_t kUpdatesKept = 64;

std::string select_row(const Table& table) {
  std::string columns = column_list(table);
  return "SELECT " + quote_name(kMetaColumn) + (columns.empty() ? "" : ", " + columns) + " FROM " +
         quote_name(table.name) + " WHERE id = ?1";
}

std::string insert_row_sql(const Table& table) {
  const std::string columns = column_list(table);
  std::string sql = "INSERT INTO " + quote_name(table.name) + "(id, " + quote_name(kMetaColumn) +
                    (columns.empty() ? "" : ", " + columns) + ") VALUES(?1, ?2";
  for (std::size_t i = 0; i < table.columns.size(); ++i) sql += ", ?" + std::to_string(i + 3);
  return sql + ")";
}

std::string update_row_sql(const Table& table, const std::vector<std::size_t>& changed) {
  std::string sql = "UPDATE " + quote_name(table.name) + " SET " + quote_name(kMetaColumn) + " = ?2";
  for (std::size_t i = 0; i < changed.size(); ++i)
    sql += ", " + quote_name(table.columns[changed[i]].name) + " = ?" + std::to_string(i + 3);
  return sql + " WHERE id = ?1";
}

/// Canonical text of an id for as long as a statement borrows it.
struct IdText {
  explicit IdText(const RowId& id) { write_text(id, text); }
  std::string_view view() const { return {text, sizeof text}; }
  char text[36];
};

}  // namespace

std::string_view SqliteSession::FoundRow::meta() const { return statement->blob(static_cast<int>(first)); }

void SqliteSession::FoundRow::append_values(std::vector<Value>& out) const {
  for (std::size_t i = 1; i <= columns; ++i) out.push_back(statement->value(static_cast<int>(first + i)));
}

SqliteSession::TableStatements& SqliteSession::statements_of(const Table& table) {
  TableStatements& statements = tables_[raw(table.id)];
  if (statements.table != &table) {
    if (found_.statement == &statements.find) found_.statement = nullptr;
    statements = TableStatements{};
    statements.table = &table;
  }
  return statements;
}

Result<const RowView*> SqliteSession::find_row(const Table& table, const RowId& id) {
  if (found_.statement != nullptr) found_.statement->reset();
  sql::Statement& find = statements_of(table).find;
  if (!find) {
    DOORSTEP_TRY(fresh, connection_.prepare(select_row(table)));
    find = std::move(fresh);
  }
  found_.statement = &find;
  found_.columns = table.columns.size();
  const IdText text(id);
  find.bind_text(1, text.view());
  DOORSTEP_TRY(found, find.step());
  return found ? &found_ : nullptr;
}

Status SqliteSession::each_row(const Table& table, const RowVisitor& visit) {
  const std::string columns = column_list(table);
  DOORSTEP_TRY(statement, connection_.prepare("SELECT id, " + quote_name(kMetaColumn) +
                                              (columns.empty() ? "" : ", " + columns) + " FROM " +
                                              quote_name(table.name) + " ORDER BY id"));
  FoundRow row;
  row.statement = &statement;
  row.first = 1;
  row.columns = table.columns.size();
  for (;;) {
    DOORSTEP_TRY(found, statement.step());
    if (!found || !visit(id_from_text(statement.text(0)), row)) return {};
  }
}

Result<std::vector<RowId>> SqliteSession::referring(const Table& table, const Column& column,
                                                    const RowId& target) {
  DOORSTEP_TRY(statement, connection_.cached("SELECT id FROM " + quote_name(table.name) + " WHERE " +
                                             quote_name(column.name) + " = ?1 ORDER BY id"));
  statement->bind_id(1, target);
  std::vector<RowId> ids;
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found) return ids;
    ids.push_back(id_from_text(statement->text(0)));
  }
}

Result<std::optional<DeadRow>> SqliteSession::dead(const RowKey& key) {
  DOORSTEP_TRY(statement, prepared(kDead));
  const ResetAfter reset(*statement);
  statement->bind(1, raw(key.table)).bind_blob(2, id_bytes(key.row));
  DOORSTEP_TRY(found, statement->step());
  if (!found) return std::nullopt;
  return DeadRow{key, Birth{static_cast<std::uint32_t>(statement->integer(0))},
                 std::string(statement->blob(1))};
}

Result<std::vector<DeadRow>> SqliteSession::dead_rows(TableId table) {
  DOORSTEP_TRY(statement, prepared(kDeadRows));
  const ResetAfter reset(*statement);
  statement->bind(1, raw(table));
  std::vector<DeadRow> rows;
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found) return rows;
    rows.push_back({{table, id_from_bytes(statement->blob(0))},
                    Birth{static_cast<std::uint32_t>(statement->integer(1))},
                    std::string(statement->blob(2))});
  }
}

Status SqliteSession::insert_row(const Table& table, const RowId& id, const std::vector<Value>& values,
                                 std::string_view meta) {
  ensure(values.size() == table.columns.size(), "a row has a value for every column of its table");
  folding_.touch(table, id);
  sql::Statement& insert = statements_of(table).insert;
  if (!insert) {
    DOORSTEP_TRY(fresh, connection_.prepare(insert_row_sql(table)));
    insert = std::move(fresh);
  }
  const IdText text(id);
  insert.bind_text(1, text.view()).bind_blob(2, meta);
  for (std::size_t i = 0; i < values.size(); ++i) insert.bind_value(static_cast<int>(i + 3), values[i]);
  return insert.run();
}

Result<sql::Statement*> SqliteSession::update_statement(const Table& table,
                                                        const std::vector<std::size_t>& changed) {
  auto& updates = statements_of(table).updates;
  auto at = updates.find(changed);
  if (at == updates.end()) {
    if (updates.size() >= kUpdatesKept) updates.clear();
    DOORSTEP_TRY(fresh, connection_.prepare(update_row_sql(table, changed)));
    at = updates.emplace(changed, std::move(fresh)).first;
  }
  return &at->second;
}

Status SqliteSession::update_row(const Table& table, const RowId& id, const std::vector<std::size_t>& changed,
                                 const std::vector<Value>& values, std::string_view meta) {
  ensure(values.size() == table.columns.size(), "a row has a value for every column of its table");
  folding_.touch(table, id);
  DOORSTEP_TRY(update, update_statement(table, changed));
  const IdText text(id);
  update->bind_text(1, text.view()).bind_blob(2, meta);
  for (std::size_t i = 0; i < changed.size(); ++i)
    update->bind_value(static_cast<int>(i + 3), values[changed[i]]);
  DOORSTEP_CHECK(update->run());
  ensure(connection_.changes() == 1, "an updated row exists");
  return {};
}

Status SqliteSession::erase_row(const Table& table, const RowId& id) {
  folding_.touch(table, id);
  sql::Statement& erase = statements_of(table).erase;
  if (!erase) {
    DOORSTEP_TRY(fresh, connection_.prepare("DELETE FROM " + quote_name(table.name) + " WHERE id = ?1"));
    erase = std::move(fresh);
  }
  const IdText text(id);
  erase.bind_text(1, text.view());
  return erase.run();
}

Status SqliteSession::put_dead(const DeadRow& row) {
  DOORSTEP_TRY(statement, prepared(kPutDead));
  statement->bind(1, raw(row.key.table)).bind_blob(2, id_bytes(row.key.row));
  statement->bind(3, raw(row.birth)).bind_blob(4, row.state);
  return statement->run();
}

Status SqliteSession::erase_dead(const RowKey& key) {
  DOORSTEP_TRY(statement, prepared(kEraseDead));
  statement->bind(1, raw(key.table)).bind_blob(2, id_bytes(key.row));
  return statement->run();
}

}  // namespace doorstep::server
