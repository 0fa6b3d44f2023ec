#include "store/guard.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "folding/views.hpp"
#include "schema/ddl.hpp"

namespace doorstep {
namespace {

constexpr std::string_view kEnginePrefix = "doorstep_";

bool is_engine_table(const char* name) {
  return name != nullptr && std::string_view(name).substr(0, kEnginePrefix.size()) == kEnginePrefix;
}

int authorizer(void* user, int action, const char* first, const char* second, const char*, const char*) {
  // SQLite is C: nothing may be thrown through it.
  try {
    return static_cast<UserSql*>(user)->authorize(action, first, second);
  } catch (...) {
    return SQLITE_DENY;
  }
}

}  // namespace

void admit_writer(sqlite3* connection) {
  sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
}

std::vector<std::string> guard_statements(const Table& table) {
  std::vector<std::string> out;
  for (const char* verb : {"INSERT", "UPDATE", "DELETE"})
    out.push_back("CREATE TRIGGER IF NOT EXISTS " + quote_name("doorstep_guard_" + table.name + "_" + verb) +
                  " BEFORE " + verb + " ON " + quote_name(table.name) +
                  " BEGIN SELECT RAISE(ABORT, 'write through the Doorstep engine'); END");
  return out;
}

UserSql::UserSql(sqlite3* connection, const Pack* pack) : connection_(connection), pack_(pack) {
  sqlite3_set_authorizer(connection, authorizer, this);
}

UserSql::~UserSql() { sqlite3_set_authorizer(connection_, nullptr, nullptr); }

bool UserSql::is_ours(const char* table) const {
  if (is_engine_table(table)) return true;
  if (pack_ == nullptr || table == nullptr) return false;
  const auto is_view = [&](const Table& of) { return each_view(of) == table; };
  return pack_->find(table) != nullptr || std::any_of(pack_->tables.begin(), pack_->tables.end(), is_view);
}

int UserSql::refuse(const char* why) {
  refused_ = why;
  return SQLITE_DENY;
}

int UserSql::authorize(int action, const char* first, const char* second) {
  switch (action) {
    case SQLITE_READ:
      if (first != nullptr) reads_.insert(first);
      return SQLITE_OK;
    case SQLITE_SAVEPOINT:
      savepoint_ = true;
      return SQLITE_OK;
    case SQLITE_UPDATE:
      if (second != nullptr && std::string_view(second) == kMetaColumn)
        return refuse("_meta belongs to the engine");
      [[fallthrough]];
    case SQLITE_INSERT:
    case SQLITE_DELETE:
      return is_engine_table(first) ? refuse("doorstep_ tables belong to the engine") : SQLITE_OK;
    case SQLITE_CREATE_TABLE:
    case SQLITE_CREATE_VIEW:
    case SQLITE_DROP_TABLE:
    case SQLITE_DROP_VIEW:
      return is_ours(first) ? refuse("the pack decides the shape of synced tables") : SQLITE_OK;
    case SQLITE_CREATE_INDEX:
    case SQLITE_DROP_INDEX:
    case SQLITE_ALTER_TABLE:
      return is_ours(second) ? refuse("the pack decides the shape of synced tables") : SQLITE_OK;
    case SQLITE_DROP_TRIGGER:
    case SQLITE_CREATE_TRIGGER:
    case SQLITE_CREATE_TEMP_TRIGGER:
      return refuse("triggers do not run here; observe a query instead");
    case SQLITE_CREATE_TEMP_TABLE:
    case SQLITE_CREATE_TEMP_VIEW:
    case SQLITE_CREATE_TEMP_INDEX:
      return refuse("temporary tables could hide synced ones");
    case SQLITE_TRANSACTION:
      return refuse("the engine begins and ends transactions");
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
    case SQLITE_PRAGMA:
      return refuse("PRAGMA and ATTACH are not for transactions");
    default:
      return SQLITE_OK;
  }
}

std::string UserSql::unfit(sqlite3_stmt* statement, std::string_view sql, std::size_t parameters,
                           bool only_reads) {
  if (statement == nullptr) return "it is empty";
  const std::string_view first(sqlite3_sql(statement));
  if (sql.find_first_not_of(" \t\r\n;", first.size()) != std::string_view::npos)
    return "it holds more than one statement";
  const auto wanted = static_cast<std::size_t>(sqlite3_bind_parameter_count(statement));
  if (wanted != parameters)
    return "it takes " + std::to_string(wanted) + " parameters and got " + std::to_string(parameters);
  if (only_reads && (sqlite3_stmt_readonly(statement) == 0 || sqlite3_column_count(statement) == 0))
    return "only write() writes";
  return {};
}

}  // namespace doorstep
