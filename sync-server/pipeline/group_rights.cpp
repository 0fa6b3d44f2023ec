#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "merge/permits.hpp"
#include "pipeline/group_merge.hpp"

// What the author's posts include: verbs and columns, where the row stands before and after (docs/rights.md).
namespace doorstep::server {
namespace {

/// Groups that are looked through for who registered a row.
constexpr std::size_t kRegistrarSteps = 256;

}  // namespace

/// What no post of hers includes is held alike whether the row is there or not.
std::optional<Hold> GroupMerge::check_rights_anywhere() const {
  if (scope_.everything || scope_.grants.empty()) return std::nullopt;
  const RoleSet all = scope_.all_roles();
  for (const Op& op : group_.ops) {
    const Verb change = op.kind == OpKind::insert ? Verb::add : Verb::edit_own;
    if (!permits(work_.plan().rights(), all, change, op)) return not_permitted(op, all, change);
  }
  return std::nullopt;
}

GroupMerge::Check GroupMerge::check_rights_before() {
  if (scope_.everything) return std::nullopt;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!rows_[i].known()) continue;
    DOORSTEP_TRY(refused, check_rights(rows_[i], group_.ops[i], roles_before(rows_[i])));
    if (refused) return refused;
  }
  return std::nullopt;
}

GroupMerge::Check GroupMerge::check_rights_after() {
  if (scope_.everything) return std::nullopt;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const WorkRow& row = rows_[i];
    if (!row.after.alive()) continue;
    const RoleSet roles = row.places.empty() ? scope_.all_roles() : roles_in(row.places);
    DOORSTEP_TRY(refused, check_rights(row, group_.ops[i], roles));
    if (refused) return refused;
  }
  return std::nullopt;
}

/// By posts that cover the row. Where those do not even read the table, the row is none of hers.
GroupMerge::Check GroupMerge::check_rights(const WorkRow& row, const Op& op, RoleSet roles) {
  const Rights& rights = work_.plan().rights();
  const auto refused = [&](Verb change) -> std::optional<Hold> {
    if (!row.known() || rights.may(op.key.table, roles, Verb::read)) return not_permitted(op, roles, change);
    return hold(wire::HoldReason::outside_scope, *row.plan->table, op);
  };
  const bool is_new = op.kind == OpKind::insert;
  if (is_new && !permits(rights, roles, Verb::add, op)) return refused(Verb::add);
  // Registering again what is there changes it.
  if ((is_new && !row.in_table) || permits(rights, roles, Verb::edit, op)) return std::nullopt;
  if (!permits(rights, roles, Verb::edit_own, op)) return refused(Verb::edit_own);
  DOORSTEP_TRY(own, is_registrar(row));
  return own ? std::nullopt : refused(Verb::edit);
}

/// Names the first column that is too much; none when the verb is.
Hold GroupMerge::not_permitted(const Op& op, RoleSet roles, Verb change) const {
  const Table& table = *work_.plan().find(op.key.table)->table;
  const CellWrite* write = too_much(work_.plan().rights(), roles, change, op);
  return hold(wire::HoldReason::not_permitted, table, op,
              write == nullptr ? nullptr : table.find(write->column));
}

/// Of a row that is not known here, and of the author's own that stands nowhere: all of her roles.
RoleSet GroupMerge::roles_before(const WorkRow& row) const {
  const std::vector<RowId> places = places_in(row.feed);
  return places.empty() ? scope_.all_roles() : roles_in(places);
}

RoleSet GroupMerge::roles_in(const std::vector<RowId>& places) const {
  const Territory& territory = work_.territory();
  RoleSet roles = 0;
  for (const RowId& place : places) roles |= scope_.roles_at(territory, territory.find(place));
  return roles;
}

Result<bool> GroupMerge::is_authors(ActorId actor) {
  if (actor == author_.actor) return true;
  DOORSTEP_TRY(device, work_.tx().actor(actor));
  return device && device->person == author_.person && author_.person != RowId{};
}

/// Whether the author registered the row, on whichever of her phones: followed back from what stands in it
/// over what its writers had read. Where two registrations met, both did.
Result<bool> GroupMerge::is_registrar(const WorkRow& row) {
  std::vector<VersionName> open = row.before.heads();
  std::set<VersionName> seen(open.begin(), open.end());
  for (std::size_t steps = 0; !open.empty() && steps < kRegistrarSteps; ++steps) {
    const VersionName name = open.back();
    open.pop_back();
    DOORSTEP_TRY(logged, work_.log().find(work_.tx(), name.actor, name.group));
    if (logged == nullptr || name.op >= logged->group.ops.size()) continue;
    const Op& op = logged->group.ops[name.op];
    if (!(op.key == row.key) || op.birth != row.before.birth) continue;
    if (op.kind == OpKind::insert) {
      DOORSTEP_TRY(own, is_authors(name.actor));
      if (own) return true;
    }
    for (const CellWrite& write : op.cells)
      for (const VersionName& base : write.bases)
        if (seen.insert(base).second) open.push_back(base);
  }
  return false;
}

}  // namespace doorstep::server
