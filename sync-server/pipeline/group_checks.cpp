#include <algorithm>
#include <unordered_set>

#include "base/error.hpp"
#include "merge/writing.hpp"
#include "pipeline/group_merge.hpp"
#include "schema/natural_key.hpp"
#include "schema/validation.hpp"
#include "wire/row_meta.hpp"

// What can be said about a group from the pack alone. Cells are judged as their writer wrote them, never as
// they stand after a merge: whether a group is held must not depend on what others did meanwhile.
namespace doorstep::server {
namespace {

std::string in_both(std::string_view zh, std::string_view en) {
  return std::string(zh).append(" ").append(en);
}

/// What the writer gave, in `table.columns` order; of a composite cell what it brings.
std::vector<Value> written_values(const Table& table, const Op& op) {
  std::vector<Value> values(table.columns.size());
  for (const CellWrite& write : op.cells) {
    const auto at = static_cast<std::size_t>(table.position(write.column));
    const MergeKind kind = table.columns[at].merge;
    const bool is_change = op.kind == OpKind::update && is_composite(kind) && kind != MergeKind::counter;
    values[at] = is_change ? brought_by(kind, write) : write.value;
  }
  return values;
}

/// A first write of a composite cell is the value itself, in its stored form.
bool is_well_made(const Column& column, const Op& op, const CellWrite& write) {
  if (!is_composite(column.merge)) return true;
  if (!is_sound(column.merge, write)) return false;
  return op.kind == OpKind::update || canonical_value(column, write.value) == write.value;
}

bool is_key(const Table& table, ColumnId column) {
  return std::find(table.natural_key.begin(), table.natural_key.end(), column) != table.natural_key.end();
}

}  // namespace

/// In words: the table, what the row is called where the group says so, the column.
Hold GroupMerge::hold(wire::HoldReason reason, const Table& table, const Op& op, const Column* column) const {
  std::string name;
  for (const CellWrite& write : op.cells) {
    const auto* text = std::get_if<std::string>(&write.value);
    const bool is_name = std::find(table.names.begin(), table.names.end(), write.column) != table.names.end();
    if (is_name && text != nullptr && name.empty()) name = *text;
  }
  std::string zh = table.label.zh;
  std::string en = table.label.en;
  if (!name.empty()) {
    zh += "“" + name + "”";
    en += " \"" + name + "\"";
  }
  if (column != nullptr) {
    zh += "·" + column->label.zh;
    en += ", " + column->label.en;
  }
  return {reason, in_both(zh + " /", en), std::nullopt};
}

GroupMerge::Check GroupMerge::check_ops(const PackPlan& written_under) {
  std::unordered_set<RowKey> seen;
  for (const Op& op : group_.ops) {
    const TablePlan* then = written_under.find(op.key.table);
    const TablePlan* now = work_.plan().find(op.key.table);
    if (then == nullptr || now == nullptr)
      return Hold{wire::HoldReason::invalid,
                  in_both("未知的表 /", "unknown table " + std::to_string(raw(op.key.table)))};
    if (group_.ops.size() > 1 && !seen.insert(op.key).second)
      return Hold{wire::HoldReason::invalid, in_both("同一条记录出现两次 /", "a row appears twice")};
    // Rights as they were when it was recorded, like everything else in the pack.
    if (then->table->office_only && !author_.is_office)
      return hold(wire::HoldReason::office_only, *then->table, op);
    DOORSTEP_TRY(refused, check_op(op, *then));
    if (refused) return refused;
  }
  return std::nullopt;
}

GroupMerge::Check GroupMerge::check_op(const Op& op, const TablePlan& plan) {
  const Table& table = *plan.table;
  if (raw(op.birth) == 0) return hold(wire::HoldReason::invalid, table, op);
  for (const CellWrite& write : op.cells) {
    const Column* column = table.find(write.column);
    if (column == nullptr)
      return Hold{
          wire::HoldReason::invalid,
          in_both("未知的列 /", "unknown column " + std::to_string(raw(write.column)) + " of " + table.name)};
    if (column->mask != Mask::none) return hold(wire::HoldReason::not_permitted, table, op, column);
    if (column->retired || !is_well_made(*column, op, write))
      return hold(wire::HoldReason::invalid, table, op, column);
  }
  if (op.kind == OpKind::remove) return std::nullopt;
  return check_values(op, plan);
}

GroupMerge::Check GroupMerge::check_values(const Op& op, const TablePlan& plan) {
  const Table& table = *plan.table;
  const std::vector<Value> values = written_values(table, op);
  // Of an erased row what is required may be gone.
  DOORSTEP_TRY(erasure, plan.has_personal ? work_.tx().erasure(op.key) : std::optional<ErasureRecord>{});
  const bool is_erased = erasure && op.birth <= erasure->birth;
  const bool is_whole = op.kind == OpKind::insert && !is_erased;
  const Status valid = validate_row(is_whole ? table : plan.partial, values);
  if (!valid) return Hold{wire::HoldReason::invalid, in_both(valid.error().zh, valid.error().en)};
  if (op.kind == OpKind::insert) {
    const std::optional<RowId> id = natural_key_id(work_.office().record().office, table, values);
    if (id && *id != op.key.row) return hold(wire::HoldReason::wrong_key, table, op);
    return std::nullopt;
  }
  for (const CellWrite& write : op.cells) {
    const Column* column = table.find(write.column);
    const bool may_lack = is_erased && column->personal;
    if (column->required && is_null(write.value) && !may_lack)
      return hold(wire::HoldReason::invalid, table, op, column);
  }
  return std::nullopt;
}

/// Of a row that was deleted long ago only its births are known: a delete has nothing left to do, and the
/// next registration finds nothing; whatever else was written to it cannot be placed.
std::optional<Hold> GroupMerge::check_forgotten() const {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const WorkRow& row = rows_[i];
    const Op& op = group_.ops[i];
    if (row.is_forgotten && op.kind != OpKind::remove && op.birth <= row.before.birth)
      return hold(wire::HoldReason::deleted_long_ago, *row.plan->table, op);
  }
  return std::nullopt;
}

std::optional<Hold> GroupMerge::check_keys_kept() const {
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (auto changed_key = check_key_kept(rows_[i], group_.ops[i])) return changed_key;
  return std::nullopt;
}

/// An update may repeat a natural key, never change it: the id is made of it.
std::optional<Hold> GroupMerge::check_key_kept(const WorkRow& row, const Op& op) const {
  const Table& table = *row.plan->table;
  if (op.kind != OpKind::update || table.natural_key.empty() || op.birth != row.before.birth)
    return std::nullopt;
  for (const CellWrite& write : op.cells)
    if (is_key(table, write.column) && write.value != value_in(row.before, write.column))
      return hold(wire::HoldReason::invalid, table, op, table.find(write.column));
  return std::nullopt;
}

}  // namespace doorstep::server
