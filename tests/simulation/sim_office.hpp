#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/compaction.hpp"
#include "pipeline/erasure.hpp"
#include "pipeline/pipeline.hpp"
#include "simulation/machine.hpp"
#include "simulation/sim_disk.hpp"
#include "simulation/trace.hpp"
#include "sqlite/sqlite_store.hpp"

namespace doorstep::simulation {

/// The last day of a post that has ended: before any world begins.
inline constexpr const char* kOver = "2001-01-01";

/// What the names of residents begin with who are erased one day.
inline constexpr const char* kCanary = "金丝雀";

/// The street office's server: the very pipeline and store on a simulated disk, stepped by virtual time.
class SimOffice {
 public:
  /// `page_rows`: at which pages are closed; 0 for the usual size.
  /// `parcels`: how much phones carry of what it does itself.
  SimOffice(std::uint64_t seed, std::size_t page_rows, const server::ParcelLimits& parcels,
            Scheduler& scheduler, Trace& trace);
  ~SimOffice();

  /// Makes the office and its places; returns the doors' ids. Called before faults begin.
  void create(const Pack& pack);
  RowId add_place(const std::string& code, const RowId* parent, const std::string& level);
  /// Invites and enrols a leader for a place. Must succeed: no fault is under way.
  wire::JoinResponse enrol(const std::string& name, const std::string& role, const RowId& place,
                           const PublicKey& signing_key);

  /// Takes a request; `reply` is called with the frame of the answer or of a refusal, or never (the server
  /// was down).
  void receive(const std::string& token, const std::string& frame, std::function<void(std::string)> reply);
  /// The same for a device that comes with its certificate.
  std::optional<std::string> readmit(const std::string& frame);
  /// And for what phones carried of the office before.
  std::optional<std::string> hand_over(const std::string& frame);

  /// And for one that says that its file is empty.
  std::optional<std::string> wiped(const std::string& token, const std::string& frame);

  /// Calls a phone back; false when the machine died of it.
  bool revoke(ActorId actor);
  bool knows_wiped(ActorId actor);
  /// Writes down who has been here, and gives out new tokens.
  void save_sightings();

  /// Copies the file to another disk, and takes note of it, as the command does.
  void backup();
  /// The disk is lost: the last backup comes onto a new one, under the next incarnation.
  void restore();
  /// The office's own groups as they were when its disk was lost, by number; the last that the backup had.
  struct Former {
    ActorId actor{};
    GroupNumber backed_up_through{};
    std::map<GroupNumber, std::string> groups;
  };
  const std::optional<Former>& former() const { return former_; }
  /// No disk fault is under way.
  void steady();

  /// Makes a device another one; its answer's frame, or nothing (the server died, or refused).
  std::optional<std::string> rehome(const std::string& token, const std::string& frame);

  /// Asks for a hidden value; nothing when the server died.
  std::optional<Result<wire::Revealed>> reveal(const std::string& token, const wire::RevealRequest& request);

  /// A row that is there before faults begin. Must succeed.
  RowId establish(const std::string& table, const std::vector<NamedValue>& values);
  /// Puts up a questionnaire at a place; must succeed.
  RowId publish(const std::string& definition, const RowId& place);
  /// A clerk puts up another state of the questionnaire, and gives it to the campaign.
  void change_form(const RowId& campaign, const std::string& definition, const RowId& place);
  /// A clerk corrects a household.
  void edit(SeededRandom& random);
  /// A clerk settles one of the open conflicts.
  void decide(SeededRandom& random);
  /// Gives a person another post beside the one she has.
  void add_post(const RowId& person, const std::string& role, const RowId& place);
  /// Somebody's post becomes one of another role.
  void change_role(SeededRandom& random);
  /// Ends one of the posts that add_post() gave, or deletes it, or lets it go on.
  void end_post(SeededRandom& random);
  /// Hangs one of the places beneath another one, or puts it into an overlay, or takes one out of it.
  void reshape(SeededRandom& random, const std::vector<RowId>& places, const std::vector<RowId>& overlays);
  /// A clerk declares two households one, or takes such a declaration back.
  void fold(SeededRandom& random);
  /// Takes a newer pack into use; false when the machine died of it.
  bool upgrade(const Pack& pack);
  /// Nothing when the server is in no state to answer.
  std::optional<std::string> pack_frame(PackVersion version);
  /// One that was put back may lack a later one.
  bool has_pack(PackVersion version);
  /// Somebody at the office takes up one of the held groups, if there are any: releases it, returns it, or
  /// applies it in the office's name.
  void decide_about_held(SeededRandom& random);

  /// Entries of the audit trail that were seen and are not as they were, but for those that were put back.
  std::vector<std::string> check_audit();
  /// Of the entries that somebody at the office made: how many the trail has.
  std::uint64_t acts() const { return acts_; }

  /// Begins to compact, step by step; the one before is given up.
  void compact(const server::CompactionOptions& options);
  /// The bytes of a group, also after compaction has dropped them.
  const std::string& content(const server::GroupRecord& group) const;
  std::uint64_t cut_groups() const { return cut_groups_; }
  std::uint64_t forgotten_rows() const { return forgotten_rows_; }

  /// A resident whose name is a canary's has asked for it.
  void erase_marked(SeededRandom& random);
  /// All of them, also those of whom only kept work tells. No fault is under way.
  std::size_t erase_all_marked();
  std::vector<server::ErasureRecord> erasures();

  void doom(std::uint64_t operations) { disk_.crash_at_write(operations); }
  void power_cycle();

  server::Pipeline& pipeline() { return *pipeline_; }
  server::Store& store() { return *store_; }
  SimDisk& disk() { return disk_; }
  std::uint64_t power_cycles() const { return power_cycles_; }
  PackVersion newest_pack();
  const RowId& id() const { return id_; }
  /// What phones pin.
  wire::KeyList keys() const;

 private:
  void open();
  void open_pipeline();
  std::vector<RowId> households();
  void step();
  void schedule_step();
  void remember_contents();
  void act(server::AuditKind kind, const std::string& subject, const std::function<Status()>& work);
  void note_audit();
  void remember_contents(const wire::Push& push);
  void step_compaction();
  std::vector<RowId> all_posts();
  void change_post(const RowId& post, const std::string& column, const std::string& value);
  /// Commits what was `put`, and dies of it if need be.
  bool finish(server::OfficeWriter& writer, const Status& put, const std::string& what);

  Scheduler& scheduler_;
  Trace& trace_;
  SimClock clock_;
  SimEntropy entropy_;
  SimDisk disk_;
  SimDisk backup_;
  std::size_t page_rows_;
  server::ParcelLimits parcels_;
  std::optional<Former> former_;
  KeyPair identity_;
  std::unique_ptr<server::SqliteStore> store_;
  std::unique_ptr<server::Pipeline> pipeline_;
  std::optional<server::Compaction> compaction_;
  /// As they were before compaction and erasure; by digest, since an office that was put back may come to
  /// have others under the same names.
  std::map<Digest, std::string> contents_;
  /// Heads of the audit trail as they were seen; the last that the backup has.
  std::map<std::uint64_t, Digest> audit_heads_;
  std::uint64_t backed_up_audit_ = 0;
  std::uint64_t acts_ = 0;
  std::uint64_t cut_groups_ = 0;
  std::uint64_t forgotten_rows_ = 0;
  std::vector<RowId> second_posts_;  ///< That add_post() gave.
  std::vector<RowId> overlay_rows_;  ///< That reshape() wrote.
  RowId id_;
  bool step_scheduled_ = false;
  std::uint64_t boot_ = 0;
  std::uint64_t power_cycles_ = 0;
};

}  // namespace doorstep::simulation
