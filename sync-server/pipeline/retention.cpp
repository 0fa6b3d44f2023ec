#include "pipeline/retention.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "pipeline/limits.hpp"
#include "pipeline/sameness.hpp"
#include "pipeline/territory.hpp"
#include "pipeline/work_row.hpp"
#include "schema/validation.hpp"
#include "wire/codec.hpp"
#include "wire/row_meta.hpp"

namespace doorstep::server {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kChinaOffsetMs = 8 * 3'600'000;

/// When it is over: of a day its end, in China.
std::optional<std::int64_t> end_of(const Column& column, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  if (column.type == ColumnType::time) return parse_canonical_time(*text);
  const auto day = day_of_date(*text);
  if (!day) return std::nullopt;
  return (*day + 1) * kDayMs - kChinaOffsetMs;
}

std::int64_t last_written_ms(const RowState& row) {
  Stamp last;
  for (const Cell& cell : row.cells) {
    last = std::max(last, cell.version.stamp);
    for (const Version& version : cell.agreeing) last = std::max(last, version.stamp);
  }
  for (const Death& death : row.deaths) last = std::max(last, death.version.stamp);
  return last.ms();
}

bool has_personal(const Table& table, const std::vector<Value>& values) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (table.columns[i].personal && !is_null(values[i])) return true;
  return false;
}

std::string in_words(const Pack& pack, const Table& table, const Retention& rule) {
  const Table& other = *pack.find(rule.table);
  const std::string prefix = rule.table == table.id ? "" : other.name + '.';
  return std::to_string(rule.days) + " days after " + prefix + other.find(rule.column)->name;
}

/// The end of what rows of another table say of each row.
struct LastEnd {
  std::int64_t ms = 0;
  bool is_open = false;  ///< Some say no end yet.

  void add(const LastEnd& other) {
    ms = std::max(ms, other.ms);
    is_open |= other.is_open;
  }
};

/// Of rows that are one thing, what is said of any of them counts.
Result<std::map<RowId, LastEnd>> last_ends(ReadSnapshot& snapshot, const PackPlan& plan, const Table& table,
                                           const Retention& rule) {
  std::map<RowId, LastEnd> ends;
  const TablePlan& other = *plan.find(rule.table);
  const auto reference = static_cast<std::size_t>(other.table->position(rule.reference));
  const auto date = static_cast<std::size_t>(other.table->position(rule.column));
  std::vector<Value> values;
  DOORSTEP_CHECK(snapshot.each_row(*other.table, [&](const RowId&, const RowView& row) {
    values.clear();
    row.append_values(values);
    const auto target = reference_in(values[reference]);
    if (!target) return true;
    const auto end = end_of(other.column(date), values[date]);
    ends[*target].add({end.value_or(0), !end});
    return true;
  }));
  DOORSTEP_TRY(classes, classes_of(snapshot, plan));
  for (const SameClass& same : classes[table.id]) {
    LastEnd together;
    bool any = false;
    for (const RowId& member : same.members) {
      const auto at = ends.find(member);
      if (at == ends.end()) continue;
      together.add(at->second);
      any = true;
    }
    if (any)
      for (const RowId& member : same.members) ends[member] = together;
  }
  return ends;
}

}  // namespace

Result<bool> RetentionRun::step() {
  switch (phase_) {
    case Phase::search:
      DOORSTEP_CHECK(search());
      break;
    case Phase::rows:
      DOORSTEP_CHECK(erase_some());
      break;
    case Phase::sweep:
      DOORSTEP_CHECK(sweep_some());
      break;
    case Phase::done:
      break;
  }
  return phase_ != Phase::done;
}

/// Reads everything once, in a snapshot; nobody waits.
Status RetentionRun::search() {
  DOORSTEP_TRY(snapshot, office_.store().snapshot());
  DOORSTEP_CHECK(snapshot->each_erasure(false, [&](const ErasureRecord& erasure) {
    erased_.emplace(erasure.key, erasure.birth);
    return true;
  }));
  DOORSTEP_TRY(plan, office_.newest_plan(*snapshot));
  report_.plan = plan;
  for (const TablePlan& table : plan->tables())
    if (table.has_personal) DOORSTEP_CHECK(search_table(*snapshot, table));
  phase_ = dry_run_ ? Phase::done : Phase::rows;
  return {};
}

/// Rows that were erased before a newer pack said that more of them is personal are due as well.
Status RetentionRun::search_table(ReadSnapshot& snapshot, const TablePlan& plan) {
  const Table& table = *plan.table;
  const std::optional<Retention>& rule = table.retention;
  RetainedTable found;
  found.table = &table;
  if (rule) found.rule = in_words(report_.plan->pack(), table, *rule);
  const std::int64_t latest_ms = rule ? office_.now_ms() - rule->days * kDayMs : 0;
  const bool is_own = rule && rule->table == table.id;
  std::map<RowId, LastEnd> ends;
  if (rule && !is_own) {
    DOORSTEP_TRY(read, last_ends(snapshot, *report_.plan, table, *rule));
    ends = std::move(read);
  }
  const auto is_over = [&](const RowId& id, const RowState& state) {
    if (!rule || latest_ms < last_written_ms(state)) return false;
    const auto at = ends.find(id);
    const std::optional<std::int64_t> ended =
        is_own ? end_of(*table.find(rule->column), value_in(state, rule->column))
        : at == ends.end() || at->second.is_open ? std::nullopt
                                                 : std::optional(at->second.ms);
    return ended && *ended <= latest_ms;
  };
  const auto is_erased = [&](const RowKey& key, Birth birth) {
    const auto at = erased_.find(key);
    return at != erased_.end() && birth <= at->second;
  };
  const auto add = [&](const RowKey& key) {
    due_.push_back({key, found.rule});
    ++found.due;
  };
  Status read;
  std::vector<Value> values;
  DOORSTEP_CHECK(snapshot.each_row(table, [&](const RowId& id, const RowView& row) {
    values.clear();
    row.append_values(values);
    if (!has_personal(table, values)) return true;
    const auto state = wire::decode_meta(table, row.meta(), values);
    if (!state) {
      read = tl::unexpected(state.error());
      return false;
    }
    const RowKey key{table.id, id};
    if (is_erased(key, state->birth) || is_over(id, *state))
      add(key);
    else
      ++found.kept;
    return true;
  }));
  DOORSTEP_CHECK(read);
  // Of a deleted row no date counts but that of the delete.
  DOORSTEP_TRY(dead, snapshot.dead_rows(table.id));
  for (const DeadRow& row : dead) {
    if (row.state.empty()) continue;
    DOORSTEP_TRY(state, wire::decode_row(row.state));
    if (!has_personal(table, wire::values_of(table, state))) continue;
    if (is_erased(row.key, row.birth) || (rule && last_written_ms(state) <= latest_ms)) add(row.key);
  }
  if (rule || found.due > 0) report_.tables.push_back(std::move(found));
  return {};
}

Status RetentionRun::erase_some() {
  const std::size_t end = std::min(due_.size(), at_ + limits::kErasedRows);
  if (at_ == end) {
    phase_ = Phase::sweep;
    return {};
  }
  DOORSTEP_TRY(work, OfficeTransaction::begin(office_));
  DOORSTEP_CHECK(record(work));
  for (; at_ < end; ++at_) {
    DOORSTEP_TRY(rows, rows_about(work.tx(), work.plan(), due_[at_].key));
    for (const RowKey& key : rows) {
      DOORSTEP_TRY(before, work.tx().erasure(key));
      ErasureRecord erasure = before.value_or(ErasureRecord{});
      erasure.swept = false;
      if (!before) {
        erasure.key = key;
        erasure.at_ms = office_.now_ms();
        erasure.cause = ErasureCause::retention;
        erasure.reason = due_[at_].rule;
      }
      DOORSTEP_CHECK(erase_row(work, std::move(erasure)));
      ++report_.erased;
    }
  }
  return work.commit();
}

/// With the first rows: "visit 12, resident 3".
Status RetentionRun::record(OfficeTransaction& work) {
  if (is_recorded_) return {};
  is_recorded_ = true;
  std::string subject;
  for (const RetainedTable& table : report_.tables)
    if (table.due > 0)
      subject += (subject.empty() ? "" : ", ") + table.table->name + ' ' + std::to_string(table.due);
  return append_audit(work.tx(), office_.entropy(), office_.now_ms(),
                      {AuditKind::expired, who_, std::move(subject), {}});
}

Status RetentionRun::sweep_some() {
  DOORSTEP_TRY(more, sweep_.step());
  if (more) return {};
  report_.sweep = sweep_.report();
  phase_ = Phase::done;
  return {};
}

Result<RetentionReport> enforce_retention(Office& office, bool dry_run, std::string who) {
  RetentionRun run(office, dry_run, std::move(who));
  for (;;) {
    DOORSTEP_TRY(more, run.step());
    if (!more) return run.report();
  }
}

Result<std::map<TableId, ErasedCount>> erased_by_retention(ReadSnapshot& snapshot) {
  std::map<TableId, ErasedCount> counts;
  DOORSTEP_CHECK(snapshot.each_erasure(false, [&](const ErasureRecord& erasure) {
    if (erasure.cause != ErasureCause::retention) return true;
    ErasedCount& count = counts[erasure.key.table];
    ++count.rows;
    count.last_ms = std::max(count.last_ms, erasure.at_ms);
    return true;
  }));
  return counts;
}

}  // namespace doorstep::server
