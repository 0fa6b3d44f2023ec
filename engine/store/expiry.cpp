#include <algorithm>

#include "merge/erasing.hpp"
#include "schema/ddl.hpp"
#include "schema/validation.hpp"
#include "store/phone_store.hpp"
#include "wire/row_meta.hpp"

/// The office erases what is kept long enough, and phones follow with their next contact (docs/erasure.md). A
/// phone that has been out of touch does so by itself, and downloads everything afresh when it is back.
namespace doorstep {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
/// The office looks every night, and a month is longer than any holiday.
constexpr std::int64_t kOutOfTouchMs = 30 * kDayMs;

std::string dates_over(const Table& table, const Retention& rule, const Pack& pack) {
  if (rule.table == table.id) return quote_name(table.find(rule.column)->name) + " < ?1";
  const Table& other = *pack.find(rule.table);
  const std::string date = quote_name(other.find(rule.column)->name);
  const std::string reference = quote_name(other.find(rule.reference)->name);
  return "id IN (SELECT " + reference + " FROM " + quote_name(other.name) + " GROUP BY 1 HAVING count(" +
         date + ") = count(*) AND max(" + date + ") < ?1)";
}

/// Nothing for a row that was written lately, or that has nothing personal.
std::optional<RowState> expired(const Table& table, RowState row, std::int64_t latest_ms) {
  bool is_personal = false;
  for (const Cell& cell : row.cells) {
    if (latest_ms < cell.version.stamp.ms()) return std::nullopt;
    const Column* column = table.find(cell.column);
    is_personal |= column != nullptr && column->personal && !is_null(cell.value);
  }
  if (!is_personal) return std::nullopt;
  erase_personal(table, row);
  return row;
}

}  // namespace

/// When the app opens the file: idle phones have no timers. What own work covers stays until it is decided.
Result<bool> PhoneStore::erase_expired() {
  if (!pack_ || !state_.joined) return false;
  const OfficeTime now = clock_.estimate(options_.ports.clock->read());
  if (now.in_doubt || now.ms < state_.last_contact_ms + kOutOfTouchMs) return false;
  bool any = false;
  for (const Table& table : pack_->tables) {
    if (!table.retention) continue;
    DOORSTEP_TRY(erased, erase_expired(table, now.ms - table.retention->days * kDayMs));
    any = any || erased;
  }
  if (!any) return false;
  state_.cursor.floor = {};  // The next pull is whole: it does not go on from rows that differ.
  DOORSTEP_CHECK(drop_stage());
  DOORSTEP_CHECK(settle_folding());
  DOORSTEP_CHECK(save_phone_state(writer_, state_));
  return true;
}

Result<bool> PhoneStore::erase_expired(const Table& table, std::int64_t latest_ms) {
  const Retention& rule = *table.retention;
  const Table* dated = pack_->find(rule.table);
  if (dated == nullptr || dated->find(rule.column) == nullptr) return false;
  // A day is over when it has ended in China, at the latest when the next one has begun there.
  const bool is_time = dated->find(rule.column)->type == ColumnType::time;
  const std::string time = format_time(latest_ms);
  const std::string latest = is_time ? time : time.substr(0, 10);
  std::string columns;
  for (const Column& column : table.columns) columns += ", " + quote_name(column.name);
  DOORSTEP_TRY(select, writer_.cached("SELECT id, _meta" + columns + " FROM " + quote_name(table.name) +
                                      " WHERE _meta IS NOT NULL AND " + dates_over(table, rule, *pack_)));
  select->bind_text(1, latest);
  std::vector<std::pair<RowId, RowState>> found;
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) break;
    const auto id = parse_row_id(select->text(0));
    if (!id || !pending_.on({table.id, *id}).empty()) continue;
    std::vector<Value> values;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      values.push_back(select->value(static_cast<int>(i + 2)));
    const auto state = wire::decode_meta(table, select->blob(1), values);
    if (!state) continue;  // Damaged: found and put right by comparing.
    if (auto row = expired(table, *state, latest_ms)) found.emplace_back(*id, *std::move(row));
  }
  select->reset();
  for (const auto& [id, row] : found) {
    const std::vector<Value> values = wire::values_of(table, row);
    DOORSTEP_CHECK(upsert_row(table, id, values.data(), wire::encode_meta(table, row)));
    DOORSTEP_TRY(forget, writer_.cached("DELETE FROM doorstep_ledger WHERE tbl = ?1 AND row = ?2"));
    DOORSTEP_CHECK(forget->bind(1, std::int64_t{raw(table.id)}).bind_id(2, id).run());
  }
  return !found.empty();
}

}  // namespace doorstep
