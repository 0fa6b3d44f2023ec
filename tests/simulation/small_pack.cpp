#include "simulation/small_pack.hpp"

#include <algorithm>
#include <initializer_list>

namespace doorstep::simulation {
namespace {

/// Of the neighbourhood's tables, which are numbered in the order in which offices came to need them.
constexpr std::uint32_t kLastEarlyTable = 13;
constexpr std::uint32_t kLastWorkingTable = 21;
constexpr std::uint32_t kFirstOfExtension = 1000;

Pack part_of(Pack pack, std::uint32_t last_table, std::initializer_list<std::string_view> views) {
  const auto is_kept = [&](TableId table) {
    return raw(table) <= last_table || kFirstOfExtension <= raw(table);
  };
  const auto drop = [](auto& from, const auto& which) {
    from.erase(std::remove_if(from.begin(), from.end(), which), from.end());
  };
  drop(pack.tables, [&](const Table& table) { return !is_kept(table.id); });
  drop(pack.views,
       [&](const View& view) { return std::find(views.begin(), views.end(), view.name) == views.end(); });
  for (Table& table : pack.tables)
    drop(table.columns, [&](const Column& column) { return column.target && !is_kept(*column.target); });
  return pack;
}

}  // namespace

Pack small_pack(Pack pack) {
  return part_of(std::move(pack), kLastEarlyTable,
                 {"coverage_by_building", "overdue_hazards", "unvisited_doors"});
}

Pack working_pack(Pack pack) {
  return part_of(std::move(pack), kLastWorkingTable,
                 {"coverage_by_building", "overdue_hazards", "unvisited_doors", "campaign_by_door",
                  "campaigns_open", "matter_chain"});
}

}  // namespace doorstep::simulation
