#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "merge/folding.hpp"

namespace doorstep::test {

/// By the definition, slowly: rows are one when a path of declarations joins them, whichever way they point.
inline std::map<RowId, RowId> slow_roots(const std::vector<SameDeclaration>& declared) {
  std::map<RowId, std::vector<RowId>> joined;
  for (const SameDeclaration& d : declared) {
    if (d.folded == d.into) continue;
    joined[d.folded].push_back(d.into);
    joined[d.into].push_back(d.folded);
  }
  std::map<RowId, RowId> roots;
  for (const auto& [from, direct] : joined) {
    std::vector<RowId> members{from};
    for (std::size_t i = 0; i < members.size(); ++i)
      for (const RowId& next : joined[members[i]])
        if (std::find(members.begin(), members.end(), next) == members.end()) members.push_back(next);
    std::sort(members.begin(), members.end());
    const auto target = [&](const RowId& of) -> const RowId* {
      for (const SameDeclaration& d : declared)
        if (d.folded == of && d.into != of) return &d.into;
      return nullptr;
    };
    // A member that nothing folds is the root; else the smallest that comes back to itself.
    for (const RowId& member : members)
      if (target(member) == nullptr) roots[from] = member;
    if (roots.count(from) != 0) continue;
    for (const RowId& member : members) {
      RowId at = *target(member);
      for (std::size_t i = 0; i < members.size() && at != member; ++i) at = *target(at);
      if (at != member) continue;
      roots[from] = member;
      break;
    }
  }
  return roots;
}

}  // namespace doorstep::test
