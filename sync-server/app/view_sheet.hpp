#pragma once

#include "app/roster_references.hpp"
#include "sqlite/office_file.hpp"
#include "tabular/sheet_writer.hpp"

namespace doorstep::server {

/// What a view answered, in the words of an export: headings and choices in Chinese, references by the names
/// people use.
Result<tabular::Sheet> view_sheet(const Pack& pack, References& references, const View& view,
                                  QueryRows answer);

}  // namespace doorstep::server
