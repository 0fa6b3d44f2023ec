#pragma once

#include "app/output_file.hpp"
#include "app/roster.hpp"

namespace doorstep::server {

/// A table to be written: headings and choices in Chinese, references by the names people use, times as the
/// office's clock shows them. plan_import() reads it back without a change, as CSV and as a workbook.
Result<Output> export_table(const Pack& pack, const RowId& office, const Table& table, RowSource& source);

}  // namespace doorstep::server
