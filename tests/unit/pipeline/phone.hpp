#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "schema/natural_key.hpp"
#include "unit/pipeline/town.hpp"
#include "wire/row_meta.hpp"

// What town.hpp declares of phones.
namespace doorstep::server::test {

inline Stamp Phone::tick() {
  const std::int64_t now_ms = clock_ms != 0 ? clock_ms : town_->clock().wall_ms;
  last_ = last_.ms() == now_ms ? last_.next() : Stamp::at(now_ms);
  return last_;
}

inline Group& Phone::open_group() {
  open_.emplace();
  open_->actor = joined_.actor;
  open_->number = GroupNumber{groups.size() + 1};
  open_->pack = joined_.pack;
  open_->stamp = tick();
  open_->office_time_ms = office_time_ms >= 0 ? office_time_ms : town_->clock().wall_ms;
  open_->monotonic_since_ms = 0;
  open_->clock_in_doubt = clock_in_doubt;
  return *open_;
}

inline void Phone::close_group() {
  groups.push_back(wire::encode_group(*open_));
  digests.push_back(wire::chain_digest(digests.empty() ? Digest{} : digests.back(), groups.back()));
  open_.reset();
}

inline Op Phone::insert_op(std::string_view table_name, const Cells& cells, std::optional<RowId> id) {
  const Table& table = town_->table(table_name);
  Op op;
  op.kind = OpKind::insert;
  op.key.table = table.id;
  std::vector<Value> values(table.columns.size());
  for (const auto& [name, value] : cells) {
    const Column& column = *table.find(name);
    values[static_cast<std::size_t>(table.position(column.id))] = value;
    op.cells.push_back({column.id, value, 0, {}});
  }
  std::sort(op.cells.begin(), op.cells.end(),
            [](const CellWrite& a, const CellWrite& b) { return a.column < b.column; });
  if (!id) id = natural_key_id(joined_.office, table, values);
  if (!id) {
    std::uint8_t entropy[16];
    town_->entropy().fill(entropy, sizeof entropy);
    id = make_time_ordered_id(static_cast<std::uint64_t>(town_->clock().wall_ms), entropy);
  }
  op.key.row = *id;
  return op;
}

inline Op Phone::update_op(std::string_view table_name, const RowId& row, const Cells& cells) {
  Op op = insert_op(table_name, cells, row);
  op.kind = OpKind::update;
  const auto known = rows_.find(op.key);
  if (known == rows_.end()) return op;
  const RowState state =
      must(wire::decode_meta(town_->table(table_name), known->second.meta, known->second.values));
  op.birth = state.birth;
  for (CellWrite& write : op.cells) {
    const Cell* cell = state.find(write.column);
    if (cell == nullptr) continue;
    write.bases.push_back(cell->version.name);
    for (const Version& version : cell->agreeing) write.bases.push_back(version.name);
    for (const auto& [entry, item] : ledger_)
      if (item.open && item.key == op.key && item.column == write.column)
        write.bases.push_back(item.version.name);
  }
  return op;
}

inline Op Phone::remove_op(std::string_view table_name, const RowId& row) {
  Op op;
  op.kind = OpKind::remove;
  op.key = {town_->table(table_name).id, row};
  const auto known = rows_.find(op.key);
  REQUIRE(known != rows_.end());
  const RowState state =
      must(wire::decode_meta(town_->table(table_name), known->second.meta, known->second.values));
  op.birth = state.birth;
  op.seen = state.heads();
  return op;
}

inline RowId Phone::insert(std::string_view table, const Cells& cells, std::optional<RowId> id) {
  Op op = insert_op(table, cells, id);
  const RowId row = op.key.row;
  open_group().ops.push_back(std::move(op));
  close_group();
  return row;
}

inline void Phone::update(std::string_view table, const RowId& row, const Cells& cells) {
  open_group().ops.push_back(update_op(table, row, cells));
  close_group();
}

inline void Phone::remove(std::string_view table, const RowId& row) {
  open_group().ops.push_back(remove_op(table, row));
  close_group();
}

inline wire::SyncRequest Phone::request(bool pull) const {
  wire::SyncRequest request;
  request.actor = joined_.actor;
  request.pack = joined_.pack;
  request.pull = pull;
  request.cursor = cursor;
  request.included_through = included;
  request.held.assign(held.begin(), held.end());
  const std::size_t from = raw(acknowledged);
  if (from < groups.size()) {
    wire::Push push;
    push.first = GroupNumber{from + 1};
    push.previous = from == 0 ? Digest{} : digests[from - 1];
    push.groups.assign(groups.begin() + static_cast<std::ptrdiff_t>(from), groups.end());
    request.push = std::move(push);
  }
  return request;
}

inline wire::SyncResponse Phone::exchange(const wire::SyncRequest& request) {
  // Through the bytes, so that what cannot travel fails here.
  const auto sent = must(wire::from_frame<wire::SyncRequest>(wire::to_frame(request)));
  wire::SyncResponse response = must(town_->pipeline().exchange(sent));
  response = must(wire::from_frame<wire::SyncResponse>(wire::to_frame(response)));
  if (response.push == wire::PushResult::accepted) acknowledged = response.admitted_through;
  for (const wire::Verdict& verdict : response.verdicts) {
    for (std::uint64_t n = raw(verdict.first); n < raw(verdict.first) + verdict.count; ++n)
      if (verdict.kind == wire::VerdictKind::held)
        held.insert(GroupNumber{n});
      else
        held.erase(GroupNumber{n});
    verdicts_.push_back(verdict);
    if (verdict.admitted) admitted_[raw(verdict.first)] = *verdict.admitted;
  }
  if (!response.page) return response;
  ++pages;
  // The office has begun afresh.
  if (cursor.chain != 0 && response.next.chain == wire::chain_page(0, *response.page)) staged_.clear();
  staged_.push_back(*response.page);
  cursor = response.next;
  if (response.checkpoint) {
    if (cursor.whole) {
      rows_.clear();
      ledger_.clear();
    }
    cursor.whole = false;
    for (const wire::Page& page : staged_) install(page);
    staged_.clear();
    included = response.included_through;
  }
  return response;
}

inline wire::SyncResponse Phone::push() { return exchange(request(false)); }

inline bool Phone::pull_page() { return exchange(request()).checkpoint; }

inline std::vector<wire::Verdict> Phone::sync() {
  const std::size_t before = verdicts_.size();
  while (!pull_page()) {
  }
  return {verdicts_.begin() + static_cast<std::ptrdiff_t>(before), verdicts_.end()};
}

inline void Phone::install(const wire::Page& page) {
  for (const wire::GoneRow& gone : page.gone) {
    rows_.erase(gone.key);
    if (gone.reason != wire::GoneReason::left_scope) continue;
    for (auto entry = ledger_.begin(); entry != ledger_.end();)
      entry = entry->second.key == gone.key ? ledger_.erase(entry) : std::next(entry);
  }
  for (const wire::RowSection& section : page.sections)
    for (std::size_t i = 0; i < section.ids.size(); ++i) {
      const auto first = section.values.begin() + static_cast<std::ptrdiff_t>(i * section.columns.size());
      rows_[{section.table, section.ids[i]}] = {
          {first, first + static_cast<std::ptrdiff_t>(section.columns.size())}, section.metas[i]};
    }
  for (const wire::OwnRow& own : page.own) install_own(own);
  for (const wire::LedgerItem& item : page.ledger) ledger_[item.entry] = item;
}

inline void Phone::install_own(const wire::OwnRow& own) {
  ++own_rows;
  const Group group = must(wire::decode_group(groups.at(raw(own.group) - 1)));
  const Op& op = group.ops.at(own.op);
  const auto clamped = admitted_.find(raw(own.group));
  const Stamp stamp = clamped == admitted_.end() ? group.stamp : clamped->second;
  const Table& table = *town_->pack().find(op.key.table);
  const Version version{{joined_.actor, group.number, own.op}, stamp, 0};
  RowState state;
  state.birth = op.birth;
  for (const CellWrite& write : op.cells)
    state.cells.push_back({write.column, version, write.value, false, {}});
  rows_[op.key] = {wire::values_of(table, state), wire::encode_meta(table, state)};
}

inline bool Phone::has(std::string_view table, const RowId& row) const {
  return rows_.count({town_->table(table).id, row}) != 0;
}

inline std::optional<Value> Phone::value(std::string_view table_name, const RowId& row,
                                         std::string_view column) const {
  const Table& table = town_->table(table_name);
  const auto known = rows_.find({table.id, row});
  if (known == rows_.end()) return std::nullopt;
  return known->second.values[static_cast<std::size_t>(table.position(table.find(column)->id))];
}

inline std::size_t Phone::count(std::string_view table) const {
  const TableId id = town_->table(table).id;
  return static_cast<std::size_t>(
      std::count_if(rows_.begin(), rows_.end(), [&](const auto& row) { return row.first.table == id; }));
}

}  // namespace doorstep::server::test
