#pragma once

#include <doorstep/value.hpp>

#include "base/bytes.hpp"
#include "wire/known_ids.hpp"

/// Bytes of one SQL value: a tag and, for most, a body (docs/wire.md, "Values"). Ids and times travel in
/// binary; text that merely looks like one stays text, so that every Value comes back exactly. Private to
/// the room.
namespace doorstep::wire {

/// What values are written against. Times and dates are differences to the one before, ids in a page are the
/// numbers of known ones.
template <typename Ids>
struct ValueContext {
  std::int64_t time_ms = 0;      ///< The last time; a caller may set it before a value.
  Ids* ids = nullptr;            ///< nullptr: ids are always spelled out.
  std::int64_t last_number = 0;  ///< Of the last known id.
};
using WriteContext = ValueContext<KnownIds>;
using ReadContext = ValueContext<IdList>;

/// Tag and body may go to different places: columns keep all tags before all bodies.
void write_value(ByteWriter& tags, ByteWriter& bodies, const Value& value, WriteContext& context);
void read_value(ByteReader& tags, ByteReader& bodies, Value& value, ReadContext& context);

}  // namespace doorstep::wire
