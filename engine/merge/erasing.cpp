#include "merge/erasing.hpp"

#include <algorithm>

namespace doorstep {
namespace {

bool is_personal(const Table& table, ColumnId id) {
  const Column* column = table.find(id);
  return column != nullptr && column->personal;
}

bool is_open_head(const Loser& loser, const RowState& row, ColumnId column) {
  return loser.column == column && loser.birth == row.birth &&
         (loser.kind == LoserKind::concurrent || loser.kind == LoserKind::review);
}

/// Every other head, largest first. Of a composite cell its parts name them; a text keeps no stamps.
std::vector<Version> other_heads(const RowState& row, const Cell& cell) {
  std::vector<Version> heads = cell.agreeing;
  for (const Loser& loser : row.losers)
    if (is_open_head(loser, row, cell.column)) heads.push_back(loser.head.version);
  if (const auto* set = std::get_if<SetState>(&cell.parts))
    for (const Element& element : set->elements)
      heads.insert(heads.end(), element.added.begin(), element.added.end());
  if (const auto* text = std::get_if<TextState>(&cell.parts))
    for (const TextVersion& inserted : text->versions) {
      heads.push_back({inserted.name, {}, 0});
      for (const VersionName& alias : inserted.aliases) heads.push_back({alias, {}, 0});
    }
  std::sort(heads.begin(), heads.end(), [](const Version& a, const Version& b) { return b < a; });
  const auto is_shown = [&](const Version& version) { return version.name == cell.version.name; };
  heads.erase(std::remove_if(heads.begin(), heads.end(), is_shown), heads.end());
  const auto same_name = [](const Version& a, const Version& b) { return a.name == b.name; };
  heads.erase(std::unique(heads.begin(), heads.end(), same_name), heads.end());
  return heads;
}

}  // namespace

void erase_personal(const Table& table, RowState& row) {
  for (Cell& cell : row.cells) {
    if (!is_personal(table, cell.column)) continue;
    cell.agreeing = other_heads(row, cell);
    cell.value = {};
    cell.parts = {};
    cell.contested = false;
  }
  const auto is_about_it = [&](const Loser& loser) { return is_personal(table, loser.column); };
  row.losers.erase(std::remove_if(row.losers.begin(), row.losers.end(), is_about_it), row.losers.end());
}

bool erase_personal(const Table& table, Op& op) {
  bool found = false;
  for (CellWrite& write : op.cells) {
    if (is_null(write.value) || !is_personal(table, write.column)) continue;
    write.value = {};
    found = true;
  }
  return found;
}

bool writes_personal(const Pack& pack, const Group& group) {
  return std::any_of(group.ops.begin(), group.ops.end(), [&](const Op& op) {
    const Table* table = pack.find(op.key.table);
    return table != nullptr && std::any_of(op.cells.begin(), op.cells.end(), [&](const CellWrite& write) {
             return !is_null(write.value) && is_personal(*table, write.column);
           });
  });
}

}  // namespace doorstep
