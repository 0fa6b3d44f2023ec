#include "schema/ddl.hpp"

#include "schema/evolution.hpp"

namespace doorstep {
namespace {

const char* sqlite_type(ColumnType type) {
  switch (type) {
    case ColumnType::integer:
    case ColumnType::boolean:
      return "INTEGER";
    case ColumnType::real:
      return "REAL";
    case ColumnType::text:
    case ColumnType::date:
    case ColumnType::time:
    case ColumnType::reference:
    case ColumnType::list:
      break;
  }
  return "TEXT";
}

std::string index_name(const Table& table, const Column& column) {
  return quote_name(table.name + '_' + column.name);
}

void append_indexes(const Table& table, std::vector<std::string>& statements) {
  for (const Column& column : table.columns) {
    if (!column.indexed) continue;
    std::string columns = quote_name(column.name);
    for (const ColumnId with : column.index_with) columns += ", " + quote_name(table.find(with)->name);
    statements.push_back("CREATE INDEX IF NOT EXISTS " + index_name(table, column) + " ON " +
                         quote_name(table.name) + '(' + columns + ')');
  }
}

bool same_index(const Column& before, const Column& after) {
  return before.indexed == after.indexed && before.index_with == after.index_with;
}

/// The columns of `after` that rows of `before` have values for.
std::string kept_columns(const Table& before, const Table& after) {
  std::string list;
  for (const Column& column : after.columns)
    if (before.find(column.id) != nullptr) list += ", " + quote_name(column.name);
  return list;
}

}  // namespace

std::string quote_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string column_list(const Table& table) {
  std::string list;
  for (const Column& column : table.columns) {
    if (!list.empty()) list += ", ";
    list += quote_name(column.name);
  }
  return list;
}

std::string create_table_statement(const Table& table, std::string_view name) {
  // No UNIQUE, CHECK or NOT NULL: those are checks after merge, and must never stop one.
  std::string create =
      "CREATE TABLE IF NOT EXISTS " + quote_name(name) + " (\"id\" TEXT PRIMARY KEY NOT NULL";
  for (const Column& column : table.columns)
    create += ", " + quote_name(column.name) + ' ' + sqlite_type(column.type);
  return create + ", " + quote_name(kMetaColumn) + " BLOB) WITHOUT ROWID";
}

std::vector<std::string> create_statements(const Table& table) {
  std::vector<std::string> statements{create_table_statement(table, table.name)};
  append_indexes(table, statements);
  return statements;
}

std::vector<std::string> upgrade_statements(const Table& before, const Table& after) {
  std::vector<std::string> statements;
  if (same_layout(before, after)) {
    for (const Column& column : after.columns)
      if (before.find(column.id)->indexed && !same_index(*before.find(column.id), column))
        statements.push_back("DROP INDEX IF EXISTS " + index_name(after, column));
  } else {
    const std::string fresh = "doorstep_new_" + after.name;
    const std::string columns = "\"id\"" + kept_columns(before, after) + ", " + quote_name(kMetaColumn);
    statements = {
        create_table_statement(after, fresh),
        // The columns' types make reals of what were integers.
        "INSERT INTO " + quote_name(fresh) + '(' + columns + ") SELECT " + columns + " FROM " +
            quote_name(after.name),
        "DROP TABLE " + quote_name(after.name),
        // The app's own views may name the table, which for a moment is not there: the old way of renaming
        // does not look at them.
        "PRAGMA legacy_alter_table = ON",
        "ALTER TABLE " + quote_name(fresh) + " RENAME TO " + quote_name(after.name),
        "PRAGMA legacy_alter_table = OFF",
    };
  }
  append_indexes(after, statements);
  return statements;
}

}  // namespace doorstep
