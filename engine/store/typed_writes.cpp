#include <algorithm>

#include "base/error.hpp"
#include "base/id.hpp"
#include "merge/fit.hpp"
#include "merge/writing.hpp"
#include "schema/calendar.hpp"
#include "schema/ddl.hpp"
#include "schema/fitted.hpp"
#include "schema/natural_key.hpp"
#include "schema/validation.hpp"
#include "store/phone_store.hpp"
#include "wire/row_meta.hpp"

/// add, edit, save, remove: conveniences that end in plain SQL on the synced tables, captured like any other.
namespace doorstep {
namespace {

tl::unexpected<Error> not_found(const Table& table, std::string_view what) {
  return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
              "找不到这条" + table.label.zh + "记录:" + std::string(what),
              "There is no " + table.name + " \"" + std::string(what) + "\" on this phone.");
}

tl::unexpected<Error> no_column(const Table& table, std::string_view name) {
  std::string names;
  for (const Column& column : table.columns)
    if (!column.retired) names += (names.empty() ? "" : ", ") + column.name;
  return fail_usage(
      "“" + table.label.zh + "”没有叫“" + std::string(name) + "”的栏目。可用的有:" + names + "。",
      "Table \"" + table.name + "\" has no column \"" + std::string(name) + "\". There are: " + names + ".");
}

}  // namespace

/// A statement that fails may have reported rows to the hook before.
Status PhoneStore::run_write(sql::Statement& statement) {
  Status done = statement.run();
  if (!done) capture_.doubt();
  return done;
}

/// Row values in column order; `given` tells which were named.
Result<std::vector<Value>> PhoneStore::normalized(const Table& table, const std::vector<NamedValue>& values,
                                                  std::vector<bool>& given) {
  std::vector<Value> out(table.columns.size());
  given.assign(table.columns.size(), false);
  for (const auto& [name, value] : values) {
    const Column* column = table.find(name);
    if (column == nullptr || column->retired) return no_column(table, name);
    const auto at = static_cast<std::size_t>(column - table.columns.data());
    given[at] = true;
    const std::string* text = std::get_if<std::string>(&value);
    if (column->target && text != nullptr && !text->empty()) {
      const Table* target = pack_->find(*column->target);
      DOORSTEP_TRY(id, resolve_on(writer_, *target, *text));
      out[at] = to_text(id);
    } else {
      DOORSTEP_TRY(clean, normalize(*column, value));
      out[at] = std::move(clean);
    }
  }
  return out;
}

void PhoneStore::fill_defaults(const Table& table, std::vector<Value>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!is_null(values[i]) || table.columns[i].retired) continue;
    switch (table.columns[i].default_rule) {
      case DefaultRule::none:
        break;
      case DefaultRule::constant:
        values[i] = table.columns[i].default_value;
        break;
      case DefaultRule::now:
        values[i] = format_time(now().ms);
        break;
      case DefaultRule::me:
        values[i] = to_text(state_.person);
        break;
      case DefaultRule::clock_doubt:
        values[i] = std::int64_t{now().in_doubt};
        break;
      case DefaultRule::today:
        values[i] = local_date(now().ms);
        break;
    }
  }
}

/// A column that became required after the row was registered is empty there; registering the row again is
/// held for want of it.
void PhoneStore::fill_required(const Table& table, std::vector<Value>& values, DraftOp& op) {
  std::vector<Value> filled = values;
  fill_defaults(table, filled);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!table.columns[i].required || !is_null(values[i]) || is_null(filled[i])) continue;
    values[i] = filled[i];
    op.cells.emplace(table.columns[i].id, DraftCell{first_write(table.columns[i], filled[i]), filled[i]});
  }
}

RowId PhoneStore::new_event_id() {
  std::uint8_t entropy[16];
  options_.ports.entropy->fill(entropy, sizeof entropy);
  return make_time_ordered_id(static_cast<std::uint64_t>(std::max<std::int64_t>(0, now().ms)), entropy);
}

Result<RowId> PhoneStore::add(std::string_view table_name, const std::vector<NamedValue>& named) {
  DOORSTEP_CHECK(still_open());
  DOORSTEP_TRY(table, find_table(table_name));
  std::vector<bool> given;
  DOORSTEP_TRY(values, normalized(*table, named, given));
  std::vector<Value> full = values;
  fill_defaults(*table, full);
  const auto key_id = natural_key_id(state_.office, *table, full);
  if (!key_id) {
    const RowId id = new_event_id();
    DOORSTEP_CHECK(insert_values(*table, id, full));
    return id;
  }
  DOORSTEP_TRY(select, writer_.cached("SELECT 1 FROM " + quote_name(table->name) + " WHERE id = ?1"));
  DOORSTEP_TRY(found, select->bind_id(1, *key_id).step());
  select->reset();
  if (found)
    DOORSTEP_CHECK(update_cells(*table, *key_id, values, given));
  else
    DOORSTEP_CHECK(insert_values(*table, *key_id, full));
  return *key_id;
}

Status PhoneStore::insert_values(const Table& table, const RowId& id, const std::vector<Value>& values) {
  DOORSTEP_CHECK(validate_row(table, values));
  DOORSTEP_TRY(insert, writer_.cached(sql_of(table).insert));
  insert->bind_id(1, id);
  for (std::size_t i = 0; i < values.size(); ++i) insert->bind_value(static_cast<int>(i) + 2, values[i]);
  return run_write(*insert);
}

Status PhoneStore::update_cells(const Table& table, const RowId& id, const std::vector<Value>& values,
                                const std::vector<bool>& given) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!given[i]) continue;
    DOORSTEP_TRY(update, writer_.cached("UPDATE " + quote_name(table.name) + " SET " +
                                        quote_name(table.columns[i].name) + " = ?2 WHERE id = ?1"));
    update->bind_id(1, id).bind_value(2, values[i]);
    DOORSTEP_CHECK(run_write(*update));
    if (writer_.changes() == 0) return not_found(table, to_text(id));
  }
  return {};
}

Status PhoneStore::edit(std::string_view table_name, const RowId& id, const std::vector<NamedValue>& named) {
  DOORSTEP_CHECK(still_open());
  DOORSTEP_TRY(table, find_table(table_name));
  std::vector<bool> given;
  DOORSTEP_TRY(values, normalized(*table, named, given));
  return update_cells(*table, id, values, given);
}

Status PhoneStore::remove(std::string_view table_name, const RowId& id) {
  DOORSTEP_CHECK(still_open());
  DOORSTEP_TRY(table, find_table(table_name));
  DOORSTEP_TRY(erase, writer_.cached("DELETE FROM " + quote_name(table->name) + " WHERE id = ?1"));
  erase->bind_id(1, id);
  DOORSTEP_CHECK(run_write(*erase));
  if (writer_.changes() == 0) return not_found(*table, to_text(id));
  return {};
}

Status PhoneStore::save(const Draft::Content& draft) {
  DOORSTEP_CHECK(still_open());
  if (draft.changes.empty()) return {};
  const Table* table = pack_->find(draft.key.table);
  RowState state = draft.state;  // Read under the pack of then.
  fit(*table, state);
  DraftOp op;
  op.birth = draft.state.birth;
  std::vector<Value> values(table->columns.size());
  std::vector<bool> given(table->columns.size(), false);
  for (const auto& [column, value] : draft.changes) {
    const int at = table->position(column);
    if (at < 0) continue;
    const Column& known = table->columns[static_cast<std::size_t>(at)];
    const Column& opened = *draft.table->find(column);
    const bool retired_since = known.retired && !opened.retired;
    DOORSTEP_TRY(normal, normalize(retired_since ? opened : known, value));
    const Value clean = canonical_value(known, fitted(known, std::move(normal)));
    const Cell* read = state.find(column);
    if (read != nullptr && read->value == clean) continue;
    DOORSTEP_CHECK(validate_move(*table, known, read == nullptr ? Value{} : read->value, clean));
    DraftCell cell{write_over(known, read, clean), clean};
    lineage_.rename(cell.write, draft.reader);
    if (is_composite(known.merge)) DOORSTEP_CHECK(add_to_shown(*table, draft.key.row, cell));
    if (retired_since) written_under_ = draft.pack;
    values[static_cast<std::size_t>(at)] = cell.shown;
    given[static_cast<std::size_t>(at)] = true;
    op.cells.emplace(column, std::move(cell));
  }
  if (op.cells.empty()) return {};
  DOORSTEP_TRY(select, writer_.cached("SELECT 1 FROM " + quote_name(table->name) + " WHERE id = ?1"));
  DOORSTEP_TRY(found, select->bind_id(1, draft.key.row).step());
  select->reset();
  DraftOp& saved = draft_ops_[draft.key];
  saved.birth = op.birth;
  for (auto& [column, cell] : op.cells) saved.cells[column] = cell;
  if (found) return update_cells(*table, draft.key.row, values, given);
  // Deleted while the form was open: the edit did not know, so the row comes back as the form shows it.
  std::vector<Value> full = wire::values_of(*table, state);
  for (std::size_t i = 0; i < full.size(); ++i)
    if (given[i]) full[i] = values[i];
  fill_required(*table, full, saved);
  RowState dead = draft.state;
  dead.deaths = {Death{{}, dead.heads()}};
  if (pending_.on(draft.key).empty()) DOORSTEP_CHECK(set_under(draft.key, dead));
  return insert_values(*table, draft.key.row, full);
}

/// A composite cell shows what was read, what came since, and what the draft changes.
Status PhoneStore::add_to_shown(const Table& table, const RowId& id, DraftCell& cell) {
  DOORSTEP_TRY(state, shown_state(table, id));
  const Op op{OpKind::update, {table.id, id}, state.birth, {cell.write}, {}};
  overlay(table, state, op, {state_.actor, GroupNumber{raw(last_group_) + 1}, 0}, state_.clock.last);
  if (const Cell* shown = state.find(cell.write.column)) cell.shown = shown->value;
  return {};
}

Result<Draft> PhoneStore::draft(std::string_view table_name, const RowId& id) {
  const std::lock_guard lock(mutex_);
  return inspect([&]() -> Result<Draft> {
    DOORSTEP_TRY(table, find_table(table_name));
    DOORSTEP_TRY(state, shown_state(*table, id));
    DOORSTEP_TRY(alive, lives({table->id, id}, state));
    if (!alive) return not_found(*table, to_text(id));
    auto content = std::make_shared<Draft::Content>();
    content->table = table;
    content->pack = pack_;
    content->key = {table->id, id};
    content->state = std::move(state);
    content->reader = state_.actor;
    return Draft(std::move(content));
  });
}

Result<RowId> PhoneStore::resolve(std::string_view table_name, std::string_view text) {
  const std::lock_guard lock(mutex_);
  DOORSTEP_TRY(table, find_table(table_name));
  return resolve_on(writer_, *table, text);
}

Result<RowId> PhoneStore::resolve_on(sql::Connection& connection, const Table& table, std::string_view text) {
  if (const auto id = parse_row_id(text)) return *id;
  for (const ColumnId name : table.names) {
    DOORSTEP_TRY(select, connection.cached("SELECT id FROM " + quote_name(table.name) + " WHERE " +
                                           quote_name(table.find(name)->name) + " = ?1 LIMIT 2"));
    DOORSTEP_TRY(first, select->bind_text(1, text).step());
    if (!first) continue;
    const auto id = parse_row_id(select->text(0));
    DOORSTEP_TRY(second, select->step());
    if (second)
      return fail_usage(
          "叫“" + std::string(text) + "”的" + table.label.zh + "不止一个,请改用编号(id)。",
          "More than one " + table.name + " is called \"" + std::string(text) + "\". Use its id.");
    if (id) return *id;
  }
  return not_found(table, text);
}

}  // namespace doorstep
