#include "simulation/sim_office.hpp"

#include <map>

#include "base/ensure.hpp"
#include "pipeline/backup.hpp"
#include "pipeline/decide.hpp"
#include "pipeline/enrolment.hpp"
#include "pipeline/held_desk.hpp"
#include "pipeline/history.hpp"
#include "pipeline/office_writer.hpp"
#include "pipeline/pack_upgrade.hpp"
#include "pipeline/sameness.hpp"
#include "sqlite/office_file.hpp"
#include "wire/codec.hpp"

namespace doorstep::simulation {
namespace {

/// How long a push may wait for company in the next commit.
constexpr std::int64_t kCommitEveryMs = 20;
/// Between two steps of a compaction.
constexpr std::int64_t kCompactEveryMs = 200;

/// So short that tokens change several times in a world.
constexpr std::int64_t kTokenLifetimeMs = 8 * 60'000;

constexpr const char* kFile = "office.db";

/// Where pages are small: then it answers for finer parts than phones ask about.
constexpr std::size_t kFewCheckedRows = 6;

bool tells(const Value& value, const char* what) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr && text->find(what) != std::string::npos;
}

}  // namespace

SimOffice::SimOffice(std::uint64_t seed, std::size_t page_rows, const server::ParcelLimits& parcels,
                     Scheduler& scheduler, Trace& trace)
    : scheduler_(scheduler),
      trace_(trace),
      clock_(scheduler),
      entropy_(seed),
      disk_(seed, [this] { return clock_.wall_ms(); }),
      backup_(seed + 1, [this] { return clock_.wall_ms(); }),
      page_rows_(page_rows),
      parcels_(parcels) {
  entropy_.fill(identity_.secret_key.data(), 32);
  identity_ = make_key_pair(view(identity_.secret_key).substr(0, 32));
}

SimOffice::~SimOffice() = default;

void SimOffice::open() {
  server::SqliteStore::Options options;
  options.vfs = disk_.vfs_name();
  auto store = server::SqliteStore::open(kFile, options);
  if (!store) throw InvariantBroken("the office's file opens after every crash: " + store.error().en);
  store_ = std::move(*store);
}

void SimOffice::open_pipeline() {
  server::Pipeline::Options options;
  options.identity = identity_.secret_key;
  options.parcels = parcels_;
  options.token_lifetime_ms = kTokenLifetimeMs;
  if (page_rows_ != 0) {
    options.page.rows = page_rows_;
    options.page.checked_rows = kFewCheckedRows;
  }
  auto pipeline = server::Pipeline::open(*store_, clock_, entropy_, options);
  if (!pipeline) throw InvariantBroken("the pipeline opens after every crash: " + pipeline.error().en);
  pipeline_ = std::move(*pipeline);
}

void SimOffice::create(const Pack& pack) {
  open();
  const Status created = server::create_office(*store_, clock_, entropy_, "测试街道", pack, "simulation");
  if (!created) throw InvariantBroken("an office can be made: " + created.error().en);
  open_pipeline();
  id_ = pipeline_->office().record().office;
}

wire::KeyList SimOffice::keys() const {
  wire::KeyList keys;
  keys.office = id_;
  keys.identity = identity_.public_key;
  return keys;
}

RowId SimOffice::add_place(const std::string& code, const RowId* parent, const std::string& level) {
  server::OfficeWriter writer(pipeline_->office());
  std::vector<NamedValue> values{{"code", code}, {"level", level}, {"name", code}};
  if (parent != nullptr) values.emplace_back("parent", to_text(*parent));
  const auto id = writer.put("place", values);
  ensure(id.has_value() && writer.commit().has_value(), "a place is written");
  return *id;
}

wire::JoinResponse SimOffice::enrol(const std::string& name, const std::string& role, const RowId& place,
                                    const PublicKey& signing_key) {
  server::OfficeWriter writer(pipeline_->office());
  const auto person = writer.put("person", {{"name", name}});
  ensure(person.has_value(), "a person is written");
  const auto post =
      writer.put("assignment", {{"person", to_text(*person)}, {"place", to_text(place)}, {"role", role}});
  ensure(post.has_value() && writer.commit().has_value(), "an assignment is written");
  const auto codes = server::invite(pipeline_->office(), {{*person, role, place}});
  ensure(codes.has_value(), "an invitation is made");
  wire::JoinRequest request;
  request.code = codes->front();
  request.device_name = name;
  request.signing_key = signing_key;
  const auto joined = pipeline_->join(request);
  ensure(joined.has_value(), "a leader joins");
  return *joined;
}

std::optional<std::string> SimOffice::rehome(const std::string& token, const std::string& frame) {
  const auto request = wire::from_frame<wire::RehomeRequest>(frame);
  ensure(request.has_value(), "phones speak correctly");
  const auto actor = pipeline_->authenticate(token);
  const auto done = actor ? pipeline_->rehome(*actor, *request) : tl::unexpected(actor.error());
  if (done) return wire::to_frame(*done);
  trace_.say(scheduler_.now_ms(), "office", "does not make another phone: " + done.error().en);
  if (!died(done.error())) return wire::to_frame(wire::ErrorMessage{done.error()});
  power_cycle();
  return std::nullopt;
}

void SimOffice::remember_contents() {
  const auto snapshot = store_->snapshot();
  const auto actors = snapshot ? (*snapshot)->actors() : tl::unexpected(snapshot.error());
  if (!actors) return;
  for (const server::ActorRecord& actor : *actors)
    static_cast<void>((*snapshot)->each_group(actor.actor, GroupNumber{1}, actor.admitted_through, true,
                                              [&](const server::GroupRecord& group) {
                                                if (!group.is_cut())
                                                  contents_.emplace(group.digest, group.bytes);
                                                return true;
                                              }));
}

void SimOffice::remember_contents(const wire::Push& push) {
  Digest digest = push.previous;
  for (const std::string& bytes : push.groups) {
    digest = wire::chain_digest(digest, bytes);
    contents_.emplace(digest, bytes);
  }
}

const std::string& SimOffice::content(const server::GroupRecord& group) const {
  if (!group.is_cut() && !group.redacted) return group.bytes;
  const auto known = contents_.find(group.digest);
  ensure(known != contents_.end(), "a group that lost its content had some");
  return known->second;
}

std::vector<server::ErasureRecord> SimOffice::erasures() {
  std::vector<server::ErasureRecord> out;
  const auto snapshot = store_->snapshot();
  ensure(snapshot.has_value(), "the office is readable");
  const Status read = (*snapshot)->each_erasure(false, [&](const server::ErasureRecord& erasure) {
    out.push_back(erasure);
    return true;
  });
  ensure(read.has_value(), "what was erased can be read");
  return out;
}

std::size_t SimOffice::erase_all_marked() {
  remember_contents();
  std::map<RowKey, Birth> marked;
  {
    const auto snapshot = store_->snapshot();
    ensure(snapshot.has_value(), "the office is readable");
    const auto plan = pipeline_->office().newest_plan(**snapshot);
    ensure(plan.has_value(), "the office has a pack");
    const TableId residents = (*plan)->find("resident")->table->id;
    for (const auto& [digest, bytes] : contents_) {
      const auto group = wire::decode_group(bytes);
      if (!group) continue;
      for (const Op& op : group->ops)
        for (const CellWrite& write : op.cells)
          if (op.key.table == residents && tells(write.value, kCanary))
            marked[op.key] = std::max(marked[op.key], op.birth);
    }
  }
  std::vector<server::ErasureRecord> erasures;
  for (const auto& [key, birth] : marked) {
    server::ErasureRecord erasure;
    erasure.key = key;
    erasure.birth = birth;
    erasure.at_ms = clock_.wall_ms();
    erasures.push_back(std::move(erasure));
  }
  ensure(server::erase_again(pipeline_->office(), erasures).has_value(), "an erasure succeeds");
  const auto swept = server::sweep(pipeline_->office());
  ensure(swept && swept->is_done, "a sweep succeeds");
  return marked.size();
}

void SimOffice::compact(const server::CompactionOptions& options) {
  const bool is_running = compaction_.has_value();
  remember_contents();
  compaction_.emplace(pipeline_->office(), options);
  if (!is_running) step_compaction();
}

void SimOffice::step_compaction() {
  const auto more = compaction_->step();
  if (!more) {
    trace_.say(scheduler_.now_ms(), "office", "cannot compact: " + more.error().en);
    compaction_.reset();
    if (died(more.error())) power_cycle();
    return;
  }
  if (*more) {
    const std::uint64_t boot = boot_;
    scheduler_.after(kCompactEveryMs, [this, boot] {
      if (boot == boot_ && compaction_) step_compaction();
    });
    return;
  }
  const server::CompactionReport& done = compaction_->report();
  cut_groups_ += done.groups;
  forgotten_rows_ += done.deleted_rows;
  trace_.say(scheduler_.now_ms(), "office",
             "compacted to " + std::to_string(raw(done.horizon)) + ": " + std::to_string(done.feed_entries) +
                 " entries, " + std::to_string(done.deleted_rows) + " rows, " +
                 std::to_string(done.ledger_entries) + " conflicts, " + std::to_string(done.groups) +
                 " groups");
  compaction_.reset();
}

void SimOffice::power_cycle() {
  compaction_.reset();
  ++power_cycles_;
  ++boot_;
  trace_.say(scheduler_.now_ms(), "office", "power cycle");
  disk_.crash();
  pipeline_.reset();
  store_.reset();
  clock_.reboot();
  open();
  open_pipeline();
}

void SimOffice::steady() {
  if (disk_.stopped()) power_cycle();
  doom(0);
}

void SimOffice::backup() {
  if (disk_.stopped()) return;
  disk_.copy_to(backup_);
  note_audit();
  backed_up_audit_ = audit_heads_.empty() ? 0 : audit_heads_.rbegin()->first;
  const auto copied = server::read_copy(kFile, backup_.vfs_name());
  ensure(copied.has_value(), "a copy can be read");
  const Status noted = server::note_backup(*store_, *copied);
  trace_.say(scheduler_.now_ms(), "office", noted ? "backup" : "backup: " + noted.error().en);
  if (!noted && died(noted.error())) power_cycle();
}

void SimOffice::restore() {
  compaction_.reset();
  ++boot_;
  trace_.say(scheduler_.now_ms(), "office", "is put back to the last backup");
  steady();
  remember_contents();
  const std::vector<server::ErasureRecord> journal = erasures();
  Former former{pipeline_->office().actor(), {}, {}};
  {
    const auto snapshot = store_->snapshot();
    ensure(snapshot.has_value(), "the office is readable");
    const Status read = (*snapshot)->each_group(former.actor, GroupNumber{1}, GroupNumber{INT64_MAX}, true,
                                                [&](const server::GroupRecord& group) {
                                                  former.groups.emplace(group.number, content(group));
                                                  return true;
                                                });
    ensure(read.has_value(), "the office's own groups can be read");
  }
  pipeline_.reset();
  store_.reset();
  backup_.copy_to(disk_);
  clock_.reboot();
  const auto now_s = static_cast<std::uint32_t>(clock_.wall_ms() / 1000);
  ensure(server::open_incarnation(kFile, now_s, disk_.vfs_name()).has_value(), "a backup has an office");
  open();
  ensure(server::take_into_use(*store_, clock_.wall_ms()).has_value(), "a backup becomes an office");
  open_pipeline();
  audit_heads_.erase(audit_heads_.upper_bound(backed_up_audit_), audit_heads_.end());
  const Status noted =
      server::record_audit(pipeline_->office(), {server::AuditKind::restored, "clerk", {}, {}});
  ensure(noted.has_value(), "a restore is on record");
  note_audit();
  ensure(server::erase_again(pipeline_->office(), journal).has_value(), "what was erased stays so");
  ensure(server::sweep(pipeline_->office()).has_value(), "a sweep succeeds");
  const auto snapshot = store_->snapshot();
  ensure(snapshot.has_value(), "the office is readable");
  const auto own = (*snapshot)->actor(former.actor);
  ensure(own && *own, "a backup knows the office that made it");
  former.backed_up_through = (*own)->admitted_through;
  former_ = std::move(former);
}

PackVersion SimOffice::newest_pack() {
  const auto snapshot = store_->snapshot();
  ensure(snapshot.has_value(), "the office is readable");
  const auto newest = (*snapshot)->newest_pack();
  ensure(newest.has_value() && newest->has_value(), "the office has a pack");
  return **newest;
}

bool SimOffice::upgrade(const Pack& pack) {
  const auto done = server::upgrade_pack(pipeline_->office(), pack, "simulation");
  if (!done) {
    power_cycle();
    return false;
  }
  for (const Label& violation : done->violations)
    if (done->from < pack.version) throw InvariantBroken("the packs follow one another: " + violation.en);
  trace_.say(scheduler_.now_ms(), "office", "has pack " + std::to_string(raw(pack.version)));
  return true;
}

std::optional<std::string> SimOffice::pack_frame(PackVersion version) {
  const auto snapshot = store_->snapshot();
  if (!snapshot) return std::nullopt;
  const auto record = (*snapshot)->pack(version);
  if (!record || !*record) return std::nullopt;
  return (*record)->frame;
}

bool SimOffice::has_pack(PackVersion version) { return pack_frame(version).has_value(); }

std::optional<std::string> SimOffice::readmit(const std::string& frame) {
  const auto request = wire::from_frame<wire::ReadmitRequest>(frame);
  if (!request) throw InvariantBroken("phones speak correctly");
  const auto admitted = pipeline_->readmit(*request);
  trace_.say(scheduler_.now_ms(), "office",
             admitted ? "readmits" : "does not readmit: " + admitted.error().en);
  if (admitted) return wire::to_frame(*admitted);
  if (!died(admitted.error())) return wire::to_frame(wire::ErrorMessage{admitted.error()});
  power_cycle();
  return std::nullopt;
}

std::optional<std::string> SimOffice::wiped(const std::string& token, const std::string& frame) {
  const auto report = wire::from_frame<wire::WipeReport>(frame);
  ensure(report.has_value(), "phones speak correctly");
  const auto actor = pipeline_->authenticate(token);
  const auto noted = actor ? pipeline_->wiped(*actor, *report) : tl::unexpected(actor.error());
  trace_.say(scheduler_.now_ms(), "office", noted ? "hears of a wipe" : "does not: " + noted.error().en);
  if (noted) return wire::to_frame(*noted);
  if (!died(noted.error())) return wire::to_frame(wire::ErrorMessage{noted.error()});
  power_cycle();
  return std::nullopt;
}

std::optional<Result<wire::Revealed>> SimOffice::reveal(const std::string& token,
                                                        const wire::RevealRequest& request) {
  const auto actor = pipeline_->authenticate(token);
  auto revealed = actor ? pipeline_->reveal(*actor, request) : tl::unexpected(actor.error());
  trace_.say(scheduler_.now_ms(), "office", revealed ? "reveals" : "does not: " + revealed.error().en);
  if (revealed || !died(revealed.error())) return revealed;
  power_cycle();
  return std::nullopt;
}

bool SimOffice::revoke(ActorId actor) {
  const auto done = server::revoke_device(pipeline_->office(), actor, {"lost", std::nullopt});
  trace_.say(scheduler_.now_ms(), "office", done ? "revokes a phone" : "cannot: " + done.error().en);
  if (done) return true;
  if (died(done.error())) power_cycle();
  return false;
}

bool SimOffice::knows_wiped(ActorId actor) {
  const auto snapshot = store_->snapshot();
  ensure(snapshot.has_value(), "the office is readable");
  const auto record = (*snapshot)->actor(actor);
  return record && *record && (*record)->wiped_ms != 0;
}

void SimOffice::save_sightings() {
  const auto more = pipeline_->save_sightings();
  if (!more && died(more.error())) power_cycle();
}

std::optional<std::string> SimOffice::hand_over(const std::string& frame) {
  const auto brought = wire::from_frame<wire::HandOver>(frame);
  ensure(brought.has_value(), "phones speak correctly");
  auto taken = pipeline_->hand_over(*brought);
  if (taken) {
    ensure(taken->refused == 0, "phones bring what they were given");
    if (taken->returned > 0)
      trace_.say(scheduler_.now_ms(), "office",
                 "has " + std::to_string(taken->returned) + " of its own groups again, " +
                     std::to_string(taken->waiting) + " wait");
    schedule_step();
    return wire::to_frame(taken->answer);
  }
  trace_.say(scheduler_.now_ms(), "office", "cannot take parcels: " + taken.error().en);
  if (!died(taken.error())) return wire::to_frame(wire::ErrorMessage{taken.error()});
  power_cycle();
  return std::nullopt;
}

void SimOffice::receive(const std::string& token, const std::string& frame,
                        std::function<void(std::string)> reply) {
  auto request = wire::from_frame<wire::SyncRequest>(frame);
  if (!request) throw InvariantBroken("phones speak correctly");
  const auto known = pipeline_->authenticate(token);
  if (!known) {
    if (died(known.error())) return power_cycle();
    return reply(wire::to_frame(wire::ErrorMessage{known.error()}));
  }
  if (request->actor != *known) throw InvariantBroken("a token belongs to one device");
  const std::uint64_t boot = boot_;
  const auto answer = [this, boot, reply](const wire::SyncRequest& asked,
                                          const server::PushOutcome* outcome) {
    if (boot != boot_) return;
    const auto response = pipeline_->respond(asked, outcome);
    if (response)
      reply(wire::to_frame(*response));
    else if (died(response.error()))
      power_cycle();
  };
  if (!request->push) {
    answer(*request, nullptr);
    return;
  }
  remember_contents(*request->push);
  server::SyncJob job;
  job.request = std::move(*request);
  job.done = [this, answer](server::SyncJob& done, Result<server::PushOutcome> outcome) {
    if (outcome) {
      const auto asked = std::make_shared<wire::SyncRequest>(std::move(done.request));
      const auto kept = std::make_shared<server::PushOutcome>(std::move(*outcome));
      scheduler_.after(1, [answer, asked, kept] { answer(*asked, kept.get()); });
    }
  };
  if (pipeline_->submit(std::move(job))) schedule_step();
}

void SimOffice::schedule_step() {
  if (step_scheduled_) return;
  step_scheduled_ = true;
  scheduler_.after(kCommitEveryMs, [this] {
    step_scheduled_ = false;
    step();
  });
}

void SimOffice::step() {
  while (pipeline_->step()) {
  }
  if (disk_.stopped()) power_cycle();
}

}  // namespace doorstep::simulation
