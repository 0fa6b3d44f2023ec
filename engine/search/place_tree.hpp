#pragma once

#include <doorstep/error.hpp>
#include <doorstep/id.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "schema/pack.hpp"
#include "sql/connection.hpp"

namespace doorstep {

/// The places of a file by their physical path, with what is compared of them.
class PlaceTree {
 public:
  struct Place {
    RowId id;
    std::string code, name;
    std::optional<RowId> parent_id;
    int parent = -1;  ///< Position; -1 at the top, and where the parent is not here.
    /// Names from the top down, compared, and where its own begins: `和平社区1号楼1单元101`.
    std::u32string path;
    std::size_t own = 0;
  };

  static Result<PlaceTree> read(sql::Connection& connection, const Pack& pack);

  const std::vector<Place>& places() const { return places_; }
  /// Position; -1 for one that is not here.
  int position(const RowId& id) const;
  /// Names from the top down, with blanks between; a code where a place has no name.
  std::string address(int place) const;

 private:
  void join_paths();

  std::vector<Place> places_;
  std::unordered_map<RowId, int> positions_;
};

}  // namespace doorstep
