#pragma once

#include <sqlite3.h>

#include <string>

#include "unit/store/upgrade_town.hpp"

namespace doorstep::test {

/// Writes a phone's file behind the engine's back: the guards against foreign writes are off.
inline void vandalize(const std::string& path, const std::string& sql, const std::string& vfs = {}) {
  sql::OpenOptions how;
  how.vfs = vfs;
  auto file = must(sql::Connection::open(path, how));
  sqlite3_db_config(file.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  must(file.execute(sql));
}

}  // namespace doorstep::test
