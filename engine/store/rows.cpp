#include "base/error.hpp"
#include "merge/fit.hpp"
#include "schema/ddl.hpp"
#include "store/part_rows.hpp"
#include "store/phone_store.hpp"
#include "wire/codec.hpp"
#include "wire/row_meta.hpp"

/// Reading and writing rows in their layers: canonical beneath, held and pending above.
namespace doorstep {
namespace {

/// Decoded groups kept for overlays; the outbox has the rest.
constexpr std::size_t kRecentGroups = 256;

std::string placeholders(std::size_t count) {
  std::string out;
  for (std::size_t i = 1; i <= count; ++i) out += (i == 1 ? "?" : ",?") + std::to_string(i);
  return out;
}

}  // namespace

const PhoneStore::TableSql& PhoneStore::sql_of(const Table& table) {
  const auto at = table_sql_.find(&table);
  if (at != table_sql_.end()) return at->second;
  const std::string name = quote_name(table.name);
  const std::string columns = column_list(table);
  const std::size_t width = table.columns.size();
  TableSql sql;
  sql.select = "SELECT " + columns + ", _meta FROM " + name + " WHERE id = ?1";
  sql.insert = "INSERT INTO " + name + "(id, " + columns + ") VALUES(" + placeholders(width + 1) + ")";
  sql.upsert = "INSERT OR REPLACE INTO " + name + "(id, " + columns + ", _meta) VALUES(" +
               placeholders(width + 2) + ")";
  sql.erase = "DELETE FROM " + name + " WHERE id = ?1";
  sql.set_meta = "UPDATE " + name + " SET _meta = ?2 WHERE id = ?1";
  sql.set_first_meta = sql.set_meta + " AND _meta IS NULL";
  return table_sql_.emplace(&table, std::move(sql)).first->second;
}

Result<std::optional<RowState>> PhoneStore::under(const RowKey& key) {
  DOORSTEP_TRY(select, writer_.cached("SELECT state FROM doorstep_under WHERE tbl = ?1 AND row = ?2"));
  DOORSTEP_TRY(found, select->bind(1, std::int64_t{raw(key.table)}).bind_id(2, key.row).step());
  if (!found) return std::optional<RowState>{};
  DOORSTEP_TRY(state, wire::decode_row(select->blob(0)));
  if (const Table* table = pack_->find(key.table)) fit(*table, state);
  return std::optional<RowState>(std::move(state));
}

/// The same, where a damaged one is none.
Result<std::optional<RowState>> PhoneStore::sound_under(const RowKey& key) {
  auto beneath = under(key);
  if (!beneath && is_damage(beneath.error())) return std::optional<RowState>{};
  return beneath;
}

Status PhoneStore::set_under(const RowKey& key, const RowState& state) {
  DOORSTEP_TRY(insert,
               writer_.cached("INSERT OR REPLACE INTO doorstep_under(tbl, row, state) VALUES(?1, ?2, ?3)"));
  const std::string bytes = wire::encode_row(state);
  return insert->bind(1, std::int64_t{raw(key.table)}).bind_id(2, key.row).bind_blob(3, bytes).run();
}

Status PhoneStore::clear_under(const RowKey& key) {
  DOORSTEP_TRY(erase, writer_.cached("DELETE FROM doorstep_under WHERE tbl = ?1 AND row = ?2"));
  return erase->bind(1, std::int64_t{raw(key.table)}).bind_id(2, key.row).run();
}

Status PhoneStore::upsert_row(const Table& table, const RowId& id, const Value* values,
                              std::string_view meta) {
  DOORSTEP_TRY(insert, writer_.cached(sql_of(table).upsert));
  insert->bind_id(1, id);
  const int columns = static_cast<int>(table.columns.size());
  for (int i = 0; i < columns; ++i) insert->bind_value(i + 2, values[i]);
  if (meta.empty())
    insert->bind_null(columns + 2);
  else
    insert->bind_blob(columns + 2, meta);
  changed_tables_.insert(table.name);
  folding_.touch(table, id);
  return insert->run();
}

Status PhoneStore::delete_row(const Table& table, const RowId& id) {
  DOORSTEP_TRY(erase, writer_.cached(sql_of(table).erase));
  changed_tables_.insert(table.name);
  folding_.touch(table, id);
  return erase->bind_id(1, id).run();
}

Result<std::shared_ptr<const Group>> PhoneStore::group(GroupNumber number) {
  const auto at = recent_groups_.find(number);
  if (at != recent_groups_.end()) return at->second;
  DOORSTEP_TRY(select, writer_.cached("SELECT bytes FROM doorstep_outbox WHERE number = ?1"));
  DOORSTEP_TRY(found, select->bind(1, static_cast<std::int64_t>(raw(number))).step());
  if (!found) return std::shared_ptr<const Group>{};
  Result<Group> read = read_group(select->blob(0));
  if (!read) return std::shared_ptr<const Group>{};  // Damaged: it is sent as it is, and held.
  Group& decoded = *read;
  fit(*pack_, decoded);
  if (recent_groups_.size() >= kRecentGroups) recent_groups_.erase(recent_groups_.begin());
  return recent_groups_.emplace(number, std::make_shared<const Group>(std::move(decoded))).first->second;
}

Status PhoneStore::overlay_pending(const Table& table, const RowKey& key, RowState& state, Overlay which) {
  for (const PendingOp& pending : pending_.on(key)) {
    if (which == Overlay::without_held_edits && pending.held && pending.kind != OpKind::insert) continue;
    DOORSTEP_TRY(group_of, group(pending.group));
    if (!group_of) continue;
    const Version version = group_of->version_of(pending.op);
    overlay(table, state, group_of->ops[pending.op], version.name, version.stamp);
  }
  return {};
}

/// The row in its table with its canonical versions; nullopt when it is not there.
Result<std::optional<RowState>> PhoneStore::read_row(const Table& table, const RowId& id) {
  DOORSTEP_TRY(select, writer_.cached(sql_of(table).select));
  DOORSTEP_TRY(found, select->bind_id(1, id).step());
  if (!found) return std::optional<RowState>{};
  const int columns = static_cast<int>(table.columns.size());
  if (select->is_null(columns)) return std::optional<RowState>(RowState{});
  std::vector<Value> values;
  for (int i = 0; i < columns; ++i) values.push_back(select->value(i));
  DOORSTEP_TRY(state, wire::decode_meta(table, select->blob(columns), values));
  return std::optional<RowState>(std::move(state));
}

/// The row with versions as its user sees it: canonical, then what is held or pending.
Result<RowState> PhoneStore::shown_state(const Table& table, const RowId& id) {
  const RowKey key{table.id, id};
  DOORSTEP_TRY(beneath, under(key));
  RowState state;
  if (beneath) {
    state = std::move(*beneath);
  } else {
    DOORSTEP_TRY(row, read_row(table, id));
    if (row) state = std::move(*row);
  }
  DOORSTEP_CHECK(overlay_pending(table, key, state, Overlay::all));
  return state;
}

/// The same for a row that the running transaction has already changed. What the office holds is no base: a
/// correction is a new attempt on the row beneath.
Result<RowState> PhoneStore::state_before(const TouchedRow& row) {
  const RowKey key{row.table->id, row.id};
  RowState state;
  if (pending_.on(key).empty()) {
    if (!row.existed || !row.old_meta) return state;
    return wire::decode_meta(*row.table, *row.old_meta, row.old_values);
  }
  DOORSTEP_TRY(beneath, under(key));
  if (beneath) state = std::move(*beneath);
  DOORSTEP_CHECK(overlay_pending(*row.table, key, state, Overlay::without_held_edits));
  return state;
}

/// Open losers of the row that this phone has been told of: a delete has seen them too.
Status PhoneStore::add_known_losers(const RowKey& key, RowState& state) {
  DOORSTEP_TRY(
      select,
      writer_.cached("SELECT birth, col, kind, actor, grp, op, stamp, round, value FROM doorstep_ledger "
                     "WHERE tbl = ?1 AND row = ?2"));
  select->bind(1, std::int64_t{raw(key.table)}).bind_id(2, key.row);
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) return {};
    Loser loser;
    loser.birth = Birth{static_cast<std::uint32_t>(select->integer(0))};
    loser.column = ColumnId{static_cast<std::uint32_t>(select->integer(1))};
    loser.kind = static_cast<LoserKind>(select->integer(2));
    loser.head.version.name = {ActorId{static_cast<std::uint64_t>(select->integer(3))},
                               GroupNumber{static_cast<std::uint64_t>(select->integer(4))},
                               static_cast<std::uint32_t>(select->integer(5))};
    loser.head.version.stamp.bits = static_cast<std::uint64_t>(select->integer(6));
    loser.head.version.round = static_cast<std::uint32_t>(select->integer(7));
    loser.head.value = select->value(8);
    state.losers.push_back(std::move(loser));
  }
}

/// Open losers are heads too: a delete may not have seen one of them. Of a delete without a name
/// (install_gone) the office itself has said that it took the row away.
Result<bool> PhoneStore::lives(const RowKey& key, const RowState& state) {
  if (state.deaths.empty() || state.alive()) return state.alive();
  if (state.deaths.front().version.name == VersionName{}) return false;
  RowState with_losers = state;
  DOORSTEP_CHECK(add_known_losers(key, with_losers));
  return with_losers.alive();
}

/// Makes the table show what the layers say. What is damaged is left to the next comparison with the office:
/// it must not stand in the way of that. With nothing above it, the canonical row is shown and its copy
/// beneath goes.
Status PhoneStore::show(const Table& table, const RowKey& key) {
  auto kept = under(key);
  if (!kept && is_damage(kept.error())) return show_unreadable(table, key);
  DOORSTEP_TRY(beneath, std::move(kept));
  const bool covered = !pending_.on(key).empty();
  RowState canonical;
  if (beneath) {
    canonical = std::move(*beneath);
  } else {
    auto there = read_row(table, key.row);
    if (!there && is_damage(there.error())) return {};
    DOORSTEP_TRY(row, std::move(there));
    if (row) canonical = std::move(*row);
    if (covered && canonical.birth != Birth{0}) DOORSTEP_CHECK(set_under(key, canonical));
  }
  if (beneath && !covered) DOORSTEP_CHECK(clear_under(key));
  RowState shown = canonical;
  DOORSTEP_CHECK(overlay_pending(table, key, shown, Overlay::all));
  DOORSTEP_TRY(alive, lives(key, shown));
  if (!alive) return delete_row(table, key.row);
  const std::vector<Value> values = wire::values_of(table, shown);
  const std::string meta = canonical.birth == Birth{0} ? std::string{} : wire::encode_meta(table, canonical);
  return upsert_row(table, key.row, values.data(), meta);
}

/// What lies beneath is damaged. Under own work the table keeps what it shows; else nothing is known of the
/// row until it is compared with the office's (checking.cpp).
Status PhoneStore::show_unreadable(const Table& table, const RowKey& key) {
  if (!pending_.on(key).empty()) return {};
  DOORSTEP_CHECK(clear_under(key));
  return delete_row(table, key.row);
}

Result<std::vector<std::pair<RowId, RowState>>> PhoneStore::canonical_rows(const Table& table) {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<RowId, RowState>> out;
  const int columns = static_cast<int>(table.columns.size());
  DOORSTEP_TRY(shown,
               writer_.cached("SELECT id, " + column_list(table) + ", _meta FROM " + quote_name(table.name) +
                              " WHERE _meta IS NOT NULL AND id NOT IN "
                              "(SELECT row FROM doorstep_under WHERE tbl = ?1)"));
  shown->bind(1, std::int64_t{raw(table.id)});
  for (;;) {
    DOORSTEP_TRY(more, shown->step());
    if (!more) break;
    std::vector<Value> values;
    for (int i = 0; i < columns; ++i) values.push_back(shown->value(i + 1));
    DOORSTEP_TRY(state, wire::decode_meta(table, shown->blob(columns + 1), values));
    out.emplace_back(parse_row_id(shown->text(0)).value_or(RowId{}), std::move(state));
  }
  DOORSTEP_TRY(covered, writer_.cached("SELECT row, state FROM doorstep_under WHERE tbl = ?1"));
  covered->bind(1, std::int64_t{raw(table.id)});
  for (;;) {
    DOORSTEP_TRY(more, covered->step());
    if (!more) return out;
    DOORSTEP_TRY(state, wire::decode_row(covered->blob(1)));
    fit(table, state);
    const RowId id = parse_row_id(covered->text(0)).value_or(RowId{});
    DOORSTEP_TRY(alive, lives({table.id, id}, state));
    DOORSTEP_TRY(left, has_left({table.id, id}));
    if (alive && !left) out.emplace_back(id, std::move(state));
  }
}

}  // namespace doorstep
