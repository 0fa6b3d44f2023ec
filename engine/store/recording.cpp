#include <algorithm>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "merge/erasing.hpp"
#include "merge/fit.hpp"
#include "merge/permits.hpp"
#include "merge/writing.hpp"
#include "schema/ddl.hpp"
#include "schema/natural_key.hpp"
#include "schema/validation.hpp"
#include "store/phone_store.hpp"
#include "wire/codec.hpp"
#include "wire/row_meta.hpp"

/// From touched rows to one change group in the outbox, inside the transaction that touched them.
namespace doorstep {
namespace {

Status refuse(const Table& table, const std::string& zh, const std::string& en) {
  return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never, table.label.zh + ":" + zh,
              table.name + ": " + en);
}

bool in_key(const Table& table, ColumnId column) {
  return std::find(table.natural_key.begin(), table.natural_key.end(), column) != table.natural_key.end();
}

std::int64_t number_in(const Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number == nullptr ? 0 : *number;
}

/// Columns that merge as one cell are written together.
bool cell_differs(const TouchedRow& row, const Column& column) {
  for (std::size_t i = 0; i < row.table->columns.size(); ++i)
    if (row.table->columns[i].cell == column.cell && row.old_values[i] != row.new_values[i]) return true;
  return false;
}

}  // namespace

Status PhoneStore::record_group() {
  capture_.stop();
  if (capture_.failed())
    return fail_storage(ErrorCode::storage_failed, "a change could not be noted for want of memory");
  if (!capture_.complaint().empty())
    return fail_usage("表“" + capture_.complaint() + "”的编号(id)写错了或被改动了;编号一经登记不能改。",
                      "An id in table \"" + capture_.complaint() +
                          "\" is not canonical text, or was changed; ids never change.");
  if (capture_.uncertain()) DOORSTEP_CHECK(reread_touched());
  Group group;
  for (TouchedRow& row : capture_.rows()) {
    DOORSTEP_CHECK(restore_meta(row));
    DOORSTEP_CHECK(keep_retired(row));
    DOORSTEP_TRY(op, op_of(row));
    if (!op) continue;
    DOORSTEP_CHECK(check_columns(*op));
    DOORSTEP_CHECK(check_rights(*op));
    DOORSTEP_CHECK(keep_under(row));
    changed_tables_.insert(row.table->name);
    folding_.touch(*row.table, row.id);
    group.ops.push_back(std::move(*op));
  }
  if (group.ops.empty()) return {};
  if (group.ops.size() > limits::kGroupOps)
    return fail_usage(
        "一次保存的改动太多了,请分几次保存。",
        "One transaction may change at most " + std::to_string(limits::kGroupOps) + " rows. Split it.");
  const ClockReading reading = options_.ports.clock->read();
  const ClockState& contact = clock_.state();
  group.actor = state_.actor;
  group.number = GroupNumber{raw(last_group_) + 1};
  group.pack = written_under_ ? written_under_->version : pack_->version;
  if (written_under_) fit(*written_under_, group);
  group.clock_in_doubt = clock_.estimate(reading).in_doubt;
  group.stamp = clock_.tick(reading);
  group.office_time_ms = contact.contacted ? contact.contact_office_ms : 0;
  group.monotonic_since_ms =
      contact.contacted && !reading.boot.empty() && reading.boot == contact.contact_boot
          ? reading.monotonic_ms - contact.contact_monotonic_ms
          : -1;
  group.depends = depends_of(group);
  if (writes_personal(*pack_, group)) {
    GroupSalt& salt = group.salt.emplace();
    options_.ports.entropy->fill(salt.data(), salt.size());
  }
  const std::string bytes = wire::encode_group(group);
  if (bytes.size() > limits::kGroupBytes)
    return fail_usage(
        "一次保存的内容太大了,请分几次保存。",
        "One transaction may hold at most " + std::to_string(limits::kGroupBytes) + " bytes. Split it.");
  DOORSTEP_TRY(insert,
               writer_.cached("INSERT INTO doorstep_outbox(number, stamp, bytes) VALUES(?1, ?2, ?3)"));
  insert->bind(1, static_cast<std::int64_t>(raw(group.number)))
      .bind(2, static_cast<std::int64_t>(group.stamp.bits));
  DOORSTEP_CHECK(insert->bind_blob(3, bytes).run());
  recorded_ = std::move(group);
  return settle_folding();
}

/// Own waiting groups that this one builds on: earlier work on the same rows, and rows it refers to. Also
/// those that the office lost and has yet to judge again.
std::vector<GroupNumber> PhoneStore::depends_of(const Group& group) const {
  std::set<GroupNumber> out;
  if (pending_.empty() && beneath_.empty()) return {};
  for (const Op& op : group.ops) {
    const auto build_on = [&](const std::vector<VersionName>& names) {
      for (const VersionName& name : names)
        if (is_own(name) && name.group > state_.admitted_through) out.insert(name.group);
    };
    build_on(op.seen);
    for (const PendingIndex* index : {&pending_, &beneath_})
      for (const PendingOp& pending : index->on(op.key))
        if (pending.kind == OpKind::insert || op.birth > Birth{1}) out.insert(pending.group);
    const Table* table = pack_->find(op.key.table);
    for (const CellWrite& write : op.cells) {
      build_on(write.bases);
      const std::string* text = std::get_if<std::string>(&write.value);
      const auto id = text == nullptr ? std::nullopt : parse_row_id(*text);
      if (!id) continue;
      const Column* column = table->find(write.column);
      if (column == nullptr || !column->target) continue;
      for (const PendingIndex* index : {&pending_, &beneath_})
        for (const PendingOp& made : index->on({*column->target, *id}))
          if (made.kind == OpKind::insert) out.insert(made.group);
    }
  }
  return {out.begin(), out.end()};
}

/// After a failed statement or a rolled-back savepoint the hook has told of rows that never were.
Status PhoneStore::reread_touched() {
  for (TouchedRow& row : capture_.rows()) {
    DOORSTEP_TRY(select, writer_.cached("SELECT " + column_list(*row.table) + " FROM " +
                                        quote_name(row.table->name) + " WHERE id = ?1"));
    DOORSTEP_TRY(found, select->bind_id(1, row.id).step());
    row.exists = found;
    row.new_values.clear();
    if (!found) continue;
    const int columns = static_cast<int>(row.table->columns.size());
    for (int i = 0; i < columns; ++i) row.new_values.push_back(select->value(i));
  }
  return {};
}

Result<std::optional<Op>> PhoneStore::op_of(TouchedRow& row) {
  const auto draft = draft_ops_.find({row.table->id, row.id});
  if (!row.existed && !row.exists) return std::optional<Op>{};
  DOORSTEP_CHECK(make_canonical(row));
  if (row.existed && row.exists && row.old_values == row.new_values && draft == draft_ops_.end())
    return std::optional<Op>{};
  DOORSTEP_CHECK(check_write(row));
  DOORSTEP_TRY(before, state_before(row));
  if (!row.existed && draft == draft_ops_.end()) {
    DOORSTEP_TRY(op, insert_op(row, before));
    return std::optional<Op>(std::move(op));
  }
  if (row.exists) {
    DOORSTEP_TRY(op, update_op(row, before));
    if (op.cells.empty() && op.seen.empty()) return std::optional<Op>{};
    return std::optional<Op>(std::move(op));
  }
  DOORSTEP_CHECK(add_known_losers({row.table->id, row.id}, before));
  Op op;
  op.kind = OpKind::remove;
  op.key = {row.table->id, row.id};
  op.birth = before.birth;
  op.seen = before.heads();
  if (op.seen.size() > limits::kSeenVersions)
    return tl::unexpected(refuse(*row.table, "这条记录被改过太多次,请联系街道删除。",
                                 "too many people have edited this row; ask the office to delete it.")
                              .error());
  return std::optional<Op>(std::move(op));
}

/// Takes the row's new values with it.
Result<Op> PhoneStore::insert_op(TouchedRow& row, const RowState& before) {
  Op op;
  op.kind = OpKind::insert;
  op.key = {row.table->id, row.id};
  if (before.birth != Birth{0}) {
    op.birth = Birth{raw(before.birth) + 1};
  } else if (any_gone_) {
    DOORSTEP_TRY(
        select,
        writer_.cached("SELECT birth FROM doorstep_gone WHERE tbl = ?1 AND row = ?2 AND left_scope = 0"));
    DOORSTEP_TRY(found, select->bind(1, std::int64_t{raw(row.table->id)}).bind_id(2, row.id).step());
    op.birth = Birth{found ? static_cast<std::uint32_t>(select->integer(0)) + 1 : 1};
  }
  op.cells.reserve(row.new_values.size());
  for (std::size_t i = 0; i < row.table->columns.size(); ++i) {
    if (is_null(row.new_values[i])) continue;
    const Column& column = row.table->columns[i];
    DOORSTEP_CHECK(validate_move(*row.table, column, {}, row.new_values[i]));
    op.cells.push_back(first_write(column, std::move(row.new_values[i])));
  }
  return op;
}

Result<Op> PhoneStore::update_op(const TouchedRow& row, const RowState& before) {
  Op op;
  op.kind = OpKind::update;
  op.key = {row.table->id, row.id};
  op.birth = before.birth;
  std::map<ColumnId, CellWrite> cells;
  const auto draft = draft_ops_.find(op.key);
  if (draft != draft_ops_.end()) {
    op.birth = draft->second.birth;
    op.seen = draft->second.seen;
    // What was written after the draft was saved, or taken back, is no longer the draft's.
    for (const auto& [column, cell] : draft->second.cells)
      if (row.new_values[static_cast<std::size_t>(row.table->position(column))] == cell.shown)
        cells.emplace(column, cell.write);
  }
  for (std::size_t i = 0; row.existed && i < row.table->columns.size(); ++i) {
    const Column& column = row.table->columns[i];
    if (!cell_differs(row, column) || cells.count(column.id) != 0) continue;
    DOORSTEP_CHECK(validate_move(*row.table, column, value_in(before, column.id), row.new_values[i]));
    CellWrite write = write_over(column, before.find(column.id), row.new_values[i]);
    // What the office holds counts in what was read.
    if (column.merge == MergeKind::counter)
      write.value = number_in(row.new_values[i]) - number_in(row.old_values[i]);
    cells.emplace(column.id, std::move(write));
  }
  for (auto& [column, write] : cells) op.cells.push_back(std::move(write));
  return op;
}

Status PhoneStore::check_write(const TouchedRow& row) {
  const Table& table = *row.table;
  if (table.office_only)
    return refuse(table, "只有街道可以修改这张表。", "only the office writes this table.");
  if (row.existed && table.deletes == DeletePolicy::append_only)
    return refuse(table, "这类记录只能新增,不能修改或删除;写错了请补记一条更正。",
                  "rows are only added here; correct one with a new row that names it.");
  if (!row.exists) return {};
  DOORSTEP_CHECK(row.existed ? validate_edit(table, row.old_values, row.new_values)
                             : validate_row(table, row.new_values));
  if (table.name == kSameTable) DOORSTEP_CHECK(check_declaration(row));
  if (table.natural_key.empty()) return {};
  if (row.existed) {
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      if (in_key(table, table.columns[i].id) && row.old_values[i] != row.new_values[i])
        return refuse(table, "“" + table.columns[i].label.zh + "”一经登记不能改;写错了请新登记一条。",
                      "\"" + table.columns[i].name +
                          "\" identifies the row and never changes; register a new row instead.");
    return {};
  }
  const auto id = natural_key_id(state_.office, table, row.new_values);
  if (id != row.id)
    return refuse(table, "编号与登记内容对不上;请用 add 登记,由系统给出编号。",
                  "the id does not follow from the natural key; use add(), which derives it.");
  return {};
}

/// A set stands in its column in one order, however it was typed.
Status PhoneStore::make_canonical(TouchedRow& row) {
  for (std::size_t i = 0; row.exists && i < row.new_values.size(); ++i) {
    const Column& column = row.table->columns[i];
    Value canonical = canonical_value(column, row.new_values[i]);
    if (canonical == row.new_values[i]) continue;
    DOORSTEP_TRY(update, writer_.cached("UPDATE " + quote_name(row.table->name) + " SET " +
                                        quote_name(column.name) + " = ?2 WHERE id = ?1"));
    DOORSTEP_CHECK(update->bind_id(1, row.id).bind_value(2, canonical).run());
    row.new_values[i] = std::move(canonical);
  }
  return {};
}

/// The office holds a group that writes what its pack does not have, or no longer, or what it makes itself.
Status PhoneStore::check_columns(const Op& op) const {
  const Table& table = *pack_->find(op.key.table);
  const Table* judged_by = written_under_ ? written_under_->find(op.key.table) : &table;
  for (const CellWrite& write : op.cells) {
    const Column* column = judged_by == nullptr ? nullptr : judged_by->find(write.column);
    if (column != nullptr && !column->retired && column->mask == Mask::none) continue;
    const Column& shown = *table.find(write.column);
    if (shown.mask != Mask::none)
      return refuse(table, "“" + shown.label.zh + "”由街道生成,请不要填写。",
                    "\"" + shown.name + "\" is made by the office; leave it out.");
    if (written_under_)
      return refuse(table, "表格已更新,这张旧表单请单独保存,再填“" + shown.label.zh + "”。",
                    "the pack has changed since the form was opened; save the form by itself, then write \"" +
                        shown.name + "\".");
    return refuse(table, "“" + shown.label.zh + "”已停用,请不要再填写。",
                  "\"" + shown.name + "\" is retired; leave it out.");
  }
  if (judged_by != nullptr) return {};
  return refuse(table, "表格已更新,打开着的旧表单请单独保存。",
                "the pack has changed since the form was opened; save the form by itself.");
}

/// None when nothing can be said: she has no post, or one that this pack does not know yet.
std::optional<RoleSet> PhoneStore::roles_of_posts() const {
  RoleSet roles = 0;
  for (const std::string& name : state_.roles) {
    if (!rights_.knows(name)) return std::nullopt;
    roles |= rights_.role(name);
  }
  return roles == 0 ? std::nullopt : std::optional(roles);
}

/// The office holds what none of her posts includes, the whole group; here it can still be left out. Where
/// the row stands only the office knows for certain, so every post of hers counts.
Status PhoneStore::check_rights(const Op& op) const {
  const Verb change = op.kind == OpKind::insert ? Verb::add : Verb::edit_own;
  const auto roles = roles_of_posts();
  if (!roles || permits(rights_, *roles, change, op)) return {};
  const Table& table = *pack_->find(op.key.table);
  const CellWrite* write = too_much(rights_, *roles, change, op);
  if (write != nullptr) {
    const Column& column = *table.find(write->column);
    return refuse(table,
                  "“" + column.label.zh + "”不由您的岗位填写,请不要动这一项;需要写的,请告诉网格长或社区。",
                  "\"" + column.name +
                      "\" is not for your post to write. Leave it as it is, or tell somebody whose "
                      "post writes it.");
  }
  if (op.kind == OpKind::insert)
    return refuse(table, "您的岗位不登记这类记录,请告诉网格长或社区。",
                  "your post does not add these rows. Tell somebody whose post does.");
  return refuse(table, "您的岗位不改动这类记录,请告诉网格长或社区。",
                "your post does not change these rows. Tell somebody whose post does.");
}

/// `_meta` belongs to the canonical row beneath, whatever a REPLACE made of it.
Status PhoneStore::restore_meta(const TouchedRow& row) {
  if (!row.exists || !row.meta_moved) return {};
  DOORSTEP_TRY(update, writer_.cached(sql_of(*row.table).set_meta));
  update->bind_id(1, row.id);
  if (row.old_meta)
    update->bind_blob(2, *row.old_meta);
  else
    update->bind_null(2);
  return update->run();
}

/// A REPLACE by an app that no longer names a retired column, or never named a mask, would empty it; but it
/// keeps what it holds.
Status PhoneStore::keep_retired(TouchedRow& row) {
  if (!row.existed || !row.exists || written_under_) return {};
  for (std::size_t i = 0; i < row.table->columns.size(); ++i) {
    const Column& column = row.table->columns[i];
    const bool is_kept = column.retired || column.mask != Mask::none;
    if (!is_kept || !is_null(row.new_values[i]) || is_null(row.old_values[i])) continue;
    DOORSTEP_TRY(update, writer_.cached("UPDATE " + quote_name(row.table->name) + " SET " +
                                        quote_name(column.name) + " = ?2 WHERE id = ?1"));
    DOORSTEP_CHECK(update->bind_id(1, row.id).bind_value(2, row.old_values[i]).run());
    row.new_values[i] = row.old_values[i];
  }
  return {};
}

/// The first change of a canonical row keeps what lies beneath, so that a refusal can restore it.
Status PhoneStore::keep_under(const TouchedRow& row) {
  const RowKey key{row.table->id, row.id};
  if (!row.existed || !row.old_meta || !pending_.on(key).empty()) return {};
  DOORSTEP_TRY(canonical, wire::decode_meta(*row.table, *row.old_meta, row.old_values));
  return set_under(key, canonical);
}

}  // namespace doorstep
