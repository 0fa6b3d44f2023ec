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

std::vector<std::string> create_statements(const Table& table) {
  // No UNIQUE, CHECK or NOT NULL: those are checks after merge, and must never stop one.
  std::string create =
      "CREATE TABLE IF NOT EXISTS " + quote_name(table.name) + " (\"id\" TEXT PRIMARY KEY NOT NULL";
  std::vector<std::string> indexes;
  for (const Column& column : table.columns) {
    create += ", " + quote_name(column.name) + ' ' + sqlite_type(column.type);
    if (column.indexed)
      indexes.push_back("CREATE INDEX IF NOT EXISTS " + quote_name(table.name + '_' + column.name) + " ON " +
                        quote_name(table.name) + '(' + quote_name(column.name) + ')');
  }
  create += ", " + quote_name(kMetaColumn) + " BLOB) WITHOUT ROWID";

  std::vector<std::string> statements{std::move(create)};
  for (std::string& index : indexes) statements.push_back(std::move(index));
  return statements;
}

}  // namespace doorstep
