#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "base/types.hpp"
#include "clock/stamp.hpp"
#include "merge/row.hpp"
#include "schema/pack.hpp"

/// The messages between phone and office (docs/wire.md). Plain values; their bytes are made in codec.hpp.
namespace doorstep::wire {

/// Wire protocol version. History: docs/wire.md.
inline constexpr std::uint8_t kProtocolVersion = 1;

// --- Trust and joining ---------------------------------------------------------------------------------

/// Identity keys before the one in use that a list goes back to.
inline constexpr std::size_t kSuccessions = 16;

/// An identity key that was replaced, and its word for the one that came after it.
struct Succession {
  PublicKey identity{};
  SignatureAlgorithm algorithm = SignatureAlgorithm::ed25519;
  Signature signature{};  ///< Over signed_bytes().
};

/// GET /v1/keys. What phones pin, signed by the office's identity key.
struct KeyList {
  std::uint32_t version = 1;  ///< Counts up; a phone refuses an older list than it has.
  RowId office;
  PublicKey identity{};
  std::vector<std::string> tls_pins;    ///< `sha256//BASE64` of TLS keys: current, next.
  std::vector<PublicKey> sealing_keys;  ///< X25519, for bundles: current, next.
  std::vector<Succession> successions;  ///< Oldest first; the last one's word is for `identity`.
  std::int64_t issued_ms = 0;
  SignatureAlgorithm algorithm = SignatureAlgorithm::ed25519;
  Signature signature{};  ///< Over signed_bytes().
};

/// The office's word that it enrolled a device. The device keeps it: an office that was put back to a backup
/// of before admits the device again by it.
struct Certificate {
  RowId office;
  ActorId actor{};
  RowId person;
  std::string person_name;
  std::string role;
  RowId place;
  std::string device_name;
  PublicKey signing_key{};
  std::int64_t enrolled_ms = 0;
  ActorId origin{};      ///< Of a re-homed device: whose groups those before `first` are. 0: none.
  GroupNumber first{1};  ///< The first group that is this actor's own.
  Digest previous{};     ///< Chain digest of the group before it.
  SignatureAlgorithm algorithm = SignatureAlgorithm::ed25519;
  Signature signature{};  ///< By the identity key, over signed_bytes().
};

/// POST /v1/join
struct JoinRequest {
  std::string code;  ///< One-time, from the invitation.
  std::string device_name;
  PublicKey signing_key{};
  PublicKey sealing_key{};
};
struct JoinResponse {
  RowId office;
  std::string office_name;
  std::uint32_t incarnation = 0;
  ActorId actor{};
  std::string token;  ///< Secret of this device; the office stores only its hash.
  RowId person;
  std::string person_name;
  std::string role;
  PackVersion pack{1};
  Certificate certificate;
};

/// POST /v1/rehome, with the token of the actor whose file this is a copy of: from `first` on the office has
/// other groups under that actor's numbers.
struct RehomeRequest {
  GroupNumber first{1};
  Digest previous{};  ///< Chain digest of the group before.
  std::string device_name;
  PublicKey signing_key{};  ///< A new one.
};

/// POST /v1/readmit: of a device whose token the office does not know.
struct ReadmitRequest {
  Certificate certificate;
  std::vector<Certificate> former;  ///< Of those whom its file was before, the latest first.
  SignatureAlgorithm algorithm = SignatureAlgorithm::ed25519;
  Signature signature{};  ///< By the device's signing key, over signed_bytes(office, actor).
};

// --- Sync: POST /v1/sync --------------------------------------------------------------------------------

/// One grant's position in the feed.
struct SliceCursor {
  RowId slice;  ///< The assignment it comes from.
  FeedPosition position{};
};

/// Between two checkpoints, once it has come to see other places: what it saw at some of them is read again.
struct ShiftCursor {
  FeedPosition seen{};  ///< What was read before is what the places of then showed.
  RowId reading;        ///< Names the places that are being read again; nil: none are.
  FeedPosition position{};
};

struct Cursor {
  std::uint32_t incarnation = 0;
  std::vector<SliceCursor> slices;  ///< In id order. A slice the office grants and this lacks starts at 0.
  std::uint64_t chain = 0;          ///< Running check over the pages received (see chain_page()).
  FeedPosition floor{};             ///< Deletes after it may be new to this device.
  bool whole = false;               ///< The pages up to the checkpoint name everything there is.
  std::optional<ShiftCursor> shift = std::nullopt;
};

/// An office-signed moment: devices carry it in their groups as proof of when they were last in touch.
struct SignedTime {
  std::int64_t ms = 0;
  Signature signature{};  ///< By the identity key over signed_bytes(office, ms).
};

/// Consecutive groups, verbatim. Digests chain: digest(n) = SHA-256(digest(n-1), bytes(n)), so only the one
/// before the first travels; the digest before group 1 is 32 zero bytes.
struct Push {
  GroupNumber first{1};
  HashAlgorithm algorithm = HashAlgorithm::sha256;
  Digest previous{};
  std::vector<std::string> groups;
  /// Own groups that their holder is done with, ascending: put away, or recorded again as others.
  std::vector<GroupNumber> withdrawn;
};

/// Change groups of the office's own that no backup has yet, each sealed under the office's secret
/// (docs/wire.md, "Parcels"): phones carry them for the case that the office is put back, and can neither
/// read nor alter them.
struct Parcels {
  ActorId office{};                  ///< Whose groups: the office's actor of one incarnation.
  GroupNumber backed_up_through{};   ///< Of it: those that a backup has need not be carried any further.
  GroupNumber through{};             ///< Up to here the device has been given those that it is to carry.
  std::vector<GroupNumber> numbers;  ///< Ascending. Of `sealed`, one each; alone, what is there or is wanted.
  std::vector<std::string> sealed;
};

/// POST /v1/parcels, both ways. A device says which parcels it has of offices before this one; is told which
/// of them the office would like to have; and brings those. Needs no token: a parcel proves itself.
struct HandOver {
  std::vector<Parcels> offices;
};

/// A part of the rows on a phone: those whose id (its last four bytes, big-endian) leaves `number` when
/// divided by `of`.
struct Bucket {
  std::uint32_t number = 0;
  std::uint32_t of = 1;  ///< A power of two.
};

/// What the canonical rows of a bucket sum up to, within the device's scope and in its pack's layout.
struct Checksum {
  Bucket bucket;
  std::uint64_t rows = 0;
  std::uint64_t sum = 0;
};

struct SyncRequest {
  ActorId actor{};
  std::string app;            ///< Which app, and its version, in its own words; for people.
  std::string engine;         ///< Version of the engine.
  std::uint64_t waiting = 0;  ///< Own groups that the office has yet to be brought after this request.
  PackVersion pack{1};
  std::optional<Push> push;
  bool pull = true;
  Cursor cursor;
  GroupNumber included_through{};  ///< Last own group that this device's canonical state includes.
  std::vector<GroupNumber> held;   ///< Own groups it has no better verdict of than `held`: ascending.
  std::optional<Bucket> check;     ///< The part whose checksum it would like to have.
  bool repair = false;             ///< That part is not right here: its rows, please.
  GroupNumber carried{};           ///< `Parcels::through` of the office of the cursor's incarnation.
};

/// The office has revoked the device: it brings what it still has to bring, empties its file, says so
/// (WipeReport), and deletes it.
struct WipeOrder {
  std::int64_t asked_ms = 0;
  SignatureAlgorithm algorithm = SignatureAlgorithm::ed25519;
  Signature signature{};  ///< By the identity key, over signed_bytes(office, actor, order).
};

/// POST /v1/wiped, both ways. The device's file is empty; everything up to `through` had been handed over.
struct WipeReport {
  ActorId actor{};
  GroupNumber through{};
};

/// POST /v1/reveal: the plain value of one cell whose column is hidden from the asking person, please.
struct RevealRequest {
  RowKey key;
  ColumnId column{};
  std::string reason;
};

struct Revealed {
  Value value;
};

enum class VerdictKind : std::uint8_t {
  effective = 1,  ///< Applied as it was written.
  merged = 2,     ///< Applied, and met other people's work.
  in_review = 3,  ///< Applied, and left a question for the office.
  held = 4,       ///< Kept by the office unapplied, with a reason and an owner.
  returned = 5,   ///< The office will not take it: its holder may copy the content into a new attempt.
  replaced = 6,   ///< The office applied an edited form of it as its own group.
};

/// Whether a group with this verdict is part of the office's rows.
constexpr bool is_applied(VerdictKind kind) { return raw(kind) <= raw(VerdictKind::in_review); }

/// Why a group is held. Stable numbers; `sentences()` has the words.
enum class HoldReason : std::uint8_t {
  none = 0,
  outside_scope = 1,
  office_only = 2,
  unknown_row = 3,
  invalid = 4,  ///< Fails the pack's checks.
  undecodable = 5,
  depends_on_held = 6,
  append_only = 7,
  future_birth = 8,
  future_round = 9,
  wrong_key = 10,  ///< Natural key and id do not agree.
  unknown_pack = 11,
  not_authorised = 12,    ///< No assignment when it was recorded.
  missing_base = 13,      ///< Names a version whose group has not reached the office.
  illegal_move = 14,      ///< A workflow does not go from the state that was read to the one written.
  may_not_decide = 15,    ///< Opens a round, which is for those who decide.
  too_large = 16,         ///< A note that would pass its bounds.
  deleted_long_ago = 17,  ///< Writes a row of which the office keeps only that it was deleted.
  read_long_ago = 18,     ///< A move from, or a decision about, a version the office no longer has.
  ring_of_same = 20,      ///< Declares the same, once more, what its writer had declared the other way round.
  not_permitted = 21,     ///< Her posts do not include it: a table, a verb, or a column.
  device_lost = 22        ///< Recorded on a device after it was lost: perhaps by somebody else.
};

/// Verdicts of `count` consecutive groups from `first` on, all alike.
struct Verdict {
  GroupNumber first{1};
  std::uint32_t count = 1;
  VerdictKind kind = VerdictKind::effective;
  HoldReason reason = HoldReason::none;
  std::string detail;  ///< For held: which row and column, in words. For returned: the office's note.
  std::optional<Stamp> admitted;  ///< When the office clamped the stamp (then count is 1).
};

enum class PushResult : std::uint8_t {
  none = 0,  ///< Nothing was pushed.
  accepted = 1,
  gap = 2,    ///< Groups before `first` are missing: send again from `admitted_through` + 1.
  forked = 3  ///< The same numbers exist with other contents: this file is a copy or was put back.
};

/// Rows of one table, column by column on the wire. `values` is row-major: ids.size() * columns.size().
struct RowSection {
  TableId table{};
  std::vector<ColumnId> columns;
  std::vector<RowId> ids;
  std::vector<Value> values;
  std::vector<std::string> metas;  ///< Encoded `_meta` (row_meta.hpp), one a row.
};

enum class GoneReason : std::uint8_t { deleted = 1, left_scope = 2 };

struct GoneRow {
  RowKey key;
  Birth birth{};
  GoneReason reason = GoneReason::deleted;
};

/// A row that stands exactly as this device's own insert wrote it: the device has the values.
struct OwnRow {
  GroupNumber group{};
  std::uint32_t op = 0;
};

/// One entry of the conflict ledger.
struct LedgerItem {
  RowId entry;
  bool open = true;
  RowKey key;
  Birth birth{};
  ColumnId column{};
  LoserKind kind = LoserKind::concurrent;
  Version version;     ///< Of the losing value.
  Value value;         ///< The losing value.
  std::string person;  ///< Who wrote it.
  std::vector<VersionName> bases;
  Value base_value;  ///< What both had started from; null when there was nothing.
};

struct Page {
  std::vector<RowSection> sections;
  std::vector<GoneRow> gone;
  std::vector<OwnRow> own;
  std::vector<LedgerItem> ledger;
  std::uint64_t erased = 0;  ///< How many of its rows were erased: what they had held is to leave the disk.
};

struct SyncResponse {
  SignedTime time;
  PushResult push = PushResult::none;
  GroupNumber admitted_through{};  ///< Last group of this actor that the office has.
  std::vector<Verdict> verdicts;   ///< Of groups asked for in `held`, where it changed; then of those pushed.
  std::optional<Page> page;
  Cursor next;                       ///< The cursor after this page.
  bool checkpoint = false;           ///< The page reaches the end of the feed: install everything staged.
  GroupNumber included_through{};    ///< At a checkpoint: own groups up to here are in the state.
  PackVersion pack{1};               ///< The newest pack; fetch it when it is not the one you have.
  std::uint32_t keys_version = 1;    ///< The newest key list, likewise.
  GroupNumber backed_up_through{};   ///< Own groups that a backup of the office has.
  std::optional<Checksum> checksum;  ///< At a checkpoint: of the part that was asked for.
  bool repaired = false;             ///< The page names every row of that part.
  std::optional<Parcels> parcels;    ///< When there is something new about them.
  std::string token;                 ///< A new one, to be used from now on; empty: none.
  std::optional<WipeOrder> wipe;     ///< Of a revoked device; there is no page then.
  /// With a page: of the holder's posts that are not over, those of days to come too, each role once.
  std::vector<std::string> roles;
};

/// Body of every refusal, as JSON, with an HTTP status of 400 or more.
struct ErrorMessage {
  Error error;
};

}  // namespace doorstep::wire
