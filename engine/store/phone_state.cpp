#include "store/phone_state.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "schema/list_text.hpp"
#include "views/calendar_table.hpp"

namespace doorstep {
namespace {

/// Version of the phone's store. History: docs/store.md.
constexpr std::int64_t kStoreFormat = 1;

constexpr const char* kTables = R"sql(
CREATE TABLE IF NOT EXISTS doorstep_phone(
  one INTEGER PRIMARY KEY CHECK(one = 1), format INTEGER NOT NULL, joined INTEGER NOT NULL, url TEXT, fingerprint TEXT,
  keys BLOB, office TEXT, office_name TEXT, actor INTEGER, token TEXT, person TEXT, person_name TEXT, role TEXT,
  signing_secret BLOB, pack INTEGER, incarnation INTEGER, chain INTEGER, included_through INTEGER,
  admitted_through INTEGER, admitted_digest BLOB, forked INTEGER, clock_last INTEGER, clock_contacted INTEGER,
  clock_office_ms INTEGER, clock_wall_ms INTEGER, clock_monotonic_ms INTEGER, clock_boot TEXT,
  largest_canonical INTEGER, last_contact_ms INTEGER, contact_group INTEGER, floor INTEGER, whole INTEGER,
  certificate BLOB, next_signing_secret BLOB, lineage BLOB, kept_digest BLOB, check_bucket INTEGER,
  former_certificates BLOB, carried_through INTEGER, wipe INTEGER, left_rows INTEGER,
  left_ms INTEGER, roles TEXT);
CREATE TABLE IF NOT EXISTS doorstep_slice(slice TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS doorstep_pack(version INTEGER PRIMARY KEY, frame BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS doorstep_outbox(
  number INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, bytes BLOB NOT NULL, verdict INTEGER, reason INTEGER,
  detail TEXT, admitted_stamp INTEGER, again INTEGER);
CREATE TABLE IF NOT EXISTS doorstep_kept(number INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS doorstep_withdrawn(
  number INTEGER PRIMARY KEY, until INTEGER NOT NULL, told INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS doorstep_parcel(
  office INTEGER NOT NULL, number INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY(office, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS doorstep_under(
  tbl INTEGER NOT NULL, row TEXT NOT NULL, state BLOB NOT NULL, PRIMARY KEY(tbl, row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS doorstep_gone(
  tbl INTEGER NOT NULL, row TEXT NOT NULL, birth INTEGER NOT NULL, left_scope INTEGER NOT NULL,
  PRIMARY KEY(tbl, row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS doorstep_stage(page INTEGER PRIMARY KEY, frame BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS doorstep_ledger(
  entry TEXT PRIMARY KEY, tbl INTEGER NOT NULL, row TEXT NOT NULL, birth INTEGER NOT NULL, col INTEGER NOT NULL,
  kind INTEGER NOT NULL, actor INTEGER NOT NULL, grp INTEGER NOT NULL, op INTEGER NOT NULL, stamp INTEGER NOT NULL,
  round INTEGER NOT NULL, value, base_value, person TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS doorstep_ledger_row ON doorstep_ledger(tbl, row);
)sql";

constexpr const char* kSelect =
    "SELECT format, joined, url, fingerprint, keys, office, office_name, actor, token, person, person_name, "
    "role, "
    "signing_secret, pack, incarnation, chain, included_through, admitted_through, admitted_digest, forked, "
    "clock_last, "
    "clock_contacted, clock_office_ms, clock_wall_ms, clock_monotonic_ms, clock_boot, largest_canonical, "
    "last_contact_ms, contact_group, floor, whole, certificate, next_signing_secret, lineage, kept_digest, "
    "check_bucket, former_certificates, carried_through, wipe, left_rows, left_ms, roles FROM doorstep_phone "
    "WHERE "
    "one = 1";
constexpr const char* kUpsert =
    "INSERT OR REPLACE INTO doorstep_phone(one, format, joined, url, fingerprint, keys, office, office_name, "
    "actor, "
    "token, person, person_name, role, signing_secret, pack, incarnation, chain, included_through, "
    "admitted_through, "
    "admitted_digest, forked, clock_last, clock_contacted, clock_office_ms, clock_wall_ms, "
    "clock_monotonic_ms, "
    "clock_boot, largest_canonical, last_contact_ms, contact_group, floor, whole, certificate, "
    "next_signing_secret, lineage, kept_digest, check_bucket, former_certificates, carried_through, wipe, "
    "left_rows, left_ms, roles) "
    "VALUES(1,?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,"
    "?27,?28,?29,?30,?31,?32,?33,?34,?35,?36,?37,?38,?39,?40,?41,?42)";

std::uint64_t bits(const sql::Statement& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}
std::int64_t stored(std::uint64_t value) { return static_cast<std::int64_t>(value); }

RowId id_or_nil(std::string_view text) { return parse_row_id(text).value_or(RowId{}); }

Digest digest_in(std::string_view bytes) {
  Digest digest{};
  std::memcpy(digest.data(), bytes.data(), std::min(bytes.size(), digest.size()));
  return digest;
}

PhoneState read_row(const sql::Statement& row) {
  PhoneState s;
  s.joined = row.integer(1) != 0;
  s.url = row.text(2);
  s.fingerprint = row.text(3);
  s.keys_frame = row.blob(4);
  s.office = id_or_nil(row.text(5));
  s.office_name = row.text(6);
  s.actor = ActorId{bits(row, 7)};
  s.token = row.text(8);
  s.person = id_or_nil(row.text(9));
  s.person_name = row.text(10);
  s.role = row.text(11);
  s.signing_secret = row.blob(12);
  s.pack = PackVersion{static_cast<std::uint32_t>(row.integer(13))};
  s.cursor.incarnation = static_cast<std::uint32_t>(row.integer(14));
  s.cursor.chain = bits(row, 15);
  s.included_through = GroupNumber{bits(row, 16)};
  s.admitted_through = GroupNumber{bits(row, 17)};
  s.admitted_digest = digest_in(row.blob(18));
  s.forked = row.integer(19) != 0;
  s.clock.last.bits = bits(row, 20);
  s.clock.contacted = row.integer(21) != 0;
  s.clock.contact_office_ms = row.integer(22);
  s.clock.contact_wall_ms = row.integer(23);
  s.clock.contact_monotonic_ms = row.integer(24);
  s.clock.contact_boot = row.text(25);
  s.largest_canonical.bits = bits(row, 26);
  s.last_contact_ms = row.integer(27);
  s.contact_group = GroupNumber{bits(row, 28)};
  s.cursor.floor = FeedPosition{bits(row, 29)};
  s.cursor.whole = row.integer(30) != 0;
  s.certificate_frame = row.blob(31);
  s.next_signing_secret = row.blob(32);
  s.lineage = row.blob(33);
  s.kept_digest = digest_in(row.blob(34));
  s.check_bucket = static_cast<std::uint32_t>(row.integer(35));
  s.former_certificates = row.blob(36);
  s.carried_through = GroupNumber{bits(row, 37)};
  s.wipe = static_cast<WipeStage>(row.integer(38));
  s.left_rows = bits(row, 39);
  s.left_ms = row.integer(40);
  s.roles = parse_json_list(row.text(41)).value_or(std::vector<std::string>{});
  return s;
}

Status save_slices(sql::Connection& connection, const wire::Cursor& cursor) {
  DOORSTEP_TRY(clear, connection.cached("DELETE FROM doorstep_slice"));
  DOORSTEP_CHECK(clear->run());
  DOORSTEP_TRY(insert, connection.cached("INSERT INTO doorstep_slice(slice, position) VALUES(?1, ?2)"));
  for (const wire::SliceCursor& slice : cursor.slices)
    DOORSTEP_CHECK(insert->bind_id(1, slice.slice).bind(2, stored(raw(slice.position))).run());
  return {};
}

}  // namespace

Status create_phone_tables(sql::Connection& connection) {
  DOORSTEP_CHECK(connection.execute(kTables));
  return create_calendar(connection);
}

Result<PhoneState> load_phone_state(sql::Connection& connection) {
  DOORSTEP_TRY(select, connection.cached(kSelect));
  DOORSTEP_TRY(found, select->step());
  if (!found) return PhoneState{};
  if (select->integer(0) > kStoreFormat)
    return fail(ErrorDomain::storage, ErrorCode::newer_format, Retry::never,
                "这个数据文件是更新版本的程序写的,请先更新程序。文件没有被改动。",
                "This file was written by a newer version. Update the app; the file was not touched.");
  PhoneState state = read_row(*select);
  DOORSTEP_TRY(slices, connection.cached("SELECT slice, position FROM doorstep_slice ORDER BY slice"));
  for (;;) {
    DOORSTEP_TRY(more, slices->step());
    if (!more) break;
    state.cursor.slices.push_back({id_or_nil(slices->text(0)), FeedPosition{bits(*slices, 1)}});
  }
  return state;
}

Status save_phone_state(sql::Connection& connection, const PhoneState& s) {
  const std::string roles = to_json_list(s.roles);
  DOORSTEP_TRY(upsert, connection.cached(kUpsert));
  upsert->bind(1, kStoreFormat)
      .bind(2, std::int64_t{s.joined})
      .bind_text(3, s.url)
      .bind_text(4, s.fingerprint);
  upsert->bind_blob(5, s.keys_frame).bind_id(6, s.office).bind_text(7, s.office_name);
  upsert->bind(8, stored(raw(s.actor)))
      .bind_text(9, s.token)
      .bind_id(10, s.person)
      .bind_text(11, s.person_name);
  upsert->bind_text(12, s.role).bind_blob(13, s.signing_secret).bind(14, std::int64_t{raw(s.pack)});
  upsert->bind(15, std::int64_t{s.cursor.incarnation}).bind(16, stored(s.cursor.chain));
  upsert->bind(17, stored(raw(s.included_through))).bind(18, stored(raw(s.admitted_through)));
  upsert->bind_blob(19, view(s.admitted_digest))
      .bind(20, std::int64_t{s.forked})
      .bind(21, stored(s.clock.last.bits));
  upsert->bind(22, std::int64_t{s.clock.contacted}).bind(23, s.clock.contact_office_ms);
  upsert->bind(24, s.clock.contact_wall_ms)
      .bind(25, s.clock.contact_monotonic_ms)
      .bind_text(26, s.clock.contact_boot);
  upsert->bind(27, stored(s.largest_canonical.bits)).bind(28, s.last_contact_ms);
  upsert->bind(29, stored(raw(s.contact_group))).bind(30, stored(raw(s.cursor.floor)));
  upsert->bind(31, std::int64_t{s.cursor.whole}).bind_blob(32, s.certificate_frame);
  upsert->bind_blob(33, s.next_signing_secret).bind_blob(34, s.lineage);
  upsert->bind_blob(35, view(s.kept_digest)).bind(36, std::int64_t{s.check_bucket});
  upsert->bind_blob(37, s.former_certificates);
  upsert->bind(38, stored(raw(s.carried_through))).bind(39, std::int64_t{raw(s.wipe)});
  upsert->bind(40, stored(s.left_rows)).bind(41, s.left_ms);

  upsert->bind_text(42, roles);
  DOORSTEP_CHECK(upsert->run());
  return save_slices(connection, s.cursor);
}

}  // namespace doorstep
