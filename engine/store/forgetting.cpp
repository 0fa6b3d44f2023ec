#include <algorithm>

#include "schema/ddl.hpp"
#include "store/installation.hpp"
#include "store/phone_store.hpp"

/// Canonical rows that the office no longer has for this phone, and that no entry of the feed names: it was
/// put back to a backup, or it has collected what this phone did not come for in time.
namespace doorstep {

void PhoneStore::note_named(const wire::Page& page, Installation& work) const {
  for (const wire::RowSection& section : page.sections)
    for (const RowId& id : section.ids) work.named->rows.insert({section.table, id});
  for (const wire::GoneRow& gone : page.gone) work.named->rows.insert(gone.key);
  for (const wire::LedgerItem& item : page.ledger) work.named->entries.insert(item.entry);
  for (const wire::OwnRow& own : page.own) {
    const auto at = work.released.find(own.group);
    if (at != work.released.end()) work.named->rows.insert(at->second.group->ops[own.op].key);
  }
}

/// After the pages of a whole pull: what they did not name is not there any more.
Status PhoneStore::forget_unnamed(Installation& work, SyncReport& report) {
  for (const Table& table : pack_->tables)
    DOORSTEP_CHECK(forget_unnamed_rows(
        table, [](const RowId&) { return true; }, work, report));
  std::vector<RowKey> gone;
  DOORSTEP_TRY(gone_rows, writer_.cached("SELECT tbl, row FROM doorstep_gone"));
  for (;;) {
    DOORSTEP_TRY(more, gone_rows->step());
    if (!more) break;
    gone.push_back({TableId{static_cast<std::uint32_t>(gone_rows->integer(0))},
                    parse_row_id(gone_rows->text(1)).value_or(RowId{})});
  }
  for (const RowKey& key : gone)
    if (work.named->rows.count(key) == 0) DOORSTEP_CHECK(forget_gone(key));
  std::vector<RowId> closed;
  DOORSTEP_TRY(entries, writer_.cached("SELECT entry FROM doorstep_ledger"));
  for (;;) {
    DOORSTEP_TRY(more, entries->step());
    if (!more) break;
    const RowId entry = parse_row_id(entries->text(0)).value_or(RowId{});
    if (work.named->entries.count(entry) == 0) closed.push_back(entry);
  }
  DOORSTEP_TRY(close, writer_.cached("DELETE FROM doorstep_ledger WHERE entry = ?1"));
  for (const RowId& entry : closed) DOORSTEP_CHECK(close->bind_id(1, entry).run());
  return {};
}

/// Of those rows of a table that lie `within`.
Status PhoneStore::forget_unnamed_rows(const Table& table, const std::function<bool(const RowId&)>& within,
                                       Installation& work, SyncReport& report) {
  DOORSTEP_TRY(ids, canonical_ids(table));
  for (const RowId& id : ids) {
    const RowKey key{table.id, id};
    if (work.named->rows.count(key) != 0 || !within(id)) continue;
    DOORSTEP_CHECK(forget_row(table, key, work));
    ++report.removed_rows;
    ++work.left_rows;
  }
  return {};
}

/// Takes the canonical row away. An own registration stays in sight; own edits are kept, and show nothing of
/// a row that is not there.
Status PhoneStore::forget_row(const Table& table, const RowKey& key, Installation& work) {
  DOORSTEP_CHECK(clear_under(key));
  const std::vector<PendingOp>& pending = pending_.on(key);
  if (pending.empty()) {
    work.dirty.erase(key);
    return delete_row(table, key.row);
  }
  const auto registers = [](const PendingOp& op) { return op.kind == OpKind::insert; };
  if (std::none_of(pending.begin(), pending.end(), registers)) {
    DOORSTEP_TRY(edit, group(pending.front().group));
    const Birth birth = edit ? edit->ops[pending.front().op].birth : Birth{1};
    DOORSTEP_CHECK(set_under(key, gone_row(birth)));
  }
  DOORSTEP_TRY(update, writer_.cached(sql_of(table).set_meta));
  work.dirty.insert(key);
  return update->bind_id(1, key.row).bind_null(2).run();
}

/// Also of rows that own work covers or has deleted.
Result<std::vector<RowId>> PhoneStore::canonical_ids(const Table& table) {
  DOORSTEP_TRY(
      select, writer_.cached("SELECT id FROM " + quote_name(table.name) +
                             " WHERE _meta IS NOT NULL UNION SELECT row FROM doorstep_under WHERE tbl = ?1"));
  select->bind(1, std::int64_t{raw(table.id)});
  std::vector<RowId> ids;
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) return ids;
    ids.push_back(parse_row_id(select->text(0)).value_or(RowId{}));
  }
}

}  // namespace doorstep
