#pragma once

#include <cstddef>
#include <cstdint>

/// Bounds of the pipeline, each with its unit and its reason. Those of the wire are in base/limits.hpp.
namespace doorstep::server::limits {

/// Pushes waiting for the writer, and their bytes: about two seconds of work; then phones are told to wait.
inline constexpr std::size_t kQueuedJobs = 4'096;
inline constexpr std::size_t kQueuedBytes = 64 * 1024 * 1024;

/// What one commit takes on: enough to share the disk's sync, little enough that nobody waits long for it.
inline constexpr std::size_t kCommitGroups = 8'192;
inline constexpr std::size_t kCommitBytes = 8 * 1024 * 1024;

/// One group of the office's own writes. An import holds the write lock for one of them at a time.
inline constexpr std::size_t kOfficeGroupOps = 500;
inline constexpr std::size_t kOfficeGroupBytes = 256 * 1024;

/// What one transaction of retries takes on: phones that push meanwhile wait for it.
inline constexpr std::size_t kRetriedGroups = 256;
inline constexpr std::size_t kRetriedBytes = 2 * 1024 * 1024;

/// A feed tail this long is scanned whole; beyond, places are looked up one by one if they are few.
inline constexpr std::uint64_t kShortTail = 4'096;
/// Looking up one place costs about as much as scanning this many entries.
inline constexpr std::uint64_t kEntriesPerPlaceLookup = 64;

/// What one checksum reads of rows, in bytes: a page's worth, which a repair adds to one.
inline constexpr std::size_t kCheckedBytes = 1024 * 1024;

/// Rows that lend places to rows that lend places...: deeper is a cycle.
inline constexpr int kPlaceLending = 8;

/// Decoded groups kept for the ledger's and the history's look-ups.
inline constexpr std::size_t kGroupsCached = 256;

/// What one transaction of compaction takes on: phones that push meanwhile wait for it.
inline constexpr std::size_t kCollectedEntries = 256;
inline constexpr std::size_t kCutGroups = 256;
inline constexpr std::size_t kSavedSightings = 512;
inline constexpr std::uint64_t kShrunkBytes = 1024 * 1024;

/// Devices whose last request is remembered until it is saved: a city's.
inline constexpr std::size_t kSightings = 65'536;

/// How often the devices of one person may become others in a day: each time is a mishap of its own, and
/// costs the office an actor for ever. Then the device is told to come again.
inline constexpr std::size_t kRehomingsADay = 24;

/// Versions that `why` walks back.
inline constexpr std::size_t kWhyVersions = 1'000;

}  // namespace doorstep::server::limits
