#include "views/calendar_table.hpp"

#include "base/error.hpp"

namespace doorstep {
namespace {

constexpr const char* kCreate =
    "CREATE TABLE IF NOT EXISTS doorstep_calendar(day INTEGER PRIMARY KEY, date TEXT NOT NULL UNIQUE, "
    "weekday "
    "INTEGER NOT NULL)";

/// 2020-01-01 is day 18,262 after 1970-01-01, a Thursday; 2039-12-31 is day 25,566.
constexpr const char* kFill =
    "INSERT INTO doorstep_calendar(day, date, weekday) WITH RECURSIVE days(day) AS (SELECT 18262 UNION ALL "
    "SELECT day + 1 FROM days WHERE day < 25566) SELECT day, date(day * 86400, 'unixepoch'), (day + 3) % 7 + "
    "1 FROM days";

}  // namespace

Status create_calendar(sql::Connection& connection) {
  DOORSTEP_CHECK(connection.execute(kCreate));
  DOORSTEP_TRY(select, connection.prepare("SELECT EXISTS(SELECT 1 FROM doorstep_calendar)"));
  DOORSTEP_CHECK(select.step());
  const bool filled = select.integer(0) != 0;
  select.reset();
  if (filled) return {};
  return connection.execute(kFill);
}

}  // namespace doorstep
