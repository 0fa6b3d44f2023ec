#pragma once

#include <string>
#include <string_view>

#include "schema/pack.hpp"

namespace doorstep {

/// What SQLite has against a statement, in words for whoever wrote it.
struct SqlMistake {
  Label why;
  std::string word;  ///< What it complains of, where it names something.
};

/// `message` as a connection gives it: SQLite's, and what a person who looks for its cause is told.
SqlMistake mistake_of(const std::string& message);

/// Where `word` stands in the SQL, whatever its case, rather as a table than elsewhere; 0 where it does not.
std::size_t place_of(std::string_view sql, std::string_view word);

}  // namespace doorstep
