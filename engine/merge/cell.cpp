#include "merge/cell.hpp"

#include <algorithm>

#include "schema/workflow.hpp"

namespace doorstep {
namespace {

int rank(const Value& value) {
  switch (value.index()) {
    case 0:
      return 0;
    case 1:
    case 2:
      return 1;
    case 3:
      return 2;
    default:
      return 3;
  }
}

/// The round of the write that superseded `name`, if any did.
const Superseded* find(const std::vector<Superseded>& sorted, const VersionName& name) {
  const auto at = std::lower_bound(
      sorted.begin(), sorted.end(), name,
      [](const Superseded& entry, const VersionName& wanted) { return entry.name < wanted; });
  return at == sorted.end() || at->name != name ? nullptr : &*at;
}

std::vector<Superseded> unite(const std::vector<Superseded>& a, const std::vector<Superseded>& b) {
  std::vector<Superseded> out;
  auto x = a.begin();
  auto y = b.begin();
  while (x != a.end() || y != b.end()) {
    if (y == b.end() || (x != a.end() && x->name < y->name)) {
      out.push_back(*x++);
    } else if (x == a.end() || y->name < x->name) {
      out.push_back(*y++);
    } else {
      out.push_back({x->name, std::max(x->by_round, y->by_round)});
      ++x, ++y;
    }
  }
  return out;
}

void keep_latest_round(std::vector<Head>& heads) {
  std::uint32_t round = 0;
  for (const Head& head : heads) round = std::max(round, head.version.round);
  heads.erase(
      std::remove_if(heads.begin(), heads.end(), [&](const Head& h) { return h.version.round < round; }),
      heads.end());
}

/// max and min keep one head: the extreme value, the largest version among equals. Null is no value.
void keep_extreme(std::vector<Head>& heads, bool largest) {
  keep_latest_round(heads);
  const auto better = [&](const Head& a, const Head& b) {
    if (is_null(a.value) != is_null(b.value)) return is_null(b.value);
    if (value_less(a.value, b.value)) return !largest;
    if (value_less(b.value, a.value)) return largest;
    return b.version < a.version;
  };
  if (heads.size() > 1) {
    std::iter_swap(heads.begin(), std::min_element(heads.begin(), heads.end(), better));
    heads.resize(1);
  }
}

std::vector<Head> unite(const std::vector<Head>& a, const std::vector<Head>& b) {
  std::vector<Head> heads = a;
  for (const Head& head : b) {
    const bool known =
        std::any_of(a.begin(), a.end(), [&](const Head& h) { return h.version.name == head.version.name; });
    if (!known) heads.push_back(head);
  }
  return heads;
}

}  // namespace

bool value_less(const Value& a, const Value& b) {
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  if (rank(a) == 1 && a.index() != b.index()) {
    const double x = a.index() == 1 ? static_cast<double>(std::get<1>(a)) : std::get<2>(a);
    const double y = b.index() == 1 ? static_cast<double>(std::get<1>(b)) : std::get<2>(b);
    return x != y ? x < y : a.index() < b.index();
  }
  return a < b;
}

CellState written(const CellWrite& write, const Version& version) {
  CellState state;
  state.heads.push_back({version, write.value, write.bases});
  for (const VersionName& base : write.bases) state.superseded.push_back({base, write.round});
  std::sort(state.superseded.begin(), state.superseded.end(),
            [](const Superseded& a, const Superseded& b) { return a.name < b.name; });
  return state;
}

CellState join(MergeKind kind, const CellState& a, const CellState& b) {
  CellState out;
  out.superseded = unite(a.superseded, b.superseded);
  out.heads = unite(a.heads, b.heads);
  const auto is_superseded = [&](const Head& head) {
    const Superseded* by = find(out.superseded, head.version.name);
    // What was written first stays a fact, whoever read it: only a decision ends it.
    return by != nullptr && (kind != MergeKind::once || head.version.round < by->by_round);
  };
  if (kind == MergeKind::max || kind == MergeKind::min) {
    out.superseded.clear();
    keep_extreme(out.heads, kind == MergeKind::max);
  } else {
    out.heads.erase(std::remove_if(out.heads.begin(), out.heads.end(), is_superseded), out.heads.end());
  }
  std::sort(out.heads.begin(), out.heads.end(),
            [](const Head& x, const Head& y) { return y.version < x.version; });
  return out;
}

const Head* shown(const Column& column, const CellState& cell) {
  if (cell.heads.empty()) return nullptr;
  const Head* best = &cell.heads.front();
  for (const Head& head : cell.heads) {
    if (head.version.round != best->version.round) break;  // Later rounds come first.
    if (column.merge == MergeKind::once) best = &head;
    if (column.merge == MergeKind::workflow && rank_of(column, best->value) < rank_of(column, head.value))
      best = &head;
  }
  return best;
}

std::vector<const Head*> losers(const Column& column, const CellState& cell) {
  std::vector<const Head*> out;
  const Head* winner = shown(column, cell);
  for (const Head& head : cell.heads)
    if (&head != winner && head.value != winner->value) out.push_back(&head);
  return out;
}

}  // namespace doorstep
