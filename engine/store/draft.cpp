#include "store/phone_store.hpp"

namespace doorstep {

Value Draft::get(std::string_view column) const {
  const Column* known = content_->table->find(column);
  if (known == nullptr) return {};
  const auto changed = content_->changes.find(known->id);
  if (changed != content_->changes.end()) return changed->second;
  const Cell* cell = content_->state.find(known->id);
  return cell == nullptr ? Value{} : cell->value;
}

void Draft::set(std::string_view column, Value value) {
  if (const Column* known = content_->table->find(column)) content_->changes[known->id] = std::move(value);
}

const RowId& Draft::id() const { return content_->key.row; }

}  // namespace doorstep
