#pragma once

#include <doorstep/error.hpp>

#include "sql/connection.hpp"

namespace doorstep {

inline constexpr const char* kCalendarTable = "doorstep_calendar";

/// The days from 2020 to 2039, so that portable SQL counts days and lists expected occurrences without date
/// functions (docs/store.md, "Calendar"). Does nothing where they are already. To be run in a transaction.
Status create_calendar(sql::Connection& connection);

}  // namespace doorstep
