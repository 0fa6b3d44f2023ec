#include "simulation/cipher_disk.hpp"

#include <sqlite3.h>

#include "base/ensure.hpp"

namespace doorstep::simulation {

CipherDisk::CipherDisk(std::uint64_t seed) : disk_(seed, [] { return std::int64_t{1'800'000'000'000}; }) {
  cover();
}

CipherDisk::~CipherDisk() { uncover(); }

std::string CipherDisk::vfs_name() const { return "multipleciphers-" + disk_.vfs_name(); }

void CipherDisk::crash() {
  uncover();
  disk_.crash();
  cover();
}

void CipherDisk::cover() {
  ensure(sqlite3mc_vfs_create(disk_.vfs_name().c_str(), 0) == SQLITE_OK, "the disk is registered");
}

void CipherDisk::uncover() { sqlite3mc_vfs_destroy(vfs_name().c_str()); }

}  // namespace doorstep::simulation
