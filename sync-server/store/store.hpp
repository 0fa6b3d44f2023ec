#pragma once

#include <doorstep/error.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/pack.hpp"
#include "store/audit.hpp"
#include "store/records.hpp"

/// What the pipeline asks of a database: one office's rows, groups, feed and ledger, never SQL. Tables are
/// named by the pack's Table; a Table passed once must outlive the Store.
namespace doorstep::server {

/// A row that was found. Valid until the next call on its snapshot.
class RowView {
 public:
  virtual ~RowView() = default;
  virtual std::string_view meta() const = 0;
  /// Appends the values in `table.columns` order.
  virtual void append_values(std::vector<Value>& out) const = 0;
};

/// Visitors return false to stop.
using RowVisitor = std::function<bool(const RowId& id, const RowView& row)>;
using FeedVisitor = std::function<bool(const FeedEntry& entry)>;
using GroupVisitor = std::function<bool(const GroupRecord& group)>;
using ErasureVisitor = std::function<bool(const ErasureRecord& erasure)>;
using OldGroupVisitor = std::function<bool(const GroupName& group, std::uint64_t bytes)>;

/// One consistent view of the office. Used by one thread at a time. Never waits for writers.
class ReadSnapshot {
 public:
  virtual ~ReadSnapshot() = default;

  /// None before create_office().
  virtual Result<std::optional<OfficeRecord>> office() = 0;
  virtual Result<std::optional<PackRecord>> pack(PackVersion version) = 0;
  virtual Result<std::optional<PackVersion>> newest_pack() = 0;

  virtual Result<std::optional<ActorRecord>> actor(ActorId actor) = 0;
  /// By the token it has or by the one it was offered.
  virtual Result<std::optional<ActorRecord>> actor_by_token(const Digest& token_hash) = 0;
  virtual Result<std::vector<ActorRecord>> actors() = 0;
  virtual Result<std::optional<InvitationRecord>> invitation(const Digest& code_hash) = 0;

  /// nullptr when the row is not alive.
  virtual Result<const RowView*> find_row(const Table& table, const RowId& id) = 0;
  /// In id order.
  virtual Status each_row(const Table& table, const RowVisitor& visit) = 0;
  /// Alive rows whose `column` refers to `target`.
  virtual Result<std::vector<RowId>> referring(const Table& table, const Column& column,
                                               const RowId& target) = 0;
  virtual Result<std::optional<DeadRow>> dead(const RowKey& key) = 0;
  virtual Result<std::vector<DeadRow>> dead_rows(TableId table) = 0;

  virtual Result<std::optional<GroupRecord>> group(ActorId actor, GroupNumber number) = 0;
  /// Groups `first` to `last` in number order; `with_bytes` false leaves `bytes` empty.
  virtual Status each_group(ActorId actor, GroupNumber first, GroupNumber last, bool with_bytes,
                            const GroupVisitor& visit) = 0;
  virtual Result<std::vector<GroupNumber>> held_groups(ActorId actor) = 0;
  /// Held, returned and replaced ones, in number order.
  virtual Result<std::vector<UnappliedGroup>> unapplied_groups(ActorId actor) = 0;
  /// Every held group, with its bytes, in order of admission.
  virtual Status each_held(const GroupVisitor& visit) = 0;
  /// The last one of the actor before `number` that is part of the rows.
  virtual Result<std::optional<GroupRecord>> applied_before(ActorId actor, GroupNumber number) = 0;

  /// Held groups that wait for `group`, in order of admission.
  virtual Result<std::vector<GroupName>> waiting_for(const GroupName& group) = 0;
  virtual Result<bool> any_waiting() = 0;
  /// The first held group, in order of admission, whose wait is over.
  virtual Result<std::optional<GroupName>> first_ready() = 0;

  /// The last position; 0 when nothing was ever written. Never falls.
  virtual Result<FeedPosition> feed_head() = 0;
  /// Entries after `after` up to and with `through`, in order.
  virtual Status each_feed(FeedPosition after, FeedPosition through, const FeedVisitor& visit) = 0;
  /// Positions of a place's entries (none: entries without a place) after `after` up to and with `through`,
  /// in order, at most `limit`, appended to `out`.
  virtual Status feed_positions(const std::optional<RowId>& place, FeedPosition after, FeedPosition through,
                                std::size_t limit, std::vector<FeedPosition>& out) = 0;
  /// Every entry of a place (none: those without a place).
  virtual Status each_feed_at(const std::optional<RowId>& place, const FeedVisitor& visit) = 0;
  virtual Result<std::optional<FeedEntry>> feed_entry(FeedPosition seq) = 0;
  virtual Result<std::vector<FeedEntry>> feed_of(TableId table, const RowId& row) = 0;

  /// In order.
  virtual Result<std::vector<PlaceChange>> place_changes() = 0;

  virtual Result<std::optional<LedgerRecord>> ledger_entry(const RowId& entry) = 0;
  virtual Result<std::vector<LedgerRecord>> ledger_of(const RowKey& key, bool open_only) = 0;
  /// In order of opening.
  virtual Result<std::vector<LedgerRecord>> ledger(bool open_only) = 0;

  virtual Result<AuditHead> audit_head() = 0;
  /// In order.
  virtual Status each_audit(const AuditVisitor& visit) = 0;
  /// How often this person has asked for hidden values after `since_ms`, in vain or not.
  virtual Result<std::uint64_t> asked_to_reveal(std::string_view who, std::int64_t since_ms) = 0;
  virtual Result<std::optional<ErasureRecord>> erasure(const RowKey& key) = 0;
  /// In order of time; `unswept_only` leaves out those that are done with.
  virtual Status each_erasure(bool unswept_only, const ErasureVisitor& visit) = 0;

  // What compaction looks for:
  /// Entries of kind gone and left after `after` up to and with `through`, in order, at most `limit`.
  virtual Result<std::vector<FeedEntry>> departed(FeedPosition after, FeedPosition through,
                                                  std::size_t limit) = 0;
  /// Entries that were closed before, in order of closing.
  virtual Result<std::vector<RowId>> ledger_closed_before(std::int64_t closed_ms) = 0;
  /// Applied groups of the actor that were received before and still have their bytes, in number order.
  virtual Status each_old_group(ActorId actor, std::int64_t received_before_ms,
                                const OldGroupVisitor& visit) = 0;
};

/// The one writer. Sees its own writes. Without commit() it is as if it had never been.
class WriteTransaction : public ReadSnapshot {
 public:
  virtual Status create_office(const OfficeRecord& office) = 0;
  virtual Status bump_territory() = 0;
  /// Keeps the pack and brings the tables from `older` (nullptr: there are none) to it, every row with them.
  virtual Status add_pack(const PackRecord& record, const Pack& pack, const Pack* older) = 0;

  virtual Status add_actor(const ActorRecord& actor) = 0;
  /// Saves what exchanges change: last seen, admitted through, digest, last stamp, pack, floor, confirmed,
  /// and what the device told.
  virtual Status save_progress(const ActorRecord& actor) = 0;
  /// Saves twin, first, previous, and what save_progress() does.
  virtual Status save_twin(const ActorRecord& actor) = 0;
  /// Saves both hashes and since when.
  virtual Status save_tokens(const ActorRecord& actor) = 0;
  virtual Status save_device_name(ActorId actor, const std::string& name) = 0;
  /// Saves revocation, loss and wipe.
  virtual Status save_revocation(const ActorRecord& actor) = 0;
  virtual Status save_key(ActorId actor, const PublicKey& signing_key) = 0;
  virtual Status save_backed_up(ActorId actor, GroupNumber through) = 0;
  /// The largest actor id of this incarnation.
  virtual Result<ActorId> last_actor(std::uint32_t incarnation) = 0;
  virtual Status add_invitation(const InvitationRecord& invitation) = 0;
  virtual Status use_invitation(const Digest& code_hash, std::int64_t used_ms, ActorId actor) = 0;

  virtual Status insert_row(const Table& table, const RowId& id, const std::vector<Value>& values,
                            std::string_view meta) = 0;
  /// Writes `meta` and the values at `changed` (positions in `table.columns`, ascending) of a row that is
  /// alive.
  virtual Status update_row(const Table& table, const RowId& id, const std::vector<std::size_t>& changed,
                            const std::vector<Value>& values, std::string_view meta) = 0;
  virtual Status erase_row(const Table& table, const RowId& id) = 0;
  virtual Status put_dead(const DeadRow& row) = 0;
  virtual Status erase_dead(const RowKey& key) = 0;

  virtual Status add_group(const GroupRecord& group) = 0;
  /// Saves verdict, reason, detail, admitted stamp and decision of a group that is there.
  virtual Status decide_group(const GroupRecord& group) = 0;
  /// Replaces what the group waits for; nothing in `awaited` means that it waits for people.
  virtual Status set_wait(const GroupName& group, const Awaited& awaited) = 0;
  /// Ends the waits for it.
  virtual Status wake(const GroupName& awaited) = 0;
  virtual Status wake(const RowKey& awaited) = 0;

  /// Appends under the next position and returns it; `entry.seq`, when not 0, is the position it leaves.
  virtual Result<FeedPosition> append_feed(const FeedEntry& entry) = 0;
  /// Never of the entry at the head, unless the transaction also appends: positions are not given twice.
  virtual Status erase_feed(FeedPosition seq) = 0;

  virtual Status put_ledger(const LedgerRecord& record) = 0;
  virtual Status erase_ledger(const RowId& entry) = 0;

  virtual Status add_place_change(const PlaceChange& change) = 0;

  /// Replaces one of the same row.
  virtual Status put_erasure(const ErasureRecord& erasure) = 0;
  /// Saves bytes from which erased values were taken; what was said in words about the group goes, too.
  virtual Status redact_group(const GroupName& group, std::string_view bytes) = 0;

  /// Up to where entries of kind gone and left may be missing from now on, and changes of places are. Never
  /// falls.
  virtual Status set_horizon(FeedPosition horizon) = 0;
  /// Drops the bytes of an applied group for good; what is remembered of it then names `admitted` as stamp.
  virtual Status cut_group(const GroupName& group, Stamp admitted) = 0;

  /// The next entry, whole. The store refuses any other number, and whoever would change or take away one.
  virtual Status append_audit(const AuditEntry& entry) = 0;
  /// Empties the texts of the entries that say why somebody asked for hidden values of a row.
  virtual Status redact_reveals(const Table& table, const RowId& row) = 0;

  /// Durable when it returns. On an Error nothing of the transaction is left.
  virtual Status commit() = 0;
};

/// A session on loan; given back when it goes.
template <typename Session>
using Lease = std::unique_ptr<Session, std::function<void(Session*)>>;

/// One office's database. Thread-safe; several processes may open the same one. Leases go before it does.
class Store {
 public:
  virtual ~Store() = default;
  /// Waits for other writers of this process, and a bounded time for other processes (storage_busy). The
  /// lease ends on the thread that took it.
  virtual Result<Lease<WriteTransaction>> begin() = 0;
  virtual Result<Lease<ReadSnapshot>> snapshot() = 0;
  /// The database's own check of its file; empty when it is sound.
  virtual Result<std::vector<std::string>> check_integrity() = 0;
  virtual Result<StoreSize> size() = 0;
  /// Writes the file afresh, so that nothing that was deleted or overwritten is left in it or in its log.
  /// False when a reader was in the way: then the log still holds some.
  virtual Result<bool> scrub() = 0;
  /// Gives at most `bytes` of free room back to the file system; false when there was none.
  virtual Result<bool> shrink(std::uint64_t bytes) = 0;
};

}  // namespace doorstep::server
