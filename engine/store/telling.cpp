#include <algorithm>

#include "base/error.hpp"
#include "merge/rules.hpp"
#include "schema/ddl.hpp"
#include "store/phone_store.hpp"
#include "store/words.hpp"
#include "wire/codec.hpp"

/// What the phone can tell of itself: status, a record's state, conflicts, why.
namespace doorstep {
namespace {

constexpr std::size_t kHeldShown = 20;
/// How long the status tells that this phone was made another one.
constexpr std::int64_t kToldForMs = 24LL * 60 * 60 * 1000;
/// How long it tells that rows were taken away: who sees fewer doors today asks today or next week.
constexpr std::int64_t kLeftToldForMs = 7 * kToldForMs;

Version read_version(const sql::Statement& row, int first) {
  Version out;
  out.name = {ActorId{static_cast<std::uint64_t>(row.integer(first))},
              GroupNumber{static_cast<std::uint64_t>(row.integer(first + 1))},
              static_cast<std::uint32_t>(row.integer(first + 2))};
  out.stamp.bits = static_cast<std::uint64_t>(row.integer(first + 3));
  out.round = static_cast<std::uint32_t>(row.integer(first + 4));
  return out;
}

std::string version_text(const VersionName& name) {
  return std::to_string(raw(name.actor)) + "/" + std::to_string(raw(name.group)) + "/" +
         std::to_string(name.op);
}

}  // namespace

std::string PhoneStore::person_of(ActorId actor) {
  if (lineage_.contains(actor)) return state_.person_name;
  if (serial_of(actor) == kOfficeSerial) return state_.office_name;
  if (pack_->find("device") == nullptr) return std::to_string(raw(actor));
  auto select = writer_.cached(
      "SELECT person.name FROM device JOIN person ON person.id = device.person WHERE device.actor = ?1");
  if (!select) return std::to_string(raw(actor));
  const std::string text = std::to_string(raw(actor));
  const auto found = (*select)->bind_text(1, text).step();
  return found && *found ? std::string((*select)->text(0)) : "另一位";
}

Status PhoneStore::count_outbox(PhoneStatus& status) {
  DOORSTEP_TRY(select,
               writer_.cached("SELECT number, verdict, reason, detail FROM doorstep_outbox ORDER BY number"));
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) return {};
    if (select->is_null(1)) {
      ++status.waiting_groups;
    } else if (select->integer(1) == static_cast<std::int64_t>(wire::VerdictKind::returned)) {
      ++status.returned_groups;
    } else if (select->integer(1) != static_cast<std::int64_t>(wire::VerdictKind::held)) {
      ++status.received_groups;
    } else {
      ++status.held_groups;
      const Label reason = wire::sentence(static_cast<wire::HoldReason>(select->integer(2)));
      if (status.held.size() < kHeldShown)
        status.held.push_back({static_cast<std::uint64_t>(select->integer(0)),
                               {reason.zh, reason.en},
                               std::string(select->text(3))});
    }
  }
}

PhoneStatus PhoneStore::status() {
  const std::lock_guard lock(mutex_);
  PhoneStatus out;
  out.wiped = wiped_;
  if (out.wiped) {
    const Error why = wiped_error();
    out.sentences = {{why.zh, why.en}};
    return out;
  }
  const Status read = inspect([&]() -> Status {
    out.joined = state_.joined;
    out.encrypted = !options_.key.empty();
    out.office_name = state_.office_name;
    out.person_name = state_.person_name;
    out.role = state_.role;
    out.roles = state_.roles;
    out.forked = state_.forked;
    out.rehomed = rehomed_ms_ != 0 && now().ms - rehomed_ms_ < kToldForMs;
    if (state_.left_rows > 0 && now().ms - state_.left_ms < kLeftToldForMs) {
      out.left_rows = state_.left_rows;
      out.left_ms = state_.left_ms;
    }
    out.actor = raw(state_.actor);
    out.pull_unfinished = staged_;
    out.clock_in_doubt = now().in_doubt;
    if (state_.last_contact_ms != 0) out.last_contact_ms = state_.last_contact_ms;
    DOORSTEP_CHECK(count_outbox(out));
    DOORSTEP_TRY(open, writer_.cached("SELECT COUNT(*) FROM doorstep_ledger"));
    DOORSTEP_CHECK(open->step());
    out.open_conflicts = static_cast<std::uint64_t>(open->integer(0));
    return {};
  });
  if (read)
    out.sentences = words::status(out, now().ms);
  else
    out.sentences = {{"这部手机的数据暂时读不出来,请稍后再看;记录都还在。",
                      "The phone's file cannot be read right now: " + read.error().en}};
  return out;
}

Result<RecordReport> PhoneStore::record(std::string_view table_name, const RowId& id) {
  const std::lock_guard lock(mutex_);
  return inspect([&]() -> Result<RecordReport> {
    DOORSTEP_TRY(table, find_table(table_name));
    const RowKey key{table->id, id};
    RecordState state = RecordState::effective;
    for (const PendingOp& pending : pending_.on(key)) {
      DOORSTEP_TRY(select, writer_.cached("SELECT verdict FROM doorstep_outbox WHERE number = ?1"));
      DOORSTEP_TRY(found, select->bind(1, static_cast<std::int64_t>(raw(pending.group))).step());
      if (!found) continue;
      if (select->is_null(0))
        state = RecordState::on_this_phone;
      else if (select->integer(0) == static_cast<std::int64_t>(wire::VerdictKind::held))
        state = RecordState::held;
      else if (state == RecordState::effective)
        state = RecordState::received;
      if (state == RecordState::held) break;
    }
    if (pending_.on(key).empty()) {
      DOORSTEP_TRY(row, read_row(*table, id));
      if (!row)
        return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never, "这部手机里没有这条记录。",
                    "That row is not on this phone.");
      DOORSTEP_TRY(select,
                   writer_.cached("SELECT 1 FROM doorstep_ledger WHERE tbl = ?1 AND row = ?2 LIMIT 1"));
      DOORSTEP_TRY(found, select->bind(1, std::int64_t{raw(key.table)}).bind_id(2, id).step());
      if (found) state = RecordState::in_question;
    }
    return RecordReport{state, words::record(state)};
  });
}

Result<std::vector<Conflict>> PhoneStore::conflicts() {
  const std::lock_guard lock(mutex_);
  return inspect([&]() -> Result<std::vector<Conflict>> {
    std::vector<Conflict> out;
    if (!pack_) return out;
    DOORSTEP_TRY(select,
                 writer_.cached("SELECT entry, tbl, row, col, kind, actor, grp, op, stamp, round, value, "
                                "base_value, person FROM doorstep_ledger ORDER BY stamp"));
    for (;;) {
      DOORSTEP_TRY(more, select->step());
      if (!more) return out;
      const Table* table = pack_->find(TableId{static_cast<std::uint32_t>(select->integer(1))});
      const auto id = parse_row_id(select->text(2));
      if (table == nullptr || !id) continue;
      const ColumnId column_id{static_cast<std::uint32_t>(select->integer(3))};
      const Column* column = table->find(column_id);
      const auto kind = static_cast<LoserKind>(select->integer(4));
      if (column == nullptr && kind != LoserKind::kept_alive) continue;  // Of a pack still to come.
      Conflict conflict;
      conflict.entry = select->text(0);
      conflict.table = table->name;
      conflict.row = select->text(2);
      conflict.column = column != nullptr ? column->name : "";
      conflict.kind = name_of(kind);
      conflict.losing_value = select->value(10);
      conflict.base_value = select->value(11);
      conflict.losing_by = select->text(12);
      conflict.losing_ms = read_version(*select, 5).stamp.ms();
      DOORSTEP_TRY(state, shown_state(*table, *id));
      if (const Cell* cell = state.find(column_id)) {
        conflict.shown_value = cell->value;
        conflict.shown_by = person_of(cell->version.name.actor);
      }
      conflict.row_name = name_of_row(*table, *id, 0);
      conflict.decided_here = is_decided_here({table->id, *id}, read_version(*select, 5).name);
      conflict.sentence = words::conflict(*table, column, kind, conflict, now().ms);
      out.push_back(std::move(conflict));
    }
  });
}

/// By its names (a code, a person's name), else by its natural key or its place; empty when it is not here.
std::string PhoneStore::name_of_row(const Table& table, const RowId& id, int depth) {
  constexpr int kDeepest = 4;
  auto row =
      writer_.prepare("SELECT " + column_list(table) + " FROM " + quote_name(table.name) + " WHERE id = ?1");
  if (!row || depth > kDeepest) return {};
  const auto found = row->bind_id(1, id).step();
  if (!found || !*found) return {};
  std::vector<ColumnId> parts = table.names;
  if (parts.empty()) parts = table.natural_key;
  if (parts.empty() && table.place_rule == PlaceRule::column) parts = {table.place_column};
  std::string out;
  for (const ColumnId part : parts) {
    const Column& column = *table.find(part);
    const Value value = row->value(table.position(part));
    const auto* text = std::get_if<std::string>(&value);
    const auto target = column.target && text != nullptr ? parse_row_id(*text) : std::nullopt;
    std::string word;
    if (target)
      word = name_of_row(*pack_->find(*column.target), *target, depth + 1);
    else if (text != nullptr)
      word = *text;
    else if (const auto* number = std::get_if<std::int64_t>(&value); number != nullptr && *number != 1)
      word = std::to_string(*number);
    if (word.empty()) continue;
    out += (out.empty() ? "" : "/") + word;
    if (!table.names.empty()) break;
  }
  return out;
}

/// Whether a waiting group settles the version.
bool PhoneStore::is_decided_here(const RowKey& key, const VersionName& name) {
  const auto among = [&](const std::vector<VersionName>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const PendingOp& pending : pending_.on(key)) {
    const auto group_of = group(pending.group);
    if (!group_of || *group_of == nullptr) continue;
    const Op& op = (*group_of)->ops[pending.op];
    if (among(op.seen)) return true;
    for (const CellWrite& write : op.cells)
      if (among(write.bases)) return true;
  }
  return false;
}

namespace {

Result<const Column*> find_column(const Table& table, std::string_view name) {
  if (const Column* column = table.find(name)) return column;
  return fail_usage("“" + table.label.zh + "”没有叫“" + std::string(name) + "”的栏目。",
                    "Table \"" + table.name + "\" has no column \"" + std::string(name) + "\".");
}

}  // namespace

Result<ColumnKey> PhoneStore::find_cells(std::string_view table_name, std::string_view column_name) {
  const std::lock_guard lock(mutex_);
  DOORSTEP_TRY(table, find_table(table_name));
  DOORSTEP_TRY(column, find_column(*table, column_name));
  return ColumnKey{table->id, column->id};
}

Result<Why> PhoneStore::why(std::string_view table_name, const RowId& asked, std::string_view column_name) {
  const std::lock_guard lock(mutex_);
  return inspect([&]() -> Result<Why> {
    DOORSTEP_TRY(table, find_table(table_name));
    DOORSTEP_TRY(column, find_column(*table, column_name));
    // Of rows that are one thing: the one whose value people see.
    RowId id = asked;
    DOORSTEP_TRY(same, present_class(*table, asked));
    FoldedRow folded;
    const auto position = static_cast<std::size_t>(table->position(column->id));
    if (same) folded = fold_rows(*table, same->root, same->members);
    if (same && folded.from[position] != RowId{}) id = folded.from[position];
    const RowKey key{table->id, id};
    Why out{table->name, to_text(asked), column->name, {}, {}, name_of(column->merge), {}, to_text(id)};
    const auto step = [&](const Cell& cell, const std::string& where) {
      out.steps.push_back({cell.value, person_of(cell.version.name.actor), where,
                           version_text(cell.version.name), std::to_string(cell.version.stamp.bits),
                           cell.version.stamp.ms(), cell.version.round});
    };
    DOORSTEP_TRY(state, shown_state(*table, id));
    DOORSTEP_TRY(alive, lives(key, state));
    if (!alive)
      return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never, "这部手机里没有这条记录。",
                  "That row is not on this phone.");
    const Cell* cell = state.find(column->id);
    DOORSTEP_TRY(beneath, under(key));
    const Cell* canonical = beneath ? beneath->find(column->id) : nullptr;
    if (cell != nullptr) {
      out.shown = cell->value;
      const bool waiting = is_own(cell->version.name) && cell->version.name.group > state_.included_through;
      step(*cell, waiting ? "this phone" : "office");
      if (canonical != nullptr && canonical->version.name != cell->version.name) step(*canonical, "office");
    }
    DOORSTEP_TRY(select,
                 writer_.cached("SELECT actor, grp, op, stamp, round, value, person FROM doorstep_ledger "
                                "WHERE tbl = ?1 AND row = ?2 AND col = ?3 ORDER BY stamp DESC"));
    select->bind(1, std::int64_t{raw(key.table)}).bind_id(2, id).bind(3, std::int64_t{raw(column->id)});
    for (;;) {
      DOORSTEP_TRY(more, select->step());
      if (!more) break;
      const Version version = read_version(*select, 0);
      out.steps.push_back({select->value(5), std::string(select->text(6)), "losing",
                           version_text(version.name), std::to_string(version.stamp.bits), version.stamp.ms(),
                           version.round});
    }
    if (same) out.shown = folded.values[position];
    const Label rule = rule_of(column->merge);
    const Sentence shown = words::value(column, out.shown);
    if (out.steps.empty())
      out.sentence = {"还没有人填过“" + column->label.zh + "”。",
                      "Nobody has filled in " + column->name + "."};
    else
      out.sentence = {"“" + column->label.zh + "”显示“" + shown.zh + "”,是" + out.steps[0].person + "在" +
                          words::moment(out.steps[0].written_ms, now().ms).zh + "写的;规则:" + rule.zh + "。",
                      column->name + " shows \"" + shown.en + "\", written by " + out.steps[0].person + " " +
                          words::moment(out.steps[0].written_ms, now().ms).en + "; rule: " + rule.en + "."};
    if (same) {
      const std::string count = std::to_string(same->same->members.size());
      out.sentence.zh += "这" + count + "条是同一个" + table->label.zh +
                         (id == asked ? ",显示的是这一条写的。" : ",显示的是另一条写的。");
      out.sentence.en += " These " + count + " rows are one " + table->name + "; the value is " +
                         (id == asked ? "this row's." : "from " + to_text(id) + ".");
    }
    return out;
  });
}

}  // namespace doorstep
