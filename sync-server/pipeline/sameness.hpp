#pragma once

#include <doorstep/error.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "merge/folding.hpp"
#include "pipeline/office.hpp"

/// Rows that are declared one thing, and the office's own declarations (docs/merge.md, "The same thing
/// twice").
namespace doorstep::server {

/// A row of `same_as`.
struct Declared {
  RowId id;
  const Table* table = nullptr;  ///< Whose rows they are.
  SameDeclaration same;
  bool active = false;
  ActorId by{};  ///< Who said it last.
};

/// Ones that make no sense are left out.
Status each_declaration(ReadSnapshot& snapshot, const PackPlan& plan,
                        const std::function<void(const Declared&)>& visit);

/// The classes of all tables.
Result<std::map<TableId, std::vector<SameClass>>> classes_of(ReadSnapshot& snapshot, const PackPlan& plan);

/// The class of a row with the members that are alive, in the order of their ids; empty for a row that is
/// nobody else.
struct ClassRows {
  RowId root;
  std::vector<RowId> ids;
  std::vector<RowState> states;

  std::vector<Member> members() const;
};
Result<ClassRows> class_rows(ReadSnapshot& snapshot, const PackPlan& plan, const RowKey& key);

/// The lowest place that all rows lie beneath.
Result<std::optional<RowId>> common_place(OfficeTransaction& work, const TablePlan& table,
                                          const std::vector<RowId>& rows);

/// Two rows of one table: `row` is folded into `other`.
struct SamePair {
  const TablePlan* table = nullptr;
  RowId row;
  RowId other;
  std::string note;
};

/// Declares them in one transaction; pairs that are one already are passed over. Returns how many were
/// declared. Errors: `invalid_argument` for rows that stand nowhere or of a table that is not mergeable.
Result<std::size_t> declare_same(Office& office, const std::vector<SamePair>& pairs);

/// Takes a declaration back: the row's own, else the only one that folds another into it. Errors:
/// `not_found`, `invalid_argument`.
Status undo_same(Office& office, std::string_view table, const RowId& row);

/// Notes that two rows which look like one thing are not.
Status declare_not_same(Office& office, const SamePair& pair);

}  // namespace doorstep::server
