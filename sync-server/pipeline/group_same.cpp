#include <algorithm>

#include "base/error.hpp"
#include "pipeline/group_merge.hpp"
#include "pipeline/sameness.hpp"
#include "wire/row_meta.hpp"

// Who may declare two rows one thing: whoever answers for both.
namespace doorstep::server {
namespace {

/// A cell as it will read, in so far as its writer knows.
const Value& after(const WorkRow& row, const Op& op, const Column* column) {
  static const Value null;
  if (column == nullptr) return null;
  for (const CellWrite& write : op.cells)
    if (write.column == column->id) return write.value;
  return value_in(row.before, column->id);
}

}  // namespace

GroupMerge::Check GroupMerge::check_declarations() {
  std::vector<ReadDeclaration> read;
  bool is_read = false;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].plan->table->name != kSameTable || group_.ops[i].kind == OpKind::remove) continue;
    if (!is_read) {
      DOORSTEP_TRY(found, read_declarations());
      read = std::move(found);
      forget_rewritten(read);
      is_read = true;
    }
    DOORSTEP_TRY(refused, check_declaration(rows_[i], group_.ops[i], read));
    if (refused) return refused;
  }
  return std::nullopt;
}

GroupMerge::Check GroupMerge::check_declaration(const WorkRow& row, const Op& op,
                                                std::vector<ReadDeclaration>& read) {
  const Table& table = *row.plan->table;
  const auto* kind = std::get_if<std::string>(&after(row, op, table.find("kind")));
  const TablePlan* of = kind == nullptr ? nullptr : work_.plan().find(*kind);
  const auto folded = reference_in(after(row, op, table.find("folded")));
  const auto into = reference_in(after(row, op, table.find("into")));
  if (of == nullptr || !of->table->mergeable || !folded || !into || folded == into)
    return hold(wire::HoldReason::invalid, table, op);
  for (const RowId& id : {*folded, *into}) {
    if (scope_.everything) break;
    DOORSTEP_TRY(out_of_reach, check_reach(*of, id, op));
    if (out_of_reach) return out_of_reach;
  }
  if (after(row, op, table.find("active")) != Value{std::int64_t{1}}) return std::nullopt;
  std::vector<SameDeclaration> known;
  for (const ReadDeclaration& declaration : read)
    if (declaration.table == of->table->id) known.push_back(declaration.same);
  const SameDeclaration wanted{*folded, *into};
  const bool stood = row.in_table &&
                     value_in(row.before, table.find("active")->id) == Value{std::int64_t{1}} &&
                     reference_in(value_in(row.before, table.find("into")->id)) == into;
  if (!stood && closes_ring(known, wanted)) return hold(wire::HoldReason::ring_of_same, *of->table, op);
  read.push_back({of->table->id, wanted});
  return std::nullopt;
}

/// What the group itself says of a row takes the place of what was said before.
void GroupMerge::forget_rewritten(std::vector<ReadDeclaration>& read) const {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Table& table = *rows_[i].plan->table;
    if (table.name != kSameTable) continue;
    const auto folded = reference_in(after(rows_[i], group_.ops[i], table.find("folded")));
    const auto is_it = [&](const ReadDeclaration& one) { return one.same.folded == folded; };
    read.erase(std::remove_if(read.begin(), read.end(), is_it), read.end());
  }
}

/// The office has read everything, a phone what itself has written; what else it had fetched is not known
/// here, and where opposite declarations meet, all sides agree on the root.
Result<std::vector<GroupMerge::ReadDeclaration>> GroupMerge::read_declarations() {
  std::vector<ReadDeclaration> read;
  DOORSTEP_CHECK(each_declaration(work_.tx(), work_.plan(), [&](const Declared& declared) {
    if (declared.active && (author_.is_office || declared.by == author_.actor))
      read.push_back({declared.table->id, declared.same});
  }));
  return read;
}

}  // namespace doorstep::server
