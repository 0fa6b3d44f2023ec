#pragma once

#include <doorstep/error.hpp>
#include <doorstep/found.hpp>
#include <string_view>
#include <vector>

#include "schema/pack.hpp"
#include "sql/connection.hpp"

namespace doorstep {

/// Looks for `text` in the searched columns of the pack's tables, which are on the connection, as they are in
/// one moment: docs/search.md. Best first, at most `limit` rows. `today` (`2026-11-22`) decides what is over.
/// Errors: usage, for a query that asks nothing or too much, or a limit that is not 1 to limits::kFound;
/// those of reading.
Result<std::vector<Found>> find_rows(sql::Connection& connection, const Pack& pack, std::string_view text,
                                     std::string_view today, std::size_t limit);

}  // namespace doorstep
