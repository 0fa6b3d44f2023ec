#include "simulation/sim_locks.hpp"

namespace doorstep::simulation {

bool FileLocks::raise(int& held, int wanted) {
  if (held >= wanted) return true;
  if (wanted == SQLITE_LOCK_SHARED) {
    if (writer_ >= SQLITE_LOCK_PENDING) return false;
    ++holders_;
    held = SQLITE_LOCK_SHARED;
    return true;
  }
  const bool another_writes = reserved() && held <= SQLITE_LOCK_SHARED;
  if (another_writes) return false;
  if (wanted == SQLITE_LOCK_RESERVED) {
    held = writer_ = SQLITE_LOCK_RESERVED;
    return true;
  }
  // PENDING stays on failure, so that readers drain and the writer's turn comes.
  held = writer_ = SQLITE_LOCK_PENDING;
  if (holders_ > 1) return false;
  held = writer_ = SQLITE_LOCK_EXCLUSIVE;
  return true;
}

void FileLocks::lower(int& held, int wanted) {
  if (held <= wanted) return;
  if (held > SQLITE_LOCK_SHARED) writer_ = SQLITE_LOCK_NONE;
  if (wanted == SQLITE_LOCK_NONE) --holders_;
  held = wanted;
}

std::uint8_t* WalIndex::region(std::size_t index, std::size_t size_bytes, bool create) {
  if (index >= regions_.size() && !create) return nullptr;
  while (regions_.size() <= index) regions_.push_back(std::make_unique<std::uint8_t[]>(size_bytes));
  return regions_[index].get();
}

bool WalIndex::lock(Held& held, int first, int count, bool exclusive) {
  unsigned& mine = exclusive ? held.exclusive : held.shared;
  for (int slot = first; slot < first + count; ++slot) {
    const int sharers = slots_[static_cast<std::size_t>(slot)];
    const bool in_the_way = exclusive ? sharers != 0 : sharers < 0;
    if (in_the_way && (mine & (1U << slot)) == 0) return false;
  }
  for (int slot = first; slot < first + count; ++slot) {
    if ((mine & (1U << slot)) != 0) continue;
    mine |= 1U << slot;
    slots_[static_cast<std::size_t>(slot)] += exclusive ? -1 : 1;
  }
  return true;
}

void WalIndex::unlock(Held& held, int first, int count) {
  for (int slot = first; slot < first + count; ++slot) {
    const unsigned bit = 1U << slot;
    if ((held.exclusive & bit) != 0) ++slots_[static_cast<std::size_t>(slot)];
    if ((held.shared & bit) != 0) --slots_[static_cast<std::size_t>(slot)];
    held.exclusive &= ~bit;
    held.shared &= ~bit;
  }
}

}  // namespace doorstep::simulation
