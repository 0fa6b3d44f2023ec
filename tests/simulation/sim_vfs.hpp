#pragma once

#include <sqlite3.h>

namespace doorstep::simulation {

class SimDisk;

/// A SimDisk as SQLite sees it between two crashes: registered under the disk's VFS name from construction
/// until it dies. Connections keep a pointer to the VFS they were opened with, so a dead one stays in memory,
/// and what its connections still ask for can never reach the files of their successors.
class SimVfs {
 public:
  explicit SimVfs(SimDisk& disk);
  ~SimVfs();
  SimVfs(const SimVfs&) = delete;
  SimVfs& operator=(const SimVfs&) = delete;

  void die();
  /// Makes SQLite's process-wide generator start again from the disk's.
  void reseed_sqlite();

 private:
  struct Handle;
  struct FileCalls;  // sqlite3_io_methods
  struct DiskCalls;  // sqlite3_vfs

  bool answers() const;

  SimDisk& disk_;
  sqlite3_vfs vfs_{};
  bool alive_ = true;
  int open_handles_ = 0;
};

}  // namespace doorstep::simulation
