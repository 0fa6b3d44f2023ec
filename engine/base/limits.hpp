#pragma once

#include <cstddef>
#include <cstdint>

/// Every bound of the engine and the wire, with its unit and its reason.
namespace doorstep::limits {

/// One value of one cell. Notes are pages, not books; photos are attachments.
inline constexpr std::size_t kValueBytes = 64 * 1024;

/// One cell of kind `text`: its versions (a person's note edited every working day for ten years), the pieces
/// they and the deletes leave, and all text it keeps, deleted text included. A text past these is a book: the
/// office holds the edit. What shows is bounded by kValueBytes.
inline constexpr std::size_t kTextVersions = 4'096;
inline constexpr std::size_t kTextPieces = 16'384;
inline constexpr std::size_t kTextKeptBytes = 4 * kValueBytes;

/// One edit of a text: a value's worth of new text, and the deletion of every piece there may be.
inline constexpr std::size_t kTextPatchPieces = 2 * kTextPieces;
inline constexpr std::size_t kTextPatchBytes = 8 * kValueBytes;

/// Characters inserted and deleted that a comparison of two texts looks for; beyond that it replaces the
/// middle. Time and memory grow with its square: 2 MiB here.
inline constexpr std::size_t kTextDiffEdits = 1'000;

/// One change group. Checked at the local commit, so that a group that was accepted can always be sent.
inline constexpr std::size_t kGroupBytes = 1024 * 1024;
inline constexpr std::size_t kGroupOps = 20'000;

/// Groups in one push. With the byte bound below this keeps a request inside a cheap phone's memory.
inline constexpr std::size_t kPushGroups = 4'096;
inline constexpr std::size_t kPushBytes = 2 * 1024 * 1024;

/// Acknowledged groups that a phone keeps until a backup of the office has them: a year of a leader's records
/// without photos. Past it the oldest go, and an office put back to before them is told how many are missing.
inline constexpr std::int64_t kKeptBytes = 32LL * 1024 * 1024;

/// Sealed groups of the office's own that one phone carries until a backup has them, of all offices before
/// and after a restore: what the office gives one phone (server limits.hpp) and as much again of an office
/// before. Past it those of the oldest office go, then no more are taken.
inline constexpr std::int64_t kCarriedBytes = 4LL * 1024 * 1024;
inline constexpr std::size_t kCarriedGroups = 4'096;
/// Offices before this one, of which somebody may have parcels: each is a restore without a backup after it.
inline constexpr std::size_t kFormerOffices = 16;

/// Held groups whose verdict a request asks for again, oldest first: a phone with more has other troubles.
inline constexpr std::size_t kHeldAsked = 1'024;

/// Groups that their holder has put away, told in one push, oldest first; the next push tells more.
inline constexpr std::size_t kWithdrawnTold = 1'024;

/// What a phone that is wiped without signal leaves for the office; a push each in boxes. Nobody records that
/// much without contact.
inline constexpr std::size_t kSealedWorkBytes = 256 * 1024 * 1024;

/// What an app calls itself, with its version.
inline constexpr std::size_t kSoftwareNameBytes = 64;

/// Certificates of who a phone's file was before, the latest: each is a mishap of its own, and takes 300
/// bytes.
inline constexpr std::size_t kFormerCertificates = 16;

/// A pull page is closed at the first of these; it may pass the byte bound by one row.
inline constexpr std::size_t kPageRows = 8'192;
inline constexpr std::size_t kPageBytes = 1024 * 1024;

/// A frame's payload after decompression: a push at its bound plus envelope, or a page plus one group.
inline constexpr std::size_t kFrameBytes = 6 * 1024 * 1024;

/// Any counted sequence in a message (bounds-checked against the bytes that are left, too).
inline constexpr std::size_t kSequence = 1'000'000;

/// Versions one delete may claim to have seen: cells of a row times people who edited it.
inline constexpr std::size_t kSeenVersions = 1'024;

/// Columns of a table, rows of the pack's lists: a pack past this is a mistake.
inline constexpr std::size_t kTables = 256;
inline constexpr std::size_t kColumns = 256;
inline constexpr std::size_t kIndexColumns = 8;  ///< Of one index, the first left out.

/// Views of a pack, what one of them asks for, and its SQL: a question that a screen asks, not a program.
inline constexpr std::size_t kViews = 256;
inline constexpr std::size_t kViewParameters = 16;
inline constexpr std::size_t kViewSqlBytes = 16 * 1024;

/// What one search takes and answers with: a name, a door and a building, and what a screen lists.
inline constexpr std::size_t kSearchBytes = 256;
inline constexpr std::size_t kSearchWords = 8;
inline constexpr std::size_t kFound = 100;
/// A text longer than this is no name: what stands after it is not searched.
inline constexpr std::size_t kSearchedBytes = 512;

/// Sheets of the office's brief: more than anybody leafs through in the morning.
inline constexpr std::size_t kBriefSheets = 32;

/// Roles of a pack: with one more for posts of a role that the pack does not know they fit into a word.
inline constexpr std::size_t kRoles = 63;

/// Losing values kept open for one cell. More concurrent writers than this on one cell is not a field
/// situation; the smallest-ordered ones are still in the group log.
inline constexpr std::size_t kLosersPerCell = 64;

/// Slices (assignments) of one actor.
inline constexpr std::size_t kSlices = 64;

/// How far ahead of the office a stamp may be before admission clamps it: network delay and rounding.
inline constexpr std::int64_t kStampLeadMs = 60'000;

/// A place tree deeper than this is a cycle.
inline constexpr int kPlaceDepth = 32;

/// Staged bytes of an unfinished pull; the download pauses at a checkpoint long before.
inline constexpr std::int64_t kStagedBytes = 256LL * 1024 * 1024;

/// Retry: first delay, factor 2, cap, and jitter of half the delay.
inline constexpr std::int64_t kRetryFirstMs = 1'000;
inline constexpr std::int64_t kRetryCapMs = 15 * 60 * 1'000;

}  // namespace doorstep::limits
