#include "simulation/small_pack.hpp"

#include <algorithm>

namespace doorstep::simulation {
namespace {

/// Tables of what came later: matters, campaigns, schedules, incidents, the life of a post.
constexpr std::uint32_t kLastEarlyTable = 13;
constexpr std::uint32_t kFirstOfExtension = 1000;

constexpr std::string_view kEarlyViews[] = {"coverage_by_building", "overdue_hazards", "unvisited_doors"};

bool is_early(TableId table) { return raw(table) <= kLastEarlyTable || kFirstOfExtension <= raw(table); }

}  // namespace

Pack small_pack(Pack pack) {
  const auto drop = [](auto& from, const auto& which) {
    from.erase(std::remove_if(from.begin(), from.end(), which), from.end());
  };
  drop(pack.tables, [](const Table& table) { return !is_early(table.id); });
  drop(pack.views, [](const View& view) {
    return std::find(std::begin(kEarlyViews), std::end(kEarlyViews), view.name) == std::end(kEarlyViews);
  });
  for (Table& table : pack.tables)
    drop(table.columns, [](const Column& column) { return column.target && !is_early(*column.target); });
  return pack;
}

}  // namespace doorstep::simulation
