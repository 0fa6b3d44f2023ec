#pragma once

#include "app/output_file.hpp"
#include "app/roster.hpp"
#include "app/roster_references.hpp"

namespace doorstep::server {

/// A table to be written: headings and choices in Chinese, references by the names people use, times as the
/// office's clock shows them. plan_import() reads it back without a change, as CSV and as a workbook.
Result<Output> export_table(const Pack& pack, const RowId& office, const Table& table, RowSource& source);

/// Its heading, and a value as it stands beneath: numbers stay numbers. `references` has the column's target
/// loaded.
tabular::SheetColumn heading_of(const Column& column);
Value cell_value(const Pack& pack, const References& references, const Column& column, const Value& value);

}  // namespace doorstep::server
