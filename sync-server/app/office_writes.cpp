#include "app/office_writes.hpp"

#include "base/error.hpp"
#include "pipeline/office_writer.hpp"

namespace doorstep::server {

Status write_rows(Office& office, const std::vector<PlannedRow>& rows) {
  OfficeWriter writer(office);
  std::vector<NamedValue> values;
  for (const PlannedRow& row : rows) {
    values.clear();
    for (const auto& [column, value] : row.cells) values.emplace_back(row.table->find(column)->name, value);
    DOORSTEP_CHECK(writer.put(row.table->name, values, row.id));
  }
  return writer.commit();
}

}  // namespace doorstep::server
