#pragma once

#include "simulation/sim_disk.hpp"

namespace doorstep::simulation {

/// A simulated disk whose files may be encrypted.
class CipherDisk {
 public:
  explicit CipherDisk(std::uint64_t seed);
  ~CipherDisk();
  CipherDisk(const CipherDisk&) = delete;
  CipherDisk& operator=(const CipherDisk&) = delete;

  SimDisk& disk() { return disk_; }
  std::string vfs_name() const;
  /// As SimDisk::crash. Connections must be closed before: the ciphers' layer is made anew with the disk's.
  void crash();

 private:
  void cover();
  void uncover();
  SimDisk disk_;
};

}  // namespace doorstep::simulation
