#include "schema/rights.hpp"

#include <algorithm>

namespace doorstep {
namespace {

std::uint8_t bit(bool given, Verb verb) { return given ? static_cast<std::uint8_t>(verb) : std::uint8_t{0}; }

std::uint8_t verbs_of(const RoleRights& rights) {
  return static_cast<std::uint8_t>(bit(rights.read, Verb::read) | bit(rights.add, Verb::add) |
                                   bit(rights.edit_own || rights.edit, Verb::edit_own) |
                                   bit(rights.edit, Verb::edit) | bit(rights.decide, Verb::decide));
}

bool contains(const std::vector<ColumnId>& columns, ColumnId column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

bool has(RoleSet roles, std::size_t role) { return ((roles >> role) & 1) != 0; }

}  // namespace

Rights::OfRole Rights::of_role(const Table& table, const Role& role) {
  RoleRights rights;
  rights.decide = role.decides;
  for (const RoleRights& given : table.rights)
    if (given.role == role.name) rights = given;
  OfRole out;
  out.verbs = verbs_of(rights);
  for (std::size_t i = 0; i < table.columns.size() && i < limits::kColumns; ++i) {
    const Column& column = table.columns[i];
    out.readable[i] = rights.read && !contains(rights.hidden, column.id);
    out.writable[i] = !contains(rights.hidden, column.id) && !contains(rights.read_only, column.id) &&
                      column.mask == Mask::none;
    out.revealable[i] = rights.read && contains(rights.reveal, column.id);
  }
  return out;
}

Rights::Rights(const Pack& pack) {
  for (const Role& role : pack.roles)
    if (names_.size() < limits::kRoles) names_.push_back(role.name);
  for (const Table& table : pack.tables) {
    OfTable rights;
    rights.id = table.id;
    for (const Column& column : table.columns) rights.columns.push_back(column.id);
    OfRole all{0xFF, ColumnSet().set(), ColumnSet().set(), ColumnSet().set()};
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const OfRole one = of_role(table, pack.roles[i]);
      all.verbs &= one.verbs;
      all.readable &= one.readable;
      all.writable &= one.writable;
      all.revealable &= one.revealable;
      rights.roles.push_back(one);
    }
    rights.roles.push_back(all);
    tables_.push_back(std::move(rights));
  }
  std::sort(tables_.begin(), tables_.end(), [](const OfTable& a, const OfTable& b) { return a.id < b.id; });
  for (std::size_t i = 0; i <= names_.size(); ++i) sights_.push_back(sight_of(tables_, i));
}

/// `table:-;` for one that is not read, `table:column,column;` for hidden columns of one that is.
std::string Rights::sight_of(const std::vector<OfTable>& tables, std::size_t role) {
  std::string text;
  for (const OfTable& table : tables) {
    const OfRole& rights = table.roles[role];
    const bool reads = (rights.verbs & static_cast<std::uint8_t>(Verb::read)) != 0;
    std::string hidden;
    for (std::size_t i = 0; reads && i < table.columns.size(); ++i)
      if (!rights.readable[i]) hidden += std::to_string(raw(table.columns[i])) + ',';
    if (reads && hidden.empty()) continue;
    text += std::to_string(raw(table.id)) + ':' + (reads ? hidden : "-") + ';';
  }
  return text;
}

const Rights::OfTable* Rights::find(TableId table) const {
  const auto at = std::lower_bound(tables_.begin(), tables_.end(), table,
                                   [](const OfTable& t, TableId wanted) { return t.id < wanted; });
  return at == tables_.end() || at->id != table ? nullptr : &*at;
}

bool Rights::knows(std::string_view role) const {
  return std::find(names_.begin(), names_.end(), role) != names_.end();
}

RoleSet Rights::role(std::string_view name) const {
  const auto at = std::find(names_.begin(), names_.end(), name);
  return RoleSet{1} << (at - names_.begin());
}

bool Rights::may(TableId table, RoleSet roles, Verb verb) const {
  const OfTable* of = find(table);
  for (std::size_t i = 0; of != nullptr && i < of->roles.size(); ++i)
    if (has(roles, i) && (of->roles[i].verbs & static_cast<std::uint8_t>(verb)) != 0) return true;
  return false;
}

bool Rights::may_write(TableId table, RoleSet roles, Verb verb, ColumnId column) const {
  const OfTable* of = find(table);
  if (of == nullptr) return false;
  const auto at = std::find(of->columns.begin(), of->columns.end(), column);
  if (at == of->columns.end()) return false;
  const auto position = static_cast<std::size_t>(at - of->columns.begin());
  for (std::size_t i = 0; i < of->roles.size(); ++i)
    if (has(roles, i) && (of->roles[i].verbs & static_cast<std::uint8_t>(verb)) != 0 &&
        of->roles[i].writable[position])
      return true;
  return false;
}

bool Rights::may_reveal(TableId table, RoleSet roles, ColumnId column) const {
  const OfTable* of = find(table);
  if (of == nullptr) return false;
  const auto at = std::find(of->columns.begin(), of->columns.end(), column);
  if (at == of->columns.end()) return false;
  const auto position = static_cast<std::size_t>(at - of->columns.begin());
  for (std::size_t i = 0; i < of->roles.size(); ++i)
    if (has(roles, i) && of->roles[i].revealable[position]) return true;
  return false;
}

ColumnSet Rights::hidden(TableId table, RoleSet roles) const {
  const OfTable* of = find(table);
  ColumnSet hidden;
  if (of == nullptr) return hidden;
  for (std::size_t i = 0; i < of->columns.size(); ++i) hidden.set(i);
  for (std::size_t i = 0; i < of->roles.size(); ++i)
    if (has(roles, i)) hidden &= ~of->roles[i].readable;
  return hidden;
}

const std::string& Rights::sight(RoleSet role) const {
  std::size_t at = 0;
  while (at + 1 < sights_.size() && !has(role, at)) ++at;
  return sights_[at];
}

}  // namespace doorstep
