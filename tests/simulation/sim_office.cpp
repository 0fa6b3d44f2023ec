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

bool died(const Error& error) { return error.domain == ErrorDomain::storage; }

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

void SimOffice::note_audit() {
  const auto snapshot = store_->snapshot();
  const auto head = snapshot ? (*snapshot)->audit_head() : tl::unexpected(snapshot.error());
  if (head && head->number > 0) audit_heads_[head->number] = head->digest;
}

/// What a clerk has done is on record when she is told so.
void SimOffice::act(server::AuditKind kind, const std::string& subject, const std::function<Status()>& work) {
  note_audit();
  const std::size_t before = audit_heads_.size();
  const Status done = [&] {
    const server::Acting acting(pipeline_->office(), {kind, "clerk", subject, {}});
    return work();
  }();
  trace_.say(scheduler_.now_ms(), "office", subject + (done ? "" : ": cannot: " + done.error().en));
  if (!done) {
    if (died(done.error())) power_cycle();
    return;
  }
  note_audit();
  if (disk_.stopped()) return;
  ensure(audit_heads_.size() == before + 1, "an act is on record once");
  ++acts_;
}

std::vector<std::string> SimOffice::check_audit() {
  std::vector<std::string> wrong;
  const auto snapshot = store_->snapshot();
  ensure(snapshot.has_value(), "the office is readable");
  auto expected = audit_heads_.begin();
  const Status read = (*snapshot)->each_audit([&](const server::AuditEntry& entry) {
    if (expected == audit_heads_.end() || expected->first != entry.number) return true;
    if (expected->second != entry.digest)
      wrong.push_back("entry " + std::to_string(entry.number) + " of the audit trail is another one");
    ++expected;
    return true;
  });
  ensure(read.has_value(), "the audit trail can be read");
  if (expected != audit_heads_.end())
    wrong.push_back("the audit trail has lost entry " + std::to_string(expected->first));
  return wrong;
}

void SimOffice::decide(SeededRandom& random) {
  const auto found = server::conflicts(pipeline_->office(), true);
  if (!found || found->entries.empty()) return;
  const auto& item = found->entries[random.below(found->entries.size())].record.item;
  Decision decision;
  decision.choice = static_cast<Decision::Choice>(1 + random.below(3));
  if (decision.choice == Decision::Choice::value) decision.value = item.value;
  act(server::AuditKind::decided, "decides",
      [&] { return server::decide(pipeline_->office(), item.entry, decision); });
}

std::vector<RowId> SimOffice::households() {
  std::vector<RowId> homes;
  auto snapshot = store_->snapshot();
  if (!snapshot) return homes;
  const auto plan = pipeline_->office().newest_plan(**snapshot);
  if (!plan) return homes;
  static_cast<void>(
      (*snapshot)->each_row(*(*plan)->find("household")->table, [&](const RowId& id, const server::RowView&) {
        homes.push_back(id);
        return true;
      }));
  return homes;
}

void SimOffice::edit(SeededRandom& random) {
  const std::vector<RowId> homes = households();
  if (homes.empty()) return;
  const RowId home = homes[random.below(homes.size())];
  const Value note = "街道记" + std::to_string(random.below(100));
  act(server::AuditKind::imported, "edits", [&]() -> Status {
    server::OfficeWriter writer(pipeline_->office());
    const auto put = writer.put("household", {{"note", note}}, home);
    return put ? writer.commit() : tl::unexpected(put.error());
  });
}

void SimOffice::fold(SeededRandom& random) {
  server::Office& office = pipeline_->office();
  const std::vector<RowId> homes = households();
  std::shared_ptr<const server::PackPlan> plan;
  {
    auto snapshot = store_->snapshot();
    if (!snapshot) return;
    const auto newest = office.newest_plan(**snapshot);
    if (!newest) return;
    plan = *newest;
  }
  if (homes.empty()) return;
  const RowId one = homes[random.below(homes.size())];
  const RowId other = homes[random.below(homes.size())];
  const auto failed = [&]() -> std::optional<Error> {
    if (random.chance(400)) {
      const Status undone = server::undo_same(office, "household", one);
      return undone ? std::nullopt : std::optional(undone.error());
    }
    const auto declared = server::declare_same(office, {{plan->find("household"), one, other, {}}});
    return declared ? std::nullopt : std::optional(declared.error());
  }();
  trace_.say(scheduler_.now_ms(), "office", failed ? "cannot fold: " + failed->en : "folds");
  if (failed && died(*failed)) power_cycle();
}

void SimOffice::add_post(const RowId& person, const std::string& role, const RowId& place) {
  server::OfficeWriter writer(pipeline_->office());
  const auto post =
      writer.put("assignment", {{"person", to_text(person)}, {"place", to_text(place)}, {"role", role}});
  ensure(post.has_value() && writer.commit().has_value(), "an assignment is written");
  second_posts_.push_back(*post);
}

void SimOffice::change_role(SeededRandom& random) {
  std::vector<RowId> posts = all_posts();
  if (posts.empty()) return;
  const std::string role = random.chance(500) ? "leader" : "community_worker";
  change_post(posts[random.below(posts.size())], "role", role);
}

void SimOffice::end_post(SeededRandom& random) {
  if (second_posts_.empty()) return;
  const bool ends = random.chance(700);
  const RowId& post = second_posts_[random.below(second_posts_.size())];
  if (ends && random.chance(100)) {
    server::OfficeWriter writer(pipeline_->office());
    finish(writer, writer.remove("assignment", post), "deletes a post");
    return;
  }
  change_post(post, "ends", ends ? kOver : "2099-01-01");
}

void SimOffice::reshape(SeededRandom& random, const std::vector<RowId>& places,
                        const std::vector<RowId>& overlays) {
  const auto any = [&](const std::vector<RowId>& of) { return of[random.below(of.size())]; };
  const auto done = [](const Result<RowId>& put) -> Status {
    if (put) return {};
    return tl::unexpected(put.error());
  };
  server::OfficeWriter writer(pipeline_->office());
  const std::uint64_t dice = random.below(100);
  if (dice < 35) {
    const RowId place = any(places);
    finish(writer, done(writer.put("place", {{"parent", to_text(any(places))}}, place)), "moves a place");
  } else if (dice < 75 || overlay_rows_.empty()) {
    const RowId member = random.chance(150) ? any(overlays) : any(places);
    const auto row = writer.put(
        "place_overlay",
        {{"place", to_text(member)}, {"overlay", to_text(any(overlays))}, {"active", std::int64_t{1}}});
    if (finish(writer, done(row), "puts a place into an overlay")) overlay_rows_.push_back(*row);
  } else {
    const std::size_t at = random.below(overlay_rows_.size());
    const RowId row = overlay_rows_[at];
    overlay_rows_.erase(overlay_rows_.begin() + static_cast<std::ptrdiff_t>(at));
    const Status taken = random.chance(500)
                             ? writer.remove("place_overlay", row)
                             : done(writer.put("place_overlay", {{"active", std::int64_t{0}}}, row));
    finish(writer, taken, "takes a place out of an overlay");
  }
}

bool SimOffice::finish(server::OfficeWriter& writer, const Status& put, const std::string& what) {
  const Status done = put ? writer.commit() : put;
  trace_.say(scheduler_.now_ms(), "office", done ? what : "cannot (" + what + "): " + done.error().en);
  if (!done && died(done.error())) power_cycle();
  return done.has_value();
}

std::vector<RowId> SimOffice::all_posts() {
  std::vector<RowId> posts;
  {
    const auto snapshot = store_->snapshot();
    const auto plan =
        snapshot ? pipeline_->office().newest_plan(**snapshot) : tl::unexpected(snapshot.error());
    if (!plan) return posts;
    static_cast<void>(
        (*snapshot)->each_row(*(*plan)->assignments().table, [&](const RowId& id, const server::RowView&) {
          posts.push_back(id);
          return true;
        }));
  }
  return posts;
}

void SimOffice::change_post(const RowId& post, const std::string& column, const std::string& value) {
  server::OfficeWriter writer(pipeline_->office());
  const auto written = writer.put("assignment", {{column, value}}, post);
  const Status done = written ? writer.commit() : tl::unexpected(written.error());
  trace_.say(scheduler_.now_ms(), "office",
             done ? "changes a post: " + column + " " + value : "cannot: " + done.error().en);
  if (!done && died(done.error())) power_cycle();
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

void SimOffice::erase_marked(SeededRandom& random) {
  std::vector<RowKey> marked;
  {
    const auto snapshot = store_->snapshot();
    const auto plan =
        snapshot ? pipeline_->office().newest_plan(**snapshot) : tl::unexpected(snapshot.error());
    if (!plan) return;
    const server::TablePlan& residents = *(*plan)->find("resident");
    const auto name = static_cast<std::size_t>(residents.table->position(residents.table->find("name")->id));
    std::vector<Value> values;
    static_cast<void>(
        (*snapshot)->each_row(*residents.table, [&](const RowId& id, const server::RowView& row) {
          values.clear();
          row.append_values(values);
          if (tells(values[name], kCanary)) marked.push_back({residents.table->id, id});
          return true;
        }));
  }
  if (marked.empty()) return;
  remember_contents();
  const RowKey key = marked[random.below(marked.size())];
  const auto done = server::erase(pipeline_->office(), {key, "clerk", "asked for", false});
  const auto swept = done ? server::sweep(pipeline_->office()) : tl::unexpected(done.error());
  trace_.say(scheduler_.now_ms(), "office",
             swept ? "erases " + std::to_string(done->rows.size()) + " residents, out of " +
                         std::to_string(swept->groups) + " groups"
                   : "cannot erase: " + swept.error().en);
  if (!swept && died(swept.error())) power_cycle();
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

void SimOffice::decide_about_held(SeededRandom& random) {
  const auto listed = server::held_groups(pipeline_->office());
  if (!listed || listed->groups.empty()) return;
  const server::GroupRecord& record = listed->groups[random.below(listed->groups.size())].record;
  const server::GroupName name{record.actor, record.number};
  const server::Decider clerk{"clerk", "note"};
  const std::uint64_t dice = random.below(10);
  act(dice < 4   ? server::AuditKind::released
      : dice < 8 ? server::AuditKind::returned
                 : server::AuditKind::edited,
      "decides about " + std::to_string(serial_of(name.actor)) + "/" + std::to_string(raw(name.number)),
      [&]() -> Status {
        const auto decided = dice < 4   ? server::release_group(pipeline_->office(), name, clerk)
                             : dice < 8 ? server::return_group(pipeline_->office(), name, clerk)
                                        : server::edit_group(pipeline_->office(), name, {}, clerk);
        return decided ? Status{} : tl::unexpected(decided.error());
      });
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
