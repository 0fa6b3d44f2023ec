#include "pipeline/history.hpp"

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "pipeline/limits.hpp"
#include "pipeline/sameness.hpp"
#include "pipeline/work_row.hpp"
#include "schema/fitted.hpp"

namespace doorstep::server {
namespace {

tl::unexpected<Error> not_found(std::string zh, std::string en) {
  return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never, std::move(zh), std::move(en));
}

/// Walks from versions to their bases through the group log.
class Walk {
 public:
  Walk(ReadSnapshot& snapshot, Office& office, Why& why) : snapshot_(snapshot), office_(office), why_(why) {}

  Status from(const Version& version, Standing standing, const Value& value) {
    DOORSTEP_CHECK(visit(version.name, standing, &version, &value));
    return follow();
  }

  Status from_part(const VersionName& name) {
    DOORSTEP_CHECK(visit(name, Standing::part, nullptr, nullptr));
    return follow();
  }

 private:
  Status follow() {
    for (std::size_t at = 0; at < open_.size() && why_.versions.size() < limits::kWhyVersions; ++at) {
      const VersionName name = open_[at];
      DOORSTEP_CHECK(visit(name, Standing::superseded, nullptr, nullptr));
    }
    open_.clear();
    return {};
  }

  Status visit(const VersionName& name, Standing standing, const Version* version, const Value* value) {
    if (!seen_.insert(name).second) return {};
    CellVersion found;
    found.standing = standing;
    found.version.name = name;
    DOORSTEP_TRY(logged, log_.find(snapshot_, name.actor, name.group));
    const CellWrite* write = logged == nullptr ? nullptr : logged->find(name.op, why_.column->id);
    why_.is_cut |= logged != nullptr && logged->is_cut;
    if (write == nullptr && version == nullptr) return {};
    if (logged != nullptr) {
      found.version.stamp = logged->admitted;
      found.claimed_ms = logged->is_cut ? logged->admitted.ms() : logged->group.stamp.ms();
      found.clock_in_doubt = logged->group.clock_in_doubt;
      found.received_ms = logged->received_ms;
      if (name.op < logged->group.ops.size()) found.op = logged->group.ops[name.op].kind;
    }
    if (write != nullptr) {
      found.version.round = write->round;
      found.value = fitted(*why_.column, write->value);
      found.bases = write->bases;
      open_.insert(open_.end(), write->bases.begin(), write->bases.end());
    }
    if (version != nullptr) found.version = *version;
    if (value != nullptr) found.value = *value;
    DOORSTEP_CHECK(name_author(found));
    why_.versions.push_back(std::move(found));
    return {};
  }

  Status name_author(CellVersion& version) {
    const ActorId actor = version.version.name.actor;
    DOORSTEP_TRY(person, author_name(snapshot_, office_, *why_.plan, actor));
    version.person = std::move(person);
    DOORSTEP_TRY(record, snapshot_.actor(actor));
    if (record) version.device = record->device_name;
    return {};
  }

  ReadSnapshot& snapshot_;
  Office& office_;
  Why& why_;
  GroupLog log_;
  std::set<VersionName> seen_;
  std::vector<VersionName> open_;
};

Status walk_cell(Walk& walk, ReadSnapshot& snapshot, const Why& why, const RowState& state) {
  const Cell* cell = state.find(why.column->id);
  if (cell != nullptr && is_composite(why.rule)) {
    std::vector<VersionName> parts;
    cell->each_head([&](const VersionName& name) { parts.push_back(name); });
    for (const VersionName& name : parts) DOORSTEP_CHECK(walk.from_part(name));
  } else if (cell != nullptr) {
    DOORSTEP_CHECK(walk.from(cell->version, Standing::shown, cell->value));
    for (const Version& version : cell->agreeing)
      DOORSTEP_CHECK(walk.from(version, Standing::agreeing, cell->value));
  }
  DOORSTEP_TRY(ledger, snapshot.ledger_of({why.table->id, why.row}, false));
  for (const bool open : {true, false})
    for (const LedgerRecord& record : ledger)
      if (record.item.column == why.column->id && record.item.open == open)
        DOORSTEP_CHECK(walk.from(record.item.version, open ? Standing::open_loser : Standing::closed_loser,
                                 record.item.value));
  return {};
}

std::string name_of(const Table& table, const std::vector<Value>& values) {
  for (const ColumnId column : table.names) {
    const auto* text = std::get_if<std::string>(&values[static_cast<std::size_t>(table.position(column))]);
    if (text != nullptr && !text->empty()) return *text;
  }
  return {};
}

}  // namespace

Result<Why> why(Office& office, std::string_view table, const RowId& asked, std::string_view column) {
  DOORSTEP_TRY(snapshot, office.store().snapshot());
  Why why;
  DOORSTEP_TRY(plan, office.newest_plan(*snapshot));
  why.plan = plan;
  const TablePlan* table_plan = plan->find(table);
  if (table_plan == nullptr)
    return not_found("没有名为“" + std::string(table) + "”的表。",
                     "There is no table \"" + std::string(table) + "\".");
  why.table = table_plan->table;
  why.column = why.table->find(column);
  if (why.column == nullptr)
    return not_found("表“" + why.table->label.zh + "”没有名为“" + std::string(column) + "”的列。",
                     "Table \"" + why.table->name + "\" has no column \"" + std::string(column) + "\".");
  DOORSTEP_TRY(same, class_rows(*snapshot, *plan, {why.table->id, asked}));
  FoldedRow folded;
  const auto position = static_cast<std::size_t>(why.table->position(why.column->id));
  if (!same.ids.empty()) folded = fold_rows(*why.table, same.root, same.members());
  const RowId row = folded.from.empty() || folded.from[position] == RowId{} ? asked : folded.from[position];
  why.same = std::max<std::size_t>(1, same.ids.size());
  WorkRow stored;
  stored.plan = table_plan;
  stored.key = {why.table->id, row};
  DOORSTEP_CHECK(load(*snapshot, stored));
  if (!stored.known())
    return not_found("表“" + why.table->label.zh + "”里没有这条记录。",
                     "Table \"" + why.table->name + "\" has no row " + to_text(row) + ".");
  why.row = row;
  why.alive = stored.in_table;
  why.birth = stored.before.birth;
  why.shown = folded.values.empty() ? value_in(stored.before, why.column->id) : folded.values[position];
  why.rule = why.column->merge;
  DOORSTEP_TRY(erasure, snapshot->erasure(stored.key));
  const bool is_erased = erasure && why.column->personal && why.birth <= erasure->birth;
  if (is_erased) why.erasure = std::move(erasure);
  Walk walk(*snapshot, office, why);
  DOORSTEP_CHECK(walk_cell(walk, *snapshot, why, stored.before));
  std::stable_sort(why.versions.begin(), why.versions.end(), [](const CellVersion& a, const CellVersion& b) {
    const auto rank = [](Standing standing) {
      switch (standing) {
        case Standing::shown:
        case Standing::part:
          return 0;
        case Standing::agreeing:
          return 1;
        case Standing::open_loser:
          return 2;
        default:
          return 3;
      }
    };
    if (rank(a.standing) != rank(b.standing)) return rank(a.standing) < rank(b.standing);
    return b.version < a.version;
  });
  return why;
}

Result<Conflicts> conflicts(Office& office, bool open_only) {
  DOORSTEP_TRY(snapshot, office.store().snapshot());
  Conflicts found;
  DOORSTEP_TRY(plan, office.newest_plan(*snapshot));
  found.plan = plan;
  DOORSTEP_TRY(records, snapshot->ledger(open_only));
  for (LedgerRecord& record : records) {
    Conflict conflict;
    const TablePlan* table = plan->find(record.item.key.table);
    if (table == nullptr) continue;
    conflict.table = table->table;
    conflict.column = table->table->find(record.item.column);
    conflict.shown = record.shown_value;
    conflict.shown_person = record.shown_person;
    WorkRow row;
    row.plan = table;
    row.key = record.item.key;
    DOORSTEP_CHECK(load(*snapshot, row));
    if (row.in_table) conflict.row_name = name_of(*table->table, row.values);
    const Cell* cell = row.before.find(record.item.column);
    if (record.item.open && cell != nullptr) {
      conflict.shown = cell->value;
      DOORSTEP_TRY(person, author_name(*snapshot, office, *plan, cell->version.name.actor));
      conflict.shown_person = std::move(person);
    }
    conflict.record = std::move(record);
    found.entries.push_back(std::move(conflict));
  }
  return found;
}

}  // namespace doorstep::server
