#pragma once

#include <vector>

#include "app/roster.hpp"
#include "tabular/sheet.hpp"
#include "tabular/sheet_writer.hpp"

/// Files for people to fill in.
namespace doorstep::server {

/// An empty form for a table: headings with what belongs beneath them, lists to choose from.
tabular::Sheet empty_form(const Pack& pack, const Table& table);

/// A copy of a file to correct it in: before each row what is wrong with it, its bad cells marked, everything
/// as text. plan_import() takes it as it took the file. `problems` are those of its rows, in row order; with
/// `only_bad` the others are left out.
tabular::Sheet copy_to_correct(const std::vector<tabular::Row>& file,
                               const std::vector<RosterProblem>& problems, bool only_bad);

}  // namespace doorstep::server
