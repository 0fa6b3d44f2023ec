#include "pipeline/office_writer.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/limits.hpp"
#include "clock/hybrid_clock.hpp"
#include "merge/erasing.hpp"
#include "merge/writing.hpp"
#include "pipeline/erasure.hpp"
#include "pipeline/group_merge.hpp"
#include "pipeline/held_retries.hpp"
#include "pipeline/judge.hpp"
#include "pipeline/limits.hpp"
#include "schema/calendar.hpp"
#include "schema/natural_key.hpp"
#include "schema/validation.hpp"
#include "wire/codec.hpp"

namespace doorstep::server {
namespace {

/// What the office writes into a column that it was given no value for. The office is no person ("me").
Value default_of(const Column& column, std::int64_t now_ms) {
  if (column.retired) return {};
  if (column.default_rule == DefaultRule::constant) return column.default_value;
  if (column.default_rule == DefaultRule::now) return format_time(now_ms);
  if (column.default_rule == DefaultRule::today) return local_date(now_ms);
  return {};
}

/// The op that makes `row` what the office wants; none when it is so already.
std::optional<Op> op_for(const OfficeWrite& wanted, const WorkRow& row, std::int64_t now_ms) {
  const Table& table = *wanted.plan->table;
  Op op;
  op.key = row.key;
  op.birth = row.before.birth;
  if (wanted.remove) {
    if (!row.in_table) return std::nullopt;
    op.kind = OpKind::remove;
    op.seen = row.before.heads();
    return op;
  }
  std::vector<const Value*> given(table.columns.size(), nullptr);
  for (const auto& [position, value] : wanted.values) given[position] = &value;
  op.kind = row.in_table ? OpKind::update : OpKind::insert;
  if (!row.in_table) op.birth = Birth{raw(row.before.birth) + 1};
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (row.in_table) {
      if (given[i] != nullptr && canonical_value(column, *given[i]) != row.values[i])
        op.cells.push_back(write_over(column, row.before.find(column.id), *given[i]));
      continue;
    }
    Value value = given[i] != nullptr ? *given[i] : default_of(column, now_ms);
    if (!is_null(value)) op.cells.push_back(first_write(column, std::move(value)));
  }
  if (op.kind == OpKind::update && op.cells.empty()) return std::nullopt;
  return op;
}

Stamp largest_stamp(const RowState& row, Stamp largest) {
  for (const Cell& cell : row.cells) {
    largest = std::max(largest, cell.version.stamp);
    for (const Version& version : cell.agreeing) largest = std::max(largest, version.stamp);
  }
  for (const Loser& loser : row.losers) largest = std::max(largest, loser.head.version.stamp);
  for (const Death& death : row.deaths) largest = std::max(largest, death.version.stamp);
  return largest;
}

tl::unexpected<Error> refused(const Admission& admission) {
  const Label reason = wire::sentence(admission.reason);
  return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
              reason.zh + " " + admission.detail, reason.en + " " + admission.detail);
}

/// The office's own actor; in an incarnation that has none yet, a new one.
Result<ActorRecord> own_actor(OfficeTransaction& work) {
  DOORSTEP_TRY(known, work.tx().actor(work.office().actor()));
  if (known) return *std::move(known);
  ActorRecord actor;
  actor.actor = work.office().actor();
  actor.device_name = work.office().record().name;
  actor.enrolled_ms = work.office().now_ms();
  DOORSTEP_CHECK(work.tx().add_actor(actor));
  return actor;
}

}  // namespace

Status write_office_ops(OfficeTransaction& work, std::vector<Op> ops) {
  const std::int64_t now_ms = work.office().now_ms();
  DOORSTEP_TRY(actor, own_actor(work));
  Group group;
  group.actor = actor.actor;
  group.number = GroupNumber{raw(actor.admitted_through) + 1};
  group.pack = work.plan().pack().version;
  group.office_time_ms = now_ms;
  group.monotonic_since_ms = 0;
  group.ops = std::move(ops);
  DOORSTEP_CHECK(take_erased_out(work.tx(), work.plan(), group));
  Stamp floor = actor.last_stamp;
  for (const Op& op : group.ops) {
    WorkRow row;
    row.plan = work.plan().find(op.key.table);
    row.key = op.key;
    DOORSTEP_CHECK(load(work.tx(), row));
    floor = largest_stamp(row.before, floor);
  }
  group.stamp = admit(Stamp::at(now_ms), now_ms, floor);

  GroupRecord record;
  record.actor = group.actor;
  record.number = group.number;
  if (writes_personal(work.plan().pack(), group)) {
    GroupSalt& salt = group.salt.emplace();
    work.office().entropy().fill(salt.data(), salt.size());
  }
  record.bytes = wire::encode_group(group);
  if (record.bytes.size() > doorstep::limits::kGroupBytes)
    return fail(ErrorDomain::usage, ErrorCode::too_large, Retry::never, "一次写入的内容太大,已拒绝。",
                "One write of the office is too large.");
  record.digest = wire::chain_digest(actor.digest, record.bytes);
  record.received_ms = now_ms;
  const Author author{group.actor, {}, actor.last_stamp, true, false, std::nullopt};
  const std::vector<RowKey> rows = rows_of(group);
  DOORSTEP_TRY(admission, GroupMerge(work, author, now_ms).admit(std::move(group), work.plan()));
  if (admission.verdict == wire::VerdictKind::held) return refused(admission);
  record.verdict = admission.verdict;
  DOORSTEP_CHECK(work.tx().add_group(record));
  DOORSTEP_CHECK(wake_waiting(work.tx(), {record.actor, record.number}, rows));
  actor.admitted_through = record.number;
  actor.digest = record.digest;
  actor.last_stamp = std::max(actor.last_stamp, admission.stamp);
  actor.last_seen_ms = now_ms;
  return work.tx().save_progress(actor);
}

Result<WriteSummary> write_office_group(OfficeTransaction& work, const std::vector<OfficeWrite>& writes) {
  const std::int64_t now_ms = work.office().now_ms();
  std::vector<Op> ops;
  WriteSummary summary;
  for (const OfficeWrite& write : writes) {
    WorkRow row;
    row.plan = write.plan;
    row.key = {write.plan->table->id, write.row};
    DOORSTEP_CHECK(load(work.tx(), row));
    std::optional<Op> op = op_for(write, row, now_ms);
    if (!op) {
      ++summary.unchanged;
      continue;
    }
    ++(op->kind == OpKind::insert   ? summary.inserted
       : op->kind == OpKind::update ? summary.updated
                                    : summary.removed);
    ops.push_back(*std::move(op));
  }
  if (!ops.empty()) DOORSTEP_CHECK(write_office_ops(work, std::move(ops)));
  return summary;
}

Result<const TablePlan*> OfficeWriter::find_table(std::string_view table) {
  if (plan_ == nullptr) {
    DOORSTEP_TRY(snapshot, office_.store().snapshot());
    DOORSTEP_TRY(newest, office_.newest_plan(*snapshot));
    plan_ = newest;
  }
  const TablePlan* plan = plan_->find(table);
  if (plan == nullptr)
    return fail_usage("没有名为“" + std::string(table) + "”的表。",
                      "There is no table \"" + std::string(table) + "\".");
  return plan;
}

Result<RowId> OfficeWriter::put(std::string_view table, const std::vector<NamedValue>& values,
                                const std::optional<RowId>& id) {
  DOORSTEP_TRY(plan, find_table(table));
  OfficeWrite write;
  write.plan = plan;
  for (const NamedValue& named : values) {
    const Column* column = plan->table->find(named.first);
    if (column == nullptr)
      return fail_usage("表“" + plan->table->label.zh + "”没有名为“" + named.first + "”的列。",
                        "Table \"" + plan->table->name + "\" has no column \"" + named.first + "\".");
    DOORSTEP_TRY(value, normalize(*column, named.second));
    write.values.emplace_back(static_cast<std::size_t>(plan->table->position(column->id)), std::move(value));
  }
  DOORSTEP_TRY(row, choose_id(*plan, write, id));
  write.row = row;
  DOORSTEP_CHECK(buffer(std::move(write)));
  return row;
}

Result<RowId> OfficeWriter::choose_id(const TablePlan& plan, const OfficeWrite& write,
                                      const std::optional<RowId>& id) {
  if (id) return *id;
  const Table& table = *plan.table;
  const std::int64_t now_ms = office_.now_ms();
  if (!table.natural_key.empty()) {
    std::vector<Value> key(table.columns.size());
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = default_of(table.columns[i], now_ms);
    for (const auto& [position, value] : write.values) key[position] = value;
    if (const auto natural = natural_key_id(office_.record().office, table, key)) return *natural;
  }
  std::uint8_t entropy[16];
  office_.entropy().fill(entropy, sizeof entropy);
  return make_time_ordered_id(static_cast<std::uint64_t>(now_ms), entropy);
}

Status OfficeWriter::remove(std::string_view table, const RowId& id) {
  DOORSTEP_TRY(plan, find_table(table));
  return buffer({plan, id, true, {}});
}

Status OfficeWriter::buffer(OfficeWrite write) {
  const RowKey key{write.plan->table->id, write.row};
  std::size_t bytes = 64;
  for (const auto& [position, value] : write.values)
    if (const auto* text = std::get_if<std::string>(&value)) bytes += text->size();
  // A row appears once in a group.
  const bool fits = writes_.size() < limits::kOfficeGroupOps && bytes_ + bytes <= limits::kOfficeGroupBytes &&
                    keys_.count(key) == 0;
  if (!fits) DOORSTEP_CHECK(commit());
  bytes_ += bytes;
  keys_.insert(key);
  writes_.push_back(std::move(write));
  return {};
}

Status OfficeWriter::commit() {
  const std::vector<OfficeWrite> writes = std::move(writes_);
  writes_.clear();
  keys_.clear();
  bytes_ = 0;
  if (writes.empty()) return {};
  DOORSTEP_TRY(work, OfficeTransaction::begin(office_));
  // What was read and normalized by the older pack is not written under the newer one.
  if (plan_ != nullptr && plan_.get() != &work.plan())
    return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::later,
                "表格刚刚升级,这一批没有写入,请重新运行。",
                "The pack was upgraded just now; these rows were not written. Run it again.");
  DOORSTEP_TRY(done, write_office_group(work, writes));
  DOORSTEP_CHECK(work.commit());
  summary_.inserted += done.inserted;
  summary_.updated += done.updated;
  summary_.removed += done.removed;
  summary_.unchanged += done.unchanged;
  return retry_held_groups(office_);
}

}  // namespace doorstep::server
