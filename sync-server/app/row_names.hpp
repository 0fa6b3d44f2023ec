#pragma once

#include <string>

#include "app/open_office.hpp"
#include "app/roster_references.hpp"

namespace doorstep::server {

/// Rows as people name them, in one snapshot.
class RowNames {
 public:
  /// `pack` and `snapshot` are borrowed.
  RowNames(const Pack& pack, const RowId& office, ReadSnapshot& snapshot)
      : rows_(snapshot), references_(pack, office, rows_) {}

  /// The row that a person means by an id, a code or a name.
  Result<RowId> find(const Table& table, const std::string& typed);
  Result<std::string> name_of(const Table& table, const RowId& id);

 private:
  SnapshotRows rows_;
  References references_;
};

}  // namespace doorstep::server
