#include "store/guard.hpp"

#include <sqlite3.h>

#include "schema/ddl.hpp"

namespace doorstep {
namespace {

constexpr std::string_view kEnginePrefix = "doorstep_";

bool is_engine_table(const char* name) {
  return name != nullptr && std::string_view(name).substr(0, kEnginePrefix.size()) == kEnginePrefix;
}

void yes(sqlite3_context* context, int, sqlite3_value**) { sqlite3_result_int(context, 1); }

int authorizer(void* user, int action, const char* first, const char* second, const char*, const char*) {
  return static_cast<UserSql*>(user)->authorize(action, first, second);
}

}  // namespace

void admit_writer(sqlite3* connection) {
  sqlite3_create_function_v2(connection, "doorstep_writer", 0,
                             SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr, yes, nullptr,
                             nullptr, nullptr);
}

std::vector<std::string> guard_statements(const Table& table) {
  std::vector<std::string> out;
  for (const char* verb : {"INSERT", "UPDATE", "DELETE"})
    out.push_back(
        "CREATE TRIGGER IF NOT EXISTS " + quote_name("doorstep_guard_" + table.name + "_" + verb) +
        " BEFORE " + verb + " ON " + quote_name(table.name) +
        " WHEN NOT doorstep_writer() BEGIN SELECT RAISE(ABORT, 'write through the Doorstep engine'); END");
  return out;
}

UserSql::UserSql(sqlite3* connection) : connection_(connection) {
  sqlite3_set_authorizer(connection, authorizer, this);
}

UserSql::~UserSql() { sqlite3_set_authorizer(connection_, nullptr, nullptr); }

int UserSql::authorize(int action, const char* first, const char* second) {
  switch (action) {
    case SQLITE_READ:
      if (first != nullptr) reads_.insert(first);
      return SQLITE_OK;
    case SQLITE_SAVEPOINT:
      savepoint_ = true;
      return SQLITE_OK;
    case SQLITE_INSERT:
    case SQLITE_DELETE:
    case SQLITE_UPDATE:
    case SQLITE_DROP_TABLE:
    case SQLITE_CREATE_INDEX:
    case SQLITE_CREATE_TRIGGER:
      if (!is_engine_table(action == SQLITE_CREATE_INDEX || action == SQLITE_CREATE_TRIGGER ? second : first))
        return SQLITE_OK;
      refused_ = "doorstep_ tables belong to the engine";
      return SQLITE_DENY;
    case SQLITE_ALTER_TABLE:
    case SQLITE_DROP_TRIGGER:
      refused_ = "the pack decides the shape of tables";
      return SQLITE_DENY;
    case SQLITE_TRANSACTION:
      refused_ = "the engine begins and ends transactions";
      return SQLITE_DENY;
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
    case SQLITE_PRAGMA:
      refused_ = "PRAGMA and ATTACH are not for transactions";
      return SQLITE_DENY;
    default:
      return SQLITE_OK;
  }
}

}  // namespace doorstep
