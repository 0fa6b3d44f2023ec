#include "sql/reading.hpp"

#include <sqlite3.h>

namespace doorstep::sql {
namespace {

std::string_view view_of(const char* text) { return text == nullptr ? std::string_view{} : text; }

int authorizer(void* user, int action, const char* first, const char* second, const char*,
               const char* through) {
  // SQLite is C: nothing may be thrown through it.
  try {
    return static_cast<Reading*>(user)->authorize(action, first, second, through);
  } catch (...) {
    return SQLITE_DENY;
  }
}

}  // namespace

Reading::Reading(Connection& connection, Allowed allowed)
    : connection_(connection.handle()), allowed_(std::move(allowed)) {
  sqlite3_set_authorizer(connection_, authorizer, this);
}

Reading::~Reading() { sqlite3_set_authorizer(connection_, nullptr, nullptr); }

int Reading::authorize(int action, const char* first, const char* second, const char* through) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
    case SQLITE_FUNCTION:
      return SQLITE_OK;
    case SQLITE_READ: {
      const std::string_view table = view_of(first);
      const std::string_view column = view_of(second);
      if (allowed_(table, column, view_of(through))) return SQLITE_OK;
      if (refused_.empty()) {
        refused_ = table;
        if (!column.empty()) refused_.append(".").append(column);
      }
      return SQLITE_DENY;
    }
    default:
      return SQLITE_DENY;
  }
}

}  // namespace doorstep::sql
