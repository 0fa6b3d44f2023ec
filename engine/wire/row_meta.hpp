#pragma once

#include <doorstep/error.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "merge/row.hpp"

namespace doorstep::wire {

/// The `_meta` bytes of a row: birth, versions of its cells, delete (docs/store.md). The first version
/// covers every non-null column that is not listed, so that a never-edited row costs about 20 bytes.
/// Values and losers are not in it.
std::string encode_meta(const Table& table, const RowState& row);

/// Joins `_meta` with the row's values (in `table.columns` order). Losers are left empty.
Result<RowState> decode_meta(const Table& table, std::string_view meta, const std::vector<Value>& values);

/// Reads only the birth.
Result<Birth> decode_birth(std::string_view meta);

/// When the row is alive, untouched since its insert, and that insert was `actor`'s: its version.
std::optional<Version> sole_version(std::string_view meta);

/// The whole row including values, for rows that have no table row (canonical rows beneath pending edits,
/// deleted rows).
std::string encode_row(const RowState& row);
Result<RowState> decode_row(std::string_view bytes);

/// The row's values in `table.columns` order; null where the row has no cell.
std::vector<Value> values_of(const Table& table, const RowState& row);

}  // namespace doorstep::wire
