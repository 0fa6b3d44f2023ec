#pragma once

#include <cstdint>
#include <optional>
#include <string>

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
  std::string bytes;              ///< Verbatim.
};

/// A row that was deleted. Its values stay, so that a concurrent edit can revive it.
struct DeadRow {
  RowKey key;
  Birth birth{};
  std::string state;  ///< wire::encode_row
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

struct LedgerRecord {
  wire::LedgerItem item;
  Value shown_value;         ///< What stood against it when it was opened or closed.
  std::string shown_person;  ///< Who wrote that.
  std::int64_t opened_ms = 0;
  std::optional<std::int64_t> closed_ms;
  std::string closed_by;  ///< Whose group closed it.
  bool decided = false;   ///< By a decision, not by a later write.
};

}  // namespace doorstep::server
