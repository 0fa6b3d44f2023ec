#include "sqlite/layout.hpp"

#include "base/error.hpp"
#include "folding/views.hpp"
#include "schema/ddl.hpp"
#include "views/calendar_table.hpp"
#include "views/pack_views.hpp"

namespace doorstep::server {
namespace {

/// "DrSt": tells an office's file from any other database (PRAGMA application_id).
constexpr int kApplicationId = 0x44725374;

// Ids are text where people query them, 16-byte blobs in the feed and among the dead, which only the server
// reads and which are large.
constexpr const char* kTables = R"sql(
CREATE TABLE doorstep_office(
  one INTEGER PRIMARY KEY CHECK(one = 1), office TEXT NOT NULL, name TEXT NOT NULL,
  incarnation INTEGER NOT NULL, created_ms INTEGER NOT NULL, territory_version INTEGER NOT NULL,
  horizon INTEGER NOT NULL);
CREATE TABLE doorstep_pack(
  version INTEGER PRIMARY KEY, name TEXT NOT NULL, bytes BLOB NOT NULL, source TEXT NOT NULL);
CREATE TABLE doorstep_actor(
  actor INTEGER PRIMARY KEY, person TEXT, device_name TEXT NOT NULL, token_hash BLOB NOT NULL,
  signing_key BLOB NOT NULL, sealing_key BLOB NOT NULL, enrolled_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL, admitted_through INTEGER NOT NULL, digest BLOB NOT NULL,
  last_stamp INTEGER NOT NULL, pack INTEGER NOT NULL, role TEXT NOT NULL, place TEXT, origin INTEGER NOT NULL,
  left_at INTEGER NOT NULL, twin INTEGER NOT NULL, first INTEGER NOT NULL, previous BLOB NOT NULL, backed_up_through INTEGER NOT NULL, floor INTEGER NOT NULL,
  app TEXT NOT NULL, engine TEXT NOT NULL, waiting INTEGER NOT NULL, checkpoint INTEGER NOT NULL,
  checkpoint_ms INTEGER NOT NULL, confirmed_ms INTEGER NOT NULL, confirmed_at INTEGER NOT NULL,
  next_token_hash BLOB NOT NULL, token_ms INTEGER NOT NULL,
  revoked_ms INTEGER NOT NULL, revoke_reason TEXT NOT NULL, lost_ms INTEGER, wiped_ms INTEGER NOT NULL);
CREATE INDEX doorstep_actor_token ON doorstep_actor(token_hash);
CREATE INDEX doorstep_actor_next_token ON doorstep_actor(next_token_hash);
CREATE TABLE doorstep_invitation(
  code_hash BLOB PRIMARY KEY, person TEXT NOT NULL, role TEXT NOT NULL, place TEXT NOT NULL,
  expires_ms INTEGER NOT NULL, used_ms INTEGER, actor INTEGER) WITHOUT ROWID;
CREATE TABLE doorstep_group(
  admission INTEGER PRIMARY KEY, actor INTEGER NOT NULL, number INTEGER NOT NULL, digest BLOB NOT NULL,
  received_ms INTEGER NOT NULL, verdict INTEGER NOT NULL, reason INTEGER NOT NULL, detail TEXT,
  admitted_stamp INTEGER, bytes BLOB NOT NULL, decided_ms INTEGER, decided_by TEXT, note TEXT,
  replaced_by INTEGER, redacted INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX doorstep_group_number ON doorstep_group(actor, number);
CREATE INDEX doorstep_group_unapplied ON doorstep_group(actor, number, verdict) WHERE verdict > 3;
CREATE TABLE doorstep_waiting(
  actor INTEGER NOT NULL, number INTEGER NOT NULL, for_actor INTEGER, for_number INTEGER, for_tbl INTEGER,
  for_row BLOB, ready INTEGER NOT NULL, PRIMARY KEY(actor, number)) WITHOUT ROWID;
CREATE INDEX doorstep_waiting_group ON doorstep_waiting(for_actor, for_number) WHERE for_actor IS NOT NULL;
CREATE INDEX doorstep_waiting_row ON doorstep_waiting(for_tbl, for_row) WHERE for_tbl IS NOT NULL;
CREATE INDEX doorstep_waiting_ready ON doorstep_waiting(ready) WHERE ready = 1;
CREATE TABLE doorstep_dead(
  tbl INTEGER NOT NULL, row BLOB NOT NULL, birth INTEGER NOT NULL, state BLOB NOT NULL,
  PRIMARY KEY(tbl, row)) WITHOUT ROWID;
CREATE TABLE doorstep_feed(
  seq INTEGER PRIMARY KEY, tbl INTEGER NOT NULL, row BLOB NOT NULL, place BLOB, author INTEGER NOT NULL,
  kind INTEGER NOT NULL);
CREATE INDEX doorstep_feed_row ON doorstep_feed(tbl, row);
CREATE INDEX doorstep_feed_place ON doorstep_feed(place);
CREATE INDEX doorstep_feed_departed ON doorstep_feed(seq) WHERE kind > 1;
CREATE TABLE doorstep_place_change(
  change INTEGER PRIMARY KEY, at INTEGER NOT NULL, place BLOB NOT NULL, above BLOB NOT NULL,
  added INTEGER NOT NULL);
CREATE INDEX doorstep_place_change_at ON doorstep_place_change(at);
CREATE TABLE doorstep_erasure(
  tbl INTEGER NOT NULL, row BLOB NOT NULL, birth INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  cause INTEGER NOT NULL, asked_by TEXT NOT NULL, reason TEXT NOT NULL, swept INTEGER NOT NULL,
  PRIMARY KEY(tbl, row)) WITHOUT ROWID;
CREATE INDEX doorstep_erasure_unswept ON doorstep_erasure(at_ms) WHERE swept = 0;
CREATE TABLE doorstep_ledger(
  entry TEXT PRIMARY KEY NOT NULL, tbl INTEGER NOT NULL, row TEXT NOT NULL, birth INTEGER NOT NULL,
  col INTEGER NOT NULL, kind INTEGER NOT NULL, actor INTEGER NOT NULL, group_number INTEGER NOT NULL,
  op INTEGER NOT NULL, stamp INTEGER NOT NULL, round INTEGER NOT NULL, value, bases TEXT NOT NULL, base_value,
  person TEXT NOT NULL, shown_value, shown_person TEXT NOT NULL, opened_ms INTEGER NOT NULL,
  closed_ms INTEGER, closed_by TEXT NOT NULL, decided INTEGER NOT NULL,
  decision) WITHOUT ROWID;
CREATE INDEX doorstep_ledger_row ON doorstep_ledger(tbl, row);
CREATE INDEX doorstep_ledger_opened ON doorstep_ledger(opened_ms);
CREATE INDEX doorstep_ledger_closed ON doorstep_ledger(closed_ms) WHERE closed_ms IS NOT NULL;
CREATE TABLE doorstep_audit(
  number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind INTEGER NOT NULL, who TEXT NOT NULL,
  subject TEXT NOT NULL, reason TEXT NOT NULL, salt BLOB NOT NULL, commitment BLOB NOT NULL,
  digest BLOB NOT NULL);
CREATE INDEX doorstep_audit_asked ON doorstep_audit(who, at_ms) WHERE kind IN (22, 29);
CREATE INDEX doorstep_audit_told ON doorstep_audit(subject) WHERE kind IN (22, 29);
CREATE TRIGGER doorstep_audit_appended BEFORE INSERT ON doorstep_audit
  WHEN new.number <> (SELECT coalesce(max(number), 0) + 1 FROM doorstep_audit)
  BEGIN SELECT raise(ABORT, 'the audit trail is only appended to'); END;
CREATE TRIGGER doorstep_audit_kept BEFORE DELETE ON doorstep_audit
  BEGIN SELECT raise(ABORT, 'the audit trail is only appended to'); END;
-- The one change: an entry's texts are erased, with their salt.
CREATE TRIGGER doorstep_audit_fixed BEFORE UPDATE ON doorstep_audit
  WHEN new.number IS NOT old.number OR new.at_ms IS NOT old.at_ms OR new.kind IS NOT old.kind
    OR new.commitment IS NOT old.commitment OR new.digest IS NOT old.digest OR new.who <> ''
    OR new.subject <> '' OR new.reason <> '' OR length(new.salt) > 0
  BEGIN SELECT raise(ABORT, 'the audit trail is only appended to'); END;
)sql";

Result<std::int64_t> pragma(sql::Connection& connection, const char* text) {
  DOORSTEP_TRY(statement, connection.prepare(text));
  DOORSTEP_TRY(row, statement.step());
  return row ? statement.integer(0) : 0;
}

Status create_file(sql::Connection& connection) {
  DOORSTEP_TRY(transaction, sql::Transaction::begin(connection, sql::Begin::immediate));
  DOORSTEP_TRY(format, pragma(connection, "PRAGMA user_version"));
  if (format != 0) return {};  // Another process was first.
  DOORSTEP_TRY(tables, pragma(connection, "SELECT count(*) FROM sqlite_schema"));
  if (tables != 0)
    return fail(ErrorDomain::storage, ErrorCode::storage_damaged, Retry::never,
                "这个文件是别的数据库,不是街道的数据文件;请检查 --data 目录。",
                "This file is some other database, not an office's. Check the data folder.");
  DOORSTEP_CHECK(connection.execute(kTables));
  DOORSTEP_CHECK(create_calendar(connection));
  DOORSTEP_CHECK(connection.execute("PRAGMA application_id = " + std::to_string(kApplicationId)));
  DOORSTEP_CHECK(connection.execute("PRAGMA user_version = " + std::to_string(kFileFormat)));
  return transaction.commit();
}

/// The ledger's columns have no type of their own.
Status widen_ledger(sql::Connection& connection, const Table& before, const Table& after) {
  for (const Column& column : after.columns) {
    const Column* old = before.find(column.id);
    if (old == nullptr || old->type == column.type) continue;
    for (const std::string value : {"value", "base_value", "shown_value"}) {
      DOORSTEP_TRY(update, connection.prepare("UPDATE doorstep_ledger SET " + value + " = CAST(" + value +
                                              " AS REAL) WHERE tbl = ?1 AND col = ?2 AND typeof(" + value +
                                              ") = 'integer'"));
      DOORSTEP_CHECK(update.bind(1, std::int64_t{raw(after.id)}).bind(2, std::int64_t{raw(column.id)}).run());
    }
  }
  return {};
}

const Column* place_source(const Pack& pack, const Table& table, const Table*& owner) {
  owner = table.place_rule == PlaceRule::children ? pack.find(table.place_table) : &table;
  return table.place_rule == PlaceRule::self || owner == nullptr ? nullptr : owner->find(table.place_column);
}

}  // namespace

Status prepare_file(sql::Connection& connection) {
  DOORSTEP_TRY(format, pragma(connection, "PRAGMA user_version"));
  if (format == 0) {
    // Only an empty file takes it: room that compaction frees can be given back.
    DOORSTEP_CHECK(connection.execute("PRAGMA auto_vacuum = INCREMENTAL"));
    DOORSTEP_CHECK(create_file(connection));
  }
  DOORSTEP_TRY(now, pragma(connection, "PRAGMA user_version"));
  if (now > kFileFormat)
    return fail(ErrorDomain::storage, ErrorCode::newer_format, Retry::never,
                "数据文件由更新版本的服务器写成(格式 " + std::to_string(now) + "),请升级本程序后再打开。",
                "The office's file was written by a later version of this server (format " +
                    std::to_string(now) + "; this one knows " + std::to_string(kFileFormat) +
                    "). Upgrade this program to open it.");
  DOORSTEP_TRY(application, pragma(connection, "PRAGMA application_id"));
  if (application != kApplicationId)
    return fail_storage(ErrorCode::storage_damaged, "the file is not an office's database");
  return {};
}

Status upgrade_pack_tables(sql::Connection& connection, const Pack* older, const Pack& pack) {
  for (const Table& table : pack.tables) {
    const Table* before = older == nullptr ? nullptr : older->find(table.id);
    if (before != nullptr) DOORSTEP_CHECK(widen_ledger(connection, *before, table));
    for (const std::string& statement :
         before == nullptr ? create_statements(table) : upgrade_statements(*before, table))
      DOORSTEP_CHECK(connection.execute(statement));
  }
  for (const Table& table : pack.tables) {
    const Table* owner = nullptr;
    const Column* column = place_source(pack, table, owner);
    if (column == nullptr || column->indexed) continue;
    DOORSTEP_CHECK(connection.execute(
        "CREATE INDEX IF NOT EXISTS " + quote_name("doorstep_place_of_" + owner->name + '_' + column->name) +
        " ON " + quote_name(owner->name) + '(' + quote_name(column->name) + ')'));
  }
  return {};
}

Result<std::vector<ViewFault>> try_views(const Pack& pack) {
  DOORSTEP_TRY(connection, sql::Connection::open(":memory:"));
  DOORSTEP_CHECK(create_calendar(connection));
  DOORSTEP_CHECK(upgrade_pack_tables(connection, nullptr, pack));
  for (const std::string& statement : create_folding_statements(pack, Holder::office))
    DOORSTEP_CHECK(connection.execute(statement));
  return faults_of_views(connection, pack);
}

}  // namespace doorstep::server
