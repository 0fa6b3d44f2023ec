#include "simulation/sim_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/ensure.hpp"
#include "simulation/sim_file.hpp"
#include "simulation/sim_vfs.hpp"

namespace doorstep::simulation {

namespace {

class Fnv1a {
 public:
  void add(const void* data, std::size_t size_bytes) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    for (std::size_t i = 0; i < size_bytes; ++i) state_ = (state_ ^ bytes[i]) * 0x100000001B3ULL;
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0xCBF29CE484222325ULL;
};

}  // namespace

SimDisk::SimDisk(std::uint64_t seed, WallClock now_ms)
    : random_(seed),
      now_ms_(std::move(now_ms)),
      vfs_name_("sim-disk-" + std::to_string(reinterpret_cast<std::uintptr_t>(this))) {
  boots_.push_back(std::make_unique<SimVfs>(*this));
  boots_.back()->reseed_sqlite();
}

SimDisk::~SimDisk() = default;

void SimDisk::crash() {
  // Between "nothing unsynced reached the disk" and "all of it did", the same for the whole machine: a fixed
  // chance would make long runs of survivors, and of losses, too rare to meet.
  const auto keep_eighths = static_cast<unsigned>(random_.below(9));
  for (auto entry = names_.begin(); entry != names_.end();) {
    NameHistory& history = entry->second;
    const bool newest = random_.below(8) < keep_eighths;
    const std::shared_ptr<SimFile> survivor =
        newest ? history.back() : history[static_cast<std::size_t>(random_.below(history.size()))];
    if (!survivor) {
      entry = names_.erase(entry);
      continue;
    }
    survivor->lose_unsynced(random_, keep_eighths);
    history.assign(1, survivor);
    ++entry;
  }
  restart();
}

void SimDisk::process_kill() { restart(); }

/// What a crash and a kill share: everything that lived in the process or in the kernel on its behalf goes.
void SimDisk::restart() {
  for (auto& [name, history] : names_) {
    for (const auto& file : history) {
      if (!file) continue;
      file->locks = FileLocks();
      file->wal_index.reset();
    }
  }
  operations_left_ = 0;
  stopped_ = false;
  boots_.back()->die();
  boots_.push_back(std::make_unique<SimVfs>(*this));
}

std::optional<std::uint64_t> SimDisk::flip_bit(const std::string& name) {
  const auto file = find(name);
  if (!file || file->bytes().empty()) return std::nullopt;
  const std::uint64_t byte = random_.below(file->bytes().size());
  file->flip_bit(byte, static_cast<unsigned>(random_.below(8)));
  return byte;
}

std::vector<std::string> SimDisk::file_names() const {
  std::vector<std::string> found;
  for (const auto& [name, history] : names_) {
    if (history.back()) found.push_back(name);
  }
  return found;
}

std::uint64_t SimDisk::used_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [name, history] : names_) {
    if (history.back()) sum += history.back()->bytes().size();
  }
  return sum;
}

bool SimDisk::tells(std::string_view what) const {
  for (const auto& [name, history] : names_) {
    if (!history.back()) continue;
    const auto& bytes = history.back()->bytes();
    if (std::search(bytes.begin(), bytes.end(), what.begin(), what.end(),
                    [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); }) != bytes.end())
      return true;
  }
  return false;
}

std::uint64_t SimDisk::hash() const {
  Fnv1a hash;
  for (const auto& [name, history] : names_) {
    if (!history.back()) continue;
    const auto& bytes = history.back()->bytes();
    const std::string header = name + '\0' + std::to_string(bytes.size()) + '\0';
    hash.add(header.data(), header.size());
    hash.add(bytes.data(), bytes.size());
  }
  return hash.value();
}

void SimDisk::copy_to(SimDisk& other) const {
  ensure(&other != this, "a disk is copied to another disk");
  other.process_kill();
  other.names_.clear();
  for (const auto& [name, history] : names_) {
    if (history.back()) other.names_[name].push_back(std::make_shared<SimFile>(history.back()->bytes()));
  }
}

std::shared_ptr<SimFile> SimDisk::find(const std::string& name) const {
  const auto entry = names_.find(name);
  return entry == names_.end() ? nullptr : entry->second.back();
}

std::shared_ptr<SimFile> SimDisk::create(const std::string& name) {
  NameHistory& history = names_[name];
  if (history.empty()) history.push_back(nullptr);
  return history.emplace_back(std::make_shared<SimFile>());
}

void SimDisk::sync_directory() {
  for (auto entry = names_.begin(); entry != names_.end();) {
    NameHistory& history = entry->second;
    history.erase(history.begin(), history.end() - 1);
    entry = history.back() ? std::next(entry) : names_.erase(entry);
  }
}

int SimDisk::write(SimFile& file, std::uint64_t offset, const void* data, std::size_t size_bytes) {
  ++operations_.writes;
  const std::uint64_t limit = file.bytes().size() + std::min(room_bytes(), offset + size_bytes);
  const std::uint64_t end = std::min(offset + size_bytes, limit);
  if (end > offset) file.write(offset, data, static_cast<std::size_t>(end - offset));
  return finish_operation(end == offset + size_bytes ? SQLITE_OK : SQLITE_FULL);
}

int SimDisk::truncate(SimFile& file, std::uint64_t size_bytes) {
  ++operations_.truncates;
  const std::uint64_t size_before = file.bytes().size();
  const bool fits = size_bytes <= size_before || size_bytes - size_before <= room_bytes();
  if (fits) file.truncate(size_bytes);
  return finish_operation(fits ? SQLITE_OK : SQLITE_FULL);
}

int SimDisk::sync(SimFile& file, const std::string& name) {
  ++operations_.syncs;
  const int result = finish_operation(SQLITE_OK);
  if (result != SQLITE_OK) return result;
  file.mark_synced();
  const auto entry = names_.find(name);
  const bool is_new =
      entry != names_.end() && entry->second.size() > 1 && entry->second.back().get() == &file;
  if (is_new) sync_directory();
  return SQLITE_OK;
}

int SimDisk::remove(const std::string& name, bool sync_directory_too) {
  if (!find(name)) return SQLITE_IOERR_DELETE_NOENT;
  ++operations_.deletes;
  names_[name].push_back(nullptr);
  const int result = finish_operation(SQLITE_OK);
  if (result == SQLITE_OK && sync_directory_too) sync_directory();
  return result;
}

int SimDisk::finish_operation(int result) {
  if (operations_left_ == 0 || --operations_left_ > 0) return result;
  stopped_ = true;
  return SQLITE_IOERR;
}

std::uint64_t SimDisk::room_bytes() const {
  if (!capacity_bytes_) return std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t used = used_bytes();
  return *capacity_bytes_ > used ? *capacity_bytes_ - used : 0;
}

}  // namespace doorstep::simulation
