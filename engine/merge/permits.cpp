#include "merge/permits.hpp"

#include <algorithm>

namespace doorstep {
namespace {

/// What opens a round may be a decision; whether it is one, the office looks at where it takes rounds.
bool may_write(const Rights& rights, RoleSet roles, Verb change, const Op& op, const CellWrite& write) {
  if (rights.may_write(op.key.table, roles, change, write.column)) return true;
  const bool may_be_decision = op.kind == OpKind::update && write.round > 0;
  return may_be_decision && rights.may_write(op.key.table, roles, Verb::decide, write.column);
}

}  // namespace

bool permits(const Rights& rights, RoleSet roles, Verb change, const Op& op) {
  const bool settles = op.kind == OpKind::update && op.cells.empty() && !op.seen.empty();
  if (settles && rights.may(op.key.table, roles, Verb::decide)) return true;
  if (op.cells.empty()) return rights.may(op.key.table, roles, change);
  return std::all_of(op.cells.begin(), op.cells.end(),
                     [&](const CellWrite& write) { return may_write(rights, roles, change, op, write); });
}

const CellWrite* too_much(const Rights& rights, RoleSet roles, Verb change, const Op& op) {
  if (!rights.may(op.key.table, roles, change)) return nullptr;
  const auto at = std::find_if(op.cells.begin(), op.cells.end(), [&](const CellWrite& write) {
    return !may_write(rights, roles, change, op, write);
  });
  return at == op.cells.end() ? nullptr : &*at;
}

}  // namespace doorstep
