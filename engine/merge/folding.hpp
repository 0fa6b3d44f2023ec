#pragma once

#include <vector>

#include "merge/row.hpp"

/// Rows that people have declared to be one thing: which belong together, and what the row that people see
/// reads. Pure functions of declarations and rows, so that undoing a declaration undoes all of it.
namespace doorstep {

/// "`folded` is the same as `into`", of rows of one table. A row is folded at most once.
struct SameDeclaration {
  RowId folded;
  RowId into;

  friend bool operator==(const SameDeclaration& a, const SameDeclaration& b) {
    return a.folded == b.folded && a.into == b.into;
  }
};

/// Rows that are one, two at least.
struct SameClass {
  RowId root;                  ///< Folded into nothing; of a ring of declarations its smallest id.
  std::vector<RowId> members;  ///< Ascending, the root among them.

  friend bool operator==(const SameClass& a, const SameClass& b) {
    return a.root == b.root && a.members == b.members;
  }
};

/// In order of their smallest members. The order of `declarations` does not matter; one that folds a row into
/// itself says nothing.
std::vector<SameClass> same_classes(const std::vector<SameDeclaration>& declarations);

/// Whether `wanted`, in place of what `known` says of its folded row, closes a ring.
bool closes_ring(const std::vector<SameDeclaration>& known, const SameDeclaration& wanted);

/// A member of a class as somebody has it.
struct Member {
  RowId id;
  const RowState* state = nullptr;
};

/// A value of a member that the folded row does not show, in a column of which it shows one.
struct Differing {
  ColumnId column{};
  RowId member;
  Value value;
};

struct FoldedRow {
  std::vector<Value> values;  ///< In `table.columns` order.
  std::vector<RowId> from;    ///< Whose value it is; of a composite column who wrote it last. Nil for none.
  std::vector<Differing> differing;
};

/// The row that people see in place of `members`, of which `root` is one: column by column joined as if the
/// rows' versions were concurrent writes of one row. What makes up the natural key is the root's.
FoldedRow fold_rows(const Table& table, const RowId& root, const std::vector<Member>& members);

}  // namespace doorstep
