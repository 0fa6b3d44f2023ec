#include "views/column_source.hpp"

#include "folding/views.hpp"
#include "schema/column_type.hpp"
#include "views/calendar_table.hpp"

namespace doorstep {
namespace {

/// The table whose rows, plain or folded, SQLite calls so.
const Table* table_called(const Pack& pack, std::string_view name) {
  for (const Table& table : pack.tables)
    if (table.name == name || folded_table(table) == name) return &table;
  return nullptr;
}

/// SQLite stores the rest as text.
bool is_number(ColumnType type) {
  return type == ColumnType::integer || type == ColumnType::real || type == ColumnType::boolean;
}

}  // namespace

std::optional<ColumnSource> source_of(const Pack& pack, const sql::Statement::Origin& origin) {
  const std::string name = std::string(origin.table) + '.' + std::string(origin.column);
  if (origin.table == kCalendarTable)
    return ColumnSource{name, origin.column == "date" ? ColumnType::date : ColumnType::integer, {}};
  const Table* table = table_called(pack, origin.table);
  if (table == nullptr) return std::nullopt;
  if (origin.column == "id") return ColumnSource{table->name + ".id", ColumnType::reference, table->id};
  const Column* column = table->find(origin.column);
  if (column == nullptr) return std::nullopt;
  return ColumnSource{table->name + '.' + column->name, column->type, column->target};
}

bool shows(const ViewColumn& declared, const ColumnSource& source) {
  if (declared.type == source.type) return declared.target == source.target;
  if (declared.type == ColumnType::text) return !is_number(source.type);
  const bool whole = source.type == ColumnType::integer || source.type == ColumnType::boolean;
  return whole && (declared.type == ColumnType::integer || declared.type == ColumnType::real);
}

std::string type_text(const Pack& pack, ColumnType type, const std::optional<TableId>& target) {
  std::string text(word_of(type));
  const Table* table = target ? pack.find(*target) : nullptr;
  return table == nullptr ? text : text + " (target = \"" + table->name + "\")";
}

}  // namespace doorstep
