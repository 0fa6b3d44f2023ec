#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/pack.hpp"
#include "search/place_tree.hpp"
#include "sql/connection.hpp"

namespace doorstep {

/// Where rows stand today, by the way their tables say.
class Standing {
 public:
  Standing(sql::Connection& connection, const Pack& pack, const PlaceTree& tree, std::string_view today)
      : connection_(connection), pack_(pack), tree_(tree), today_(today) {}

  struct Places {
    bool over = false;       ///< All that lent it a place has ended.
    std::vector<int> known;  ///< Positions in the tree, in order of their codes, each once.
  };
  Result<Places> of(const Table& table, const RowId& row);

 private:
  Status add(const Table& table, const std::string& row, Places& out);
  Status add_through_children(const Table& table, const std::string& row, Places& out);
  /// The row, and all that are declared to be the same.
  Result<std::vector<std::string>> members(const Table& table, const std::string& row);

  sql::Connection& connection_;
  const Pack& pack_;
  const PlaceTree& tree_;
  std::string today_;
};

/// ` AND (ends IS NULL OR ends >= ?N)`; nothing for a table whose rows do not end.
std::string not_over(const Table& table, int parameter);

}  // namespace doorstep
