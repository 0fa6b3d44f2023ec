#include "pipeline/pack_plan.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace doorstep::server {
namespace {

bool find_position(const Table& table, std::string_view name, std::size_t& position) {
  const Column* column = table.find(name);
  if (column == nullptr) return false;
  position = static_cast<std::size_t>(table.position(column->id));
  return true;
}

Table without_conditions(const Table& table) {
  Table partial = table;
  for (Column& column : partial.columns) {
    column.required = false;
    if (!column.check_when) continue;
    column.check = Check::none;
    column.check_when.reset();
  }
  return partial;
}

bool claims_time(const Column& column) {
  return (column.merge == MergeKind::max || column.merge == MergeKind::min) &&
         (column.type == ColumnType::time || column.type == ColumnType::date);
}

std::vector<TablePlan::MaskLink> masks_of(const Table& table) {
  std::vector<TablePlan::MaskLink> masks;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const int source = table.columns[i].masks ? table.position(*table.columns[i].masks) : -1;
    if (source >= 0) masks.push_back({i, static_cast<std::size_t>(source)});
  }
  return masks;
}

}  // namespace

Result<std::shared_ptr<const PackPlan>> PackPlan::make(Pack pack) {
  std::shared_ptr<PackPlan> plan(new PackPlan(std::move(pack)));
  if (!plan->compile())
    return fail(
        ErrorDomain::format, ErrorCode::pack_invalid, Retry::never,
        "方案包缺少引擎需要的表或列(地点、人员、任职),或地点规则指向不存在的列。",
        "The pack lacks tables or columns the engine relies on (place, person, assignment), or a place rule "
        "names a column that does not exist.");
  return std::shared_ptr<const PackPlan>(std::move(plan));
}

const TablePlan* PackPlan::find(TableId id) const { return const_cast<PackPlan*>(this)->plan_of(id); }

const TablePlan* PackPlan::find(std::string_view name) const {
  const Table* table = pack_.find(name);
  return table == nullptr ? nullptr : find(table->id);
}

TablePlan* PackPlan::plan_of(TableId id) {
  const auto at =
      std::lower_bound(tables_.begin(), tables_.end(), id,
                       [](const TablePlan& plan, TableId wanted) { return plan.table->id < wanted; });
  return at == tables_.end() || at->table->id != id ? nullptr : &*at;
}

bool PackPlan::compile() {
  for (const Table& table : pack_.tables) {
    TablePlan plan;
    plan.table = &table;
    plan.partial = without_conditions(table);
    plan.masks = masks_of(table);
    plan.is_place = table.name == kPlaceTable;
    plan.is_overlay = table.name == kOverlayTable;
    plan.is_assignment = table.name == kAssignmentTable;
    plan.has_personal = std::any_of(table.columns.begin(), table.columns.end(),
                                    [](const Column& column) { return column.personal; });
    plan.has_claimed_times = std::any_of(table.columns.begin(), table.columns.end(), claims_time);
    tables_.push_back(std::move(plan));
  }
  std::sort(tables_.begin(), tables_.end(),
            [](const TablePlan& a, const TablePlan& b) { return a.table->id < b.table->id; });
  for (TablePlan& plan : tables_)
    if (!link(plan)) return false;
  spread_many_places();

  places_ = find(kPlaceTable);
  overlays_ = find(kOverlayTable);
  persons_ = find(kPersonTable);
  assignments_ = find(kAssignmentTable);
  if (places_ == nullptr || persons_ == nullptr || assignments_ == nullptr) return false;
  if (overlays_ != nullptr && (!find_position(*overlays_->table, "place", overlay_.place) ||
                               !find_position(*overlays_->table, "overlay", overlay_.overlay) ||
                               !find_position(*overlays_->table, "active", overlay_.active)))
    return false;
  const Table& assignment = *assignments_->table;
  assignment_.has_starts = find_position(assignment, "starts", assignment_.starts);
  assignment_.has_ends = find_position(assignment, "ends", assignment_.ends);
  return find_position(*places_->table, "parent", place_parent_) &&
         find_position(*persons_->table, "name", person_name_) &&
         find_position(assignment, "person", assignment_.person) &&
         find_position(assignment, "place", assignment_.place) &&
         find_position(assignment, "role", assignment_.role);
}

bool PackPlan::link(TablePlan& plan) {
  const Table& table = *plan.table;
  if (table.place_rule == PlaceRule::self) return true;
  TablePlan* owner = table.place_rule == PlaceRule::children ? plan_of(table.place_table) : &plan;
  const Column* column = owner == nullptr ? nullptr : owner->table->find(table.place_column);
  if (column == nullptr || !column->target) return false;
  const auto position = static_cast<std::size_t>(owner->table->position(column->id));
  TablePlan* target = plan_of(*column->target);
  if (target == nullptr) return false;
  if (table.place_rule == PlaceRule::children) {
    if (target != &plan) return false;
    plan.children = {owner, position};
    owner->parents.push_back({&plan, position});
    plan.many_places = true;
  } else {
    plan.place_position = position;
    plan.place_target = target;
    if (target->table->place_rule != PlaceRule::self) target->dependents.push_back({&plan, position});
  }
  return true;
}

void PackPlan::spread_many_places() {
  for (std::size_t round = 0; round < tables_.size(); ++round)
    for (TablePlan& plan : tables_)
      if (plan.place_target != nullptr && plan.place_target->many_places) plan.many_places = true;
}

}  // namespace doorstep::server
