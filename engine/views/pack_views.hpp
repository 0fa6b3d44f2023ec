#pragma once

#include <doorstep/error.hpp>
#include <vector>

#include "schema/pack.hpp"
#include "schema/view_fault.hpp"
#include "sql/connection.hpp"

/// A pack's views as SQLite answers them, on phones and at the office alike.
namespace doorstep {

/// The first fault of each view that does not fit the pack's tables, which are on the connection: one that
/// does not prepare, reads what it may not, or takes other parameters or gives other columns than it
/// declares. The type of a column is compared where the answer's column is a table's.
std::vector<ViewFault> faults_of_views(sql::Connection& connection, const Pack& pack);

/// Refuses a pack with such a view. Errors: `pack_invalid`, naming the view.
Status check_views(sql::Connection& connection, const Pack& pack);

/// What the statement's parameters are given, in its own order; `arguments` as view_arguments() gives them.
/// The statement is the view's SQL.
std::vector<Value> values_for(const sql::Statement& statement, const View& view,
                              const std::vector<Value>& arguments);

}  // namespace doorstep
