#pragma once

#include "sqlite/stored_forms.hpp"
#include "store/records.hpp"

/// How a feed entry stands in the office's file.
namespace doorstep::server {

/// What read_entry() reads.
#define FEED_COLUMNS "seq, tbl, row, place, author, kind"

inline FeedEntry read_entry(const sql::Statement& row) {
  FeedEntry entry;
  entry.seq = FeedPosition{as_unsigned(row.integer(0))};
  entry.table = TableId{static_cast<std::uint32_t>(row.integer(1))};
  entry.row = id_from_bytes(row.blob(2));
  if (!row.is_null(3)) entry.place = id_from_bytes(row.blob(3));
  entry.author = ActorId{as_unsigned(row.integer(4))};
  entry.kind = static_cast<FeedKind>(row.integer(5));
  return entry;
}

}  // namespace doorstep::server
