#include "pipeline/erasure.hpp"

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "merge/erasing.hpp"
#include "merge/fit.hpp"
#include "pipeline/limits.hpp"
#include "pipeline/sameness.hpp"
#include "pipeline/work_row.hpp"
#include "wire/codec.hpp"
#include "wire/row_meta.hpp"

namespace doorstep::server {
namespace {

/// Rows of `table`, alive or deleted, whose `column` refers to `target`.
Result<std::vector<RowId>> all_referring(ReadSnapshot& snapshot, const Table& table, const Column& column,
                                         const RowId& target) {
  DOORSTEP_TRY(rows, snapshot.referring(table, column, target));
  DOORSTEP_TRY(dead, snapshot.dead_rows(table.id));
  for (const DeadRow& row : dead) {
    if (row.state.empty()) continue;
    DOORSTEP_TRY(state, wire::decode_row(row.state));
    if (reference_in(value_in(state, column.id)) == target) rows.push_back(row.key.row);
  }
  return rows;
}

/// Values that stood there, and in what was settled, go; open entries are closed.
Result<bool> erase_entry(OfficeTransaction& work, LedgerRecord record) {
  record.item.value = record.item.base_value = record.shown_value = record.decision = {};
  const bool was_open = !record.closed_ms;
  if (was_open) {
    record.closed_ms = work.office().now_ms();
    record.closed_by = work.office().record().name;
    record.item.open = false;
  }
  DOORSTEP_CHECK(work.tx().put_ledger(record));
  if (!was_open) return false;
  DOORSTEP_TRY(feed, work.tx().feed_of(kLedgerTable, record.item.entry));
  for (const FeedEntry& entry : feed) {
    DOORSTEP_TRY(at, work.tx().append_feed(entry));
    static_cast<void>(at);
  }
  return true;
}

Status erase_ledger(OfficeTransaction& work, const WorkRow& row) {
  DOORSTEP_TRY(records, work.tx().ledger_of(row.key, false));
  for (const LedgerRecord& record : records) {
    const Column* column = row.plan->table->find(record.item.column);
    if (column == nullptr || !column->personal) continue;
    DOORSTEP_TRY(closed, erase_entry(work, record));
    static_cast<void>(closed);
  }
  return {};
}

/// Phones that have the row are sent it again.
Status store_erased(OfficeTransaction& work, WorkRow& row) {
  WriteTransaction& tx = work.tx();
  const Table& table = *row.plan->table;
  if (!row.in_table) {
    row.after.losers.clear();  // They are in the ledger.
    return tx.put_dead({row.key, row.after.birth, wire::encode_row(row.after)});
  }
  const std::vector<Value> values = wire::values_of(table, row.after);
  std::vector<std::size_t> changed;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] != row.values[i]) changed.push_back(i);
  DOORSTEP_CHECK(tx.update_row(table, row.key.row, changed, values, wire::encode_meta(table, row.after)));
  for (const FeedEntry& entry : row.feed) {
    if (entry.kind != FeedKind::row) continue;
    DOORSTEP_TRY(at, tx.append_feed(entry));
    static_cast<void>(at);
  }
  return {};
}

/// Whether `erased` names the row, and a birth as late as this one.
template <typename Find>
Result<bool> erase_ops(const PackPlan& plan, Group& group, Find find) {
  bool found = false;
  for (Op& op : group.ops) {
    const TablePlan* table = plan.find(op.key.table);
    if (table == nullptr || !table->has_personal || op.cells.empty()) continue;
    DOORSTEP_TRY(birth, find(op.key));
    if (birth && op.birth <= *birth) found |= erase_personal(*table->table, op);
  }
  return found;
}

/// Bytes that are no group stay as they are.
template <typename Find>
Result<bool> redact_with(const PackPlan& plan, GroupRecord& record, Find find) {
  if (record.bytes.empty()) return false;
  auto group = wire::decode_group(record.bytes);
  if (!group) return false;
  DOORSTEP_TRY(found, erase_ops(plan, *group, find));
  if (!found) return false;
  group->salt.reset();
  record.bytes = wire::encode_group(*group);
  record.redacted = true;
  return true;
}

auto erased_in(ReadSnapshot& snapshot) {
  return [&snapshot](const RowKey& key) -> Result<std::optional<Birth>> {
    DOORSTEP_TRY(erasure, snapshot.erasure(key));
    if (!erasure) return std::nullopt;
    return erasure->birth;
  };
}

}  // namespace

Result<std::vector<RowKey>> rows_about(ReadSnapshot& snapshot, const PackPlan& plan, const RowKey& row) {
  std::vector<RowKey> found{row};
  std::set<RowKey> seen{row};
  const auto add = [&](TableId table, const RowId& id) {
    if (seen.insert({table, id}).second) found.push_back({table, id});
  };
  for (std::size_t at = 0; at < found.size(); ++at) {
    const RowKey key = found[at];
    const TablePlan* table = plan.find(key.table);
    if (table != nullptr && table->table->mergeable) {
      DOORSTEP_TRY(same, class_rows(snapshot, plan, key));
      for (const RowId& id : same.ids) add(key.table, id);
    }
    for (const TablePlan& other : plan.tables()) {
      const Column* subject = other.table->subject ? other.table->find(*other.table->subject) : nullptr;
      if (subject == nullptr || subject->target != key.table) continue;
      DOORSTEP_TRY(rows, all_referring(snapshot, *other.table, *subject, key.row));
      for (const RowId& id : rows) add(other.table->id, id);
    }
  }
  return found;
}

Status erase_row(OfficeTransaction& work, ErasureRecord erasure) {
  WorkRow row;
  row.plan = work.plan().find(erasure.key.table);
  row.key = erasure.key;
  if (row.plan == nullptr || !row.plan->has_personal) return {};
  DOORSTEP_CHECK(load(work.tx(), row));
  erasure.birth = std::max(erasure.birth, row.before.birth);
  if (row.known()) {
    erase_personal(*row.plan->table, row.after);
    DOORSTEP_CHECK(store_erased(work, row));
  }
  DOORSTEP_CHECK(erase_ledger(work, row));
  DOORSTEP_CHECK(work.tx().redact_reveals(*row.plan->table, row.key.row));
  work.log().clear();  // It may have groups with what they wrote.
  return work.tx().put_erasure(erasure);
}

Result<bool> take_erased_out(ReadSnapshot& snapshot, const PackPlan& plan, Group& group) {
  return erase_ops(plan, group, erased_in(snapshot));
}

Result<bool> redact(ReadSnapshot& snapshot, const PackPlan& plan, GroupRecord& record) {
  return redact_with(plan, record, erased_in(snapshot));
}

namespace {

/// Texts by which somebody can be found, as long as they are no common word.
void add_words(const Table& table, const std::vector<Value>& values, std::vector<std::string>& words) {
  constexpr std::size_t kLeastBytes = 6;  // Two Chinese characters.
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Column& column = table.columns[i];
    const auto* text = std::get_if<std::string>(&values[i]);
    const bool is_word = column.personal && column.type == ColumnType::text && column.choices.empty() &&
                         column.merge != MergeKind::text;
    if (is_word && text != nullptr && text->size() >= kLeastBytes) words.push_back(*text);
  }
}

bool mentions(const std::vector<Value>& values, const std::vector<std::string>& words) {
  return std::any_of(values.begin(), values.end(), [&](const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr && std::any_of(words.begin(), words.end(), [&](const std::string& word) {
             return text->find(word) != std::string::npos;
           });
  });
}

Result<std::vector<RowKey>> find_mentions(ReadSnapshot& snapshot, const PackPlan& plan,
                                          const std::set<RowKey>& erased,
                                          const std::vector<std::string>& words) {
  std::vector<RowKey> found;
  if (words.empty()) return found;
  std::vector<Value> values;
  for (const TablePlan& table : plan.tables())
    DOORSTEP_CHECK(snapshot.each_row(*table.table, [&](const RowId& id, const RowView& row) {
      values.clear();
      row.append_values(values);
      const RowKey key{table.table->id, id};
      if (erased.count(key) == 0 && mentions(values, words)) found.push_back(key);
      return true;
    }));
  return found;
}

Status check_request(ReadSnapshot& snapshot, const PackPlan& plan, const RowKey& key) {
  const TablePlan* table = plan.find(key.table);
  if (table == nullptr || !table->has_personal)
    return fail(ErrorDomain::usage, ErrorCode::invalid_argument, Retry::never,
                "这张表里没有标为个人信息的列,没有什么可删。",
                "No column of this table is marked as personal; there is nothing to erase.");
  DOORSTEP_TRY(row, snapshot.find_row(*table->table, key.row));
  if (row != nullptr) return {};
  DOORSTEP_TRY(dead, snapshot.dead(key));
  if (dead) return {};
  return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
              "表“" + table->table->label.zh + "”里没有这条记录。",
              "Table \"" + table->table->name + "\" has no row " + to_text(key.row) + ".");
}

}  // namespace

Result<ErasureReport> erase(Office& office, const ErasureRequest& request) {
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  DOORSTEP_CHECK(check_request(work.tx(), work.plan(), request.row));
  DOORSTEP_TRY(rows, rows_about(work.tx(), work.plan(), request.row));
  ErasureReport report;
  std::vector<std::string> words;
  for (const RowKey& key : rows) {
    WorkRow row;
    row.plan = work.plan().find(key.table);
    row.key = key;
    DOORSTEP_CHECK(load(work.tx(), row));
    if (key.table == request.row.table && row.known())
      add_words(*row.plan->table, wire::values_of(*row.plan->table, row.before), words);
    DOORSTEP_TRY(conflicts, work.tx().ledger_of(key, false));
    report.conflicts += conflicts.size();
    ErasureRecord erasure;
    erasure.key = key;
    erasure.birth = std::max(Birth{1}, row.before.birth);
    erasure.at_ms = office.now_ms();
    erasure.by = request.by;
    erasure.reason = request.reason;
    DOORSTEP_CHECK(erase_row(work, erasure));
    report.rows.push_back(std::move(erasure));
  }
  DOORSTEP_TRY(mentioned, find_mentions(work.tx(), work.plan(), {rows.begin(), rows.end()}, words));
  report.mentions = std::move(mentioned);
  if (!request.dry_run) DOORSTEP_CHECK(work.commit());
  return report;
}

Result<std::size_t> erase_again(Office& office, const std::vector<ErasureRecord>& erasures) {
  std::size_t again = 0;
  for (std::size_t at = 0; at < erasures.size();) {
    DOORSTEP_TRY(work, OfficeTransaction::begin(office));
    for (std::size_t n = 0; n < limits::kErasedRows && at < erasures.size(); ++n, ++at) {
      DOORSTEP_TRY(known, work.tx().erasure(erasures[at].key));
      if (known && erasures[at].birth <= known->birth) continue;
      ErasureRecord erasure = erasures[at];
      erasure.swept = false;
      DOORSTEP_CHECK(erase_row(work, std::move(erasure)));
      ++again;
    }
    DOORSTEP_CHECK(work.commit());
  }
  return again;
}

// --- Sweep ------------------------------------------------------------------------------------------------

Result<bool> Sweep::step() {
  switch (phase_) {
    case Phase::search:
      DOORSTEP_CHECK(search());
      break;
    case Phase::groups:
      DOORSTEP_CHECK(redact_some());
      break;
    case Phase::file:
      DOORSTEP_CHECK(clean_file());
      break;
    case Phase::note:
      DOORSTEP_CHECK(note_some());
      break;
    case Phase::done:
      break;
  }
  return phase_ != Phase::done;
}

/// Reads the whole history once, in a snapshot; nobody waits. What comes meanwhile is admitted without what
/// is erased.
Status Sweep::search() {
  DOORSTEP_TRY(snapshot, office_.store().snapshot());
  ErasedRows erased;
  DOORSTEP_CHECK(snapshot->each_erasure(true, [&](const ErasureRecord& erasure) {
    erased.emplace(erasure.key, erasure.birth);
    erasures_.push_back(erasure);
    return true;
  }));
  report_.rows = erasures_.size();
  report_.is_done = erasures_.empty();
  phase_ = erasures_.empty() ? Phase::done : Phase::groups;
  if (erasures_.empty()) return {};
  const auto find = [&](const RowKey& key) -> Result<std::optional<Birth>> {
    const auto at = erased.find(key);
    if (at == erased.end()) return std::nullopt;
    return at->second;
  };
  DOORSTEP_TRY(plan, office_.newest_plan(*snapshot));
  DOORSTEP_TRY(actors, snapshot->actors());
  for (const ActorRecord& actor : actors) {
    Status read;
    DOORSTEP_CHECK(snapshot->each_group(actor.actor, GroupNumber{0}, actor.admitted_through, true,
                                        [&](const GroupRecord& group) {
                                          GroupRecord copy = group;
                                          const auto found = redact_with(*plan, copy, find);
                                          if (!found) read = tl::unexpected(found.error());
                                          if (found && *found) groups_.push_back({group.actor, group.number});
                                          return read.has_value();
                                        }));
    DOORSTEP_CHECK(read);
  }
  return {};
}

Status Sweep::redact_some() {
  const std::size_t end = std::min(groups_.size(), at_ + limits::kRedactedGroups);
  if (at_ == end) {
    at_ = 0;
    phase_ = Phase::file;
    return {};
  }
  DOORSTEP_TRY(work, OfficeTransaction::begin(office_));
  for (; at_ < end; ++at_) {
    DOORSTEP_TRY(record, work.tx().group(groups_[at_].actor, groups_[at_].number));
    if (!record) continue;
    DOORSTEP_TRY(found, redact(work.tx(), work.plan(), *record));
    if (!found) continue;
    DOORSTEP_CHECK(work.tx().redact_group(groups_[at_], record->bytes));
    ++report_.groups;
  }
  work.log().clear();  // It may have them with what they wrote.
  return work.commit();
}

Status Sweep::clean_file() {
  DOORSTEP_TRY(is_clean, office_.store().scrub());
  phase_ = is_clean ? Phase::note : Phase::done;
  return {};
}

Status Sweep::note_some() {
  const std::size_t end = std::min(erasures_.size(), at_ + limits::kErasedRows);
  if (at_ == end) {
    report_.is_done = true;
    phase_ = Phase::done;
    return {};
  }
  DOORSTEP_TRY(work, OfficeTransaction::begin(office_));
  for (; at_ < end; ++at_) {
    DOORSTEP_TRY(now, work.tx().erasure(erasures_[at_].key));
    // Erased once more meanwhile, in a later birth: the next sweep is for that.
    if (!now || now->birth != erasures_[at_].birth) continue;
    now->swept = true;
    DOORSTEP_CHECK(work.tx().put_erasure(*now));
  }
  return work.commit();
}

Result<SweepReport> sweep(Office& office) {
  Sweep sweep(office);
  for (;;) {
    DOORSTEP_TRY(more, sweep.step());
    if (!more) return sweep.report();
  }
}

}  // namespace doorstep::server
