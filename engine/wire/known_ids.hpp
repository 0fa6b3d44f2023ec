#pragma once

#include <doorstep/id.hpp>
#include <unordered_map>
#include <vector>

/// The ids of a page by number: rows and references both count, in the order in which they are written. A
/// reference to one that was already there is its number. Private to the room.
namespace doorstep::wire {

/// For the writer. An id that comes again keeps its first number, and takes up the next one all the same, so
/// that the reader needs no look-up.
class KnownIds {
 public:
  void add(const RowId& id) { numbers_.emplace(id, next_++); }
  /// The number of `id`, or -1.
  std::int64_t find(const RowId& id) const {
    const auto at = numbers_.find(id);
    return at == numbers_.end() ? -1 : at->second;
  }

 private:
  std::unordered_map<RowId, std::int64_t> numbers_;
  std::int64_t next_ = 0;
};

/// For the reader.
using IdList = std::vector<RowId>;

}  // namespace doorstep::wire
