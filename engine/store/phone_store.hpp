#pragma once

#include <atomic>
#include <doorstep/engine.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "clock/hybrid_clock.hpp"
#include "folding/folded_tables.hpp"
#include "merge/lineage.hpp"
#include "merge/row.hpp"
#include "ports/clock.hpp"
#include "ports/entropy.hpp"
#include "schema/pack.hpp"
#include "schema/rights.hpp"
#include "sql/connection.hpp"
#include "store/capture.hpp"
#include "store/pending.hpp"
#include "store/phone_state.hpp"
#include "store/sync_store.hpp"

namespace doorstep {

/// A row as a draft read it.
struct Draft::Content {
  const Table* table = nullptr;
  std::shared_ptr<const Pack> pack;  ///< Keeps `table` alive.
  RowKey key;
  RowState state;    ///< As shown when it was read: values and versions.
  ActorId reader{};  ///< Who this phone was then.
  std::map<ColumnId, Value> changes;
};

/// All cells of a column of a table, as the wire names them.
struct ColumnKey {
  TableId table{};
  ColumnId column{};
};

/// The phone's file: synced tables that show canonical rows under held and pending work, the outbox, the
/// staging area, the ledger (docs/store.md). One writer connection with the capture hook, one reader.
/// Thread-safe; writers wait for one another. Several processes may share the file: what the other wrote is
/// noticed at the start of the next transaction.
class PhoneStore final : public SyncStore {
 public:
  static Result<std::unique_ptr<PhoneStore>> open(const Options& options);
  ~PhoneStore() override;

  // --- Recording (capture.cpp finds the changes, recording.cpp makes the group) ---
  Status write(const std::function<Status()>& work);
  Result<RowId> add(std::string_view table, const std::vector<NamedValue>& values);
  Status edit(std::string_view table, const RowId& id, const std::vector<NamedValue>& values);
  Status save(const Draft::Content& draft);
  Status remove(std::string_view table, const RowId& id);
  Status decide(std::string_view entry, const Decision& decision);
  Result<RowId> same(std::string_view table, const RowId& row, const RowId& other, std::string_view note);
  Status undo_same(std::string_view table, const RowId& row);
  Result<std::int64_t> execute(std::string_view sql, const std::vector<Value>& parameters);
  Result<ResultSet> query_in_transaction(std::string_view sql, const std::vector<Value>& parameters);

  // --- Reading ---
  Result<ResultSet> query(std::string_view sql, const std::vector<Value>& parameters);
  /// As Engine::view, Engine::catalogue and Engine::find (views.cpp).
  Result<ResultSet> view(std::string_view name, const std::vector<NamedValue>& parameters);
  Result<std::string> catalogue();
  Result<std::string> sql_of_view(std::string_view name);
  Result<std::vector<Found>> find(std::string_view text, std::size_t limit);

  /// As Engine::rekey.
  Status rekey(const std::string& key);
  Result<Draft> draft(std::string_view table, const RowId& id);
  Result<RowId> resolve(std::string_view table, std::string_view text);
  Result<std::set<std::string>> tables_read_by(std::string_view sql);
  Result<ColumnKey> find_cells(std::string_view table, std::string_view column);

  // --- Telling ---
  PhoneStatus status();
  Result<RecordReport> record(std::string_view table, const RowId& id);
  Result<std::vector<Conflict>> conflicts();
  Result<Why> why(std::string_view table, const RowId& id, std::string_view column);
  Result<Folded> folded(std::string_view table, const RowId& id);

  // --- Groups that the office keeps or has returned ---
  Result<std::vector<HeldGroup>> held();
  Result<std::vector<HeldCell>> content(GroupNumber group);
  Status retry(GroupNumber group);
  Status dismiss(GroupNumber group);

  // --- Exchange ---
  Result<wire::SyncRequest> next_request() override;
  Status accept(const wire::SyncResponse& response, std::string_view frame, std::int64_t sent_at_ms,
                SyncReport& report) override;
  bool has_unsent() override;
  bool differs() override;
  Result<std::optional<wire::RehomeRequest>> rehome_request() override;
  Status rehome(const wire::JoinResponse& answer, SyncReport& report) override;
  Result<std::optional<wire::HandOver>> hand_over_request(bool of_all_offices) override;
  Result<std::optional<wire::HandOver>> take_hand_over(const wire::HandOver& answer) override;
  WipeStage wipe_stage() override;
  Result<wire::WipeReport> empty() override;
  Status destroy() override;
  /// As Engine::wipe.
  Status wipe();
  PackVersion pack_version() override;
  /// Brings the file to a newer pack (migration.cpp); an older one, or the same again, changes nothing. Forms
  /// that are open stay good. Errors: `pack_invalid` when it does not follow from the one here, `storage_*`.
  Status install_pack(const Pack& pack) override;
  Status install_identity(const std::function<void(PhoneState&)>& change);
  PhoneState phone();

  /// Called after each commit, outside the lock, with the names of the tables that changed.
  void on_commit(std::function<void(const std::set<std::string>&)> listener) {
    listener_ = std::move(listener);
  }

  /// Canonical rows of a table as the office decided them, whatever lies above: for comparing with the
  /// office.
  Result<std::vector<std::pair<RowId, RowState>>> canonical_rows(const Table& table);
  std::shared_ptr<const Pack> pack();

 private:
  struct DraftCell {
    CellWrite write;
    Value shown;  ///< What the table shows once it is written.
  };
  /// An op that a draft asks for, beyond what the table rows show.
  struct DraftOp {
    Birth birth{};
    std::map<ColumnId, DraftCell> cells;
    std::vector<VersionName> seen;
  };
  struct OpenEntry {
    const Table* table = nullptr;
    RowKey key;
    RowState state;
    Loser loser;
  };
  struct UserStatement {
    sql::Statement statement;
    bool savepoint = false;
  };
  using UserStatements = std::unordered_map<std::string, UserStatement>;
  /// SQL on one synced table.
  struct TableSql {
    std::string select;  ///< Columns and `_meta` of ?1.
    std::string insert;  ///< id, columns.
    std::string upsert;  ///< id, columns, `_meta`.
    std::string erase;
    std::string set_meta;
    std::string set_first_meta;  ///< Of a row that has none.
  };

  explicit PhoneStore(const Options& options) : options_(options) {}

  // phone_store.cpp
  Status open_connections();
  Status open_writer();
  Status open_reader();
  Status unlock_file();
  Status encrypt(const std::string& key);
  Status refresh();
  Status reload();
  void take_pack(std::shared_ptr<const Pack> pack);
  enum class Access : std::uint8_t { read, write };
  Status begin(Access access);
  void rollback();
  Status commit();
  Status still_open();
  /// Runs `work` between begin and commit, on fresh state. When it fails or throws, nothing of it is left,
  /// and what it changed in memory is read again.
  template <typename Work>
  Status transact(const Work& work);
  /// Runs `work` on one consistent state and changes nothing.
  template <typename Work>
  auto inspect(const Work& work) -> decltype(work());
  Result<const Table*> find_table(std::string_view name) const;
  Result<UserStatement*> user_statement(std::string_view sql, const std::vector<Value>& parameters);
  Result<sql::CachedStatement> read_statement(std::string_view sql);
  Result<ResultSet> run_query(sql::Statement& statement, const std::vector<Value>& parameters);
  OfficeTime now() const;

  // migration.cpp
  Status migrate(const Pack& pack);
  void keep_pack(std::shared_ptr<const Pack> pack);
  Status migrate_table(const Table* before, const Table& after);
  Status check_free(const Table& table);
  Status forget_unread(const Table& before, const Table& after);
  Status widen_ledger(const Table& before, const Table& after);

  // rehoming.cpp
  Status load_lineage();
  Result<Group> read_group(std::string_view bytes) const;
  bool is_own(const VersionName& name) const;
  Status become(const wire::JoinResponse& answer);

  // recording.cpp
  Status record_group();
  Status reread_touched();
  Result<std::optional<Op>> op_of(TouchedRow& row);
  Result<Op> insert_op(TouchedRow& row, const RowState& before);
  Result<Op> update_op(const TouchedRow& row, const RowState& before);
  Status make_canonical(TouchedRow& row);
  std::vector<GroupNumber> depends_of(const Group& group) const;
  Status check_write(const TouchedRow& row);
  Status check_columns(const Op& op) const;
  std::optional<RoleSet> roles_of_posts() const;
  Status check_rights(const Op& op) const;
  Status restore_meta(const TouchedRow& row);
  Status keep_retired(TouchedRow& row);
  Status keep_under(const TouchedRow& row);

  // rows.cpp
  const TableSql& sql_of(const Table& table);
  Result<std::optional<RowState>> read_row(const Table& table, const RowId& id);
  Result<RowState> state_before(const TouchedRow& row);
  Result<RowState> shown_state(const Table& table, const RowId& id);
  Status add_known_losers(const RowKey& key, RowState& state);
  Result<bool> lives(const RowKey& key, const RowState& state);
  Result<std::shared_ptr<const Group>> group(GroupNumber number);
  enum class Overlay : std::uint8_t { all, without_held_edits };
  Status overlay_pending(const Table& table, const RowKey& key, RowState& state, Overlay which);
  Result<std::optional<RowState>> under(const RowKey& key);
  Result<std::optional<RowState>> sound_under(const RowKey& key);
  Status set_under(const RowKey& key, const RowState& state);
  Status clear_under(const RowKey& key);
  Status upsert_row(const Table& table, const RowId& id, const Value* values, std::string_view meta);
  Status delete_row(const Table& table, const RowId& id);
  Status show(const Table& table, const RowKey& key);
  Status show_unreadable(const Table& table, const RowKey& key);

  // telling.cpp
  std::string name_of_row(const Table& table, const RowId& id, int depth);
  bool is_decided_here(const RowKey& key, const VersionName& name);

  // deciding.cpp
  Status may_decide(const Table& table) const;
  Result<OpenEntry> open_entry(std::string_view entry);
  Status record_op(const Op& op);

  // sameness.cpp
  Status settle_folding();
  Result<RowState> state_with_recorded(const Table& table, const RowId& id);
  Status check_declaration(const TouchedRow& row);
  Result<const Table*> find_mergeable(std::string_view table) const;
  RowId root_of(const RowKey& key) const;
  Result<bool> is_here(const Table& table, const RowId& id);
  Result<std::optional<RowId>> common_place(const Table& table, const RowId& a, const RowId& b);
  Status add_places(const Table& table, const RowId& id, int depth, std::vector<RowId>& out);
  Result<std::vector<RowId>> way_down_to(const RowId& place);

  // folded_words.cpp
  struct PresentClass {
    const SameClass* same = nullptr;
    RowId root;
    std::vector<RowState> states;  ///< Of `members`.
    std::vector<Member> members;
  };
  Result<std::optional<PresentClass>> present_class(const Table& table, const RowId& id);

  // typed_writes.cpp
  Result<std::vector<Value>> normalized(const Table& table, const std::vector<NamedValue>& values,
                                        std::vector<bool>& given);
  Status run_write(sql::Statement& statement);
  Status add_to_shown(const Table& table, const RowId& id, DraftCell& cell);
  void fill_defaults(const Table& table, std::vector<Value>& values);
  void fill_required(const Table& table, std::vector<Value>& values, DraftOp& op);
  Status update_cells(const Table& table, const RowId& id, const std::vector<Value>& values,
                      const std::vector<bool>& given);
  Status insert_values(const Table& table, const RowId& id, const std::vector<Value>& values);
  Result<RowId> resolve_on(sql::Connection& connection, const Table& table, std::string_view text);
  RowId new_event_id();

  // exchange.cpp
  struct Installation;
  Status take_verdicts(const wire::SyncResponse& response, SyncReport& report);
  Status take_verdict(const wire::Verdict& verdict, Installation& work, SyncReport& report);
  Status save_verdict(const wire::Verdict& verdict);
  Status advance_chain(GroupNumber through);
  Status stage(std::string_view frame);
  bool begins_afresh(const wire::SyncResponse& response) const;
  Status drop_stage();
  Status install_checkpoint(const wire::SyncResponse& response, SyncReport& report);
  Status release_groups(GroupNumber through, Installation& work);
  Status install_page(const wire::Page& page, Installation& work, SyncReport& report);
  Status install_section(const wire::RowSection& section, Installation& work);
  Status install_gone(const wire::GoneRow& gone, Installation& work);
  Status forget_conflicts(const RowKey& key);
  Status install_own(const wire::OwnRow& own, Installation& work);
  Status install_ledger(const wire::LedgerItem& item, SyncReport& report);
  Status forget_gone(const RowKey& key);

  // room.cpp
  Status forget_needless_gone(const Table& table, const RowKey& key);
  void give_room_back();
  void empty_wal();
  Status settle(Installation& work);

  // forgetting.cpp
  void note_named(const wire::Page& page, Installation& work) const;
  Status forget_unnamed(Installation& work, SyncReport& report);
  Status forget_unnamed_rows(const Table& table, const std::function<bool(const RowId&)>& within,
                             Installation& work, SyncReport& report);
  Status forget_row(const Table& table, const RowKey& key, Installation& work);
  Result<std::vector<RowId>> canonical_ids(const Table& table);

  // exchange.cpp
  void take_contact(const wire::SyncResponse& response, const ClockReading& received,
                    std::int64_t sent_at_ms);
  Result<wire::Push> waiting_groups();
  Status sync_log();
  struct Standing {
    ActorId actor{};
    std::uint64_t chain = 0;
    std::uint64_t position = 0;
    GroupNumber included_through{};
    GroupNumber admitted_through{};
    bool staged = false;
    PackVersion pack{};
    friend bool operator==(const Standing& a, const Standing& b) {
      return a.actor == b.actor && a.chain == b.chain && a.position == b.position &&
             a.included_through == b.included_through && a.admitted_through == b.admitted_through &&
             a.staged == b.staged && a.pack == b.pack;
    }
  };
  Standing standing() const;

  // checking.cpp
  struct PartRows;
  bool may_compare() const;
  std::optional<wire::Bucket> part_to_compare();
  void divide(std::uint64_t rows, const wire::Bucket& compared);
  Result<PartRows> rows_of_part(const wire::Bucket& bucket);
  Status add_covered(const Table& table, const wire::Bucket& bucket, std::set<RowId>& covered,
                     PartRows& part);
  Status add_uncovered(const Table& table, const wire::Bucket& bucket, const std::set<RowId>& covered,
                       PartRows& part);
  Result<bool> has_left(const RowKey& key);
  Status drop_strangers(const wire::Page& page, const wire::Bucket& bucket, Installation& work);
  Status compare_part(const wire::SyncResponse& response, const Installation& work, SyncReport& report);

  // kept.cpp
  Status keep_groups(GroupNumber through);
  Status keep_group(GroupNumber number);
  Status count_kept(std::int64_t added);
  Status bound_kept();
  Result<bool> forget_kept(GroupNumber through);
  Result<GroupNumber> kept_after();
  Result<Digest> digest_of(GroupNumber number);

  // expiry.cpp
  Result<bool> erase_expired();
  Result<bool> erase_expired(const Table& table, std::int64_t latest_ms);

  // withdrawn.cpp
  Status note_withdrawn(GroupNumber number);
  Status tell_withdrawn_again();
  Result<std::vector<GroupNumber>> withdrawn_untold(GroupNumber last);
  Status note_told();
  Status leave_withdrawn(GroupNumber number, SyncReport& report);
  Status forget_withdrawn(GroupNumber backed_up_through);

  // wiping.cpp
  Status take_wipe_order(const wire::WipeOrder& order);
  Status drop_everything();
  Result<std::string> sealed_work();

  // carried.cpp
  ActorId present_office() const;
  Status take_parcels(const wire::Parcels& parcels);
  Status drop_parcels(ActorId office, GroupNumber through);
  Result<bool> make_room_for(ActorId office, std::size_t bytes);
  Result<wire::Parcels> parcels_of(const wire::Parcels& asked);

  // put_back.cpp
  bool is_put_back(const wire::SyncResponse& response) const;
  Status follow_put_back(const wire::SyncResponse& response, SyncReport& report);
  Status take_from_kept(GroupNumber after);
  Status forget_verdicts(GroupNumber has, GroupNumber had, Installation& work);
  Result<std::uint64_t> count_again(const wire::Verdict& verdict);
  Status stand_again(Installation& work);
  Status bury(const RowKey& key);

  // held.cpp
  Result<std::vector<GroupNumber>> held_numbers();
  Status revise_verdict(const wire::Verdict& verdict, Installation& work, SyncReport& report);
  Status take_back(GroupNumber number, Installation& work);
  Status check_listed(GroupNumber number, bool returned_only);
  Status forget_group(GroupNumber number);
  Status write_again(const Op& op);

  // telling.cpp
  std::string person_of(ActorId actor);
  Status count_outbox(PhoneStatus& status);

  Options options_;
  std::recursive_mutex mutex_;  ///< Guards everything but the reader; a transaction's own thread may look.
  sql::Connection writer_;
  std::mutex reader_mutex_;
  sql::Connection reader_;
  std::uint64_t reader_queries_ = 0;
  Capture capture_;
  UserStatements user_statements_;
  std::unordered_map<const Table*, TableSql> table_sql_;

  std::shared_ptr<const Pack> pack_;
  Rights rights_{Pack{}};  ///< Of `pack_`.
  PhoneState state_;
  Lineage lineage_;
  std::int64_t rehomed_ms_ = 0;  ///< When the office last made this phone another one, by its time.
  HybridClock clock_;
  PendingIndex pending_;
  FoldedTables folding_{Holder::phone};
  GroupNumber last_group_{};
  bool any_again_ = false;  ///< The outbox has groups that an office lost which had them.
  PendingIndex beneath_;    ///< What those of them write that are no overlays yet (SentAgain::beneath).
  std::optional<std::int64_t> kept_bytes_;
  bool late_leavers_ = false;  ///< Rows went that had left before: the WAL still has them.
  bool any_gone_ = true;       ///< False only when `doorstep_gone` is known to be empty.
  std::int64_t data_version_ = -1;
  std::atomic<bool> wiped_{false};  ///< Nothing is in the file any more, or it is deleted.
  bool staged_ = false;
  wire::Cursor staged_cursor_;
  std::optional<wire::Bucket> differing_;  ///< The part last found to differ.
  Standing asked_;                         ///< When the last request was made.
  GroupNumber asked_through_{};  ///< The last own group that the office can have once it has that request.
  std::vector<GroupNumber> asked_withdrawn_;                           ///< Of that request.
  std::map<GroupNumber, std::shared_ptr<const Group>> recent_groups_;  ///< Bounded: decoded on demand.

  // Of the running transaction:
  std::map<RowKey, DraftOp> draft_ops_;
  std::shared_ptr<const Pack> written_under_;  ///< When not `pack_`: a form wrote what is retired since.
  std::optional<Group> recorded_;
  std::set<std::string> changed_tables_;

  std::function<void(const std::set<std::string>&)> listener_;
};

template <typename Work>
Status PhoneStore::transact(const Work& work) {
  DOORSTEP_CHECK(begin(Access::write));
  struct Unwind {
    PhoneStore& store;
    bool armed = true;
    ~Unwind() {
      if (!armed) return;
      store.rollback();
      store.data_version_ = -1;
    }
  } unwind{*this};
  DOORSTEP_CHECK(refresh());
  DOORSTEP_CHECK(work());
  DOORSTEP_CHECK(commit());
  unwind.armed = false;
  return {};
}

template <typename Work>
auto PhoneStore::inspect(const Work& work) -> decltype(work()) {
  DOORSTEP_CHECK(begin(Access::read));
  struct Unwind {
    PhoneStore& store;
    ~Unwind() { store.rollback(); }
  } unwind{*this};
  DOORSTEP_CHECK(refresh());
  return work();
}

}  // namespace doorstep
