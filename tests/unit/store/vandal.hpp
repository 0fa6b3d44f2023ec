#pragma once

#include <string>
#include <vector>

#include "unit/store/upgrade_town.hpp"

namespace doorstep::test {

/// Writes a phone's file behind the engine's back: the guards against foreign writes are taken away first.
inline void vandalize(const std::string& path, const std::string& sql, const std::string& vfs = {}) {
  sql::OpenOptions how;
  how.vfs = vfs;
  auto file = must(sql::Connection::open(path, how));
  std::string disarm;
  {
    auto guards = must(file.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'"));
    while (must(guards.step())) disarm += "DROP TRIGGER " + std::string(guards.text(0)) + ";";
  }
  must(file.execute(disarm + sql));
}

}  // namespace doorstep::test
