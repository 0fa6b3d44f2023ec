#include <algorithm>

#include "base/error.hpp"
#include "base/id.hpp"
#include "pipeline/group_merge.hpp"
#include "schema/fitted.hpp"

// The ledger follows merge: what became a loser is opened, what no longer is one is closed.
namespace doorstep::server {
namespace {

bool same_entry(const Loser& a, const Loser& b) {
  return a.kind == b.kind && a.birth == b.birth && a.column == b.column &&
         a.head.version.name == b.head.version.name;
}

const Loser* find(const std::vector<Loser>& losers, const Loser& loser) {
  const auto at = std::find_if(losers.begin(), losers.end(),
                               [&](const Loser& other) { return same_entry(loser, other); });
  return at == losers.end() ? nullptr : &*at;
}

RowId entry_id(const RowId& office, const RowKey& key, const Loser& loser) {
  const VersionName& name = loser.head.version.name;
  std::string text = "ledger";
  for (const std::uint64_t part :
       {std::uint64_t{raw(key.table)}, std::uint64_t{raw(loser.birth)}, std::uint64_t{raw(loser.column)},
        static_cast<std::uint64_t>(loser.kind), raw(name.actor), raw(name.group), std::uint64_t{name.op}})
    text += '/' + std::to_string(part);
  return make_name_based_id(office, text + '/' + to_text(key.row));
}

}  // namespace

Status GroupMerge::store_ledger(const WorkRow& row, std::vector<RowId>& touched) {
  for (const Loser& loser : row.before.losers)
    if (find(row.after.losers, loser) == nullptr) DOORSTEP_CHECK(close_entry(row, loser, touched));
  for (const Loser& loser : row.after.losers) {
    // Of what a version brought to a set, less may be left than before.
    const Loser* before = find(row.before.losers, loser);
    if (before == nullptr || before->head.value != loser.head.value)
      DOORSTEP_CHECK(open_entry(row, loser, touched));
  }
  return {};
}

Status GroupMerge::open_entry(const WorkRow& row, const Loser& loser, std::vector<RowId>& touched) {
  LedgerRecord record;
  wire::LedgerItem& item = record.item;
  item.entry = entry_id(work_.office().record().office, row.key, loser);
  item.key = row.key;
  item.birth = loser.birth;
  item.column = loser.column;
  item.kind = loser.kind;
  item.version = loser.head.version;
  item.value = loser.head.value;
  item.bases = loser.head.bases;
  if (item.version.stamp == Stamp{}) {  // A text keeps no stamps.
    DOORSTEP_TRY(logged, work_.log().find(work_.tx(), item.version.name.actor, item.version.name.group));
    if (logged != nullptr) item.version.stamp = logged->admitted;
  }
  DOORSTEP_TRY(person, author_name(work_.tx(), work_.office(), work_.plan(), item.version.name.actor));
  item.person = std::move(person);
  DOORSTEP_CHECK(resolve_base(item));
  DOORSTEP_CHECK(describe_shown(row.after, record));
  record.opened_ms = work_.office().now_ms();
  touched.push_back(item.entry);
  return work_.tx().put_ledger(record);
}

Status GroupMerge::close_entry(const WorkRow& row, const Loser& loser, std::vector<RowId>& touched) {
  const RowId entry = entry_id(work_.office().record().office, row.key, loser);
  DOORSTEP_TRY(record, work_.tx().ledger_entry(entry));
  if (!record) return {};
  record->closed_ms = work_.office().now_ms();
  DOORSTEP_TRY(closer, author_name(work_.tx(), work_.office(), work_.plan(), author_.actor));
  record->closed_by = std::move(closer);
  record->decided = is_decision(row, loser);
  record->decision = value_in(row.after, loser.column);
  DOORSTEP_CHECK(describe_shown(row.before, *record));
  touched.push_back(entry);
  return work_.tx().put_ledger(*record);
}

/// Whether the group opened the next round of the loser's cell, or put the loser aside by name.
bool GroupMerge::is_decision(const WorkRow& row, const Loser& loser) const {
  for (const Op& op : group_.ops) {
    if (!(op.key == row.key)) continue;
    const std::vector<VersionName>& aside = op.seen;
    if (op.kind == OpKind::update &&
        std::find(aside.begin(), aside.end(), loser.head.version.name) != aside.end())
      return true;
    for (const CellWrite& write : op.cells)
      if (write.column == loser.column && write.round > loser.head.version.round) return true;
  }
  return false;
}

Status GroupMerge::describe_shown(const RowState& row, LedgerRecord& record) {
  const Cell* cell = row.find(record.item.column);
  record.shown_value = cell == nullptr ? Value{} : cell->value;
  record.shown_person.clear();
  if (cell == nullptr) return {};
  DOORSTEP_TRY(person, author_name(work_.tx(), work_.office(), work_.plan(), cell->version.name.actor));
  record.shown_person = std::move(person);
  return {};
}

/// What both had started from. A value that once showed has lost its bases in the row: its group has them.
Status GroupMerge::resolve_base(wire::LedgerItem& item) {
  const VersionName& name = item.version.name;
  if (item.bases.empty()) {
    DOORSTEP_TRY(logged, work_.log().find(work_.tx(), name.actor, name.group));
    const CellWrite* write = logged == nullptr ? nullptr : logged->find(name.op, item.column);
    if (write != nullptr) item.bases = write->bases;
  }
  if (item.bases.empty()) return {};
  const VersionName& base = item.bases.front();
  const Column* column = work_.plan().find(item.key.table)->table->find(item.column);
  if (column != nullptr && column->personal) {
    // Another process may have erased it, and the log here may know it from before.
    DOORSTEP_TRY(erasure, work_.tx().erasure(item.key));
    if (erasure && item.birth <= erasure->birth) return {};
  }
  DOORSTEP_TRY(logged, work_.log().find(work_.tx(), base.actor, base.group));
  const CellWrite* write = logged == nullptr ? nullptr : logged->find(base.op, item.column);
  if (write != nullptr && column != nullptr) item.base_value = fitted(*column, write->value);
  return {};
}

}  // namespace doorstep::server
