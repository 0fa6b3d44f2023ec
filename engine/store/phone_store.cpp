#include "store/phone_store.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "schema/ddl.hpp"
#include "store/guard.hpp"
#include "wire/codec.hpp"

namespace doorstep {
namespace {

constexpr std::size_t kUserStatements = 128;

tl::unexpected<Error> not_joined() {
  return fail(ErrorDomain::usage, ErrorCode::not_joined, Retry::never,
              "这部手机还没有加入街道。请先用邀请链接加入。",
              "This phone has not joined an office yet. Join with an invitation first.");
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
  sql::OpenOptions how;
  how.vfs = options_.sqlite_vfs;
  DOORSTEP_TRY(writer, sql::Connection::open(options_.path, how));
  writer_ = std::move(writer);
  DOORSTEP_CHECK(writer_.execute("PRAGMA journal_mode=WAL"));
  DOORSTEP_CHECK(writer_.execute(options_.durability == Durability::full ? "PRAGMA synchronous=FULL"
                                                                         : "PRAGMA synchronous=NORMAL"));
  admit_writer(writer_.handle());
  DOORSTEP_CHECK(begin());
  Status ready = create_phone_tables(writer_);
  if (ready) ready = reload();
  if (!ready) {
    rollback();
    return ready;
  }
  DOORSTEP_CHECK(commit());
  how.read_only = true;
  DOORSTEP_TRY(reader, sql::Connection::open(options_.path, how));
  reader_ = std::move(reader);
  return {};
}

Status PhoneStore::prepare_tables() {
  for (const Table& table : pack_->tables) {
    for (const std::string& statement : create_statements(table)) DOORSTEP_CHECK(writer_.execute(statement));
    for (const std::string& statement : guard_statements(table)) DOORSTEP_CHECK(writer_.execute(statement));
  }
  return {};
}

Status PhoneStore::take_pack(std::shared_ptr<const Pack> pack) {
  user_statements_.clear();
  pack_ = std::move(pack);
  capture_.attach(writer_.handle(), *pack_);
  return {};
}

/// Another process may have written since our last transaction.
Status PhoneStore::refresh() {
  DOORSTEP_TRY(pragma, writer_.cached("PRAGMA data_version"));
  DOORSTEP_TRY(found, pragma->step());
  const std::int64_t version = found ? pragma->integer(0) : 0;
  if (version == data_version_) return {};
  pragma->reset();
  data_version_ = version;
  return reload();
}

Status PhoneStore::reload() {
  DOORSTEP_TRY(state, load_phone_state(writer_));
  state_ = std::move(state);
  clock_ = HybridClock(state_.clock);
  last_group_ = state_.admitted_through;
  pending_.clear();
  recent_groups_.clear();
  if (state_.pack != PackVersion{} && (!pack_ || pack_->version != state_.pack)) {
    DOORSTEP_TRY(select, writer_.cached("SELECT frame FROM doorstep_pack WHERE version = ?1"));
    DOORSTEP_TRY(found, select->bind(1, std::int64_t{raw(state_.pack)}).step());
    if (!found) return fail_storage(ErrorCode::storage_damaged, "the pack is missing");
    DOORSTEP_TRY(pack, wire::from_frame<Pack>(select->blob(0)));
    DOORSTEP_CHECK(take_pack(std::make_shared<const Pack>(std::move(pack))));
  }
  DOORSTEP_TRY(outbox, writer_.cached("SELECT number, stamp, bytes FROM doorstep_outbox ORDER BY number"));
  for (;;) {
    DOORSTEP_TRY(more, outbox->step());
    if (!more) break;
    const GroupNumber number{static_cast<std::uint64_t>(outbox->integer(0))};
    last_group_ = std::max(last_group_, number);
    // Groups from before the last contact may carry stamps that the contact proved to be ahead.
    if (number > state_.contact_group) clock_.observe(Stamp{static_cast<std::uint64_t>(outbox->integer(1))});
    DOORSTEP_TRY(group, wire::decode_group(outbox->blob(2)));
    pending_.add(group);
  }
  DOORSTEP_TRY(stage, writer_.cached("SELECT frame FROM doorstep_stage ORDER BY page DESC LIMIT 1"));
  DOORSTEP_TRY(found, stage->step());
  staged_ = found;
  if (found) {
    DOORSTEP_TRY(response, wire::from_frame<wire::SyncResponse>(stage->blob(0)));
    staged_cursor_ = std::move(response.next);
  }
  return {};
}

Status PhoneStore::begin() {
  DOORSTEP_TRY(statement, writer_.cached("BEGIN IMMEDIATE"));
  DOORSTEP_CHECK(statement->run());
  changed_tables_.clear();
  draft_ops_.clear();
  recorded_.reset();
  ids_made_ = 0;
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
  DOORSTEP_TRY(statement, writer_.cached("COMMIT"));
  Status done = statement->run();
  if (!done) rollback();
  return done;
}

Status PhoneStore::write(const std::function<Status()>& work) {
  std::set<std::string> changed;
  {
    const std::lock_guard lock(mutex_);
    DOORSTEP_CHECK(begin());
    Status done = refresh();
    if (done && !state_.joined) done = not_joined();
    if (done) {
      capture_.start();
      done = work();
    }
    if (done) done = record_group();
    if (!done) {
      rollback();
      return done;
    }
    DOORSTEP_CHECK(commit());
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
  if (!pack_) return not_joined();
  if (const Table* table = pack_->find(name)) return table;
  std::string names;
  for (const Table& table : pack_->tables) names += (names.empty() ? "" : ", ") + table.name;
  return fail_usage("没有叫“" + std::string(name) + "”的表。可用的有:" + names + "。",
                    "There is no table \"" + std::string(name) + "\". There are: " + names + ".");
}

OfficeTime PhoneStore::now() const { return clock_.estimate(options_.ports.clock->read()); }

Result<PhoneStore::UserStatement*> PhoneStore::user_statement(std::string_view sql) {
  const auto at = user_statements_.find(std::string(sql));
  if (at != user_statements_.end()) return &at->second;
  UserSql scope(writer_.handle());
  auto prepared = writer_.prepare(sql);
  if (!prepared && !scope.refused().empty()) return refused_sql(scope.refused());
  if (!prepared)
    return fail_usage("SQL写错了:" + prepared.error().en, "The SQL does not prepare: " + prepared.error().en);
  if (user_statements_.size() >= kUserStatements) user_statements_.clear();
  return &user_statements_.emplace(std::string(sql), UserStatement{std::move(*prepared), scope.savepoint()})
              .first->second;
}

Result<ResultSet> PhoneStore::run_query(sql::Statement& statement, const std::vector<Value>& parameters) {
  for (std::size_t i = 0; i < parameters.size(); ++i)
    statement.bind_value(static_cast<int>(i) + 1, parameters[i]);
  ResultSet out;
  const int columns = statement.column_count();
  for (int i = 0; i < columns; ++i) out.columns.emplace_back(statement.column_name(i));
  for (;;) {
    DOORSTEP_TRY(more, statement.step());
    if (!more) break;
    std::vector<Value>& row = out.rows.emplace_back();
    row.reserve(static_cast<std::size_t>(columns));
    for (int i = 0; i < columns; ++i) row.push_back(statement.value(i));
  }
  statement.reset();
  return out;
}

Result<std::int64_t> PhoneStore::execute(std::string_view sql, const std::vector<Value>& parameters) {
  DOORSTEP_TRY(statement, user_statement(sql));
  for (std::size_t i = 0; i < parameters.size(); ++i)
    statement->statement.bind_value(static_cast<int>(i) + 1, parameters[i]);
  Status done = statement->statement.run();
  if (!done || statement->savepoint) capture_.doubt();
  if (!done) return tl::unexpected(done.error());
  return writer_.changes();
}

Result<ResultSet> PhoneStore::query_in_transaction(std::string_view sql,
                                                   const std::vector<Value>& parameters) {
  DOORSTEP_TRY(statement, user_statement(sql));
  return run_query(statement->statement, parameters);
}

Result<ResultSet> PhoneStore::query(std::string_view sql, const std::vector<Value>& parameters) {
  const std::lock_guard lock(reader_mutex_);
  auto statement = reader_.cached(sql);
  if (!statement)
    return fail_usage("SQL写错了:" + statement.error().en,
                      "The SQL does not prepare: " + statement.error().en);
  return run_query(**statement, parameters);
}

Result<std::set<std::string>> PhoneStore::tables_read_by(std::string_view sql) {
  const std::lock_guard lock(reader_mutex_);
  UserSql scope(reader_.handle());
  auto statement = reader_.prepare(sql);
  if (!statement)
    return fail_usage("SQL写错了:" + statement.error().en,
                      "The SQL does not prepare: " + statement.error().en);
  return scope.reads();
}

bool PhoneStore::has_unsent() {
  const std::lock_guard lock(mutex_);
  return !state_.forked && last_group_ > state_.admitted_through;
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

Status PhoneStore::install_pack(const Pack& pack) {
  const std::lock_guard lock(mutex_);
  DOORSTEP_CHECK(begin());
  const auto install = [&]() -> Status {
    DOORSTEP_CHECK(refresh());
    DOORSTEP_TRY(insert,
                 writer_.cached("INSERT OR REPLACE INTO doorstep_pack(version, frame) VALUES(?1, ?2)"));
    const std::string frame = wire::to_frame(pack);
    DOORSTEP_CHECK(insert->bind(1, std::int64_t{raw(pack.version)}).bind_blob(2, frame).run());
    DOORSTEP_CHECK(take_pack(std::make_shared<const Pack>(pack)));
    DOORSTEP_CHECK(prepare_tables());
    state_.pack = pack.version;
    return save_phone_state(writer_, state_);
  };
  Status done = install();
  if (done) done = commit();
  if (!done) {
    rollback();
    data_version_ = -1;
  }
  return done;
}

Status PhoneStore::install_identity(const std::function<void(PhoneState&)>& change) {
  const std::lock_guard lock(mutex_);
  DOORSTEP_CHECK(begin());
  Status done = refresh();
  if (done) {
    change(state_);
    done = save_phone_state(writer_, state_);
  }
  if (done) done = commit();
  if (!done) {
    rollback();
    data_version_ = -1;
  }
  return done;
}

}  // namespace doorstep
