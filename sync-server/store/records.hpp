#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/crypto.hpp"
#include "base/types.hpp"
#include "clock/stamp.hpp"
#include "wire/messages.hpp"

/// What an office's store keeps besides the pack's own rows. Plain values, no database in them.
namespace doorstep::server {

struct OfficeRecord {
  RowId office;
  std::string name;
  std::uint32_t incarnation = 0;
  std::int64_t created_ms = 0;
  /// Counts transactions that changed the place tree or the assignments: caches of them compare it.
  std::uint64_t territory_version = 0;
  /// Feed entries of rows that are gone or left are collected up to here.
  FeedPosition horizon{};
};

struct PackRecord {
  PackVersion version{1};
  std::string name;
  std::string frame;   ///< wire::to_frame of the pack, as phones fetch it.
  std::string source;  ///< Where it was loaded from, for people.
};

/// One enrolled device, or the office itself (no person, no token).
struct ActorRecord {
  ActorId actor{};
  RowId person;
  std::string device_name;
  Digest token_hash{};
  PublicKey signing_key{};
  PublicKey sealing_key{};
  std::int64_t enrolled_ms = 0;
  std::int64_t last_seen_ms = 0;
  GroupNumber admitted_through{};
  Digest digest{};     ///< Chain digest of group `admitted_through`.
  Stamp last_stamp;    ///< The largest stamp admitted from this actor.
  PackVersion pack{};  ///< The pack it last spoke of.
  std::string role;    ///< Of its invitation, as is the place.
  RowId place;
  ActorId origin{};                 ///< Of a re-homed device: who its file was before. 0: nobody.
  GroupNumber left_at{1};           ///< The first number of the file that is not the origin's any more.
  ActorId twin{};                   ///< Whose the groups from there up to `first` are. 0: there are none.
  GroupNumber first{1};             ///< The first group that is its own.
  Digest previous{};                ///< Chain digest of the group before it.
  GroupNumber backed_up_through{};  ///< Own groups that a backup has.
  FeedPosition floor{};             ///< Of the last cursor it sent: it may lack deletes after that.
  /// When, and with how much of the feed there, it last said that it holds what its holder's posts give her
  /// and nothing else. 0: never.
  std::int64_t confirmed_ms = 0;
  FeedPosition confirmed_at{};

  // What it told last, and where it stands.
  std::string app;
  std::string engine;
  std::uint64_t waiting = 0;  ///< Own groups that it had yet to bring.
  FeedPosition checkpoint{};  ///< The feed's head at the last checkpoint it was sent.
  std::int64_t checkpoint_ms = 0;

  Digest next_token_hash{};   ///< Of the token that it was offered; as good as the one it has.
  std::int64_t token_ms = 0;  ///< Since when it has its token.

  // What became of it.
  std::int64_t revoked_ms = 0;          ///< 0: it was not.
  std::string revoke_reason;            ///< In the office's words.
  std::optional<std::int64_t> lost_ms;  ///< What it recorded from then on is held.
  std::int64_t wiped_ms = 0;            ///< When it said that its file is empty.

  bool is_revoked() const { return revoked_ms != 0; }
  /// Whether a revoked device has brought everything.
  bool has_handed_over() const {
    return wiped_ms != 0 || (is_revoked() && last_seen_ms >= revoked_ms && waiting == 0);
  }
};

struct InvitationRecord {
  Digest code_hash{};
  RowId person;
  std::string role;
  RowId place;
  std::int64_t expires_ms = 0;
  std::optional<std::int64_t> used_ms;
  ActorId actor{};  ///< Whom it enrolled.
};

/// Which change group.
struct GroupName {
  ActorId actor{};
  GroupNumber number{};
  friend bool operator==(const GroupName& a, const GroupName& b) {
    return a.actor == b.actor && a.number == b.number;
  }
  friend bool operator<(const GroupName& a, const GroupName& b) {
    return std::tie(a.actor, a.number) < std::tie(b.actor, b.number);
  }
};

/// What a copy of an office's file holds of its devices: the last group of each.
struct CopiedOffice {
  RowId office;
  std::uint32_t incarnation = 0;
  std::vector<GroupName> admitted;
};

/// What a held group waits for: when that has come, the group is tried again by itself.
struct Awaited {
  std::optional<GroupName> group;  ///< Until it is no longer held, or has come at all.
  std::optional<RowKey> row;       ///< Until somebody changes it.
};

/// How a group came by a verdict that is not its first.
struct Ruling {
  std::int64_t decided_ms = 0;
  std::string by;             ///< In the office's words; empty when it followed by itself.
  std::string note;           ///< For the holder.
  GroupNumber replaced_by{};  ///< The office's group with the edited content.
};

/// A change group as it was admitted: verdict memory, and the history that `why` walks.
struct GroupRecord {
  ActorId actor{};
  GroupNumber number{};
  Digest digest{};
  std::int64_t received_ms = 0;
  wire::VerdictKind verdict = wire::VerdictKind::effective;
  wire::HoldReason reason = wire::HoldReason::none;
  std::string detail;
  std::optional<Stamp> admitted;  ///< When it differs from the claimed one.
  std::string bytes;              ///< Verbatim; empty once the history was cut (only of applied groups).
  bool redacted = false;          ///< Erased values were taken out of `bytes`; the digest is of before.
  std::optional<Ruling> decision;

  /// Of a record that was read with its bytes: whether they are not kept any more.
  bool is_cut() const { return bytes.empty() && wire::is_applied(verdict); }
};

/// A group of an actor that is not part of the rows.
struct UnappliedGroup {
  GroupNumber number{};
  wire::VerdictKind verdict = wire::VerdictKind::held;
};

/// A row that was deleted. Its values stay, so that a concurrent edit can revive it, until every device has
/// heard of the delete; then only the birth stays.
struct DeadRow {
  RowKey key;
  Birth birth{};
  std::string state;  ///< wire::encode_row; empty once it is forgotten.
};

enum class ErasureCause : std::uint8_t {
  request = 1,   ///< Somebody asked for it.
  retention = 2  ///< The time that the pack gives the row was over.
};

/// A row of which nothing personal is kept, nor taken on again (docs/erasure.md).
struct ErasureRecord {
  RowKey key;
  Birth birth{1};  ///< This one and those before; who registers the row anew begins the next.
  std::int64_t at_ms = 0;
  ErasureCause cause = ErasureCause::request;
  std::string by;      ///< Of a request: who at the office did it.
  std::string reason;  ///< In the office's words; of a retention the pack's rule.
  bool swept = false;  ///< Also the history and the file hold nothing of it any more.
};

/// What a database takes on its disk.
struct StoreSize {
  std::uint64_t bytes = 0;
  std::uint64_t free_bytes = 0;  ///< Of them: room for what comes.
};

/// The feed's pseudo table: entries whose `row` is a ledger entry.
inline constexpr TableId kLedgerTable{0};

enum class FeedKind : std::uint8_t {
  row = 1,   ///< The row stands at the place.
  gone = 2,  ///< It was deleted there.
  left = 3,  ///< It stands elsewhere now.
};

/// One entry per (table, row, place): a change moves the entry to the feed's end.
struct FeedEntry {
  FeedPosition seq{};
  TableId table{};
  RowId row;
  std::optional<RowId> place;  ///< None: only its author receives it.
  ActorId author{};
  FeedKind kind = FeedKind::row;
};

/// A place came to lie directly beneath another one, or no longer does.
struct PlaceChange {
  FeedPosition at{};  ///< The feed's head with it.
  RowId place;
  RowId above;
  bool added = false;
};

struct LedgerRecord {
  wire::LedgerItem item;
  Value shown_value;         ///< What stood against it when it was opened, or last before it was closed.
  std::string shown_person;  ///< Who wrote that.
  std::int64_t opened_ms = 0;
  std::optional<std::int64_t> closed_ms;
  std::string closed_by;  ///< Whose group closed it.
  bool decided = false;   ///< By a decision, not by a later write.
  Value decision;         ///< What has shown since.
};

}  // namespace doorstep::server
