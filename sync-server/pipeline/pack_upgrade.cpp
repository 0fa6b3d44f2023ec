#include "pipeline/pack_upgrade.hpp"

#include <set>

#include "base/error.hpp"
#include "schema/evolution.hpp"
#include "wire/codec.hpp"

namespace doorstep::server {
namespace {

PackUpgrade compare(const Pack& older, const Pack& newer) {
  PackUpgrade upgrade{older.version, newer.version, check_evolution(older, newer), {}};
  if (upgrade.violations.empty()) upgrade.changes = describe_changes(older, newer);
  return upgrade;
}

/// Rows of tables that are no longer seen from below leave the phones of those who answer for places beneath.
/// For each such place the feed says so, as it does when a place moves out of somebody's sight.
class Concealment {
 public:
  Concealment(OfficeTransaction& work, std::set<TableId> tables) : work_(work), tables_(std::move(tables)) {}

  Status run() {
    if (tables_.empty()) return {};
    std::set<RowId> roots;
    const PackPlan& plan = work_.plan();
    DOORSTEP_CHECK(work_.tx().each_row(*plan.assignments().table, [&](const RowId& id, const RowView& row) {
      std::vector<Value> values;
      row.append_values(values);
      if (const auto post = read_assignment(plan, id, values)) roots.insert(post->place);
      return true;
    }));
    for (const RowId& root : roots) DOORSTEP_CHECK(conceal_above(root));
    return {};
  }

 private:
  Status conceal_above(const RowId& root) {
    const Territory& territory = work_.territory();
    const Territory::Place place = territory.find(root);
    if (place == Territory::kNowhere) return {};
    DOORSTEP_TRY(head, work_.tx().feed_head());
    std::vector<Territory::Place> above;
    territory.any_upward(place, [&](Territory::Place at) {
      if (at != place) above.push_back(at);
      return false;
    });
    for (const Territory::Place at : above) {
      std::vector<FeedPosition> positions;
      DOORSTEP_CHECK(
          work_.tx().feed_positions(territory.id(at), FeedPosition{}, head, SIZE_MAX >> 1, positions));
      for (const FeedPosition position : positions) {
        DOORSTEP_TRY(entry, work_.tx().feed_entry(position));
        if (entry && entry->kind == FeedKind::row && tables_.count(entry->table) != 0)
          DOORSTEP_CHECK(leave(*entry, root));
      }
    }
    return {};
  }

  Status leave(const FeedEntry& entry, const RowId& root) {
    DOORSTEP_TRY(feed, work_.tx().feed_of(entry.table, entry.row));
    FeedEntry left{FeedPosition{}, entry.table, entry.row, root, entry.author, FeedKind::left};
    for (const FeedEntry& other : feed) {
      if (other.place != root) continue;
      if (other.kind != FeedKind::left) return {};  // It stands there as well.
      left.seq = other.seq;
    }
    DOORSTEP_CHECK(work_.tx().append_feed(left));
    return {};
  }

  OfficeTransaction& work_;
  const std::set<TableId> tables_;
};

std::set<TableId> concealed(const Pack& older, const Pack& newer) {
  std::set<TableId> out;
  for (const Table& table : newer.tables) {
    const Table* before = older.find(table.id);
    if (before != nullptr && before->seen_from_below && !table.seen_from_below) out.insert(table.id);
  }
  return out;
}

/// Groups that were written under this pack before the office had it: a phone was faster, or the office was
/// put back to a backup of before. They are tried again.
Status wake_those_of_it(WriteTransaction& tx, PackVersion version) {
  std::vector<GroupName> waiting;
  DOORSTEP_CHECK(tx.each_held([&](const GroupRecord& record) {
    if (record.reason == wire::HoldReason::unknown_pack && record.detail == std::to_string(raw(version)))
      waiting.push_back({record.actor, record.number});
    return true;
  }));
  for (const GroupName& name : waiting) {
    DOORSTEP_CHECK(tx.set_wait(name, {name, std::nullopt}));
    DOORSTEP_CHECK(tx.wake(name));
  }
  return {};
}

}  // namespace

Result<PackUpgrade> plan_upgrade(Office& office, const Pack& pack) {
  DOORSTEP_TRY(snapshot, office.store().snapshot());
  DOORSTEP_TRY(newest, office.newest_plan(*snapshot));
  DOORSTEP_CHECK(PackPlan::make(pack));
  return compare(newest->pack(), pack);
}

Result<PackUpgrade> upgrade_pack(Office& office, Pack pack, const std::string& source) {
  const PackRecord record{pack.version, pack.name, wire::to_frame(pack), source};
  DOORSTEP_TRY(plan, PackPlan::make(std::move(pack)));
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  const Pack& older = work.plan().pack();
  PackUpgrade upgrade = compare(older, plan->pack());
  if (!upgrade.violations.empty()) return upgrade;
  // Before the tables change: the feed is asked by the older plan.
  DOORSTEP_CHECK(Concealment(work, concealed(older, plan->pack())).run());
  DOORSTEP_CHECK(work.tx().add_pack(record, plan->pack(), &older));
  DOORSTEP_CHECK(wake_those_of_it(work.tx(), record.version));
  DOORSTEP_CHECK(work.commit());
  return upgrade;
}

}  // namespace doorstep::server
