#include "pipeline/office.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "pipeline/limits.hpp"
#include "wire/codec.hpp"

namespace doorstep::server {

const CellWrite* LoggedGroup::find(std::uint32_t op, ColumnId column) const {
  if (op >= group.ops.size()) return nullptr;
  for (const CellWrite& write : group.ops[op].cells)
    if (write.column == column) return &write;
  return nullptr;
}

Result<std::shared_ptr<const LoggedGroup>> GroupLog::find(ReadSnapshot& snapshot, ActorId actor,
                                                          GroupNumber number) {
  const auto known = groups_.find({actor, number});
  if (known != groups_.end()) return known->second;
  DOORSTEP_TRY(record, snapshot.group(actor, number));
  if (!record) return nullptr;
  auto logged = std::make_shared<LoggedGroup>();
  logged->is_cut = record->is_cut();
  if (!logged->is_cut) {
    Result<Group> group = lineages_.read(snapshot, *record);
    if (!group && group.error().domain != ErrorDomain::format) return tl::unexpected(group.error());
    if (!group) return nullptr;
    logged->group = *std::move(group);
  }
  logged->admitted = record->admitted.value_or(logged->group.stamp);
  logged->received_ms = record->received_ms;
  logged->verdict = record->verdict;
  if (groups_.size() >= limits::kGroupsCached) groups_.clear();
  groups_.emplace(std::make_pair(actor, number), logged);
  return logged;
}

Result<std::unique_ptr<Office>> Office::open(Store& store, ClockPort& clock, EntropyPort& entropy) {
  std::unique_ptr<Office> office(new Office(store, clock, entropy));
  DOORSTEP_TRY(snapshot, store.snapshot());
  DOORSTEP_TRY(record, snapshot->office());
  if (!record)
    return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
                "这里还没有街道的数据,请先运行 doorstep-server init。",
                "There is no office here yet. Run `doorstep-server init` first.");
  office->record_ = *record;
  return office;
}

Result<std::shared_ptr<const PackPlan>> Office::newest_plan(ReadSnapshot& snapshot) {
  DOORSTEP_TRY(newest, snapshot.newest_pack());
  if (!newest) return fail_storage(ErrorCode::storage_damaged, "the office has no pack");
  DOORSTEP_TRY(found, plan(snapshot, *newest));
  if (found == nullptr) return fail_storage(ErrorCode::storage_damaged, "the office's pack is missing");
  return found;
}

Result<std::shared_ptr<const PackPlan>> Office::plan(ReadSnapshot& snapshot, PackVersion version) {
  const std::lock_guard lock(mutex_);
  const auto known = plans_.find(version);
  if (known != plans_.end()) return known->second;
  DOORSTEP_TRY(record, snapshot.pack(version));
  if (!record) return nullptr;
  DOORSTEP_TRY(pack, wire::from_frame<Pack>(record->frame));
  DOORSTEP_TRY(made, PackPlan::make(std::move(pack)));
  plans_.emplace(version, made);
  return made;
}

Result<std::shared_ptr<const Projection>> Office::projection(ReadSnapshot& snapshot, PackVersion spoken) {
  DOORSTEP_TRY(newest, newest_plan(snapshot));
  std::shared_ptr<const PackPlan> theirs = newest;
  bool guessed = false;
  if (spoken != newest->pack().version) {
    DOORSTEP_TRY(known, plan(snapshot, spoken));
    if (known != nullptr) theirs = known;
    guessed = known == nullptr;
  }
  const std::lock_guard lock(mutex_);
  auto& made = projections_[{newest->pack().version, guessed ? PackVersion{} : theirs->pack().version}];
  if (made == nullptr) made = std::make_shared<const Projection>(newest, theirs, guessed);
  return made;
}

Result<std::shared_ptr<const Territory>> Office::territory(ReadSnapshot& snapshot) {
  DOORSTEP_TRY(now, snapshot.office());
  if (!now) return fail_storage(ErrorCode::storage_damaged, "the office's own row is missing");
  {
    const std::lock_guard lock(mutex_);
    if (published_ != nullptr && published_->version == now->territory_version) return published_;
  }
  DOORSTEP_TRY(current, newest_plan(snapshot));
  DOORSTEP_TRY(loaded, Territory::load(snapshot, *current));
  auto shared = std::make_shared<const Territory>(std::move(loaded));
  publish(shared);
  return shared;
}

void Office::publish(std::shared_ptr<const Territory> territory) {
  const std::lock_guard lock(mutex_);
  if (published_ == nullptr || published_->version < territory->version) published_ = std::move(territory);
}

void Sighting::confirm(ActorRecord& actor) const {
  if (confirmed_ms == 0 || confirmed_ms < actor.confirmed_ms) return;
  actor.confirmed_ms = confirmed_ms;
  actor.confirmed_at = confirmed_at;
}

Sighting* Office::remembered(ActorId actor) {
  if (sightings_.size() >= limits::kSightings && sightings_.count(actor) == 0) return nullptr;
  return &sightings_[actor];
}

void Office::note_seen(ActorId actor, Sighting seen) {
  const std::lock_guard lock(mutex_);
  Sighting* known = remembered(actor);
  if (known == nullptr) return;
  if (!seen.checkpoint) seen.checkpoint = known->checkpoint;
  seen.confirmed_ms = known->confirmed_ms;
  seen.confirmed_at = known->confirmed_at;
  *known = std::move(seen);
}

void Office::note_confirmed(ActorId actor, FeedPosition head) {
  const std::lock_guard lock(mutex_);
  if (Sighting* seen = remembered(actor)) {
    seen->confirmed_ms = now_ms();
    seen->confirmed_at = head;
  }
}

std::optional<Sighting> Office::sighting(ActorId actor) {
  const std::lock_guard lock(mutex_);
  const auto at = sightings_.find(actor);
  return at == sightings_.end() ? std::nullopt : std::optional(at->second);
}

void Office::note_new_token(ActorId actor) {
  const std::lock_guard lock(mutex_);
  if (new_tokens_.size() < limits::kSightings) new_tokens_.insert(actor);
}

std::map<ActorId, Sighting> Office::take_sightings(std::size_t most) {
  const std::lock_guard lock(mutex_);
  std::map<ActorId, Sighting> taken;
  while (!sightings_.empty() && taken.size() < most) taken.insert(sightings_.extract(sightings_.begin()));
  return taken;
}

std::set<ActorId> Office::take_new_tokens() {
  const std::lock_guard lock(mutex_);
  return std::exchange(new_tokens_, {});
}

Result<OfficeTransaction> OfficeTransaction::begin(Office& office) {
  DOORSTEP_TRY(tx, office.store().begin());
  OfficeTransaction work(office, std::move(tx));
  DOORSTEP_TRY(plan, office.newest_plan(*work.tx_));
  work.plan_ = plan;
  DOORSTEP_TRY(record, work.tx_->office());
  std::optional<Territory>& territory = office.writers_territory_;
  if (!territory || !record || territory->version != record->territory_version) {
    territory.reset();
    DOORSTEP_TRY(loaded, Territory::load(*work.tx_, *plan));
    territory = std::move(loaded);
  }
  return work;
}

OfficeTransaction::~OfficeTransaction() {
  if (tx_ == nullptr) return;
  // What was cached may come from writes that never were.
  if (territory_touched_) office_->writers_territory_.reset();
  office_->writers_log_.clear();
}

Status OfficeTransaction::log_place(const PlaceChange& change) {
  DOORSTEP_CHECK(tx_->add_place_change(change));
  territory().note_change(change);
  const std::vector<Territory::Change>& changes = territory().changes();
  if (changes.size() <= limits::kPlaceChanges) return {};
  const FeedPosition through = changes[changes.size() / 2].at;
  DOORSTEP_CHECK(tx_->set_horizon(through));
  territory().forget_changes(through);
  return {};
}

Status OfficeTransaction::commit() {
  if (territory_changed_) DOORSTEP_CHECK(tx_->bump_territory());
  DOORSTEP_CHECK(office_->record_act(*tx_));
  DOORSTEP_CHECK(tx_->commit());
  if (territory_changed_) {
    ++territory().version;
    office_->publish(std::make_shared<const Territory>(territory()));
  }
  tx_.reset();
  return {};
}

Status Office::record_act(WriteTransaction& tx) {
  if (acting_ == nullptr || acting_->is_recorded_) return {};
  acting_->is_recorded_ = true;
  return append_audit(tx, entropy_, now_ms(), acting_->act_);
}

Status Acting::record() {
  if (is_recorded_) return {};
  is_recorded_ = true;
  return record_audit(office_, act_);
}

Status record_audit(Office& office, const AuditAct& act) {
  DOORSTEP_TRY(tx, office.store().begin());
  DOORSTEP_CHECK(append_audit(*tx, office.entropy(), office.now_ms(), act));
  return tx->commit();
}

Result<std::string> person_name(ReadSnapshot& snapshot, const PackPlan& plan, const RowId& person) {
  DOORSTEP_TRY(row, snapshot.find_row(*plan.persons().table, person));
  if (row == nullptr) return std::string{};
  std::vector<Value> values;
  row->append_values(values);
  const auto* name = std::get_if<std::string>(&values[plan.person_name()]);
  return name == nullptr ? std::string{} : *name;
}

Result<std::string> author_name(ReadSnapshot& snapshot, Office& office, const PackPlan& plan, ActorId actor) {
  if (serial_of(actor) == kOfficeSerial) return office.record().name;
  DOORSTEP_TRY(record, snapshot.actor(actor));
  if (!record) return std::string{};
  return person_name(snapshot, plan, record->person);
}

}  // namespace doorstep::server
