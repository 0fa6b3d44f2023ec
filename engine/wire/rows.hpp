#pragma once

#include "base/bytes.hpp"
#include "wire/known_ids.hpp"
#include "wire/messages.hpp"

/// Rows of one table, column by column: like lies next to like, which is what makes a page small after zstd
/// (docs/wire.md, "Row sections"). Private to the room.
namespace doorstep::wire {

/// `ids` go from one section of a page to the next: rows may refer to rows of an earlier section.
void write_rows(ByteWriter& out, const RowSection& rows, KnownIds& ids);

/// `cells_left` bounds the values of all sections of a message together; what this one takes is deducted.
void read_rows(ByteReader& in, RowSection& rows, IdList& ids, std::size_t& cells_left);

}  // namespace doorstep::wire
