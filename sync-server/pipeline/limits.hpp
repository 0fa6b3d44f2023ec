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

/// A push of at most so many groups is light: a leader's morning. Heavier ones have commits of their own, in
/// turn with those of the light ones, so that nobody waits for more than one of them.
inline constexpr std::size_t kLightGroups = 64;

/// One group of the office's own writes. An import holds the write lock for one of them at a time.
inline constexpr std::size_t kOfficeGroupOps = 500;
inline constexpr std::size_t kOfficeGroupBytes = 256 * 1024;

/// Groups of the office's own since the last backup that phones carry (parcels.hpp), in sealed bytes. What
/// everybody carries; then each band as long as all before it is carried by half as many phones, in segments
/// dealt out by number, so that one phone carries at most three times kEveryonesParcelBytes.
inline constexpr std::size_t kEveryonesParcelBytes = 512 * 1024;
inline constexpr std::size_t kParcelSegmentBytes = 64 * 1024;
/// All of them, in memory, and those that wait for one before them after a restore: of what is at the end
/// one phone in sixteen has a copy. Past it a backup is due.
inline constexpr std::size_t kParcelShelfBytes = 8 * 1024 * 1024;
/// What an answer brings beside its page: a second of a slow line.
inline constexpr std::size_t kParcelPageBytes = 128 * 1024;
/// What a small one counts for, so that their number is bounded as well.
inline constexpr std::size_t kParcelLeastBytes = 512;

/// How long after a restore groups wait for those of the office before that they build on: as long as the
/// invitation of a phone that may have them. Then they count as lost.
inline constexpr std::int64_t kAwaitedOfficeMs = 14LL * 86'400'000;

/// What one transaction of retries takes on: phones that push meanwhile wait for it.
inline constexpr std::size_t kRetriedGroups = 256;
inline constexpr std::size_t kRetriedBytes = 2 * 1024 * 1024;

/// A feed tail this long is scanned whole; beyond, places are looked up one by one if they are few.
inline constexpr std::uint64_t kShortTail = 4'096;
/// Looking up one place costs about as much as scanning this many entries.
inline constexpr std::uint64_t kEntriesPerPlaceLookup = 64;

/// What one checksum reads of rows, in bytes: a page's worth, which a repair adds to one.
inline constexpr std::size_t kCheckedBytes = 1024 * 1024;

/// Places that one place lies beneath besides its parent.
inline constexpr std::size_t kOverlaysOfPlace = 32;
/// Places that the way up from one place leads to, by all of its ways. More is a mistake, as is a circle.
inline constexpr std::size_t kPlacesAbove = 256;
/// Changes of the place tree that are kept for devices which have yet to hear of them: some re-griddings of a
/// city's streets. Past it the older half goes, and a device from before that downloads everything afresh.
inline constexpr std::size_t kPlaceChanges = 65'536;
/// Places whose rows one device reads again because it sees others now; with more it downloads everything
/// afresh, which is then no dearer.
inline constexpr std::size_t kShiftedPlaces = 16'384;
/// Changes of the places while one device reads shifted places again; with more it begins afresh.
inline constexpr std::size_t kShiftViews = 64;

/// Rows that lend places to rows that lend places...: deeper is a cycle.
inline constexpr int kPlaceLending = 8;

/// Decoded groups kept for the ledger's and the history's look-ups.
inline constexpr std::size_t kGroupsCached = 256;

/// What one transaction of compaction takes on: phones that push meanwhile wait for it.
inline constexpr std::size_t kCollectedEntries = 256;
inline constexpr std::size_t kCutGroups = 256;
inline constexpr std::size_t kSavedSightings = 512;
inline constexpr std::uint64_t kShrunkBytes = 1024 * 1024;

/// What one transaction of an erasure takes on, likewise.
inline constexpr std::size_t kErasedRows = 128;
inline constexpr std::size_t kRedactedGroups = 256;

/// How long a device's token lives before it is offered the next one.
inline constexpr std::int64_t kTokenLifetimeMs = 30LL * 86'400'000;

/// Why a device was revoked, in the office's words.
inline constexpr std::size_t kReasonBytes = 1'000;

/// Devices whose last request is remembered until it is saved: a city's.
inline constexpr std::size_t kSightings = 65'536;

/// How often the devices of one person may become others in a day: each time is a mishap of its own, and
/// costs the office an actor for ever. Then the device is told to come again.
inline constexpr std::size_t kRehomingsADay = 24;

/// How often one person may ask for hidden values in a day: the numbers that somebody at a counter needs, not
/// a list of the building. And what she says why, in characters.
inline constexpr std::size_t kRevealsADay = 20;
inline constexpr std::size_t kLeastReasonCharacters = 2;
inline constexpr std::size_t kMostReasonCharacters = 200;

/// One text of an entry of the audit trail: a long query, not a program.
inline constexpr std::size_t kAuditTextBytes = 2'000;

/// Versions that `why` walks back.
inline constexpr std::size_t kWhyVersions = 1'000;

}  // namespace doorstep::server::limits
