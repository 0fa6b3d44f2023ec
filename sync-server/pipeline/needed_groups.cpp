#include "pipeline/needed_groups.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "pipeline/lineages.hpp"
#include "wire/codec.hpp"
#include "wire/row_meta.hpp"

namespace doorstep::server {
namespace {

/// Names gathered before repetitions are taken out: rows that one group wrote stand together.
constexpr std::size_t kUntidy = 1'000'000;

}  // namespace

Result<NeededGroups> NeededGroups::find(ReadSnapshot& snapshot, const PackPlan& plan) {
  NeededGroups needed;
  for (const TablePlan& table : plan.tables()) {
    DOORSTEP_CHECK(needed.add_alive(snapshot, *table.table));
    DOORSTEP_CHECK(needed.add_dead(snapshot, *table.table));
  }
  DOORSTEP_CHECK(needed.add_ledger(snapshot));
  DOORSTEP_CHECK(needed.add_held(snapshot));
  needed.tidy();
  return needed;
}

bool NeededGroups::contains(const GroupName& group) const {
  return std::binary_search(groups_.begin(), groups_.end(), group);
}

void NeededGroups::tidy() {
  std::sort(groups_.begin(), groups_.end());
  groups_.erase(std::unique(groups_.begin(), groups_.end()), groups_.end());
}

void NeededGroups::add(const RowState& row) {
  for (const Cell& cell : row.cells) cell.each_head([&](const VersionName& name) { add(name); });
  for (const Death& death : row.deaths) add(death.version.name);
  for (const Loser& loser : row.losers) add(loser.head.version.name);
  if (groups_.size() > kUntidy) tidy();
}

Status NeededGroups::add_alive(ReadSnapshot& snapshot, const Table& table) {
  Status added;
  std::vector<Value> values;
  DOORSTEP_CHECK(snapshot.each_row(table, [&](const RowId&, const RowView& row) {
    if (const auto sole = wire::sole_version(row.meta())) {
      add(sole->name);
      return true;
    }
    values.clear();
    row.append_values(values);
    const auto state = wire::decode_meta(table, row.meta(), values);
    if (state)
      add(*state);
    else
      added = tl::unexpected(state.error());
    return added.has_value();
  }));
  return added;
}

Status NeededGroups::add_dead(ReadSnapshot& snapshot, const Table& table) {
  DOORSTEP_TRY(dead, snapshot.dead_rows(table.id));
  for (const DeadRow& row : dead) {
    if (row.state.empty()) continue;
    DOORSTEP_TRY(state, wire::decode_row(row.state));
    add(state);
  }
  return {};
}

Status NeededGroups::add_ledger(ReadSnapshot& snapshot) {
  DOORSTEP_TRY(open, snapshot.ledger(true));
  for (const LedgerRecord& record : open) add(record.item.version.name);
  return {};
}

/// A held group is judged again by what its writer had read, and may yet revive what it writes.
Status NeededGroups::add_held(ReadSnapshot& snapshot) {
  std::vector<GroupRecord> held;
  DOORSTEP_CHECK(snapshot.each_held([&](const GroupRecord& record) {
    held.push_back(record);
    return true;
  }));
  Lineages lineages;
  for (const GroupRecord& record : held) {
    DOORSTEP_TRY(file, lineages.of(snapshot, record.actor));
    const auto group = lineages.read(snapshot, record);
    if (!group && group.error().domain != ErrorDomain::format) return tl::unexpected(group.error());
    if (!group) continue;
    for (const GroupNumber number : group->depends) groups_.push_back({file.owner(number), number});
    for (const Op& op : group->ops) {
      awaited_.insert(op.key);
      for (const VersionName& name : op.seen) add(name);
      for (const CellWrite& write : op.cells)
        for (const VersionName& name : write.bases) add(name);
    }
  }
  return {};
}

}  // namespace doorstep::server
