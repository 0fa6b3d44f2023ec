#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "app/roster.hpp"

namespace doorstep::server {

/// How people name rows, and which rows they mean: a place by its code, a person by name (with a phone where
/// two share it), a household by its door's code (with /2 for the second family), anything by its id.
class References {
 public:
  /// `pack` and `source` are borrowed.
  References(const Pack& pack, const RowId& office, RowSource& source)
      : pack_(pack), office_(office), source_(source) {}

  using Details = std::vector<std::pair<const Column*, Value>>;

  /// Reads the names of `target`'s rows, and of the tables that its names consist of. `details` are the
  /// columns by which rows of one name may be told apart.
  Status load(const Table& target, const std::vector<const Column*>& details = {});

  /// A row that the file itself brings.
  void add(const Table& table, const RowId& id);
  bool exists(const Table& table, const RowId& id) const;

  /// The row that `column`, a reference whose target is loaded, means by `typed`. Errors are validation
  /// errors of `column`: nothing of that name, or several.
  Result<RowId> find(const Column& column, const std::string& typed, const Details& details = {}) const;

  /// What `find` reads back as `id`: its name if that is its alone, else the id. The target is loaded.
  std::string name_of(const Table& target, const RowId& id) const;

 private:
  struct Named {
    RowId id;
    std::vector<Value> details;
  };
  struct Index {
    const Table* table = nullptr;
    std::vector<const Column*> details;
    std::unordered_set<RowId> ids;
    std::unordered_map<std::string, std::vector<Named>> by_name;  ///< Of tables whose names are no key.
    std::unordered_map<RowId, std::vector<Value>> names;          ///< Name or key columns.
  };

  const Index& index(const Table& target) const;
  /// The id that a natural key written as text, parts separated by '/', has; nullopt if it cannot be read so.
  std::optional<RowId> read_key(const Table& target, const std::string& typed) const;
  std::optional<RowId> read_key_parts(const Table& target, const std::vector<std::string>& parts) const;
  Result<RowId> choose(const Index& index, const Column& column, const std::string& typed,
                       const std::vector<Named>& candidates, const Details& details) const;

  const Pack& pack_;
  RowId office_;
  RowSource& source_;
  std::map<TableId, Index> indexes_;
};

/// The columns by which people name a row of `table`: its natural key, or its names.
std::vector<ColumnId> naming_columns(const Table& table);

}  // namespace doorstep::server
