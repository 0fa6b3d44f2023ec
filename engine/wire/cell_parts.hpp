#pragma once

#include <vector>

#include "base/bytes.hpp"
#include "merge/cell.hpp"

/// Bytes of what composite cells are made of (docs/store.md, "Composite cells"). Versions are numbers in a
/// list that stands elsewhere. Private to the room.
namespace doorstep::wire {

std::size_t version_index(std::vector<Version>& versions, const Version& version);

/// Adds the versions of `parts` to the list that write_parts() will refer to.
void index_versions(std::vector<Version>& versions, const CellParts& parts);

/// `parts` holds something, and `versions` all it names.
void write_parts(ByteWriter& out, const CellParts& parts, std::vector<Version>& versions);

/// `value` is what the cell shows; nullptr for a column that is not known here, of which less is kept.
CellParts read_parts(ByteReader& in, const std::vector<Version>& versions, const Value* value);

}  // namespace doorstep::wire
