#include "merge/cell.hpp"

#include <algorithm>

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

bool contains(const std::vector<VersionName>& sorted, const VersionName& name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
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

CellState join(MergeKind kind, const CellState& a, const CellState& b) {
  CellState out;
  std::set_union(a.superseded.begin(), a.superseded.end(), b.superseded.begin(), b.superseded.end(),
                 std::back_inserter(out.superseded));
  out.heads = unite(a.heads, b.heads);
  switch (kind) {
    case MergeKind::max:
    case MergeKind::min:
      out.superseded.clear();
      keep_extreme(out.heads, kind == MergeKind::max);
      break;
    case MergeKind::once:
      out.superseded.clear();
      keep_latest_round(out.heads);
      break;
    case MergeKind::latest:
    case MergeKind::review:
      out.heads.erase(std::remove_if(out.heads.begin(), out.heads.end(),
                                     [&](const Head& h) { return contains(out.superseded, h.version.name); }),
                      out.heads.end());
      break;
  }
  std::sort(out.heads.begin(), out.heads.end(),
            [](const Head& x, const Head& y) { return y.version < x.version; });
  return out;
}

const Head* shown(MergeKind kind, const CellState& cell) {
  if (cell.heads.empty()) return nullptr;
  return kind == MergeKind::once ? &cell.heads.back() : &cell.heads.front();
}

std::vector<const Head*> losers(MergeKind kind, const CellState& cell) {
  std::vector<const Head*> out;
  const Head* winner = shown(kind, cell);
  for (const Head& head : cell.heads)
    if (&head != winner && head.value != winner->value) out.push_back(&head);
  return out;
}

}  // namespace doorstep
