#include "merge/folding.hpp"

#include <algorithm>
#include <unordered_map>

namespace doorstep {
namespace {

using Into = std::unordered_map<RowId, RowId>;

/// Follows the declarations from `row` to a row that is folded into nothing, or to the smallest of a ring.
RowId root_of(const Into& into, const RowId& row) {
  // Brent's way of finding a ring: `slow` waits at a power of two of steps while `fast` goes on.
  RowId slow = row;
  RowId fast = row;
  std::size_t steps = 0;
  std::size_t limit = 1;
  for (auto next = into.find(fast); next != into.end(); next = into.find(fast)) {
    fast = next->second;
    if (fast == slow) {
      RowId smallest = fast;
      for (RowId at = into.at(fast); at != fast; at = into.at(at)) smallest = std::min(smallest, at);
      return smallest;
    }
    if (++steps == limit) {
      slow = fast;
      steps = 0;
      limit *= 2;
    }
  }
  return fast;
}

Into read_into(const std::vector<SameDeclaration>& declarations) {
  Into into;
  for (const SameDeclaration& declaration : declarations)
    if (declaration.folded != declaration.into) into.emplace(declaration.folded, declaration.into);
  return into;
}

bool is_key(const Table& table, ColumnId column) {
  return std::find(table.natural_key.begin(), table.natural_key.end(), column) != table.natural_key.end();
}

/// Extremes, tallies, lists and long texts have room for everybody's; in the others one value shows.
bool shows_one(MergeKind kind) {
  return !is_composite(kind) && kind != MergeKind::max && kind != MergeKind::min;
}

struct Written {
  RowId row;
  const Cell* cell = nullptr;
};

struct Joined {
  Value value;
  RowId from;
};

std::int64_t number_in(const Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number == nullptr ? 0 : *number;
}

Joined last_written(const std::vector<Written>& written) {
  const auto last = std::max_element(written.begin(), written.end(), [](const Written& a, const Written& b) {
    return a.cell->version < b.cell->version;
  });
  return {last->cell->value, last->row};
}

Joined join_composite(const Column& column, const std::vector<Written>& written) {
  Joined out = last_written(written);
  if (column.merge == MergeKind::counter) {
    // One device counts in each row by itself: its tallies add up, as they would not in one cell.
    std::uint64_t sum = 0;
    for (const Written& one : written) sum += static_cast<std::uint64_t>(number_in(one.cell->value));
    out.value = static_cast<std::int64_t>(sum);
    return out;
  }
  CellParts parts = parts_of(column.merge, *written.front().cell);
  for (std::size_t i = 1; i < written.size(); ++i) {
    const CellParts other = parts_of(column.merge, *written[i].cell);
    if (auto* set = std::get_if<SetState>(&parts))
      *set = join(*set, std::get<SetState>(other));
    else
      parts = join(std::get<TextState>(parts), std::get<TextState>(other));
  }
  if (const auto* set = std::get_if<SetState>(&parts)) {
    out.value = value_of(*set);
  } else {
    std::string text = shown_text(std::get<TextState>(parts));
    out.value = text.empty() ? Value{} : Value(std::move(text));
  }
  return out;
}

Joined join_shown(const Column& column, const std::vector<Written>& written) {
  CellState state;
  for (const Written& one : written) {
    CellState own;
    own.heads.push_back({one.cell->version, one.cell->value, {}});
    state = join(column.merge, state, own);
  }
  const Head* head = shown(column, state);
  for (const Written& one : written)
    if (one.cell->version == head->version) return {head->value, one.row};
  return {};
}

std::vector<Written> written_in(ColumnId column, const std::vector<Member>& members) {
  std::vector<Written> out;
  for (const Member& member : members)
    if (const Cell* cell = member.state->find(column)) out.push_back({member.id, cell});
  return out;
}

}  // namespace

std::vector<SameClass> same_classes(const std::vector<SameDeclaration>& declarations) {
  const Into into = read_into(declarations);
  std::unordered_map<RowId, std::vector<RowId>> members;
  for (const auto& [folded, target] : into) {
    const RowId root = root_of(into, folded);
    std::vector<RowId>& of_root = members[root];
    of_root.push_back(folded);
    of_root.push_back(root);
  }
  std::vector<SameClass> out;
  for (auto& [root, rows] : members) {
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    out.push_back({root, std::move(rows)});
  }
  std::sort(out.begin(), out.end(),
            [](const SameClass& a, const SameClass& b) { return a.members.front() < b.members.front(); });
  return out;
}

bool closes_ring(const std::vector<SameDeclaration>& known, const SameDeclaration& wanted) {
  Into into = read_into(known);
  into.erase(wanted.folded);
  std::size_t steps = 0;
  for (RowId at = wanted.into;; ++steps) {
    if (at == wanted.folded) return true;
    const auto next = into.find(at);
    // More steps than declarations: a ring that is there already, and that `wanted` only leads into.
    if (next == into.end() || steps > into.size()) return false;
    at = next->second;
  }
}

FoldedRow fold_rows(const Table& table, const RowId& root, const std::vector<Member>& members) {
  FoldedRow out;
  out.values.resize(table.columns.size());
  out.from.resize(table.columns.size());
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    std::vector<Written> written = written_in(column.id, members);
    if (is_key(table, column.id))
      written.erase(
          std::remove_if(written.begin(), written.end(), [&](const Written& one) { return one.row != root; }),
          written.end());
    if (written.empty()) continue;
    Joined joined =
        is_composite(column.merge) ? join_composite(column, written) : join_shown(column, written);
    if (shows_one(column.merge))
      for (const Written& one : written)
        if (!is_null(one.cell->value) && one.cell->value != joined.value)
          out.differing.push_back({column.id, one.row, one.cell->value});
    out.values[i] = std::move(joined.value);
    out.from[i] = joined.from;
  }
  return out;
}

}  // namespace doorstep
