#pragma once

#include <doorstep/error.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "merge/group.hpp"
#include "pipeline/audit.hpp"
#include "pipeline/lineages.hpp"
#include "pipeline/pack_plan.hpp"
#include "pipeline/projection.hpp"
#include "pipeline/territory.hpp"
#include "ports/clock.hpp"
#include "ports/entropy.hpp"
#include "store/store.hpp"

namespace doorstep::server {

/// A group from the log as it is meant, with the stamp it was admitted under.
struct LoggedGroup {
  Group group;
  Stamp admitted;
  std::int64_t received_ms = 0;
  wire::VerdictKind verdict = wire::VerdictKind::effective;
  bool is_cut = false;  ///< Its content is not kept any more; then `group` is empty.

  /// What op `op` wrote to `column`; nullptr when it did not.
  const CellWrite* find(std::uint32_t op, ColumnId column) const;
};

/// Decoded groups by name, the latest used ones kept. Used by one thread at a time.
class GroupLog {
 public:
  /// nullptr when there is no such group, or its bytes are not one of that device.
  Result<std::shared_ptr<const LoggedGroup>> find(ReadSnapshot& snapshot, ActorId actor, GroupNumber number);
  Lineages& lineages() { return lineages_; }
  void clear() {
    groups_.clear();
    lineages_.clear();
  }

 private:
  Lineages lineages_;
  std::map<std::pair<ActorId, GroupNumber>, std::shared_ptr<const LoggedGroup>> groups_;
};

/// What a device told when it was heard of last.
struct Sighting {
  std::int64_t at_ms = 0;
  FeedPosition floor{};  ///< After which feed position it may still need deletes.
  std::string app;
  std::string engine;
  std::uint64_t waiting = 0;
  PackVersion pack{};
  std::optional<FeedPosition> checkpoint;  ///< The feed's head, when the answer was a checkpoint.
  std::int64_t confirmed_ms = 0;           ///< As in ActorRecord; 0: not since it was saved last.
  FeedPosition confirmed_at{};

  void confirm(ActorRecord& actor) const;
};

class Acting;

/// One office as one process sees it: its store, ports, and what is cached of it. Thread-safe.
class Office {
 public:
  /// Errors: `not_found` before create_office().
  static Result<std::unique_ptr<Office>> open(Store& store, ClockPort& clock, EntropyPort& entropy);

  Store& store() { return store_; }
  const OfficeRecord& record() const { return record_; }
  ActorId actor() const { return make_actor(record_.incarnation, kOfficeSerial); }
  std::int64_t now_ms() { return clock_.read().wall_ms; }
  EntropyPort& entropy() { return entropy_; }

  /// The newest pack, or a named version; nullptr for one the office does not have.
  Result<std::shared_ptr<const PackPlan>> newest_plan(ReadSnapshot& snapshot);
  Result<std::shared_ptr<const PackPlan>> plan(ReadSnapshot& snapshot, PackVersion version);
  /// The newest pack as a device sees it that speaks of `spoken`; one that speaks of a pack the office does
  /// not have (it was put back to a backup of before) is spoken to in the newest.
  Result<std::shared_ptr<const Projection>> projection(ReadSnapshot& snapshot, PackVersion spoken);
  /// The territory of this very snapshot.
  Result<std::shared_ptr<const Territory>> territory(ReadSnapshot& snapshot);

  /// Remembers a device's request until it is saved (sightings.hpp): a pull writes nothing.
  void note_seen(ActorId actor, Sighting seen);
  /// Remembers that it holds what its holder's posts give her as of `head`, and nothing else.
  void note_confirmed(ActorId actor, FeedPosition head);
  /// What is remembered of it.
  std::optional<Sighting> sighting(ActorId actor);
  /// Remembers that a device uses the token that it was offered.
  void note_new_token(ActorId actor);
  /// At most so many, which are then forgotten.
  std::map<ActorId, Sighting> take_sightings(std::size_t most);
  std::set<ActorId> take_new_tokens();

  /// Puts what is done for somebody (Acting) on record, if it is not yet: for whoever commits a transaction.
  Status record_act(WriteTransaction& tx);

 private:
  friend class Acting;
  friend class OfficeTransaction;
  Office(Store& store, ClockPort& clock, EntropyPort& entropy)
      : store_(store), clock_(clock), entropy_(entropy) {}
  /// nullptr when there are too many.
  Sighting* remembered(ActorId actor);
  void publish(std::shared_ptr<const Territory> territory);

  Store& store_;
  ClockPort& clock_;
  EntropyPort& entropy_;
  OfficeRecord record_;

  std::mutex mutex_;  ///< Guards what follows, up to new_tokens_.
  std::map<PackVersion, std::shared_ptr<const PackPlan>> plans_;
  std::map<std::pair<PackVersion, PackVersion>, std::shared_ptr<const Projection>> projections_;
  std::shared_ptr<const Territory> published_;
  std::map<ActorId, Sighting> sightings_;
  std::set<ActorId> new_tokens_;

  // Of the writer; the store lends one write transaction at a time.
  std::optional<Territory> writers_territory_;
  GroupLog writers_log_;
  Acting* acting_ = nullptr;
};

/// While it lives, what this process does at the office is somebody's act: the first transaction to commit
/// has its entry in the audit trail. One at a time, in a process that does nothing else.
class Acting {
 public:
  Acting(Office& office, AuditAct act) : office_(office), act_(std::move(act)) { office_.acting_ = this; }
  ~Acting() { office_.acting_ = nullptr; }
  Acting(const Acting&) = delete;
  Acting& operator=(const Acting&) = delete;

  /// Puts it on record by itself where it came to nothing that was committed: before that is told.
  Status record();

 private:
  friend class Office;
  friend class OfficeTransaction;
  Office& office_;
  AuditAct act_;
  bool is_recorded_ = false;
};

/// The office's write transaction with the caches that belong to it. Without commit() nothing has happened.
class OfficeTransaction {
 public:
  static Result<OfficeTransaction> begin(Office& office);
  OfficeTransaction(OfficeTransaction&& other) noexcept = default;
  OfficeTransaction& operator=(OfficeTransaction&&) = delete;
  ~OfficeTransaction();

  Office& office() { return *office_; }
  WriteTransaction& tx() { return *tx_; }
  const PackPlan& plan() const { return *plan_; }
  Territory& territory() { return *office_->writers_territory_; }
  GroupLog& log() { return office_->writers_log_; }
  /// Says that territory() is being tried out: it is not to be trusted should the transaction be given up.
  void territory_touched() { territory_touched_ = true; }
  /// Notes a change of the places that was made in territory(), for those who read on.
  Status log_place(const PlaceChange& change);
  /// Says that territory() was changed along with the rows.
  void territory_changed() { territory_changed_ = true; }

  Status commit();

 private:
  OfficeTransaction(Office& office, Lease<WriteTransaction> tx) : office_(&office), tx_(std::move(tx)) {}

  Office* office_;
  Lease<WriteTransaction> tx_;
  std::shared_ptr<const PackPlan> plan_;
  bool territory_touched_ = false;
  bool territory_changed_ = false;
};

/// Puts an act on record by itself: before what was asked for is given out.
Status record_audit(Office& office, const AuditAct& act);

/// What people call a person: the name, or the office's own for its actor (no person).
Result<std::string> person_name(ReadSnapshot& snapshot, const PackPlan& plan, const RowId& person);
Result<std::string> author_name(ReadSnapshot& snapshot, Office& office, const PackPlan& plan, ActorId actor);

}  // namespace doorstep::server
