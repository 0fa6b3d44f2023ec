#include <doorstep/engine.hpp>

#include <algorithm>
#include <mutex>

#include "base/ensure.hpp"
#include "base/error.hpp"
#include "client/driver.hpp"
#include "client/observers.hpp"
#include "store/phone_store.hpp"
#include "sync/backoff.hpp"

namespace doorstep {
namespace {

/// The one barrier: what a broken invariant or an exception of the host's callback becomes.
template <typename Work>
auto guarded(const Work& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::exception& broken) {
    return fail(
        ErrorDomain::internal, ErrorCode::invariant_broken, Retry::never,
        "程序内部出错,这一步没有生效,已保存的记录都还在。",
        std::string("Internal error; this step had no effect and saved records are safe: ") + broken.what());
  }
}

}  // namespace

struct Engine::Parts {
  Options options;
  std::unique_ptr<PhoneStore> store;
  std::mutex sync_mutex;
  std::int64_t asked_delay_ms = 0;
  std::shared_ptr<Observers> observers = std::make_shared<Observers>();
};

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(Options options) {
  return guarded([&]() -> Result<std::unique_ptr<Engine>> {
    if (!options.ports.clock || !options.ports.entropy)
      return fail_usage("缺少时钟或随机数接口。",
                        "Options::ports needs a clock and entropy; use native_ports().");
    auto parts = std::make_unique<Parts>();
    parts->options = options;
    DOORSTEP_TRY(store, PhoneStore::open(options));
    parts->store = std::move(store);
    parts->store->on_commit(
        [observers = parts->observers](const std::set<std::string>& tables) { observers->notify(tables); });
    return std::unique_ptr<Engine>(new Engine(std::move(parts)));
  });
}

Status Engine::join(std::string_view invitation_url) {
  return guarded([&]() -> Status {
    const std::lock_guard lock(parts_->sync_mutex);
    return Driver(parts_->options, *parts_->store).join(invitation_url);
  });
}

Status Engine::write(const std::function<Status(Transaction&)>& work) {
  return guarded([&]() -> Status {
    Transaction transaction(*parts_->store);
    return parts_->store->write([&] { return work(transaction); });
  });
}

Result<ResultSet> Engine::query(std::string_view sql, const std::vector<Value>& parameters) {
  return guarded([&] { return parts_->store->query(sql, parameters); });
}

Result<ResultSet> Engine::view(std::string_view name, const std::vector<NamedValue>& parameters) {
  return guarded([&] { return parts_->store->view(name, parameters); });
}

Result<std::vector<Found>> Engine::find(std::string_view text, std::size_t limit) {
  return guarded([&] { return parts_->store->find(text, limit); });
}

Result<std::string> Engine::catalogue() {
  return guarded([&] { return parts_->store->catalogue(); });
}

Result<Draft> Engine::draft(std::string_view table, const RowId& id) {
  return guarded([&] { return parts_->store->draft(table, id); });
}

Result<RowId> Engine::resolve(std::string_view table, std::string_view text) {
  return guarded([&] { return parts_->store->resolve(table, text); });
}

Result<SyncReport> Engine::sync() {
  return guarded([&]() -> Result<SyncReport> {
    const std::lock_guard lock(parts_->sync_mutex);
    Driver driver(parts_->options, *parts_->store);
    Result<SyncReport> report = driver.sync();
    parts_->asked_delay_ms = driver.asked_delay_ms();
    return report;
  });
}

std::int64_t Engine::retry_delay_ms(unsigned failures) const {
  std::uint64_t random = 0;
  parts_->options.ports.entropy->fill(&random, sizeof random);
  return doorstep::retry_delay_ms(failures, parts_->asked_delay_ms, random);
}

Status Engine::rekey(const std::string& key) {
  return guarded([&] { return parts_->store->rekey(key); });
}

Status Engine::wipe() {
  return guarded([&]() -> Status {
    const std::lock_guard lock(parts_->sync_mutex);
    return parts_->store->wipe();
  });
}

Result<Value> Engine::reveal(std::string_view table, const RowId& id, std::string_view column,
                             std::string_view reason) {
  return guarded([&]() -> Result<Value> {
    DOORSTEP_TRY(cells, parts_->store->find_cells(table, column));
    const std::lock_guard lock(parts_->sync_mutex);
    return Driver(parts_->options, *parts_->store)
        .reveal({{cells.table, id}, cells.column, std::string(reason)});
  });
}

PhoneStatus Engine::status() { return parts_->store->status(); }

Result<RecordReport> Engine::record(std::string_view table, const RowId& id) {
  return guarded([&] { return parts_->store->record(table, id); });
}

Result<std::vector<Conflict>> Engine::conflicts() {
  return guarded([&] { return parts_->store->conflicts(); });
}

Status Engine::decide(std::string_view entry, const Decision& decision) {
  return guarded([&] { return parts_->store->decide(entry, decision); });
}

Result<Why> Engine::why(std::string_view table, const RowId& id, std::string_view column) {
  return guarded([&] { return parts_->store->why(table, id, column); });
}

Result<std::vector<HeldGroup>> Engine::held() {
  return guarded([&] { return parts_->store->held(); });
}

Result<std::vector<HeldCell>> Engine::content(std::uint64_t group) {
  return guarded([&] { return parts_->store->content(GroupNumber{group}); });
}

Status Engine::retry(std::uint64_t group) {
  return guarded([&] { return parts_->store->retry(GroupNumber{group}); });
}

Status Engine::dismiss(std::uint64_t group) {
  return guarded([&] { return parts_->store->dismiss(GroupNumber{group}); });
}

Result<RowId> Engine::same(std::string_view table, const RowId& row, const RowId& other,
                           std::string_view note) {
  return guarded([&] { return parts_->store->same(table, row, other, note); });
}

Status Engine::undo_same(std::string_view table, const RowId& row) {
  return guarded([&] { return parts_->store->undo_same(table, row); });
}

Result<Folded> Engine::folded(std::string_view table, const RowId& id) {
  return guarded([&] { return parts_->store->folded(table, id); });
}

Result<Observation> Engine::observe(std::string_view sql, std::function<void()> changed) {
  return guarded([&]() -> Result<Observation> {
    DOORSTEP_TRY(tables, parts_->store->tables_read_by(sql));
    return Observation(parts_->observers->add(std::move(tables), std::move(changed)));
  });
}

Result<Observation> Engine::observe_view(std::string_view name, std::function<void()> changed) {
  return guarded([&]() -> Result<Observation> {
    DOORSTEP_TRY(sql, parts_->store->sql_of_view(name));
    return observe(sql, std::move(changed));
  });
}

Result<RowId> Transaction::add(std::string_view table, const std::vector<NamedValue>& values) {
  return store_.add(table, values);
}
Status Transaction::edit(std::string_view table, const RowId& id, const std::vector<NamedValue>& values) {
  return store_.edit(table, id, values);
}
Status Transaction::save(const Draft& draft) { return store_.save(draft.content()); }
Status Transaction::remove(std::string_view table, const RowId& id) { return store_.remove(table, id); }
Result<std::int64_t> Transaction::execute(std::string_view sql, const std::vector<Value>& parameters) {
  return store_.execute(sql, parameters);
}
Result<ResultSet> Transaction::query(std::string_view sql, const std::vector<Value>& parameters) {
  return store_.query_in_transaction(sql, parameters);
}

}  // namespace doorstep
