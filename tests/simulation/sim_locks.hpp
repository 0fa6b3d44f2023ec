#pragma once

#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace doorstep::simulation {

/// SQLite's lock on one database file, between the connections of one machine: any number of SHARED, one
/// RESERVED beside them, PENDING to keep new readers out, EXCLUSIVE alone. A holder keeps its own level
/// (SQLITE_LOCK_NONE … SQLITE_LOCK_EXCLUSIVE) and passes it in.
class FileLocks {
 public:
  /// Raises `held` to `wanted`; false when another holder is in the way (`held` may then have become
  /// PENDING).
  bool raise(int& held, int wanted);
  void lower(int& held, int wanted);
  bool reserved() const { return writer_ > SQLITE_LOCK_SHARED; }

 private:
  int holders_ = 0;                ///< at SHARED or above
  int writer_ = SQLITE_LOCK_NONE;  ///< level of the one holder above SHARED
};

/// The shared memory of a database in WAL mode ("-shm"), with its lock slots.
class WalIndex {
 public:
  /// One connection's locks, as bits by slot.
  struct Held {
    unsigned shared = 0;
    unsigned exclusive = 0;
  };

  /// Zeroed when new; stays where it is while the index lives. Null when absent and not to be made.
  std::uint8_t* region(std::size_t index, std::size_t size_bytes, bool create);

  /// Locks slots [first, first + count), all or none; false when another connection is in the way.
  bool lock(Held& held, int first, int count, bool exclusive);
  void unlock(Held& held, int first, int count);

 private:
  std::vector<std::unique_ptr<std::uint8_t[]>> regions_;
  std::array<int, SQLITE_SHM_NLOCK> slots_{};  ///< number of sharers, or -1 for one exclusive holder
};

}  // namespace doorstep::simulation
