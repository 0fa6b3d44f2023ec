#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace doorstep {

/// Live queries: who wants to hear of which tables. Thread-safe.
class Observers {
 public:
  std::shared_ptr<void> add(std::set<std::string> tables, std::function<void()> changed) {
    auto entry = std::make_shared<Entry>(Entry{std::move(tables), std::move(changed)});
    const std::lock_guard lock(mutex_);
    entries_.push_back(entry);
    return entry;
  }

  /// Calls each observer of any of `tables` once. Observers that were destroyed are forgotten.
  void notify(const std::set<std::string>& tables) {
    std::vector<std::shared_ptr<Entry>> hit;
    {
      const std::lock_guard lock(mutex_);
      entries_.erase(
          std::remove_if(entries_.begin(), entries_.end(), [](const auto& e) { return e.expired(); }),
          entries_.end());
      for (const auto& weak : entries_) {
        const auto entry = weak.lock();
        if (entry && std::any_of(tables.begin(), tables.end(),
                                 [&](const auto& t) { return entry->tables.count(t) > 0; }))
          hit.push_back(entry);
      }
    }
    for (const auto& entry : hit) {
      // The commit stands, whatever an observer thinks of it: its exception must not look like a failed
      // write.
      try {
        entry->changed();
      } catch (...) {
      }
    }
  }

 private:
  struct Entry {
    std::set<std::string> tables;
    std::function<void()> changed;
  };

  std::mutex mutex_;
  std::vector<std::weak_ptr<Entry>> entries_;
};

}  // namespace doorstep
