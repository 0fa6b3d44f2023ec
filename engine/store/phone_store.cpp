#include "store/phone_store.hpp"

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "store/guard.hpp"
#include "wire/codec.hpp"

namespace doorstep {
namespace {

constexpr std::size_t kUserStatements = 128;
/// The reader forgets its prepared statements now and then, so that SQL with values in it cannot fill memory.
constexpr std::uint64_t kReaderQueries = 1'000;

tl::unexpected<Error> not_joined() {
  return fail(ErrorDomain::usage, ErrorCode::not_joined, Retry::never,
              "这部手机还没有加入街道。请先用邀请链接加入。",
              "This phone has not joined an office yet. Join with an invitation first.");
}

tl::unexpected<Error> wiped() { return tl::unexpected(wiped_error()); }

tl::unexpected<Error> wrong_sql(const Error& error) {
  return fail_usage("SQL写错了:" + error.en, "The SQL does not prepare: " + error.en);
}

tl::unexpected<Error> refused_sql(const std::string& why) {
  return fail_usage("这条SQL不能在这里执行:" + why + "。", "This SQL cannot run here: " + why + ".");
}

}  // namespace

Result<std::unique_ptr<PhoneStore>> PhoneStore::open(const Options& options) {
  std::unique_ptr<PhoneStore> store(new PhoneStore(options));
  DOORSTEP_CHECK(store->open_connections());
  return store;
}

PhoneStore::~PhoneStore() {
  user_statements_.clear();
  if (writer_) writer_.clear_cache();
}

Status PhoneStore::open_connections() {
  DOORSTEP_CHECK(unlock_file());
  // Only an empty file takes it: room that is free can be given back.
  DOORSTEP_CHECK(writer_.execute("PRAGMA auto_vacuum=INCREMENTAL"));
  // What its holder may not read any more leaves the file, not only the tables.
  DOORSTEP_CHECK(writer_.execute("PRAGMA secure_delete=ON"));
  DOORSTEP_CHECK(writer_.execute("PRAGMA journal_mode=WAL"));
  DOORSTEP_CHECK(writer_.execute(options_.durability == Durability::full ? "PRAGMA synchronous=FULL"
                                                                         : "PRAGMA synchronous=NORMAL"));
  admit_writer(writer_.handle());
  // Apple's disks flush only when asked in this way; elsewhere it changes nothing.
  DOORSTEP_CHECK(writer_.execute("PRAGMA fullfsync=1; PRAGMA checkpoint_fullfsync=1"));
  DOORSTEP_CHECK(begin(Access::write));
  Status ready = create_phone_tables(writer_);
  if (ready) ready = reload();
  if (ready) ready = commit();
  if (!ready) {
    rollback();
    return ready;
  }
  // Where there is no room for it, it is done another time: nobody is locked out for that.
  bool erased = false;
  const Status done = transact([&]() -> Status {
    DOORSTEP_TRY(any, erase_expired());
    erased = any;
    return {};
  });
  if (done && erased) empty_wal();
  return open_reader();
}

void PhoneStore::take_pack(std::shared_ptr<const Pack> pack) {
  user_statements_.clear();
  table_sql_.clear();
  recent_groups_.clear();
  // Its tables are known to the capture until it has the new ones.
  const std::shared_ptr<const Pack> before = std::exchange(pack_, std::move(pack));
  static const Pack nothing;
  capture_.attach(writer_.handle(), pack_ ? *pack_ : nothing);
  rights_ = Rights(pack_ ? *pack_ : nothing);
}

/// Another process may have written since our last transaction.
Status PhoneStore::refresh() {
  DOORSTEP_TRY(pragma, writer_.cached("PRAGMA data_version"));
  DOORSTEP_TRY(found, pragma->step());
  const std::int64_t version = found ? pragma->integer(0) : 0;
  if (version == data_version_) return {};
  pragma->reset();
  DOORSTEP_CHECK(reload());
  data_version_ = version;
  return {};
}

Status PhoneStore::reload() {
  DOORSTEP_TRY(state, load_phone_state(writer_));
  state_ = std::move(state);
  wiped_ = state_.wipe >= WipeStage::emptied;
  clock_ = HybridClock(state_.clock);
  DOORSTEP_CHECK(load_lineage());
  last_group_ = state_.admitted_through;
  pending_.clear();
  recent_groups_.clear();
  beneath_.clear();
  any_again_ = false;
  kept_bytes_.reset();
  if (state_.pack == PackVersion{} && pack_) {
    take_pack(nullptr);  // Its installation failed.
  } else if (state_.pack != PackVersion{} && (!pack_ || pack_->version != state_.pack)) {
    DOORSTEP_TRY(select, writer_.cached("SELECT frame FROM doorstep_pack WHERE version = ?1"));
    DOORSTEP_TRY(found, select->bind(1, std::int64_t{raw(state_.pack)}).step());
    if (!found) return fail_storage(ErrorCode::storage_damaged, "the pack is missing");
    DOORSTEP_TRY(pack, wire::from_frame<Pack>(select->blob(0)));
    take_pack(std::make_shared<const Pack>(std::move(pack)));
  }
  if (pack_) DOORSTEP_CHECK(folding_.load(writer_, *pack_));
  DOORSTEP_TRY(outbox,
               writer_.cached("SELECT number, stamp, bytes, verdict, again FROM doorstep_outbox ORDER BY "
                              "number"));
  for (;;) {
    DOORSTEP_TRY(more, outbox->step());
    if (!more) break;
    const GroupNumber number{static_cast<std::uint64_t>(outbox->integer(0))};
    last_group_ = std::max(last_group_, number);
    // Groups from before the last contact may carry stamps that the contact proved to be ahead.
    if (number > state_.contact_group) clock_.observe(Stamp{static_cast<std::uint64_t>(outbox->integer(1))});
    any_again_ |= !outbox->is_null(4);
    const auto group = read_group(outbox->blob(2));
    if (!group) continue;  // A damaged group is no reason to lock its owner out; it is still sent, and held.
    const auto verdict = static_cast<wire::VerdictKind>(outbox->integer(3));
    if (verdict == wire::VerdictKind::returned || outbox->integer(4) == raw(SentAgain::withdrawn)) continue;
    PendingIndex& index = outbox->integer(4) == raw(SentAgain::beneath) ? beneath_ : pending_;
    index.add(*group, verdict == wire::VerdictKind::held);
  }
  DOORSTEP_TRY(gone, writer_.cached("SELECT EXISTS(SELECT 1 FROM doorstep_gone)"));
  DOORSTEP_CHECK(gone->step());
  any_gone_ = gone->integer(0) != 0;
  DOORSTEP_TRY(stage, writer_.cached("SELECT frame FROM doorstep_stage ORDER BY page DESC LIMIT 1"));
  DOORSTEP_TRY(found, stage->step());
  staged_ = found;
  if (found) {
    auto response = wire::from_frame<wire::SyncResponse>(stage->blob(0));
    staged_ = response.has_value();  // A damaged download begins again; accept() drops it.
    if (response) staged_cursor_ = std::move(response->next);
  }
  return {};
}

Status PhoneStore::begin(Access access) {
  if (!writer_) return wiped();
  if (writer_.in_transaction())
    return fail_usage("这一步要等正在进行的保存结束。",
                      "A transaction is running on this thread. Inside write(), use its Transaction.");
  DOORSTEP_TRY(statement, writer_.cached(access == Access::write ? "BEGIN IMMEDIATE" : "BEGIN"));
  DOORSTEP_CHECK(statement->run());
  changed_tables_.clear();
  draft_ops_.clear();
  written_under_.reset();
  recorded_.reset();
  folding_.forget();
  return {};
}

void PhoneStore::rollback() {
  capture_.stop();
  if (writer_.in_transaction()) {
    auto statement = writer_.cached("ROLLBACK");
    if (statement) static_cast<void>((*statement)->run());
  }
}

Status PhoneStore::commit() {
  capture_.stop();
  ensure(writer_.in_transaction(), "a transaction commits once");
  DOORSTEP_TRY(statement, writer_.cached("COMMIT"));
  return statement->run();
}

/// SQLite ends a transaction by itself when the disk is full or fails; what follows would commit by itself.
Status PhoneStore::still_open() {
  if (writer_.in_transaction()) return {};
  return fail_storage(ErrorCode::storage_failed, "the transaction was ended by an earlier error");
}

Status PhoneStore::write(const std::function<Status()>& work) {
  std::set<std::string> changed;
  {
    const std::lock_guard lock(mutex_);
    const Status done = transact([&]() -> Status {
      if (state_.wipe != WipeStage::none) return wiped();
      if (!state_.joined) return not_joined();
      capture_.start();
      DOORSTEP_CHECK(work());
      DOORSTEP_CHECK(still_open());
      return record_group();
    });
    if (!done) return done;
    if (recorded_) {
      pending_.add(*recorded_);
      last_group_ = recorded_->number;
      clock_.observe(recorded_->stamp);
    }
    changed.swap(changed_tables_);
  }
  if (listener_ && !changed.empty()) listener_(changed);
  return {};
}

Result<const Table*> PhoneStore::find_table(std::string_view name) const {
  if (wiped_) return wiped();
  if (!pack_) return not_joined();
  if (const Table* table = pack_->find(name)) return table;
  std::string names;
  for (const Table& table : pack_->tables) names += (names.empty() ? "" : ", ") + table.name;
  return fail_usage("没有叫“" + std::string(name) + "”的表。可用的有:" + names + "。",
                    "There is no table \"" + std::string(name) + "\". There are: " + names + ".");
}

OfficeTime PhoneStore::now() const { return clock_.estimate(options_.ports.clock->read()); }

Result<PhoneStore::UserStatement*> PhoneStore::user_statement(std::string_view sql,
                                                              const std::vector<Value>& parameters) {
  DOORSTEP_CHECK(still_open());
  auto at = user_statements_.find(std::string(sql));
  if (at == user_statements_.end()) {
    UserSql scope(writer_.handle(), pack_.get());
    auto prepared = writer_.prepare(sql);
    if (!prepared && !scope.refused().empty()) return refused_sql(scope.refused());
    if (!prepared) return wrong_sql(prepared.error());
    if (user_statements_.size() >= kUserStatements) user_statements_.clear();
    at = user_statements_.emplace(std::string(sql), UserStatement{std::move(*prepared), scope.savepoint()})
             .first;
  }
  const std::string unfit = UserSql::unfit(at->second.statement.handle(), sql, parameters.size(), false);
  if (!unfit.empty()) return refused_sql(unfit);
  return &at->second;
}

Result<ResultSet> PhoneStore::run_query(sql::Statement& statement, const std::vector<Value>& parameters) {
  for (std::size_t i = 0; i < parameters.size(); ++i)
    statement.bind_value(static_cast<int>(i) + 1, parameters[i]);
  ResultSet out;
  const int columns = statement.column_count();
  for (int i = 0; i < columns; ++i) out.columns.emplace_back(statement.column_name(i));
  const auto read = [&]() -> Status {
    for (;;) {
      DOORSTEP_TRY(more, statement.step());
      if (!more) return {};
      std::vector<Value>& row = out.rows.emplace_back();
      row.reserve(static_cast<std::size_t>(columns));
      for (int i = 0; i < columns; ++i) row.push_back(statement.value(i));
    }
  };
  const Status done = read();
  statement.reset();
  statement.clear_bindings();
  if (!done) return tl::unexpected(done.error());
  return out;
}

Result<std::int64_t> PhoneStore::execute(std::string_view sql, const std::vector<Value>& parameters) {
  DOORSTEP_CHECK(query_in_transaction(sql, parameters));
  return writer_.changes();
}

Result<ResultSet> PhoneStore::query_in_transaction(std::string_view sql,
                                                   const std::vector<Value>& parameters) {
  DOORSTEP_TRY(user, user_statement(sql, parameters));
  Result<ResultSet> rows = run_query(user->statement, parameters);
  if (!rows || user->savepoint) capture_.doubt();
  return rows;
}

/// Of the reader, whose lock the caller holds.
Result<sql::CachedStatement> PhoneStore::read_statement(std::string_view sql) {
  if (wiped_) return wiped();
  if (!reader_) DOORSTEP_CHECK(open_reader());  // After a rekey that could not end well.
  if (++reader_queries_ % kReaderQueries == 0) reader_.clear_cache();
  auto statement = reader_.cached(sql);
  if (!statement) return wrong_sql(statement.error());
  return statement;
}

Result<ResultSet> PhoneStore::query(std::string_view sql, const std::vector<Value>& parameters) {
  const std::lock_guard lock(reader_mutex_);
  DOORSTEP_TRY(statement, read_statement(sql));
  const std::string unfit = UserSql::unfit(statement->handle(), sql, parameters.size(), true);
  if (!unfit.empty()) return refused_sql(unfit);
  return run_query(*statement, parameters);
}

Result<std::set<std::string>> PhoneStore::tables_read_by(std::string_view sql) {
  const std::lock_guard lock(reader_mutex_);
  if (wiped_) return wiped();
  if (!reader_) DOORSTEP_CHECK(open_reader());
  UserSql scope(reader_.handle(), nullptr);
  auto statement = reader_.prepare(sql);
  if (!statement) return wrong_sql(statement.error());
  return scope.reads();
}

bool PhoneStore::has_unsent() {
  const std::lock_guard lock(mutex_);
  return state_.forked || last_group_ > state_.admitted_through;
}

PackVersion PhoneStore::pack_version() {
  const std::lock_guard lock(mutex_);
  return state_.pack;
}

PhoneState PhoneStore::phone() {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::shared_ptr<const Pack> PhoneStore::pack() {
  const std::lock_guard lock(mutex_);
  return pack_;
}

Status PhoneStore::install_identity(const std::function<void(PhoneState&)>& change) {
  const std::lock_guard lock(mutex_);
  return transact([&]() -> Status {
    change(state_);
    DOORSTEP_CHECK(load_lineage());
    return save_phone_state(writer_, state_);
  });
}

}  // namespace doorstep
