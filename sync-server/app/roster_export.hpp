#pragma once

#include <string>

#include "app/roster.hpp"
#include "app/roster_references.hpp"

namespace doorstep::server {

/// A table as the bytes of a CSV file that opens cleanly in Excel: headings and choices in Chinese,
/// references by the names people use, times as the office's clock shows them. plan_import() reads it back
/// without a change.
Result<std::string> export_table(const Pack& pack, const RowId& office, const Table& table, RowSource& source,
                                 std::size_t& rows);

/// A value as it stands in such a file. `references` has the column's target loaded.
std::string cell_text(const Pack& pack, const References& references, const Column& column,
                      const Value& value);

}  // namespace doorstep::server
