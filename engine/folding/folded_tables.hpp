#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "folding/views.hpp"
#include "merge/folding.hpp"
#include "schema/pack.hpp"
#include "sql/connection.hpp"

namespace doorstep {

/// Keeps, on the phone and at the office alike, what follows from the declared sameness of rows: who is whose
/// root (`doorstep_same`) and the folded rows (`doorstep_folded_...`), both derived and never a truth of
/// their own. What a transaction writes is brought up to date by settle(), before it commits.
///
/// Classes are kept in memory; when a transaction is given up or another process has written, load() again.
class FoldedTables {
 public:
  explicit FoldedTables(Holder holder) : holder_(holder) {}

  /// The row as its table shows it, with versions; without a birth when it is not there.
  using ReadRow = std::function<Result<RowState>(const Table& table, const RowId& id)>;

  /// Drops what an earlier pack had and makes all anew; settle() then fills it.
  Status create(sql::Connection& connection, const Pack& pack);
  /// Reads who is declared the same. `pack` must outlive the use of this.
  Status load(sql::Connection& connection, const Pack& pack);

  /// A row was written or deleted. Costs a look-up while nothing is declared.
  void touch(const Table& table, const RowId& id) {
    if (table.name == kSameTable)
      declared_ = true;
    else if (table.mergeable && !class_of_.empty() && class_of_.count({table.id, id}) != 0)
      touched_.insert({table.id, id});
  }
  /// Brings the tables up to date; adds the names of those that changed to `changed`.
  Status settle(sql::Connection& connection, const ReadRow& read, std::set<std::string>& changed);
  /// Forgets what was touched: the transaction was given up.
  void forget();

  bool empty() const { return class_of_.empty(); }
  /// nullptr for a row that is nobody else.
  const SameClass* class_of(const RowKey& key) const;
  /// What is declared of a table's rows.
  const std::vector<SameDeclaration>& declarations(TableId table) const;

 private:
  using Classes = std::map<TableId, std::vector<SameClass>>;

  Status read_declarations(sql::Connection& connection);
  void index_classes();
  Status redo(sql::Connection& connection, const ReadRow& read, const std::set<RowKey>& stale,
              std::set<std::string>& changed);
  Status clear_row(sql::Connection& connection, const Table& table, const RowId& id);
  Status write_class(sql::Connection& connection, const ReadRow& read, const Table& table,
                     const SameClass& same);

  Holder holder_;
  const Pack* pack_ = nullptr;
  std::map<TableId, std::vector<SameDeclaration>> declarations_;
  Classes classes_;
  std::unordered_map<RowKey, std::pair<TableId, std::size_t>> class_of_;  ///< Position in `classes_`.
  std::set<RowKey> touched_;
  bool declared_ = false;
  bool all_ = false;  ///< The tables are new: every class is to be written.
};

/// Which member stands for the class here: its root, or where that is not here the smallest that is.
RowId root_among(const SameClass& same, const std::vector<Member>& present);

}  // namespace doorstep
