#pragma once

#include <doorstep/error.hpp>
#include <vector>

#include "schema/pack.hpp"
#include "sql/connection.hpp"

/// A pack's views as SQLite answers them, on phones and at the office alike.
namespace doorstep {

/// Whether every view fits the pack's tables, which are on the connection: it prepares, reads only what it
/// may, takes the parameters and gives the columns that it declares. Errors: `pack_invalid`, naming the view.
Status check_views(sql::Connection& connection, const Pack& pack);

/// What the statement's parameters are given, in its own order; `arguments` as view_arguments() gives them.
/// The statement is the view's SQL.
std::vector<Value> values_for(const sql::Statement& statement, const View& view,
                              const std::vector<Value>& arguments);

}  // namespace doorstep
