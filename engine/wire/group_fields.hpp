#pragma once

#include "wire/fields.hpp"

/// The fields of a change group in JSON. In binary a group has a denser form (group_code.cpp). Private to
/// the room.
namespace doorstep {

template <typename Archive>
void serialize(Archive& archive, CellWrite& m) {
  using wire::bounded, wire::field;
  archive(field("column", m.column), field("value", m.value), field("round", m.round),
          field("bases", bounded(m.bases, limits::kSeenVersions)));
}

template <typename Archive>
void serialize(Archive& archive, Op& m) {
  using wire::bounded, wire::closed, wire::field;
  archive(field("kind", closed(m.kind, OpKind::insert, OpKind::remove)), field("table", m.key.table),
          field("row", m.key.row), field("birth", m.birth),
          field("cells", bounded(m.cells, limits::kColumns)),
          field("seen", bounded(m.seen, limits::kSeenVersions)));
}

template <typename Archive>
void serialize(Archive& archive, Group& m) {
  using wire::bounded, wire::field;
  archive(field("actor", m.actor), field("number", m.number), field("pack", m.pack),
          field("rights_epoch", m.rights_epoch), field("stamp", m.stamp),
          field("office_time_ms", m.office_time_ms), field("monotonic_since_ms", m.monotonic_since_ms),
          field("clock_in_doubt", m.clock_in_doubt), field("depends", bounded(m.depends, limits::kSequence)),
          field("ops", bounded(m.ops, limits::kGroupOps)), field("salt", m.salt));
}

}  // namespace doorstep
