#include "pipeline/verify.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "pipeline/audit.hpp"
#include "pipeline/work_row.hpp"
#include "schema/fitted.hpp"
#include "wire/codec.hpp"
#include "wire/row_meta.hpp"

namespace doorstep::server {
namespace {

constexpr std::size_t kFaultsListed = 100;

class Verification {
 public:
  Verification(Office& office, ReadSnapshot& snapshot, const PackPlan& plan,
               const std::optional<NotedAuditHead>& noted)
      : office_(office), snapshot_(snapshot), plan_(plan), noted_(noted) {}

  Result<VerifyReport> run() {
    DOORSTEP_TRY(damage, office_.store().check_integrity());
    for (const std::string& fault : damage) complain("The database file is damaged: " + fault);
    DOORSTEP_CHECK(check_chains());
    DOORSTEP_CHECK(check_audit());
    for (const TablePlan& table : plan_.tables()) {
      DOORSTEP_CHECK(check_alive(table));
      DOORSTEP_CHECK(check_dead(table));
    }
    DOORSTEP_CHECK(check_feed());
    DOORSTEP_CHECK(check_ledger());
    return std::move(report_);
  }

 private:
  void complain(std::string fault) {
    if (report_.faults.size() < kFaultsListed) report_.faults.push_back(std::move(fault));
    ++report_.fault_count;
  }
  static std::string name_of(const WorkRow& row) {
    return row.plan->table->name + " " + to_text(row.key.row);
  }

  Status check_chains();
  Status check_audit();
  Status check_alive(const TablePlan& table);
  Status check_dead(const TablePlan& table);
  Status check_forgotten(WorkRow& row);
  Status check_row(WorkRow& row);
  Status check_cells(const WorkRow& row);
  Status check_parts(const WorkRow& row, const Cell& cell);
  Status check_losers(const WorkRow& row);
  Status check_feed();
  Status check_ledger();

  Office& office_;
  ReadSnapshot& snapshot_;
  const PackPlan& plan_;
  const std::optional<NotedAuditHead>& noted_;
  GroupLog log_;
  VerifyReport report_;
};

Status Verification::check_chains() {
  DOORSTEP_TRY(actors, snapshot_.actors());
  for (const ActorRecord& actor : actors) {
    ++report_.actors;
    const std::string name = "Device " + std::to_string(raw(actor.actor));
    Digest digest = actor.previous;
    GroupNumber expected = actor.first;
    DOORSTEP_CHECK(snapshot_.each_group(
        actor.actor, GroupNumber{0}, GroupNumber{INT64_MAX}, true, [&](const GroupRecord& group) {
          ++report_.groups;
          if (group.number != expected)
            complain(name + ": group " + std::to_string(raw(expected)) + " is missing.");
          report_.cut_groups += group.is_cut() ? 1 : 0;
          digest = wire::chain_digest(digest, group.bytes);
          report_.redacted_groups += group.redacted ? 1 : 0;
          if (digest != group.digest && !group.is_cut() && !group.redacted)
            complain(name + ": the bytes of group " + std::to_string(raw(group.number)) +
                     " are not what was admitted.");
          digest = group.digest;
          expected = GroupNumber{raw(group.number) + 1};
          return true;
        }));
    if (raw(expected) != raw(actor.admitted_through) + 1 || digest != actor.digest)
      complain(name + ": its groups end elsewhere than its record says.");
  }
  return {};
}

/// Stops at the first entry that is wrong: what follows it is chained to what should stand there.
Status Verification::check_audit() {
  Digest previous{};
  bool is_noted = !noted_.has_value();
  std::string fault;
  DOORSTEP_CHECK(snapshot_.each_audit([&](const AuditEntry& entry) {
    const std::uint64_t expected = report_.audit_entries + 1;
    const bool erased =
        entry.salt.empty() && entry.who.empty() && entry.subject.empty() && entry.reason.empty();
    if (entry.number != expected)
      fault = "Audit trail: entry " + std::to_string(expected) + " is missing.";
    else if (entry.digest != audit_digest(previous, entry))
      fault = "Audit trail: entry " + std::to_string(expected) + " was changed.";
    else if (!erased && entry.commitment != audit_commitment(entry))
      fault = "Audit trail: the texts of entry " + std::to_string(expected) + " were changed.";
    if (!fault.empty()) return false;
    ++report_.audit_entries;
    report_.erased_audit_entries += erased ? 1 : 0;
    previous = entry.digest;
    if (noted_ && noted_->number == entry.number)
      is_noted = to_hex(view(entry.digest)).rfind(noted_->digest, 0) == 0;
    return true;
  }));
  if (fault.empty() && !is_noted)
    fault = noted_->number > report_.audit_entries
                ? "Audit trail: it ends with entry " + std::to_string(report_.audit_entries) +
                      ", before the one that was written down."
                : "Audit trail: entry " + std::to_string(noted_->number) +
                      " is not the one that was written down.";
  if (!fault.empty()) complain(std::move(fault));
  return {};
}

Status Verification::check_alive(const TablePlan& table) {
  Status checked;
  DOORSTEP_CHECK(snapshot_.each_row(*table.table, [&](const RowId& id, const RowView&) {
    ++report_.rows;
    WorkRow row;
    row.plan = &table;
    row.key = {table.table->id, id};
    checked = check_row(row);
    return checked.has_value();
  }));
  return checked;
}

Status Verification::check_dead(const TablePlan& table) {
  DOORSTEP_TRY(dead, snapshot_.dead_rows(table.table->id));
  for (const DeadRow& stored : dead) {
    WorkRow row;
    row.plan = &table;
    row.key = stored.key;
    if (stored.state.empty())
      DOORSTEP_CHECK(check_forgotten(row));
    else
      DOORSTEP_CHECK(check_row(row));
    if (row.in_table) complain(name_of(row) + " is both alive and deleted.");
  }
  return {};
}

/// A row of which only the birth is left: nothing else may speak of it.
Status Verification::check_forgotten(WorkRow& row) {
  DOORSTEP_CHECK(load(snapshot_, row));
  DOORSTEP_TRY(feed, snapshot_.feed_of(row.key.table, row.key.row));
  DOORSTEP_TRY(open, snapshot_.ledger_of(row.key, true));
  if (!row.in_table && (!feed.empty() || !open.empty()))
    complain(name_of(row) + " was deleted long ago, and the feed or the ledger still speaks of it.");
  return {};
}

Status Verification::check_row(WorkRow& row) {
  if (const Status loaded = load(snapshot_, row); !loaded) {
    complain(name_of(row) + " cannot be read: " + loaded.error().en);
    return {};
  }
  if (row.before.alive() != row.in_table)
    complain(name_of(row) + " is kept alive or deleted against its versions.");
  const FeedKind kind = row.in_table ? FeedKind::row : FeedKind::gone;
  for (const FeedEntry& entry : row.feed)
    if (entry.kind != FeedKind::left && entry.kind != kind)
      complain(name_of(row) + ": the feed says something else of it than its table.");
  if (row.in_table) {
    static const std::vector<WorkRow> nothing;
    DOORSTEP_TRY(places, RowPlaces(snapshot_, nothing).of_stored(*row.plan, row.key.row, row.values));
    if (places_in(row.feed) != places || (places.empty() && !placeless_author(row.feed)))
      complain(name_of(row) + ": the feed has it at other places than it stands at.");
  } else if (row.feed.empty()) {
    complain(name_of(row) + " was deleted, and the feed does not say so.");
  }
  DOORSTEP_CHECK(check_cells(row));
  return check_losers(row);
}

/// Whatever a composite cell is made of, some group wrote to it.
Status Verification::check_parts(const WorkRow& row, const Cell& cell) {
  std::vector<VersionName> names;
  cell.each_head([&](const VersionName& name) { names.push_back(name); });
  for (const VersionName& name : names) {
    DOORSTEP_TRY(logged, log_.find(snapshot_, name.actor, name.group));
    const bool wrote = logged != nullptr && logged->find(name.op, cell.column) != nullptr &&
                       logged->group.ops[name.op].key == row.key &&
                       logged->verdict != wire::VerdictKind::held;
    if (!wrote)
      complain(name_of(row) + ", column " + std::to_string(raw(cell.column)) +
               ": it contains what no change group wrote.");
  }
  return {};
}

/// Every value must be the one that its version's group wrote.
Status Verification::check_cells(const WorkRow& row) {
  DOORSTEP_TRY(erasure, snapshot_.erasure(row.key));
  const bool is_erased = erasure && row.before.birth <= erasure->birth;
  for (const Cell& cell : row.before.cells) {
    const Column* column = row.plan->table->find(cell.column);
    // Not swept yet: its group still has what it wrote.
    const bool is_gone = is_erased && !erasure->swept && column != nullptr && column->personal;
    if (is_gone && is_null(cell.value)) continue;
    if (column != nullptr && is_composite(column->merge)) {
      DOORSTEP_CHECK(check_parts(row, cell));
      continue;
    }
    const VersionName& name = cell.version.name;
    DOORSTEP_TRY(logged, log_.find(snapshot_, name.actor, name.group));
    const CellWrite* write = logged == nullptr ? nullptr : logged->find(name.op, cell.column);
    const bool same_row = write != nullptr && logged->group.ops[name.op].key == row.key;
    const bool same_value = same_row && column != nullptr && fitted(*column, write->value) == cell.value;
    if (!same_value || !wire::is_applied(logged->verdict))
      complain(name_of(row) + ", column " + std::to_string(raw(cell.column)) +
               ": the value is not what its change group wrote.");
  }
  return {};
}

Status Verification::check_losers(const WorkRow& row) {
  for (const Loser& loser : row.before.losers) {
    const Cell* cell = row.before.find(loser.column);
    const bool of_cell = loser.kind == LoserKind::concurrent || loser.kind == LoserKind::review;
    if (of_cell && (cell == nullptr || !cell->contested || cell->value == loser.head.value))
      complain(name_of(row) + ": the ledger has an open conflict that the row has not.");
  }
  for (const Cell& cell : row.before.cells) {
    const auto is_its = [&](const Loser& loser) {
      return loser.column == cell.column && loser.birth == row.before.birth;
    };
    if (cell.contested && std::none_of(row.before.losers.begin(), row.before.losers.end(), is_its))
      complain(name_of(row) + ": a conflict is missing in the ledger.");
  }
  return {};
}

Status Verification::check_feed() {
  DOORSTEP_TRY(head, snapshot_.feed_head());
  DOORSTEP_TRY(office, snapshot_.office());
  if (office && head < office->horizon) complain("The horizon lies beyond the end of the feed.");
  Status checked;
  DOORSTEP_CHECK(snapshot_.each_feed(FeedPosition{}, head, [&](const FeedEntry& entry) {
    ++report_.feed_entries;
    bool known = false;
    if (entry.table == kLedgerTable) {
      const auto record = snapshot_.ledger_entry(entry.row);
      if (!record) checked = tl::unexpected(record.error());
      known = record && record->has_value();
    } else if (const TablePlan* table = plan_.find(entry.table)) {
      const auto row = snapshot_.find_row(*table->table, entry.row);
      const auto dead = snapshot_.dead({entry.table, entry.row});
      if (!row) checked = tl::unexpected(row.error());
      if (!dead) checked = tl::unexpected(dead.error());
      known = row && dead && (*row != nullptr || dead->has_value());
    }
    if (checked && !known) complain("The feed names a row that does not exist: " + to_text(entry.row) + ".");
    return checked.has_value();
  }));
  return checked;
}

Status Verification::check_ledger() {
  DOORSTEP_TRY(open, snapshot_.ledger(true));
  report_.open_conflicts = open.size();
  for (const LedgerRecord& record : open) {
    WorkRow row;
    row.key = record.item.key;
    row.plan = plan_.find(row.key.table);
    if (row.plan != nullptr) DOORSTEP_CHECK(load(snapshot_, row));
    const auto is_it = [&](const Loser& loser) {
      return loser.head.version.name == record.item.version.name;
    };
    if (row.plan == nullptr || std::none_of(row.before.losers.begin(), row.before.losers.end(), is_it))
      complain("The ledger has an open conflict of a row that has none: " + to_text(row.key.row) + ".");
    DOORSTEP_TRY(feed, snapshot_.feed_of(kLedgerTable, record.item.entry));
    if (row.plan != nullptr && places_in(feed) != places_in(row.feed))
      complain(name_of(row) + ": its conflict travels to other places than it does.");
  }
  return {};
}

void append_number(std::string& out, std::uint64_t n) {
  for (int i = 0; i < 8; ++i, n >>= 8) out += static_cast<char>(n & 0xFF);
}

void append_value(std::string& out, const Value& value) {
  out += static_cast<char>(value.index());
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    append_number(out, static_cast<std::uint64_t>(*integer));
  } else if (const auto* real = std::get_if<double>(&value)) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, real, sizeof bits);
    append_number(out, bits);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    append_number(out, text->size());
    out += *text;
  } else if (const auto* bytes = std::get_if<Bytes>(&value)) {
    append_number(out, bytes->size());
    out.append(bytes->begin(), bytes->end());
  }
}

}  // namespace

Result<VerifyReport> verify(Office& office, const std::optional<NotedAuditHead>& noted) {
  DOORSTEP_TRY(snapshot, office.store().snapshot());
  DOORSTEP_TRY(plan, office.newest_plan(*snapshot));
  return Verification(office, *snapshot, *plan, noted).run();
}

Result<Digest> state_hash(Office& office) {
  DOORSTEP_TRY(snapshot, office.store().snapshot());
  DOORSTEP_TRY(plan, office.newest_plan(*snapshot));
  Digest digest{};
  std::string bytes;
  std::vector<Value> values;
  for (const TablePlan& table : plan->tables()) {
    DOORSTEP_CHECK(snapshot->each_row(*table.table, [&](const RowId& id, const RowView& row) {
      bytes.clear();
      append_number(bytes, raw(table.table->id));
      bytes.append(reinterpret_cast<const char*>(id.bytes.data), sizeof id.bytes.data);
      values.clear();
      row.append_values(values);
      for (const Value& value : values) append_value(bytes, value);
      bytes += row.meta();
      digest = sha256(view(digest), bytes);
      return true;
    }));
  }
  return digest;
}

}  // namespace doorstep::server
