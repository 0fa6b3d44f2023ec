#pragma once

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include "merge/group.hpp"

namespace doorstep {

/// A waiting or held operation on a row.
struct PendingOp {
  GroupNumber group{};
  std::uint32_t op = 0;
  OpKind kind = OpKind::insert;
  bool held = false;
};

/// Which operations lie above a row's canonical state, in the order they were recorded. In memory only:
/// rebuilt from the outbox when the file is opened.
class PendingIndex {
 public:
  void clear() { by_row_.clear(); }

  void add(const Group& group, bool held = false) {
    for (std::size_t i = 0; i < group.ops.size(); ++i) {
      std::vector<PendingOp>& ops = by_row_[group.ops[i].key];
      // Nearly always at the end; a group that is sent again may stand before newer ones.
      const auto at = std::upper_bound(ops.begin(), ops.end(), group.number,
                                       [](GroupNumber n, const PendingOp& other) { return n < other.group; });
      ops.insert(at, {group.number, static_cast<std::uint32_t>(i), group.ops[i].kind, held});
    }
  }

  void set_held(const Group& group, bool held) {
    for (const Op& op : group.ops) {
      const auto at = by_row_.find(op.key);
      if (at == by_row_.end()) continue;
      for (PendingOp& pending : at->second)
        if (pending.group == group.number) pending.held = held;
    }
  }

  void remove(const Group& group) {
    for (const Op& op : group.ops) {
      const auto at = by_row_.find(op.key);
      if (at == by_row_.end()) continue;
      std::vector<PendingOp>& ops = at->second;
      ops.erase(
          std::remove_if(ops.begin(), ops.end(), [&](const PendingOp& p) { return p.group == group.number; }),
          ops.end());
      if (ops.empty()) by_row_.erase(at);
    }
  }

  /// Empty when nothing is pending on the row.
  const std::vector<PendingOp>& on(const RowKey& key) const {
    static const std::vector<PendingOp> none;
    const auto at = by_row_.find(key);
    return at == by_row_.end() ? none : at->second;
  }

  /// Whether the office has yet to say something about one of them.
  bool awaits_verdict(const RowKey& key) const {
    const std::vector<PendingOp>& ops = on(key);
    return std::any_of(ops.begin(), ops.end(), [](const PendingOp& p) { return !p.held; });
  }

  bool empty() const { return by_row_.empty(); }

 private:
  std::unordered_map<RowKey, std::vector<PendingOp>> by_row_;
};

}  // namespace doorstep
