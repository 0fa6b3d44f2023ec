#include "pipeline/projection.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "merge/fit.hpp"
#include "schema/evolution.hpp"
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

}  // namespace

Projection::Projection(std::shared_ptr<const PackPlan> newest, std::shared_ptr<const PackPlan> spoken)
    : newest_(std::move(newest)), spoken_(std::move(spoken)) {
  for (const Table& table : spoken_->pack().tables) {
    const Table* now = newest_->pack().find(table.id);
    if (now != nullptr && same_layout(table, *now)) verbatim_.push_back(table.id);
  }
  layout_ = sha256(layout_text(spoken_->pack(), newest_->pack()));
}

Status Projection::append(const TablePlan& plan, const RowView& row, wire::RowSection& section) const {
  const Table& stored = *plan.table;
  if (std::binary_search(verbatim_.begin(), verbatim_.end(), stored.id)) {
    section.metas.emplace_back(row.meta());
    row.append_values(section.values);
    return {};
  }
  std::vector<Value> values;
  row.append_values(values);
  DOORSTEP_TRY(state, wire::decode_meta(stored, row.meta(), values));
  const Table& known = *find(stored.id);
  fit(known, state);
  section.metas.push_back(wire::encode_meta(known, state));
  for (Value& value : wire::values_of(known, state)) section.values.push_back(std::move(value));
  return {};
}

}  // namespace doorstep::server
