#include "pipeline/projection.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "merge/fit.hpp"
#include "schema/evolution.hpp"
#include "schema/masking.hpp"
#include "wire/row_meta.hpp"

namespace doorstep::server {
namespace {

/// `table:seen:column.type,...;` for each table that the device is sent, in id order.
std::string layout_text(const Pack& spoken, const Pack& newest) {
  std::string text = "layout-1;";
  for (const Table& table : spoken.tables) {
    const Table* now = newest.find(table.id);
    if (now == nullptr) continue;
    text += std::to_string(raw(table.id)) + (now->seen_from_below ? ":1:" : ":0:");
    for (const Column& column : table.columns)
      text += std::to_string(raw(column.id)) + '.' + std::to_string(raw(column.type)) + ',';
    text += ';';
  }
  return text;
}

/// Takes the cells of hidden columns out. Deletes that did not take the row away go with them: they name
/// versions, and would seem to have seen everything that is left.
void narrow(const Table& table, const ColumnSet& hidden, RowState& row) {
  const auto is_hidden = [&](const Cell& cell) {
    const int at = table.position(cell.column);
    return at >= 0 && hidden[static_cast<std::size_t>(at)];
  };
  const auto end = std::remove_if(row.cells.begin(), row.cells.end(), is_hidden);
  if (end == row.cells.end()) return;
  row.cells.erase(end, row.cells.end());
  row.deaths.clear();
}

/// A mask bears the version of the first cell that is left: its source's own would tell who wrote it when.
void add_mask(const Column& column, Value value, RowState& row) {
  if (is_null(value) || row.cells.empty()) return;
  Cell mask;
  mask.column = column.id;
  mask.version = row.cells.front().version;
  mask.value = std::move(value);
  const auto at = std::find_if(row.cells.begin(), row.cells.end(),
                               [&](const Cell& cell) { return column.id < cell.column; });
  row.cells.insert(at, std::move(mask));
}

}  // namespace

Projection::Projection(std::shared_ptr<const PackPlan> newest, std::shared_ptr<const PackPlan> spoken,
                       bool guessed)
    : newest_(std::move(newest)), spoken_(std::move(spoken)) {
  for (const Table& table : spoken_->pack().tables) {
    const Table* now = newest_->pack().find(table.id);
    if (now != nullptr && same_layout(table, *now)) verbatim_.push_back(table.id);
  }
  // A device of a pack that is not known here drops columns: when it has this one, it begins anew.
  layout_ = sha256(layout_text(spoken_->pack(), newest_->pack()), guessed ? "guessed" : "");
}

bool Projection::alters(const TablePlan& plan, const RowView& row, const ColumnSet& hidden) {
  if (hidden.none() && plan.masks.empty()) return false;
  std::vector<Value> values;
  row.append_values(values);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (hidden[i] && !is_null(values[i])) return true;
  return std::any_of(plan.masks.begin(), plan.masks.end(), [&](const TablePlan::MaskLink& mask) {
    return !hidden[mask.position] && !is_null(values[mask.source]);
  });
}

Status Projection::append(const TablePlan& plan, const RowView& row, const ColumnSet& hidden,
                          wire::RowSection& section) const {
  const Table& stored = *plan.table;
  const bool is_same = std::binary_search(verbatim_.begin(), verbatim_.end(), stored.id);
  const bool is_plain = hidden.none() && plan.masks.empty();
  if (is_same && (is_plain || (wire::sole_version(row.meta()) && !alters(plan, row, hidden)))) {
    section.metas.emplace_back(row.meta());
    row.append_values(section.values);
    return {};
  }
  std::vector<Value> values;
  row.append_values(values);
  DOORSTEP_TRY(state, wire::decode_meta(stored, row.meta(), values));
  const Table& known = *find(stored.id);
  narrow(stored, hidden, state);
  for (const TablePlan::MaskLink& mask : plan.masks) {
    const Column& column = plan.column(mask.position);
    if (!hidden[mask.position] && known.find(column.id) != nullptr)
      add_mask(column, masked(column.mask, values[mask.source]), state);
  }
  fit(known, state);
  section.metas.push_back(wire::encode_meta(known, state));
  for (Value& value : wire::values_of(known, state)) section.values.push_back(std::move(value));
  return {};
}

}  // namespace doorstep::server
