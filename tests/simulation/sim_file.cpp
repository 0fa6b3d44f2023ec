#include "simulation/sim_file.hpp"

#include <algorithm>
#include <cstring>

namespace doorstep::simulation {

namespace {
/// Disks write a sector whole or not at all.
constexpr std::uint64_t kSectorBytes = 512;
}  // namespace

void SimFile::write(std::uint64_t offset, const void* data, std::size_t size_bytes) {
  remember(Change::Kind::write, offset, size_bytes, offset + size_bytes);
  put(offset, static_cast<const std::uint8_t*>(data), size_bytes);
}

void SimFile::truncate(std::uint64_t size_bytes) {
  remember(Change::Kind::truncate, size_bytes, 0, bytes_.size());
  bytes_.resize(size_bytes);
}

void SimFile::mark_synced() {
  unsynced_.clear();
  overwritten_.clear();
}

void SimFile::lose_unsynced(SeededRandom& random, unsigned keep_eighths) {
  const auto written = undo_unsynced();
  for (std::size_t i = 0; i < unsynced_.size(); ++i) {
    const Change& change = unsynced_[i];
    const bool kept = random.below(8) < keep_eighths;
    if (change.kind == Change::Kind::truncate) {
      if (kept) bytes_.resize(change.offset);
    } else if (kept) {
      put(change.offset, written[i].data(), written[i].size());
    } else if (random.below(2) == 0) {
      put_torn(change.offset, written[i], random);
    }
  }
  mark_synced();
}

void SimFile::remember(Change::Kind kind, std::uint64_t offset, std::size_t size_bytes,
                       std::uint64_t lost_end) {
  unsynced_.push_back({kind, offset, size_bytes, bytes_.size(), overwritten_.size()});
  lost_end = std::min<std::uint64_t>(lost_end, bytes_.size());
  if (offset < lost_end) {
    overwritten_.insert(overwritten_.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset),
                        bytes_.begin() + static_cast<std::ptrdiff_t>(lost_end));
  }
}

/// Brings the durable bytes back and returns what each change had written. Going backwards, a change's range
/// holds exactly its own bytes when its turn comes, so nothing needs to be stored twice.
std::vector<std::vector<std::uint8_t>> SimFile::undo_unsynced() {
  std::vector<std::vector<std::uint8_t>> written(unsynced_.size());
  std::size_t overwritten_end = overwritten_.size();
  for (std::size_t i = unsynced_.size(); i-- > 0;) {
    const Change& change = unsynced_[i];
    const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(change.offset);
    written[i].assign(begin, begin + static_cast<std::ptrdiff_t>(change.size_bytes));
    bytes_.resize(change.old_file_size);
    std::copy(overwritten_.begin() + static_cast<std::ptrdiff_t>(change.overwritten_begin),
              overwritten_.begin() + static_cast<std::ptrdiff_t>(overwritten_end),
              bytes_.begin() + static_cast<std::ptrdiff_t>(std::min(change.offset, change.old_file_size)));
    overwritten_end = change.overwritten_begin;
  }
  return written;
}

void SimFile::put(std::uint64_t offset, const std::uint8_t* data, std::size_t size_bytes) {
  if (size_bytes == 0) return;
  if (offset + size_bytes > bytes_.size()) bytes_.resize(offset + size_bytes);  // a hole reads as zeros
  std::memcpy(bytes_.data() + offset, data, size_bytes);
}

void SimFile::put_torn(std::uint64_t offset, const std::vector<std::uint8_t>& data, SeededRandom& random) {
  const std::uint64_t end = offset + data.size();
  for (std::uint64_t at = offset; at < end;) {
    const std::uint64_t sector_end = std::min(end, (at / kSectorBytes + 1) * kSectorBytes);
    if (random.below(2) == 0) put(at, data.data() + (at - offset), sector_end - at);
    at = sector_end;
  }
}

}  // namespace doorstep::simulation
