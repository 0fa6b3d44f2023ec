#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "schema/loader/loader.hpp"
#include "unit/schema/pack_folder.hpp"

namespace doorstep::test {

struct Fault {
  const char* file;
  const char* old_text;
  const char* new_text;
  /// The refusal points at the line where this stands, and says these things.
  const char* at;
  const char* en;
  const char* zh;
};

inline void check_refused(const std::string& pack, const Fault& fault) {
  INFO(fault.file << ": " << fault.new_text);
  PackFolder folder;
  folder.spoil(fault.file, fault.old_text, fault.new_text);
  folder.write();
  const auto loaded = load_pack(folder.path(pack));
  REQUIRE_FALSE(loaded);
  const Error& error = loaded.error();
  CHECK(error.code == ErrorCode::pack_invalid);
  const std::string where =
      folder.path(fault.file).string() + ':' + std::to_string(folder.line_of(fault.file, fault.at)) + ": ";
  CHECK_THAT(error.en, Catch::StartsWith(where) && Catch::Contains(fault.en));
  CHECK_THAT(error.zh, Catch::StartsWith(where) && Catch::Contains(fault.zh));
}

}  // namespace doorstep::test
