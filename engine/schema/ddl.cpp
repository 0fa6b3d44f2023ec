#include "schema/ddl.hpp"

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
  for (const Column& column : table.columns)
    if (column.indexed)
      statements.push_back("CREATE INDEX IF NOT EXISTS " + quote_name(table.name + '_' + column.name) +
                           " ON " + quote_name(table.name) + '(' + quote_name(column.name) + ')');
  return statements;
}

}  // namespace doorstep
