#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"

namespace doorstep::simulation {

class SimFile;
class SimVfs;

/// The disk of one simulated machine: files in memory behind a SQLite VFS, with crashes and faults drawn from
/// a seed. Open databases with `sqlite3_open_v2(name, &db, flags, disk.vfs_name().c_str())`. Any journal mode
/// works, WAL with any number of connections included; so do temporary files.
///
/// Same seed, same SQLite and same calls: same bytes. For that, constructing a SimDisk also reseeds SQLite's
/// process-wide generator (WAL salts, random()), which SQLite fills from its default VFS only once. So
/// construct the disks of a run in a fixed order, and before its first connection.
///
/// What survives a crash is what POSIX promises: a file's bytes as of its last successful sync, and directory
/// changes as of the last directory sync. Everything since may be there, or not, or in part. All files are in
/// one directory; it is synced by the first sync of a new file (SQLite's Unix VFS does so for journals and
/// WALs) and by a delete that asks for it. So, as on a real disk, a commit is durable with WAL at
/// synchronous=FULL, but with journal_mode=DELETE only at synchronous=EXTRA.
///
/// One thread at a time, SQLite's calls included. Connections must be closed before the disk is destroyed; a
/// disk that finds one open aborts the process, since SQLite would go on to use freed memory.
class SimDisk {
 public:
  /// Milliseconds since 1970 by the machine's own clock, right or wrong.
  using WallClock = std::function<std::int64_t()>;

  SimDisk(std::uint64_t seed, WallClock now_ms);
  ~SimDisk();
  SimDisk(const SimDisk&) = delete;
  SimDisk& operator=(const SimDisk&) = delete;

  /// Unique among the living disks and constant through crashes. Made of an address: keep it out of traces.
  const std::string& vfs_name() const { return vfs_name_; }

  // --- The machine stops
  // ------------------------------------------------------------------------------------- After either, every
  // handle still open answers SQLITE_IOERR to everything and may be closed at any time; locks and shared
  // memory are gone, a pending crash_at_write is disarmed, and the disk works again.

  /// The power fails: unsynced writes are each kept, lost or torn, unsynced new files and deletes may be
  /// undone.
  void crash();
  /// The process dies (kill -9): everything it wrote stays, and stays unsynced.
  void process_kill();

  // --- Faults
  // ------------------------------------------------------------------------------------------------

  /// The `n`th counted operation from now (1 = the next) is the last: it and everything after answer
  /// SQLITE_IOERR until crash() or process_kill(). The operation itself was under way, so crash() decides
  /// whether it happened. 0 disarms. For a sweep: run once, take operations().total(), then repeat with every
  /// n up to it.
  void crash_at_write(std::uint64_t n) { operations_left_ = n; }
  /// True once crash_at_write has struck: time to call crash().
  bool stopped() const { return stopped_; }

  /// Lets the files grow by `size_bytes` in all, then growth answers SQLITE_FULL (after writing what fits, as
  /// file systems do). Truncated and deleted files give room back. Crashes do not; free_space() ends it.
  void fail_full_after(std::uint64_t size_bytes) { capacity_bytes_ = used_bytes() + size_bytes; }
  void free_space() { capacity_bytes_.reset(); }

  /// Flips one bit of a file at a place drawn from the seed, durably, and returns the byte's offset; nothing
  /// when the file is absent or empty. Connections may have the old bytes cached.
  std::optional<std::uint64_t> flip_bit(const std::string& name);

  // --- Looking
  // -----------------------------------------------------------------------------------------------

  /// Operations since construction, the last one before a stop included.
  struct Operations {
    std::uint64_t writes = 0;
    std::uint64_t truncates = 0;
    std::uint64_t syncs = 0;
    std::uint64_t deletes = 0;
    std::uint64_t total() const { return writes + truncates + syncs + deletes; }
  };
  const Operations& operations() const { return operations_; }

  /// Whether any file has these bytes in it.
  bool tells(std::string_view what) const;
  std::vector<std::string> file_names() const;
  /// Total size of the files as programs see them; temporary files do not count.
  std::uint64_t used_bytes() const;
  /// FNV-1a over the names and contents of all files as programs see them.
  std::uint64_t hash() const;

  /// Clones this disk: `other` drops its files for durable copies of these, as programs see them now (what a
  /// phone's backup or a disk image holds). For `other` this is also a process_kill(). Faults and counters
  /// are not copied.
  void copy_to(SimDisk& other) const;

 private:
  friend class SimVfs;  // SQLite's calls come in through it

  /// A name's file at the last directory sync, and after each change of it since; null = no file. The last is
  /// what programs see, any may be what a crash leaves.
  using NameHistory = std::vector<std::shared_ptr<SimFile>>;

  std::shared_ptr<SimFile> find(const std::string& name) const;
  std::shared_ptr<SimFile> create(const std::string& name);
  void sync_directory();
  void restart();

  // Each answers a SQLite result code. `name` is empty for temporary files.
  int write(SimFile& file, std::uint64_t offset, const void* data, std::size_t size_bytes);
  int truncate(SimFile& file, std::uint64_t size_bytes);
  int sync(SimFile& file, const std::string& name);
  int remove(const std::string& name, bool sync_directory_too);
  int finish_operation(int result);
  std::uint64_t room_bytes() const;

  SeededRandom random_;
  WallClock now_ms_;
  std::string vfs_name_;
  std::map<std::string, NameHistory> names_;
  std::vector<std::unique_ptr<SimVfs>>
      boots_;  ///< dead ones too: their connections may be open; the last lives
  Operations operations_;
  std::uint64_t operations_left_ = 0;
  bool stopped_ = false;
  std::optional<std::uint64_t> capacity_bytes_;
};

}  // namespace doorstep::simulation
