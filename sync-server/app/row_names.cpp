#include "app/row_names.hpp"

#include "app/terminal.hpp"
#include "base/error.hpp"

namespace doorstep::server {

Result<RowId> RowNames::find(const Table& table, const std::string& typed) {
  if (const auto id = parse_row_id(typed)) return *id;
  DOORSTEP_CHECK(references_.load(table));
  Column reference;
  reference.name = "id";
  reference.label = table.label;
  reference.type = ColumnType::reference;
  reference.target = table.id;
  return references_.find(reference, typed);
}

Result<std::string> RowNames::name_of(const Table& table, const RowId& id) {
  DOORSTEP_CHECK(references_.load(table));
  return for_terminal(references_.name_of(table, id));
}

}  // namespace doorstep::server
