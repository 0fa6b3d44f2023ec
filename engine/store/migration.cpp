#include <algorithm>

#include "base/error.hpp"
#include "schema/ddl.hpp"
#include "schema/evolution.hpp"
#include "store/guard.hpp"
#include "store/phone_store.hpp"
#include "wire/codec.hpp"
#include "wire/row_meta.hpp"

/// A newer pack comes to a phone that has work in its outbox, forms open and half a download staged: one
/// transaction brings the tables to it. Groups are not touched: they are judged by the pack they name.
namespace doorstep {
namespace {

Status may_follow(const Pack& older, const Pack& newer) {
  const std::vector<Label> violations = check_evolution(older, newer);
  if (violations.empty()) return {};
  return fail(
      ErrorDomain::office, ErrorCode::pack_invalid, Retry::never,
      "街道的新表格和这部手机上的对不上,先按原来的用,请告诉街道:" + violations[0].zh,
      "The office's new pack does not follow from this phone's, which stays in use. Tell the office: " +
          violations[0].en);
}

/// Takes the cells of columns that only `after` knows out of the row; whether there were any.
bool forget_unknown(const Table& before, const Table& after, RowState& row) {
  const auto unread = [&](const Cell& cell) {
    return before.find(cell.column) == nullptr && after.find(cell.column) != nullptr;
  };
  const auto end = std::remove_if(row.cells.begin(), row.cells.end(), unread);
  const bool any = end != row.cells.end();
  row.cells.erase(end, row.cells.end());
  return any;
}

}  // namespace

Status PhoneStore::install_pack(const Pack& pack) {
  std::set<std::string> changed;
  {
    const std::lock_guard lock(mutex_);
    bool begun = false;
    std::shared_ptr<const Pack> before;
    const Status done = transact([&]() -> Status {
      begun = true;
      before = pack_;
      // Another process was faster, or the office came back from a backup of before: what is here stays.
      if (pack_ && pack.version <= pack_->version) return {};
      return migrate(pack);
    });
    if (!done) {
      if (begun) keep_pack(std::move(before));
      return done;
    }
    changed.swap(changed_tables_);
  }
  if (listener_ && !changed.empty()) listener_(changed);
  return {};
}

/// The installation failed: whoever asks before the file is read again hears of the pack that is in it.
void PhoneStore::keep_pack(std::shared_ptr<const Pack> pack) {
  state_.pack = pack ? pack->version : PackVersion{};
  if (pack_ != pack) take_pack(std::move(pack));
}

Status PhoneStore::migrate(const Pack& pack) {
  const std::shared_ptr<const Pack> before = pack_;
  if (before) DOORSTEP_CHECK(may_follow(*before, pack));
  DOORSTEP_TRY(insert, writer_.cached("INSERT OR REPLACE INTO doorstep_pack(version, frame) VALUES(?1, ?2)"));
  const std::string frame = wire::to_frame(pack);
  DOORSTEP_CHECK(insert->bind(1, std::int64_t{raw(pack.version)}).bind_blob(2, frame).run());
  // Groups are read without the pack they were written under, and forms that are open keep theirs.
  DOORSTEP_TRY(drop, writer_.cached("DELETE FROM doorstep_pack WHERE version <> ?1"));
  DOORSTEP_CHECK(drop->bind(1, std::int64_t{raw(pack.version)}).run());
  for (const Table& table : pack.tables)
    DOORSTEP_CHECK(migrate_table(before ? before->find(table.id) : nullptr, table));
  // What was staged are rows of the old layout, and the office begins the new one at 0.
  if (before && !same_layout(*before, pack)) {
    DOORSTEP_CHECK(writer_.execute("DELETE FROM doorstep_stage"));
    staged_ = false;
  }
  state_.pack = pack.version;
  DOORSTEP_CHECK(save_phone_state(writer_, state_));
  take_pack(std::make_shared<const Pack>(pack));
  DOORSTEP_CHECK(folding_.create(writer_, *pack_));
  return settle_folding();
}

Status PhoneStore::migrate_table(const Table* before, const Table& after) {
  if (before == nullptr) DOORSTEP_CHECK(check_free(after));
  if (before == nullptr || !same_layout(*before, after)) changed_tables_.insert(after.name);
  if (before != nullptr && !same_layout(*before, after)) {
    DOORSTEP_CHECK(forget_unread(*before, after));
    DOORSTEP_CHECK(widen_ledger(*before, after));
  }
  for (const std::string& statement :
       before == nullptr ? create_statements(after) : upgrade_statements(*before, after))
    DOORSTEP_CHECK(writer_.execute(statement));
  for (const std::string& statement : guard_statements(after)) DOORSTEP_CHECK(writer_.execute(statement));
  return {};
}

/// An app may keep tables of its own in the file; theirs are not ours to fill.
Status PhoneStore::check_free(const Table& table) {
  DOORSTEP_TRY(select, writer_.cached("SELECT 1 FROM sqlite_schema WHERE name = ?1"));
  DOORSTEP_TRY(found, select->bind_text(1, table.name).step());
  if (!found) return {};
  return fail(ErrorDomain::usage, ErrorCode::already_exists, Retry::never,
              "这个应用自己有一张叫“" + table.name + "”的表,街道的新表放不下。请更新应用。",
              "This app has a table \"" + table.name +
                  "\" of its own, where the office's new one would be. Rename it in the app.");
}

/// Of columns that this phone did not know it has versions and no values; those come with the next download.
/// Whoever writes such a column before has not read what is there: it must not name it as base.
Status PhoneStore::forget_unread(const Table& before, const Table& after) {
  std::vector<std::pair<RowId, std::string>> metas;
  {
    // The values of a covered row are not those that its metadata speaks of.
    DOORSTEP_TRY(select, writer_.cached("SELECT id, " + column_list(before) + ", _meta FROM " +
                                        quote_name(before.name) + " WHERE _meta IS NOT NULL AND id NOT IN " +
                                        "(SELECT row FROM doorstep_under WHERE tbl = ?1)"));
    select->bind(1, std::int64_t{raw(before.id)});
    const int columns = static_cast<int>(before.columns.size());
    for (;;) {
      DOORSTEP_TRY(more, select->step());
      if (!more) break;
      if (wire::sole_version(select->blob(columns + 1))) continue;
      std::vector<Value> values;
      for (int i = 0; i < columns; ++i) values.push_back(select->value(i + 1));
      DOORSTEP_TRY(state, wire::decode_meta(before, select->blob(columns + 1), values));
      if (forget_unknown(before, after, state))
        metas.emplace_back(parse_row_id(select->text(0)).value_or(RowId{}), wire::encode_meta(before, state));
    }
  }
  std::vector<std::pair<RowKey, RowState>> beneath;
  DOORSTEP_TRY(covered, writer_.cached("SELECT row, state FROM doorstep_under WHERE tbl = ?1"));
  covered->bind(1, std::int64_t{raw(before.id)});
  for (;;) {
    DOORSTEP_TRY(more, covered->step());
    if (!more) break;
    DOORSTEP_TRY(state, wire::decode_row(covered->blob(1)));
    if (!forget_unknown(before, after, state)) continue;
    const RowKey key{before.id, parse_row_id(covered->text(0)).value_or(RowId{})};
    metas.emplace_back(key.row, wire::encode_meta(before, state));
    beneath.emplace_back(key, std::move(state));
  }
  for (const auto& [key, state] : beneath) DOORSTEP_CHECK(set_under(key, state));
  DOORSTEP_TRY(update, writer_.cached("UPDATE " + quote_name(before.name) +
                                      " SET _meta = ?2 WHERE id = ?1 AND _meta IS NOT NULL"));
  for (const auto& [id, meta] : metas) DOORSTEP_CHECK(update->bind_id(1, id).bind_blob(2, meta).run());
  return {};
}

/// The ledger's columns have no type of their own.
Status PhoneStore::widen_ledger(const Table& before, const Table& after) {
  for (const Column& column : after.columns) {
    const Column* old = before.find(column.id);
    if (old == nullptr || old->type == column.type) continue;
    for (const char* value : {"value", "base_value"}) {
      const std::string name(value);
      DOORSTEP_TRY(update, writer_.cached("UPDATE doorstep_ledger SET " + name + " = CAST(" + name +
                                          " AS REAL) WHERE tbl = ?1 AND col = ?2 AND typeof(" + name +
                                          ") = 'integer'"));
      update->bind(1, std::int64_t{raw(after.id)}).bind(2, std::int64_t{raw(column.id)});
      DOORSTEP_CHECK(update->run());
    }
  }
  return {};
}

}  // namespace doorstep
