#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "schema/pack.hpp"
#include "store/store.hpp"

/// Single rows of a snapshot, by the names that neighbourhood packs give.
namespace doorstep::server {

/// A text column of a row; empty when there is no such row, column or text.
Result<std::string> read_text(ReadSnapshot& snapshot, const Pack& pack, const char* table, const RowId& row,
                              const char* column);

/// Where a place is, as people say it: the names from the top down, without the office's own.
class Addresses {
 public:
  /// Borrows all but the name.
  Addresses(const Pack& pack, ReadSnapshot& snapshot, std::string office)
      : pack_(pack), snapshot_(snapshot), office_(std::move(office)) {}

  Result<std::string> of(const RowId& place);

 private:
  Result<std::string> find(const RowId& place, int depth);

  const Pack& pack_;
  ReadSnapshot& snapshot_;
  const std::string office_;
  std::unordered_map<RowId, std::string> known_;
};

}  // namespace doorstep::server
