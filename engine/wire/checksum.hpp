#pragma once

#include <cstdint>

#include "merge/row.hpp"
#include "wire/messages.hpp"

/// What phone and office compare (docs/wire.md, "Checksums"): equal rows give equal sums on both sides.
namespace doorstep::wire {

/// The finest division of a phone's rows: at 256 rows a bucket, a million.
inline constexpr std::uint32_t kMostBuckets = 4'096;

/// Whether `of` is a power of two that is not too large, and `number` one of its parts.
bool is_sound(const Bucket& bucket);
bool lies_in(const Bucket& bucket, const RowId& row);

/// What one canonical row adds to the sum of its bucket.
std::uint64_t row_sum(const RowKey& key, const RowState& row);

}  // namespace doorstep::wire
