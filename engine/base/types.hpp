#pragma once

#include <cstdint>
#include <doorstep/id.hpp>
#include <doorstep/value.hpp>
#include <tuple>

namespace doorstep {

/// Stable number of a table or column in a schema pack. Never reused.
enum class TableId : std::uint32_t {};
enum class ColumnId : std::uint32_t {};

/// One enrolled device (or the office itself): the office's incarnation in the high 32 bits, a serial
/// number in the low 32. Never reused, also not after the office is restored from a backup.
enum class ActorId : std::uint64_t {};

/// Number of a change group: 1, 2, 3, ... per actor, without gaps.
enum class GroupNumber : std::uint64_t {};

/// How often a row has been born: deleting and registering it again is the next birth.
enum class Birth : std::uint32_t {};

/// Position in the office's commit-ordered feed; 0 is before everything.
enum class FeedPosition : std::uint64_t {};

/// Version of a schema pack, counting up from 1.
enum class PackVersion : std::uint32_t {};

/// Milliseconds since 1970-01-01T00:00:00Z as some wall clock claims them.
enum class WallTime : std::int64_t {};

template <typename E>
constexpr auto raw(E e) {
  return static_cast<std::underlying_type_t<E>>(e);
}

constexpr ActorId make_actor(std::uint32_t incarnation, std::uint32_t serial) {
  return ActorId{(std::uint64_t{incarnation} << 32) | serial};
}
constexpr std::uint32_t incarnation_of(ActorId actor) { return static_cast<std::uint32_t>(raw(actor) >> 32); }
constexpr std::uint32_t serial_of(ActorId actor) { return static_cast<std::uint32_t>(raw(actor)); }

/// The office's own actor in an incarnation: imports and clerks write through it.
constexpr std::uint32_t kOfficeSerial = 1;

/// Which row: the key of every per-row table.
struct RowKey {
  TableId table{};
  RowId row;
  friend bool operator==(const RowKey& a, const RowKey& b) { return a.table == b.table && a.row == b.row; }
  friend bool operator<(const RowKey& a, const RowKey& b) {
    return std::tie(a.table, a.row) < std::tie(b.table, b.row);
  }
};

}  // namespace doorstep

template <>
struct std::hash<doorstep::RowKey> {
  std::size_t operator()(const doorstep::RowKey& key) const noexcept {
    return std::hash<doorstep::RowId>{}(key.row) * 31 + static_cast<std::size_t>(key.table);
  }
};
