#pragma once

#include <doorstep/error.hpp>
#include <doorstep/value.hpp>
#include <string>

#include "app/roster_references.hpp"
#include "schema/pack.hpp"

namespace doorstep::server {

/// Values as people know them: choices by label, references by name.
class ValueWords {
 public:
  /// `pack` and `source` are borrowed.
  ValueWords(const Pack& pack, const RowId& office, RowSource& source)
      : pack_(pack), references_(pack, office, source) {}

  /// `column` may be nullptr.
  Result<std::string> text(const Column* column, const Value& value);
  /// The row that a person means by an id, a code or a name.
  Result<RowId> find_row(const Table& table, const std::string& typed);
  Result<std::string> row_name(const Table& table, const RowId& id);

 private:
  const Pack& pack_;
  References references_;
};

}  // namespace doorstep::server
