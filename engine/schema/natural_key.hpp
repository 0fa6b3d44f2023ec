#pragma once

#include <optional>
#include <vector>

#include "base/types.hpp"
#include "schema/pack.hpp"

namespace doorstep {

/// Frozen canonical form of a natural-key value (version 1): text is NFKC-normalised and trimmed of
/// Unicode white space, numbers are decimal text, references canonical ids.
std::string canonical_key_text(const Value& value);

/// The id of the row of `table` with these values (in `table.columns` order), or nullopt when the table
/// has no natural key or a key column is null. Version 5 over: office id as namespace; table id, then each
/// key column's canonical text, separated by U+001F. Recomputed by the server for every insert.
std::optional<RowId> natural_key_id(const RowId& office, const Table& table,
                                    const std::vector<Value>& values);

}  // namespace doorstep
