#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/types.hpp"
#include "clock/stamp.hpp"
#include "merge/version.hpp"

namespace doorstep {

enum class OpKind : std::uint8_t { insert = 1, update = 2, remove = 3 };

struct CellWrite {
  ColumnId column{};
  Value value;  ///< What shall show; of a composite cell, in an update: what changes (docs/merge.md).
  std::uint32_t round = 0;
  std::vector<VersionName> bases;  ///< Versions the writer had read; empty for a cell nobody had written.
};

/// What one transaction did to one row. A row appears once in a group.
struct Op {
  OpKind kind = OpKind::insert;
  RowKey key;
  Birth birth{1};                ///< The birth the writer saw, or begins (insert).
  std::vector<CellWrite> cells;  ///< In column order. Cells left out of an insert carry no version.
  /// remove: every head of the row its writer had read. update: deletes of this birth that a person has
  /// overruled; of an older birth, late writes that a person has dealt with. Sorted.
  std::vector<VersionName> seen;
};

using GroupSalt = std::array<std::uint8_t, 16>;

/// What one local transaction changed. Immutable once committed, sent verbatim, applied whole or held whole.
struct Group {
  ActorId actor{};
  GroupNumber number{};
  PackVersion pack{1};
  std::uint32_t rights_epoch = 0;
  Stamp stamp;
  std::int64_t office_time_ms = 0;      ///< The last office time this device had measured; 0 for never.
  std::int64_t monotonic_since_ms = 0;  ///< How long ago that was, by a clock that does not step; -1 unknown.
  bool clock_in_doubt = false;
  std::vector<GroupNumber> depends;  ///< Own groups not yet acknowledged that this one builds on.
  std::vector<Op> ops;
  /// Of a group that writes something personal: chance, without which nobody can tell from its digest what an
  /// erased value was.
  std::optional<GroupSalt> salt{};

  Version version_of(std::size_t op, std::uint32_t round = 0) const {
    return {{actor, number, static_cast<std::uint32_t>(op)}, stamp, round};
  }
};

}  // namespace doorstep
