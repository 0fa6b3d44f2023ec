#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/random.hpp"
#include "simulation/sim_locks.hpp"

namespace doorstep::simulation {

/// The bytes of one file of a SimDisk: what programs read, and a log of how to get back from there to what
/// the last sync made durable. The log costs what was overwritten since that sync, never the file's size.
class SimFile {
 public:
  SimFile() = default;
  /// A file that holds `bytes`, all of them durable.
  explicit SimFile(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}

  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

  void write(std::uint64_t offset, const void* data, std::size_t size_bytes);
  void truncate(std::uint64_t size_bytes);
  void mark_synced();

  /// The power fails. Each write and truncate since the last sync is kept with a chance of `keep_eighths` in
  /// eight; of the others, half leave nothing and half leave some of their 512-byte sectors. Survivors apply
  /// in the order they were made, over durable bytes. What comes out is durable.
  void lose_unsynced(SeededRandom& random, unsigned keep_eighths);

  /// The medium fails: one bit changes in what is read and in what is durable.
  void flip_bit(std::uint64_t byte, unsigned bit) { bytes_[byte] ^= static_cast<std::uint8_t>(1U << bit); }

  /// Locks of the connections that are open on this file. They are the operating system's, not the disk's.
  FileLocks locks;
  /// Lives as long as a connection holds it.
  std::weak_ptr<WalIndex> wal_index;

 private:
  struct Change {
    enum class Kind { write, truncate } kind;
    std::uint64_t offset;  ///< of a truncate: the new size
    std::size_t size_bytes;
    std::uint64_t old_file_size;
    std::size_t overwritten_begin;  ///< in overwritten_; ends where the next change's begins
  };

  void remember(Change::Kind kind, std::uint64_t offset, std::size_t size_bytes, std::uint64_t lost_end);
  std::vector<std::vector<std::uint8_t>> undo_unsynced();
  void put(std::uint64_t offset, const std::uint8_t* data, std::size_t size_bytes);
  void put_torn(std::uint64_t offset, const std::vector<std::uint8_t>& data, SeededRandom& random);

  std::vector<std::uint8_t> bytes_;
  std::vector<Change> unsynced_;
  std::vector<std::uint8_t> overwritten_;  ///< what the unsynced changes replaced or cut off, end to end
};

}  // namespace doorstep::simulation
