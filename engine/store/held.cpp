#include "base/error.hpp"
#include "base/limits.hpp"
#include "merge/writing.hpp"
#include "schema/ddl.hpp"
#include "store/installation.hpp"
#include "store/phone_store.hpp"
#include "store/words.hpp"
#include "wire/codec.hpp"

/// Groups that the office keeps or has given back: what becomes of them, and what their holder can do.
namespace doorstep {
namespace {

constexpr std::int64_t kHeld = static_cast<std::int64_t>(wire::VerdictKind::held);
constexpr std::int64_t kReturned = static_cast<std::int64_t>(wire::VerdictKind::returned);

std::int64_t stored(GroupNumber number) { return static_cast<std::int64_t>(raw(number)); }

const char* change_name(OpKind kind) {
  switch (kind) {
    case OpKind::insert:
      return "add";
    case OpKind::update:
      return "edit";
    case OpKind::remove:
      return "remove";
  }
  return "unknown";
}

tl::unexpected<Error> not_listed(GroupNumber number) {
  const std::string which = std::to_string(raw(number));
  return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
              "第" + which + "条不在街道留着或退回的清单里。",
              "No. " + which + " is not among those the office keeps or has returned.");
}

tl::unexpected<Error> not_returned(GroupNumber number) {
  const std::string which = std::to_string(raw(number));
  return fail(ErrorDomain::usage, ErrorCode::refused, Retry::never,
              "第" + which + "条街道还留着,可能会入账;等街道退回后才能重记或不要。",
              "The office still keeps no. " + which +
                  " and may yet accept it. It can be recorded again or put away once it is returned.");
}

}  // namespace

Result<std::vector<GroupNumber>> PhoneStore::held_numbers() {
  DOORSTEP_TRY(select, writer_.cached("SELECT number FROM doorstep_outbox WHERE verdict = ?1 ORDER BY number "
                                      "LIMIT ?2"));
  select->bind(1, kHeld).bind(2, static_cast<std::int64_t>(limits::kHeldAsked));
  std::vector<GroupNumber> numbers;
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) return numbers;
    numbers.push_back(GroupNumber{static_cast<std::uint64_t>(select->integer(0))});
  }
}

/// A later verdict of a group that the office had held. Verdicts of others were told before.
Status PhoneStore::revise_verdict(const wire::Verdict& verdict, Installation& work, SyncReport& report) {
  DOORSTEP_TRY(select, writer_.cached("SELECT 1 FROM doorstep_outbox WHERE number = ?1 AND verdict = ?2"));
  DOORSTEP_TRY(listed, select->bind(1, stored(verdict.first)).bind(2, kHeld).step());
  select->reset();
  if (!listed) return {};
  DOORSTEP_CHECK(save_verdict(verdict));
  if (verdict.kind == wire::VerdictKind::held) return {};
  if (verdict.kind == wire::VerdictKind::returned) {
    ++report.returned;
    return take_back(verdict.first, work);
  }
  ++report.released;
  DOORSTEP_TRY(released, group(verdict.first));
  if (released) pending_.set_held(*released, false);
  return {};
}

/// What the group wrote no longer shows; its content stays in the outbox.
Status PhoneStore::take_back(GroupNumber number, Installation& work) {
  DOORSTEP_TRY(returned, group(number));
  if (!returned) return {};
  pending_.remove(*returned);
  beneath_.remove(*returned);
  for (const Op& op : returned->ops)
    if (pack_->find(op.key.table) != nullptr) work.dirty.insert(op.key);
  return {};
}

Result<std::vector<HeldGroup>> PhoneStore::held() {
  const std::lock_guard lock(mutex_);
  return inspect([&]() -> Result<std::vector<HeldGroup>> {
    std::vector<HeldGroup> out;
    DOORSTEP_TRY(select, writer_.cached("SELECT number, verdict, reason, detail, bytes FROM doorstep_outbox "
                                        "WHERE verdict IN (?1, ?2) ORDER BY number"));
    select->bind(1, kHeld).bind(2, kReturned);
    for (;;) {
      DOORSTEP_TRY(more, select->step());
      if (!more) return out;
      HeldGroup item;
      item.group = static_cast<std::uint64_t>(select->integer(0));
      item.returned = select->integer(1) == kReturned;
      item.detail = select->text(3);
      if (const auto group = read_group(select->blob(4))) {
        item.recorded_ms = group->stamp.ms();
        item.content = words::content(*group, *pack_);
      }
      const Label reason = wire::sentence(static_cast<wire::HoldReason>(select->integer(2)));
      item.sentence = words::held(item, {reason.zh, reason.en}, now().ms);
      out.push_back(std::move(item));
    }
  });
}

Status PhoneStore::check_listed(GroupNumber number, bool returned_only) {
  DOORSTEP_TRY(select, writer_.cached("SELECT verdict FROM doorstep_outbox WHERE number = ?1"));
  DOORSTEP_TRY(found, select->bind(1, stored(number)).step());
  const std::int64_t verdict = found ? select->integer(0) : 0;
  select->reset();
  if (verdict != kHeld && verdict != kReturned) return not_listed(number);
  if (returned_only && verdict != kReturned) return not_returned(number);
  return {};
}

Result<std::vector<HeldCell>> PhoneStore::content(GroupNumber number) {
  const std::lock_guard lock(mutex_);
  return inspect([&]() -> Result<std::vector<HeldCell>> {
    DOORSTEP_CHECK(check_listed(number, false));
    DOORSTEP_TRY(listed, group(number));
    std::vector<HeldCell> out;
    for (const Op& op : listed->ops) {
      const Table* table = pack_->find(op.key.table);
      HeldCell cell;
      cell.table = table != nullptr ? table->name : std::to_string(raw(op.key.table));
      cell.row = to_text(op.key.row);
      cell.change = change_name(op.kind);
      if (op.cells.empty()) out.push_back(cell);
      for (const CellWrite& write : op.cells) {
        const Column* column = table != nullptr ? table->find(write.column) : nullptr;
        cell.column = column != nullptr ? column->name : std::to_string(raw(write.column));
        cell.value = column != nullptr && op.kind == OpKind::update && is_composite(column->merge)
                         ? brought_by(column->merge, write)
                         : write.value;
        cell.words = words::value(column, write.value);
        out.push_back(cell);
      }
    }
    return out;
  });
}

Status PhoneStore::retry(GroupNumber number) {
  return write([&]() -> Status {
    DOORSTEP_CHECK(check_listed(number, true));
    DOORSTEP_TRY(listed, group(number));
    for (const Op& op : listed->ops) DOORSTEP_CHECK(write_again(op));
    return forget_group(number);
  });
}

Status PhoneStore::dismiss(GroupNumber number) {
  const std::lock_guard lock(mutex_);
  return transact([&]() -> Status {
    DOORSTEP_CHECK(check_listed(number, true));
    return forget_group(number);
  });
}

/// Its holder is done with it: its content is hers again, in another group or nowhere.
Status PhoneStore::forget_group(GroupNumber number) {
  recent_groups_.erase(number);
  DOORSTEP_CHECK(keep_group(number));
  DOORSTEP_CHECK(note_withdrawn(number));
  DOORSTEP_TRY(erase, writer_.cached("DELETE FROM doorstep_outbox WHERE number = ?1 AND verdict = ?2"));
  return erase->bind(1, stored(number)).bind(2, kReturned).run();
}

/// The op's content on today's row: nothing of it was ever applied, so a new row keeps its id, and others
/// that refer to it stay right.
Status PhoneStore::write_again(const Op& op) {
  const Table* table = pack_->find(op.key.table);
  if (table == nullptr)
    return fail_usage("这一条用的表已经没有了,不能重记。",
                      "The table this was recorded in is no longer there.");
  DOORSTEP_TRY(select, writer_.cached("SELECT " + column_list(*table) + " FROM " + quote_name(table->name) +
                                      " WHERE id = ?1"));
  DOORSTEP_TRY(exists, select->bind_id(1, op.key.row).step());
  std::vector<Value> shown(table->columns.size());
  for (std::size_t i = 0; exists && i < shown.size(); ++i) shown[i] = select->value(static_cast<int>(i));
  select->reset();
  if (op.kind == OpKind::remove) return exists ? remove(table->name, op.key.row) : Status{};
  std::vector<Value> values(table->columns.size());
  std::vector<bool> given(values.size(), false);
  for (const CellWrite& write : op.cells) {
    const int at = table->position(write.column);
    if (at < 0) continue;
    const auto position = static_cast<std::size_t>(at);
    values[position] = wanted_again(table->columns[position], shown[position], write);
    given[static_cast<std::size_t>(at)] = true;
  }
  if (exists) return update_cells(*table, op.key.row, values, given);
  if (op.kind == OpKind::insert) return insert_values(*table, op.key.row, values);
  return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
              "这一条改的是“" + table->label.zh +
                  "”里的一条记录,那条记录已经不在了。请先重记前面的一条,或者重新登记。",
              "It edits a " + table->name +
                  " that is not here any more. Record the earlier one again first, or "
                  "register the row anew.");
}

}  // namespace doorstep
