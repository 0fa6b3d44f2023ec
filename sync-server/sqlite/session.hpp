#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "folding/folded_tables.hpp"
#include "sql/connection.hpp"
#include "store/store.hpp"

namespace doorstep::server {

/// One connection with its prepared statements: reads in a snapshot, or reads and writes in the one write
/// transaction. Reused from lease to lease.
class SqliteSession final : public WriteTransaction {
 public:
  explicit SqliteSession(sql::Connection connection) : connection_(std::move(connection)) {}

  Status begin(sql::Begin kind);
  /// Ends the snapshot, or rolls an uncommitted transaction back.
  void end();
  sql::Connection& connection() { return connection_; }

  // session_records.cpp
  Result<std::optional<OfficeRecord>> office() override;
  Result<std::optional<PackRecord>> pack(PackVersion version) override;
  Result<std::optional<PackVersion>> newest_pack() override;
  Result<std::optional<ActorRecord>> actor(ActorId actor) override;
  Result<std::optional<ActorRecord>> actor_by_token(const Digest& token_hash) override;
  Result<std::vector<ActorRecord>> actors() override;
  Result<std::optional<InvitationRecord>> invitation(const Digest& code_hash) override;
  Status create_office(const OfficeRecord& office) override;
  Status bump_territory() override;
  Status add_pack(const PackRecord& record, const Pack& pack, const Pack* older) override;
  Status add_actor(const ActorRecord& actor) override;
  Status save_progress(const ActorRecord& actor) override;
  Status save_twin(const ActorRecord& actor) override;
  Status save_tokens(const ActorRecord& actor) override;
  Status save_device_name(ActorId actor, const std::string& name) override;
  Status save_revocation(const ActorRecord& actor) override;
  Status save_key(ActorId actor, const PublicKey& signing_key) override;
  Status save_backed_up(ActorId actor, GroupNumber through) override;
  Result<ActorId> last_actor(std::uint32_t incarnation) override;
  Status add_invitation(const InvitationRecord& invitation) override;
  Status use_invitation(const Digest& code_hash, std::int64_t used_ms, ActorId actor) override;

  // session_rows.cpp
  Result<const RowView*> find_row(const Table& table, const RowId& id) override;
  Status each_row(const Table& table, const RowVisitor& visit) override;
  Result<std::vector<RowId>> referring(const Table& table, const Column& column,
                                       const RowId& target) override;
  Result<std::optional<DeadRow>> dead(const RowKey& key) override;
  Result<std::vector<DeadRow>> dead_rows(TableId table) override;
  Status insert_row(const Table& table, const RowId& id, const std::vector<Value>& values,
                    std::string_view meta) override;
  Status update_row(const Table& table, const RowId& id, const std::vector<std::size_t>& changed,
                    const std::vector<Value>& values, std::string_view meta) override;
  Status erase_row(const Table& table, const RowId& id) override;
  Status put_dead(const DeadRow& row) override;
  Status erase_dead(const RowKey& key) override;

  // session_log.cpp
  Result<std::optional<GroupRecord>> group(ActorId actor, GroupNumber number) override;
  Status each_group(ActorId actor, GroupNumber first, GroupNumber last, bool with_bytes,
                    const GroupVisitor& visit) override;
  Result<std::vector<GroupNumber>> held_groups(ActorId actor) override;
  Result<FeedPosition> feed_head() override;
  Status each_feed(FeedPosition after, FeedPosition through, const FeedVisitor& visit) override;
  Status feed_positions(const std::optional<RowId>& place, FeedPosition after, FeedPosition through,
                        std::size_t limit, std::vector<FeedPosition>& out) override;
  Status each_feed_at(const std::optional<RowId>& place, const FeedVisitor& visit) override;
  Result<std::optional<FeedEntry>> feed_entry(FeedPosition seq) override;
  Result<std::vector<FeedEntry>> feed_of(TableId table, const RowId& row) override;
  Status add_group(const GroupRecord& group) override;
  Result<FeedPosition> append_feed(const FeedEntry& entry) override;
  Status erase_feed(FeedPosition seq) override;
  Result<std::vector<PlaceChange>> place_changes() override;
  Status add_place_change(const PlaceChange& change) override;

  // session_held.cpp
  Result<std::vector<UnappliedGroup>> unapplied_groups(ActorId actor) override;
  Status each_held(const GroupVisitor& visit) override;
  Result<std::optional<GroupRecord>> applied_before(ActorId actor, GroupNumber number) override;
  Result<std::vector<GroupName>> waiting_for(const GroupName& group) override;
  Result<bool> any_waiting() override;
  Result<std::optional<GroupName>> first_ready() override;
  Status decide_group(const GroupRecord& group) override;
  Status set_wait(const GroupName& group, const Awaited& awaited) override;
  Status wake(const GroupName& awaited) override;
  Status wake(const RowKey& awaited) override;

  // session_ledger.cpp
  Result<std::optional<LedgerRecord>> ledger_entry(const RowId& entry) override;
  Result<std::vector<LedgerRecord>> ledger_of(const RowKey& key, bool open_only) override;
  Result<std::vector<LedgerRecord>> ledger(bool open_only) override;
  Status put_ledger(const LedgerRecord& record) override;

  // session_compaction.cpp
  Result<std::vector<FeedEntry>> departed(FeedPosition after, FeedPosition through,
                                          std::size_t limit) override;
  Result<std::vector<RowId>> ledger_closed_before(std::int64_t closed_ms) override;
  Status each_old_group(ActorId actor, std::int64_t received_before_ms,
                        const OldGroupVisitor& visit) override;
  Status erase_ledger(const RowId& entry) override;
  Status set_horizon(FeedPosition horizon) override;
  Status cut_group(const GroupName& group, Stamp admitted) override;

  // session_audit.cpp
  Result<AuditHead> audit_head() override;
  Status each_audit(const AuditVisitor& visit) override;
  Result<std::uint64_t> asked_to_reveal(std::string_view who, std::int64_t since_ms) override;
  Status append_audit(const AuditEntry& entry) override;
  Status redact_reveals(const Table& table, const RowId& row) override;

  // session_erasure.cpp
  Result<std::optional<ErasureRecord>> erasure(const RowKey& key) override;
  Status each_erasure(bool unswept_only, const ErasureVisitor& visit) override;
  Status put_erasure(const ErasureRecord& erasure) override;
  Result<bool> any_erasure();
  Status redact_group(const GroupName& group, std::string_view bytes) override;

  // session.cpp
  Status commit() override;

 private:
  // session_folding.cpp
  Status refresh_folding();
  Status create_folding(const Pack& pack);
  Status settle_folding();
  Result<RowState> read_state(const Table& table, const RowId& id);

  /// The found row of a SELECT of `_meta`, then the pack's columns.
  struct FoundRow final : RowView {
    sql::Statement* statement = nullptr;
    std::size_t first = 0;  ///< Of `_meta` in the SELECT.
    std::size_t columns = 0;
    std::string_view meta() const override;
    void append_values(std::vector<Value>& out) const override;
  };
  struct TableStatements {
    const Table* table = nullptr;
    sql::Statement find;
    sql::Statement insert;
    sql::Statement erase;
    std::map<std::vector<std::size_t>, sql::Statement> updates;
  };

  /// `sql` is a constant with static storage: its address identifies the statement.
  Result<sql::Statement*> prepared(const char* sql);
  TableStatements& statements_of(const Table& table);
  Result<sql::Statement*> update_statement(const Table& table, const std::vector<std::size_t>& changed);

  sql::Connection connection_;
  std::unordered_map<const char*, sql::Statement> prepared_;
  std::unordered_map<std::uint32_t, TableStatements> tables_;
  FoundRow found_;
  std::optional<sql::Transaction> transaction_;
  // Once known in this transaction:
  std::optional<std::uint64_t> head_;  ///< Of the feed.
  std::optional<bool> any_waiting_;
  std::optional<bool> any_erasure_;

  // Of the writer:
  std::shared_ptr<const Pack> folding_pack_;
  FoldedTables folding_{Holder::office};
  std::int64_t folding_as_of_ = -1;  ///< `data_version` of what it was loaded from; -1: to be loaded.
};

/// Resets a statement when a read from it ends.
class ResetAfter {
 public:
  explicit ResetAfter(sql::Statement& statement) : statement_(statement) {}
  ~ResetAfter() { statement_.reset(); }
  ResetAfter(const ResetAfter&) = delete;
  ResetAfter& operator=(const ResetAfter&) = delete;

 private:
  sql::Statement& statement_;
};

}  // namespace doorstep::server
