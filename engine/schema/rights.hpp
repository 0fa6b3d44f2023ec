#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "schema/pack.hpp"

/// What posts allow (docs/rights.md): a pack's rights, looked up.
namespace doorstep {

enum class Verb : std::uint8_t { read = 1, add = 2, edit_own = 4, edit = 8, decide = 16 };

/// Roles of a pack, one bit each.
using RoleSet = std::uint64_t;

/// Columns by their position in Table::columns.
using ColumnSet = std::bitset<limits::kColumns>;

/// Immutable; shared between threads. Tables and columns that the pack does not have are nobody's.
class Rights {
 public:
  explicit Rights(const Pack& pack);

  bool knows(std::string_view role) const;
  /// A role that the pack does not know may what every role may.
  RoleSet role(std::string_view name) const;

  /// Whether one of the roles has the verb.
  bool may(TableId table, RoleSet roles, Verb verb) const;
  /// Whether one of the roles has the verb and may write the column.
  bool may_write(TableId table, RoleSet roles, Verb verb, ColumnId column) const;
  /// Whether one of the roles may ask for the plain value of the column.
  bool may_reveal(TableId table, RoleSet roles, ColumnId column) const;
  /// Columns that none of the roles reads.
  ColumnSet hidden(TableId table, RoleSet roles) const;

  /// Which rows and columns a single role reads: equal for roles with the same sight.
  const std::string& sight(RoleSet role) const;

 private:
  struct OfRole {
    std::uint8_t verbs = 0;
    ColumnSet readable;
    ColumnSet writable;
    ColumnSet revealable;
  };
  struct OfTable {
    TableId id{};
    std::vector<ColumnId> columns;
    std::vector<OfRole> roles;  ///< In pack order; last, what all of them may.
  };

  static OfRole of_role(const Table& table, const Role& role);
  static std::string sight_of(const std::vector<OfTable>& tables, std::size_t role);
  const OfTable* find(TableId table) const;

  std::vector<std::string> names_;
  std::vector<OfTable> tables_;      ///< In id order.
  std::vector<std::string> sights_;  ///< Of each role.
};

}  // namespace doorstep
