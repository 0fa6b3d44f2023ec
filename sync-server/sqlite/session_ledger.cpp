#include <charconv>

#include "sqlite/session.hpp"
#include "sqlite/stored_forms.hpp"

// The conflict ledger.
namespace doorstep::server {
namespace {

#define LEDGER_COLUMNS                                                                                   \
  "entry, tbl, row, birth, col, kind, actor, group_number, op, stamp, round, value, bases, base_value, " \
  "person, shown_value, shown_person, opened_ms, closed_ms, closed_by, decided, "                        \
  "decision"
constexpr char kEntry[] = "SELECT " LEDGER_COLUMNS " FROM doorstep_ledger WHERE entry = ?1";
constexpr char kOfRow[] =
    "SELECT " LEDGER_COLUMNS " FROM doorstep_ledger WHERE tbl = ?1 AND row = ?2 ORDER BY opened_ms, entry";
constexpr char kOpenOfRow[] = "SELECT " LEDGER_COLUMNS
                              " FROM doorstep_ledger WHERE tbl = ?1 AND row = ?2 AND closed_ms IS NULL "
                              "ORDER BY opened_ms, entry";
constexpr char kAll[] = "SELECT " LEDGER_COLUMNS " FROM doorstep_ledger ORDER BY opened_ms, entry";
constexpr char kAllOpen[] =
    "SELECT " LEDGER_COLUMNS " FROM doorstep_ledger WHERE closed_ms IS NULL ORDER BY opened_ms, entry";
constexpr char kPut[] =
    "REPLACE INTO doorstep_ledger(" LEDGER_COLUMNS
    ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
    "?19, ?20, ?21, ?22)";
#undef LEDGER_COLUMNS

/// `ACTOR/GROUP/OP`, separated by blanks: plain SQL can read it.
std::string bases_text(const std::vector<VersionName>& bases) {
  std::string text;
  for (const VersionName& name : bases) {
    if (!text.empty()) text += ' ';
    text += std::to_string(raw(name.actor)) + '/' + std::to_string(raw(name.group)) + '/' +
            std::to_string(name.op);
  }
  return text;
}

template <typename Number>
Number take_number(std::string_view& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.empty()) text.remove_prefix(1);
  return error == std::errc{} ? number : Number{};
}

std::vector<VersionName> bases_from_text(std::string_view text) {
  std::vector<VersionName> bases;
  while (!text.empty()) {
    VersionName name;
    name.actor = ActorId{take_number<std::uint64_t>(text)};
    name.group = GroupNumber{take_number<std::uint64_t>(text)};
    name.op = take_number<std::uint32_t>(text);
    bases.push_back(name);
  }
  return bases;
}

LedgerRecord read_record(const sql::Statement& row) {
  LedgerRecord record;
  wire::LedgerItem& item = record.item;
  item.entry = id_from_text(row.text(0));
  item.key = {TableId{static_cast<std::uint32_t>(row.integer(1))}, id_from_text(row.text(2))};
  item.birth = Birth{static_cast<std::uint32_t>(row.integer(3))};
  item.column = ColumnId{static_cast<std::uint32_t>(row.integer(4))};
  item.kind = static_cast<LoserKind>(row.integer(5));
  item.version.name = {ActorId{as_unsigned(row.integer(6))}, GroupNumber{as_unsigned(row.integer(7))},
                       static_cast<std::uint32_t>(row.integer(8))};
  item.version.stamp = Stamp{as_unsigned(row.integer(9))};
  item.version.round = static_cast<std::uint32_t>(row.integer(10));
  item.value = row.value(11);
  item.bases = bases_from_text(row.text(12));
  item.base_value = row.value(13);
  item.person = row.text(14);
  record.shown_value = row.value(15);
  record.shown_person = row.text(16);
  record.opened_ms = row.integer(17);
  record.closed_ms = optional_integer(row, 18);
  record.closed_by = row.text(19);
  record.decided = row.integer(20) != 0;
  record.decision = row.value(21);
  item.open = !record.closed_ms;
  return record;
}

Result<std::vector<LedgerRecord>> read_all(sql::Statement& statement) {
  const ResetAfter reset(statement);
  std::vector<LedgerRecord> records;
  for (;;) {
    DOORSTEP_TRY(found, statement.step());
    if (!found) return records;
    records.push_back(read_record(statement));
  }
}

}  // namespace

Result<std::optional<LedgerRecord>> SqliteSession::ledger_entry(const RowId& entry) {
  DOORSTEP_TRY(statement, prepared(kEntry));
  const ResetAfter reset(*statement);
  statement->bind_id(1, entry);
  DOORSTEP_TRY(found, statement->step());
  if (!found) return std::nullopt;
  return read_record(*statement);
}

Result<std::vector<LedgerRecord>> SqliteSession::ledger_of(const RowKey& key, bool open_only) {
  DOORSTEP_TRY(statement, prepared(open_only ? kOpenOfRow : kOfRow));
  statement->bind(1, raw(key.table)).bind_id(2, key.row);
  return read_all(*statement);
}

Result<std::vector<LedgerRecord>> SqliteSession::ledger(bool open_only) {
  DOORSTEP_TRY(statement, prepared(open_only ? kAllOpen : kAll));
  return read_all(*statement);
}

Status SqliteSession::put_ledger(const LedgerRecord& record) {
  DOORSTEP_TRY(statement, prepared(kPut));
  const wire::LedgerItem& item = record.item;
  const std::string bases = bases_text(item.bases);
  statement->bind_id(1, item.entry).bind(2, raw(item.key.table)).bind_id(3, item.key.row);
  statement->bind(4, raw(item.birth)).bind(5, raw(item.column)).bind(6, raw(item.kind));
  statement->bind(7, as_integer(raw(item.version.name.actor)));
  statement->bind(8, as_integer(raw(item.version.name.group))).bind(9, item.version.name.op);
  statement->bind(10, as_integer(item.version.stamp.bits)).bind(11, item.version.round);
  statement->bind_value(12, item.value).bind_text(13, bases).bind_value(14, item.base_value);
  statement->bind_text(15, item.person).bind_value(16, record.shown_value).bind_text(17, record.shown_person);
  statement->bind(18, record.opened_ms);
  bind_optional(*statement, 19, record.closed_ms);
  statement->bind_text(20, record.closed_by).bind(21, record.decided ? 1 : 0);
  statement->bind_value(22, record.decision);
  return statement->run();
}

}  // namespace doorstep::server
