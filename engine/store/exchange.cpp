#include <algorithm>
#include <utility>

#include "base/ensure.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "merge/fit.hpp"
#include "schema/ddl.hpp"
#include "store/installation.hpp"
#include "store/part_rows.hpp"
#include "store/phone_store.hpp"
#include "wire/checksum.hpp"
#include "wire/codec.hpp"
#include "wire/row_meta.hpp"

/// Requests out of the outbox, responses into verdicts, the staging area and the canonical layer.
namespace doorstep {
namespace {

// Groups with these verdicts are part of no checkpoint.
constexpr std::int64_t kHeld = static_cast<std::int64_t>(wire::VerdictKind::held);
constexpr std::int64_t kReturned = static_cast<std::int64_t>(wire::VerdictKind::returned);

std::int64_t stored(GroupNumber number) { return static_cast<std::int64_t>(raw(number)); }

Stamp largest_stamp(const RowState& row) {
  Stamp out;
  for (const Cell& cell : row.cells) out = std::max(out, cell.version.stamp);
  return out;
}

}  // namespace

Result<wire::SyncRequest> PhoneStore::next_request() {
  const std::lock_guard lock(mutex_);
  auto request = inspect([&]() -> Result<wire::SyncRequest> {
    wire::SyncRequest out;
    out.actor = state_.actor;
    out.app = options_.app.substr(0, limits::kSoftwareNameBytes);
    out.engine = DOORSTEP_VERSION;
    out.pack = state_.pack;
    out.cursor = staged_ ? staged_cursor_ : state_.cursor;
    out.included_through = state_.included_through;
    asked_ = standing();
    asked_through_ = state_.admitted_through;
    if (state_.forked)  // Rows that the other copy wrote stand under names that this one has given too.
      return fail(ErrorDomain::office, ErrorCode::actor_forked, Retry::later,
                  "这部手机的资料曾被恢复或复制过,正在另行登记,请再连一次;记录都还在。",
                  "This phone's data was restored or copied and is about to be registered anew. Try again; "
                  "everything is safe here.");
    DOORSTEP_TRY(held, held_numbers());
    out.held = std::move(held);
    DOORSTEP_TRY(push, waiting_groups());
    asked_through_ = GroupNumber{raw(asked_through_) + push.groups.size()};
    out.waiting = raw(last_group_) - raw(asked_through_);
    DOORSTEP_TRY(withdrawn, withdrawn_untold(asked_through_));
    asked_withdrawn_ = push.withdrawn = std::move(withdrawn);
    if (!push.groups.empty() || !push.withdrawn.empty()) out.push = std::move(push);
    out.check = part_to_compare();
    out.repair = out.check && differing_;
    out.carried = state_.carried_through;
    return out;
  });
  // Durable before sent: what the office acknowledges must not be forgotten by a battery pull.
  if (request && request->push && options_.durability == Durability::relaxed)
    if (Status durable = sync_log(); !durable) return tl::unexpected(durable.error());
  return request;
}

Result<wire::Push> PhoneStore::waiting_groups() {
  wire::Push push;
  push.first = GroupNumber{raw(state_.admitted_through) + 1};
  push.previous = state_.admitted_digest;
  DOORSTEP_TRY(select, writer_.cached("SELECT bytes FROM doorstep_outbox WHERE number > ?1 ORDER BY number"));
  select->bind(1, stored(state_.admitted_through));
  std::size_t bytes = 0;
  while (push.groups.size() < limits::kPushGroups && bytes < limits::kPushBytes) {
    DOORSTEP_TRY(more, select->step());
    if (!more) break;
    push.groups.emplace_back(select->blob(0));
    bytes += push.groups.back().size();
  }
  return push;
}

/// A commit at synchronous=FULL flushes all of the log before it.
Status PhoneStore::sync_log() {
  DOORSTEP_CHECK(writer_.execute("PRAGMA synchronous=FULL"));
  const Status flushed = transact([&] { return save_phone_state(writer_, state_); });
  DOORSTEP_CHECK(writer_.execute("PRAGMA synchronous=NORMAL"));
  return flushed;
}

/// Where the canonical layer stands: an answer to an older standing (another process has exchanged meanwhile)
/// may bring verdicts, but no rows.
PhoneStore::Standing PhoneStore::standing() const {
  const wire::Cursor& cursor = staged_ ? staged_cursor_ : state_.cursor;
  return {state_.actor,
          cursor.chain,
          cursor.slices.empty() ? 0 : raw(cursor.slices.front().position),
          state_.included_through,
          state_.admitted_through,
          staged_,
          state_.pack};
}

Status PhoneStore::accept(const wire::SyncResponse& response, std::string_view frame, std::int64_t sent_at_ms,
                          SyncReport& report) {
  const ClockReading received = options_.ports.clock->read();
  std::set<std::string> changed;
  {
    const std::lock_guard lock(mutex_);
    SyncReport counted = report;
    bool staging = false;
    bool forgot_kept = false;
    const Status done = transact([&]() -> Status {
      // As somebody this file no longer is, or as one of two copies.
      if (asked_.actor != state_.actor || state_.forked) return {};
      if (is_put_back(response)) {
        DOORSTEP_CHECK(follow_put_back(response, counted));
        take_contact(response, received, sent_at_ms);
        return save_phone_state(writer_, state_);
      }
      if (!response.token.empty()) state_.token = response.token;
      if (response.wipe) DOORSTEP_CHECK(take_wipe_order(*response.wipe));
      if (response.page) state_.roles = response.roles;
      const bool asked_from_here = asked_ == standing();
      DOORSTEP_CHECK(take_verdicts(response, counted));
      if (response.push == wire::PushResult::accepted) DOORSTEP_CHECK(note_told());
      // Of groups that this request did not bring the office speaks when another process of this phone has
      // brought them meanwhile, or another copy of this file. The next push tells which.
      const bool rows_fit = asked_from_here && !state_.forked && response.admitted_through <= asked_through_;
      if (rows_fit && begins_afresh(response)) DOORSTEP_CHECK(drop_stage());
      if (response.page && rows_fit && response.checkpoint)
        DOORSTEP_CHECK(install_checkpoint(response, counted));
      if (response.page && rows_fit && !response.checkpoint) {
        if (!staged_) DOORSTEP_CHECK(drop_stage());
        DOORSTEP_CHECK(stage(frame));
        staging = true;
      }
      const GroupNumber backed_up = std::min(response.backed_up_through, state_.admitted_through);
      DOORSTEP_TRY(forgot, forget_kept(backed_up));
      forgot_kept = forgot;
      DOORSTEP_CHECK(forget_withdrawn(backed_up));
      DOORSTEP_CHECK(bound_kept());
      if (response.parcels) DOORSTEP_CHECK(take_parcels(*response.parcels));
      // Also without a checkpoint: what the office returned no longer shows.
      DOORSTEP_CHECK(settle_folding());
      take_contact(response, received, sent_at_ms);
      return save_phone_state(writer_, state_);
    });
    if (!done && is_damage(done.error()))  // Of what was downloaded before: it begins again.
      DOORSTEP_CHECK(transact([&] { return drop_stage(); }));
    if (!done) return done;
    if (staging) {
      staged_ = true;
      staged_cursor_ = response.next;
    }
    if (response.checkpoint) give_room_back();
    const bool is_less =
        counted.removed_rows > report.removed_rows || counted.erased_rows > report.erased_rows;
    const bool left_late = std::exchange(late_leavers_, false);
    if (is_less || forgot_kept || left_late) empty_wal();
    report = counted;
    changed.swap(changed_tables_);
  }
  if (listener_ && !changed.empty()) listener_(changed);
  return {};
}

void PhoneStore::take_contact(const wire::SyncResponse& response, const ClockReading& received,
                              std::int64_t sent_at_ms) {
  const std::int64_t round_trip_ms = std::max<std::int64_t>(0, received.monotonic_ms - sent_at_ms);
  const std::int64_t office_ms = response.time.ms + round_trip_ms / 2;
  clock_.contact(received, office_ms, state_.largest_canonical);
  state_.clock = clock_.state();
  state_.contact_group = last_group_;
  state_.last_contact_ms = office_ms;
}

Status PhoneStore::take_verdicts(const wire::SyncResponse& response, SyncReport& report) {
  // Another process has followed the office meanwhile (follow_put_back); the next request tells.
  if (response.push == wire::PushResult::gap) return {};
  Installation work;
  GroupNumber decided = state_.admitted_through;
  for (const wire::Verdict& verdict : response.verdicts) {
    const GroupNumber last{raw(verdict.first) + verdict.count - 1};
    if (verdict.count == 0 || last > last_group_) continue;
    if (last <= state_.admitted_through) {
      DOORSTEP_CHECK(revise_verdict(verdict, work, report));
      continue;
    }
    DOORSTEP_CHECK(take_verdict(verdict, work, report));
    decided = std::max(decided, last);
  }
  DOORSTEP_CHECK(settle(work));
  DOORSTEP_CHECK(advance_chain(decided));
  // What has verdicts is the same here and there; from the next number on the two copies part.
  state_.forked = response.push == wire::PushResult::forked || response.admitted_through > last_group_;
  return {};
}

Status PhoneStore::save_verdict(const wire::Verdict& verdict) {
  DOORSTEP_TRY(update, writer_.cached("UPDATE doorstep_outbox SET verdict = ?3, reason = ?4, detail = ?5, "
                                      "admitted_stamp = ?6 WHERE number BETWEEN ?1 AND ?2"));
  const GroupNumber last{raw(verdict.first) + verdict.count - 1};
  update->bind(1, stored(verdict.first))
      .bind(2, stored(last))
      .bind(3, static_cast<std::int64_t>(verdict.kind));
  update->bind(4, static_cast<std::int64_t>(verdict.reason)).bind_text(5, verdict.detail);
  if (verdict.admitted)
    update->bind(6, static_cast<std::int64_t>(verdict.admitted->bits));
  else
    update->bind_null(6);
  return update->run();
}

/// The first verdict of groups that were pushed.
Status PhoneStore::take_verdict(const wire::Verdict& verdict, Installation& work, SyncReport& report) {
  DOORSTEP_TRY(again, count_again(verdict));
  report.sent_again += again;
  DOORSTEP_CHECK(save_verdict(verdict));
  const std::uint64_t count = verdict.count;
  report.pushed_groups += count;
  switch (verdict.kind) {
    case wire::VerdictKind::effective:
      report.effective += count;
      return {};
    case wire::VerdictKind::merged:
      report.merged += count;
      return {};
    case wire::VerdictKind::in_review:
      report.in_review += count;
      return {};
    case wire::VerdictKind::replaced:
      report.released += count;
      return {};
    case wire::VerdictKind::held:
      report.held += count;
      break;
    case wire::VerdictKind::returned:
      report.returned += count;
      break;
  }
  for (std::uint64_t number = raw(verdict.first); number < raw(verdict.first) + count; ++number) {
    if (verdict.kind == wire::VerdictKind::returned) {
      DOORSTEP_CHECK(take_back(GroupNumber{number}, work));
      DOORSTEP_CHECK(leave_withdrawn(GroupNumber{number}, report));
      continue;
    }
    DOORSTEP_TRY(held, group(GroupNumber{number}));
    if (!held) continue;
    pending_.set_held(*held, true);
    for (const Op& op : held->ops)
      if (pack_->find(op.key.table) != nullptr) work.dirty.insert(op.key);
  }
  return {};
}

Status PhoneStore::advance_chain(GroupNumber through) {
  DOORSTEP_TRY(
      select,
      writer_.cached("SELECT bytes FROM doorstep_outbox WHERE number > ?1 AND number <= ?2 ORDER BY number"));
  select->bind(1, stored(state_.admitted_through)).bind(2, stored(through));
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) break;
    state_.admitted_digest = wire::chain_digest(state_.admitted_digest, select->blob(0));
  }
  state_.admitted_through = through;
  return {};
}

Status PhoneStore::stage(std::string_view frame) {
  DOORSTEP_TRY(size, writer_.cached("SELECT COALESCE(SUM(LENGTH(frame)), 0) FROM doorstep_stage"));
  DOORSTEP_CHECK(size->step());
  if (size->integer(0) + static_cast<std::int64_t>(frame.size()) > limits::kStagedBytes)
    return fail(ErrorDomain::office, ErrorCode::too_large, Retry::later,
                "这次要下载的内容太多了,请联系街道。",
                "The download is larger than this phone stages. Tell the office.");
  DOORSTEP_TRY(insert, writer_.cached("INSERT INTO doorstep_stage(frame) VALUES(?1)"));
  return insert->bind_blob(1, frame).run();
}

/// Whether the office gave up the pull that is staged: what this phone waits for was collected meanwhile.
bool PhoneStore::begins_afresh(const wire::SyncResponse& response) const {
  return staged_ && response.page && staged_cursor_.chain != 0 &&
         response.next.chain == wire::chain_page(0, *response.page);
}

Status PhoneStore::drop_stage() {
  staged_ = false;
  return writer_.execute("DELETE FROM doorstep_stage");
}

Status PhoneStore::install_checkpoint(const wire::SyncResponse& response, SyncReport& report) {
  Installation work;
  const bool repair = response.repaired && response.checksum && wire::is_sound(response.checksum->bucket);
  if (repair) {
    DOORSTEP_TRY(before, rows_of_part(response.checksum->bucket));
    work.before_repair = std::move(before);
  }
  // A phone's first rows take the place of none.
  if (response.next.whole && state_.largest_canonical != Stamp{}) work.named.emplace();
  DOORSTEP_CHECK(release_groups(response.included_through, work));
  DOORSTEP_CHECK(stand_again(work));
  if (staged_) {
    DOORSTEP_TRY(select, writer_.cached("SELECT frame FROM doorstep_stage ORDER BY page"));
    for (;;) {
      DOORSTEP_TRY(more, select->step());
      if (!more) break;
      DOORSTEP_TRY(staged, wire::from_frame<wire::SyncResponse>(select->blob(0)));
      if (staged.page) DOORSTEP_CHECK(install_page(*staged.page, work, report));
    }
    select->reset();
    DOORSTEP_CHECK(writer_.execute("DELETE FROM doorstep_stage"));
    staged_ = false;
  }
  DOORSTEP_CHECK(install_page(*response.page, work, report));
  if (repair) DOORSTEP_CHECK(drop_strangers(*response.page, response.checksum->bucket, work));
  if (work.named) DOORSTEP_CHECK(forget_unnamed(work, report));
  DOORSTEP_CHECK(settle(work));
  state_.cursor = response.next;
  state_.cursor.whole = false;
  state_.included_through = response.included_through;
  state_.largest_canonical = std::max(state_.largest_canonical, work.largest);
  clock_.observe(work.largest);
  if (work.left_rows > 0) {
    state_.left_rows = work.left_rows;
    state_.left_ms = response.time.ms;
  }
  return compare_part(response, work, report);
}

/// Groups that the arriving state includes stop being overlays. Held ones stay above it, returned ones in the
/// list.
Status PhoneStore::release_groups(GroupNumber through, Installation& work) {
  DOORSTEP_TRY(select, writer_.cached("SELECT number, stamp, admitted_stamp, bytes FROM doorstep_outbox "
                                      "WHERE number <= ?1 AND verdict NOT IN (?2, ?3)"));
  select->bind(1, stored(through)).bind(2, kHeld).bind(3, kReturned);
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) break;
    Result<Group> released = read_group(select->blob(3));
    if (!released) continue;  // It was damaged; the office has said what it thinks of it.
    Group& group = *released;
    fit(*pack_, group);
    const Stamp stamp{static_cast<std::uint64_t>(select->integer(select->is_null(2) ? 1 : 2))};
    pending_.remove(group);
    beneath_.remove(group);
    recent_groups_.erase(group.number);
    for (const Op& op : group.ops) ++work.released_ops[op.key];
    for (const Op& op : group.ops)
      if (pack_->find(op.key.table) != nullptr) work.dirty.insert(op.key);
    work.largest = std::max(work.largest, stamp);
    const GroupNumber number = group.number;
    work.released.emplace(number,
                          Installation::Released{std::make_shared<const Group>(std::move(group)), stamp});
  }
  select->reset();
  DOORSTEP_CHECK(keep_groups(through));
  DOORSTEP_TRY(erase,
               writer_.cached("DELETE FROM doorstep_outbox WHERE number <= ?1 AND verdict NOT IN (?2, ?3)"));
  return erase->bind(1, stored(through)).bind(2, kHeld).bind(3, kReturned).run();
}

Status PhoneStore::install_page(const wire::Page& page, Installation& work, SyncReport& report) {
  for (const wire::RowSection& section : page.sections) {
    DOORSTEP_CHECK(install_section(section, work));
    report.pulled_rows += section.ids.size();
  }
  for (const wire::OwnRow& own : page.own) DOORSTEP_CHECK(install_own(own, work));
  for (const wire::GoneRow& gone : page.gone) DOORSTEP_CHECK(install_gone(gone, work));
  report.removed_rows += page.gone.size();
  report.erased_rows += page.erased;
  for (const wire::LedgerItem& item : page.ledger) DOORSTEP_CHECK(install_ledger(item, report));
  if (work.named) note_named(page, work);
  return {};
}

Status PhoneStore::install_section(const wire::RowSection& section, Installation& work) {
  const Table* table = pack_->find(section.table);
  if (table == nullptr)
    return {};  // A table of a pack this phone does not have yet: its slice restarts with the pack.
  std::vector<int> source;
  for (const Column& column : table->columns) {
    const auto at = std::find(section.columns.begin(), section.columns.end(), column.id);
    source.push_back(at == section.columns.end() ? -1 : static_cast<int>(at - section.columns.begin()));
  }
  std::vector<Value> values(table->columns.size());
  for (std::size_t row = 0; row < section.ids.size(); ++row) {
    const Value* from = section.values.data() + row * section.columns.size();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = source[i] < 0 ? Value{} : from[source[i]];
    const RowKey key{table->id, section.ids[row]};
    const std::string& meta = section.metas[row];
    const bool covered = !pending_.on(key).empty();
    const auto sole = wire::sole_version(meta);
    if (sole) work.largest = std::max(work.largest, sole->stamp);
    if (covered || !sole) {
      DOORSTEP_TRY(canonical, wire::decode_meta(*table, meta, values));
      work.largest = std::max(work.largest, largest_stamp(canonical));
      if (covered) DOORSTEP_CHECK(set_under(key, canonical));
    }
    if (covered) {
      work.dirty.insert(key);
    } else {
      DOORSTEP_CHECK(upsert_row(*table, key.row, values.data(), meta));
      if (work.dirty.erase(key) > 0) DOORSTEP_CHECK(clear_under(key));
    }
    if (any_gone_) DOORSTEP_CHECK(forget_gone(key));
  }
  return {};
}

Status PhoneStore::forget_gone(const RowKey& key) {
  DOORSTEP_TRY(erase, writer_.cached("DELETE FROM doorstep_gone WHERE tbl = ?1 AND row = ?2"));
  return erase->bind(1, std::int64_t{raw(key.table)}).bind_id(2, key.row).run();
}

Status PhoneStore::install_own(const wire::OwnRow& own, Installation& work) {
  const auto at = work.released.find(own.group);
  if (at == work.released.end() || own.op >= at->second.group->ops.size())
    return fail_storage(ErrorCode::storage_damaged, "the office names a group that is not in the outbox");
  const Op& op = at->second.group->ops[own.op];
  const Table* table = pack_->find(op.key.table);
  if (any_gone_) DOORSTEP_CHECK(forget_gone(op.key));
  // Nothing else is in the row, also when it is an edit.
  RowState canonical;
  canonical.birth = op.birth;
  overlay(*table, canonical, op, at->second.group->version_of(own.op).name, at->second.stamp);
  const std::string meta = wire::encode_meta(*table, canonical);
  if (!pending_.on(op.key).empty()) {
    work.dirty.insert(op.key);
    DOORSTEP_TRY(stored, wire::decode_meta(*table, meta, wire::values_of(*table, canonical)));
    return set_under(op.key, stored);
  }
  work.dirty.erase(op.key);
  // The table holds just what the insert wrote, unless a later own group changed it and was not taken, or the
  // row was canonical before (of an office that was put back).
  if (op.kind == OpKind::insert && work.released_ops[op.key] == 1) {
    DOORSTEP_TRY(update, writer_.cached(sql_of(*table).set_first_meta));
    DOORSTEP_CHECK(update->bind_id(1, op.key.row).bind_blob(2, meta).run());
    changed_tables_.insert(table->name);
    folding_.touch(*table, op.key.row);
    if (writer_.changes() == 1) return {};
  }
  DOORSTEP_CHECK(clear_under(op.key));
  const std::vector<Value> values = wire::values_of(*table, canonical);
  return upsert_row(*table, op.key.row, values.data(), meta);
}

Status PhoneStore::install_gone(const wire::GoneRow& gone, Installation& work) {
  const Table* table = pack_->find(gone.key.table);
  if (table == nullptr) return {};
  const bool left = gone.reason == wire::GoneReason::left_scope;
  if (left) ++work.left_rows;
  if (left) DOORSTEP_CHECK(forget_conflicts(gone.key));
  if (pending_.on(gone.key).empty() && (left || table->natural_key.empty())) {
    // Nobody asks about it again.
    if (work.dirty.erase(gone.key) > 0) DOORSTEP_CHECK(clear_under(gone.key));
    return delete_row(*table, gone.key.row);
  }
  DOORSTEP_TRY(
      insert,
      writer_.cached(
          "INSERT OR REPLACE INTO doorstep_gone(tbl, row, birth, left_scope) VALUES(?1, ?2, ?3, ?4)"));
  insert->bind(1, std::int64_t{raw(gone.key.table)}).bind_id(2, gone.key.row);
  DOORSTEP_CHECK(insert->bind(3, std::int64_t{raw(gone.birth)}).bind(4, std::int64_t{left}).run());
  any_gone_ = true;
  if (pending_.on(gone.key).empty()) {
    if (work.dirty.erase(gone.key) > 0) DOORSTEP_CHECK(clear_under(gone.key));
    return delete_row(*table, gone.key.row);
  }
  work.dirty.insert(gone.key);
  if (left) return {};  // Own waiting work keeps the row in sight until it has its verdict (settle()).
  DOORSTEP_TRY(beneath, sound_under(gone.key));
  RowState dead = beneath.value_or(RowState{});
  if (dead.birth != gone.birth) dead = RowState{gone.birth, {}, {}, {}};
  dead.deaths = {Death{{}, dead.heads()}};
  return set_under(gone.key, dead);
}

/// Of a row that she may not see any more.
Status PhoneStore::forget_conflicts(const RowKey& key) {
  DOORSTEP_TRY(erase, writer_.cached("DELETE FROM doorstep_ledger WHERE tbl = ?1 AND row = ?2"));
  return erase->bind(1, std::int64_t{raw(key.table)}).bind_id(2, key.row).run();
}

Status PhoneStore::install_ledger(const wire::LedgerItem& item, SyncReport& report) {
  if (!item.open) {
    DOORSTEP_TRY(erase, writer_.cached("DELETE FROM doorstep_ledger WHERE entry = ?1"));
    return erase->bind_id(1, item.entry).run();
  }
  DOORSTEP_TRY(select, writer_.cached("SELECT 1 FROM doorstep_ledger WHERE entry = ?1"));
  DOORSTEP_TRY(known, select->bind_id(1, item.entry).step());
  select->reset();
  if (!known) ++report.conflicts_opened;
  DOORSTEP_TRY(insert, writer_.cached("INSERT INTO doorstep_ledger(entry, tbl, row, birth, col, kind, actor, "
                                      "grp, op, stamp, round, value, base_value, "
                                      "person) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
                                      "?13, ?14) ON CONFLICT DO UPDATE SET value = excluded.value"));
  const VersionName& name = item.version.name;
  insert->bind_id(1, item.entry).bind(2, std::int64_t{raw(item.key.table)}).bind_id(3, item.key.row);
  insert->bind(4, std::int64_t{raw(item.birth)}).bind(5, std::int64_t{raw(item.column)});
  insert->bind(6, static_cast<std::int64_t>(item.kind)).bind(7, static_cast<std::int64_t>(raw(name.actor)));
  insert->bind(8, stored(name.group)).bind(9, std::int64_t{name.op});
  insert->bind(10, static_cast<std::int64_t>(item.version.stamp.bits))
      .bind(11, std::int64_t{item.version.round});
  insert->bind_value(12, item.value).bind_value(13, item.base_value).bind_text(14, item.person);
  return insert->run();
}

/// Rows that lost an overlay without a newer canonical row, and rows that are still covered.
Status PhoneStore::settle(Installation& work) {
  for (const RowKey& key : work.dirty) {
    const Table* table = pack_->find(key.table);
    ensure(table != nullptr, "pending rows belong to known tables");
    if (any_gone_ && !pending_.awaits_verdict(key)) {
      DOORSTEP_TRY(select,
                   writer_.cached("SELECT left_scope FROM doorstep_gone WHERE tbl = ?1 AND row = ?2"));
      DOORSTEP_TRY(found, select->bind(1, std::int64_t{raw(key.table)}).bind_id(2, key.row).step());
      if (found && select->integer(0) != 0) {
        select->reset();
        DOORSTEP_CHECK(clear_under(key));
        DOORSTEP_CHECK(delete_row(*table, key.row));
        late_leavers_ = true;
        continue;
      }
    }
    DOORSTEP_CHECK(show(*table, key));
    if (any_gone_ && pending_.on(key).empty()) DOORSTEP_CHECK(forget_needless_gone(*table, key));
  }
  return {};
}

}  // namespace doorstep
