#include "schema/pack.hpp"

#include <algorithm>

namespace doorstep {

const Column* Table::find(std::string_view column_name) const {
  for (const Column& column : columns)
    if (column.name == column_name) return &column;
  return nullptr;
}

const Column* Table::find(ColumnId column_id) const {
  const int at = position(column_id);
  return at < 0 ? nullptr : &columns[static_cast<std::size_t>(at)];
}

int Table::position(ColumnId column_id) const {
  const auto at = std::lower_bound(columns.begin(), columns.end(), column_id,
                                   [](const Column& c, ColumnId wanted) { return c.id < wanted; });
  return at == columns.end() || at->id != column_id ? -1 : static_cast<int>(at - columns.begin());
}

const ViewParameter* View::find_parameter(std::string_view parameter_name) const {
  for (const ViewParameter& parameter : parameters)
    if (parameter.name == parameter_name) return &parameter;
  return nullptr;
}

const Table* Pack::find(std::string_view table_name) const {
  for (const Table& table : tables)
    if (table.name == table_name) return &table;
  return nullptr;
}

const Table* Pack::find(TableId table_id) const {
  const auto at = std::lower_bound(tables.begin(), tables.end(), table_id,
                                   [](const Table& t, TableId wanted) { return t.id < wanted; });
  return at == tables.end() || at->id != table_id ? nullptr : &*at;
}

const View* Pack::find_view(std::string_view view_name) const {
  for (const View& view : views)
    if (view.name == view_name) return &view;
  return nullptr;
}

const std::vector<Choice>& Pack::choices_of(const ViewColumn& column) const {
  static const std::vector<Choice> none;
  if (!column.choices.empty()) return column.choices;
  const Table* table = column.choices_of ? find(column.choices_of->table) : nullptr;
  const Column* source = table == nullptr ? nullptr : table->find(column.choices_of->column);
  return source == nullptr ? none : source->choices;
}

}  // namespace doorstep
