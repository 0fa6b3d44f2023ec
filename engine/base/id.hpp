#pragma once

#include <string_view>

#include "base/types.hpp"

namespace doorstep {

/// Version 7 id (RFC 9562 §5.7): milliseconds, then 74 bits of `entropy` (16 bytes, the last 10 used).
RowId make_time_ordered_id(std::uint64_t time_ms, const std::uint8_t entropy[16]);

/// Version 5 id (RFC 9562 §5.5) of `name` in the namespace `space`.
RowId make_name_based_id(const RowId& space, std::string_view name);

/// Writes the 36 characters of the canonical text to `out` (no terminator).
void write_text(const RowId& id, char* out);

}  // namespace doorstep
