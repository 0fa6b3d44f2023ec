#include "sql/file.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/error.hpp"

namespace doorstep::sql {

namespace {

struct Place {
  sqlite3_vfs* vfs = nullptr;
  std::string path;
};

Result<Place> find_place(const std::string& path, const std::string& vfs_name) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(vfs_name.empty() ? nullptr : vfs_name.c_str());
  if (vfs == nullptr) return fail_storage(ErrorCode::storage_failed, "no such VFS: " + vfs_name);
  std::vector<char> full(static_cast<std::size_t>(vfs->mxPathname) + 1);
  const int named = vfs->xFullPathname(vfs, path.c_str(), static_cast<int>(full.size()), full.data());
  if (named != SQLITE_OK && named != SQLITE_OK_SYMLINK)
    return fail_storage(ErrorCode::storage_failed, "the path cannot be resolved");
  return Place{vfs, full.data()};
}

Status status_of(int code, const char* what) {
  if (code == SQLITE_OK) return {};
  return fail_storage(code == SQLITE_FULL ? ErrorCode::storage_full : ErrorCode::storage_failed, what);
}

/// An open file of a VFS.
class VfsFile {
 public:
  explicit VfsFile(sqlite3_vfs& vfs) : bytes_(static_cast<std::size_t>(vfs.szOsFile)) {}
  ~VfsFile() {
    if (file()->pMethods != nullptr) file()->pMethods->xClose(file());
  }
  VfsFile(const VfsFile&) = delete;
  VfsFile& operator=(const VfsFile&) = delete;

  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(bytes_.data()); }

 private:
  std::vector<std::max_align_t> bytes_;  ///< More than it needs, and aligned.
};

}  // namespace

Status write_file(const std::string& path, const std::string& bytes, const std::string& vfs_name) {
  DOORSTEP_TRY(place, find_place(path, vfs_name));
  VfsFile opened(*place.vfs);
  sqlite3_file* file = opened.file();
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_SUPER_JOURNAL;
  // SQLite's names end in two zeros; a journal's parameters would follow.
  const std::string name = place.path + std::string(2, '\0');
  DOORSTEP_CHECK(
      status_of(place.vfs->xOpen(place.vfs, name.c_str(), file, kFlags, nullptr), "a file cannot be made"));
  DOORSTEP_CHECK(status_of(file->pMethods->xTruncate(file, 0), "a file cannot be emptied"));
  constexpr std::size_t kPiece = 1024 * 1024;
  for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
    const auto size = static_cast<int>(std::min(kPiece, bytes.size() - at));
    DOORSTEP_CHECK(
        status_of(file->pMethods->xWrite(file, bytes.data() + at, size, static_cast<sqlite3_int64>(at)),
                  "a file cannot be written"));
  }
  return status_of(file->pMethods->xSync(file, SQLITE_SYNC_FULL), "a file does not reach the disk");
}

Status remove_database(const std::string& path, const std::string& vfs_name) {
  DOORSTEP_TRY(place, find_place(path, vfs_name));
  for (const char* part : {"-journal", "-wal", "-shm", ""}) {
    const int done = place.vfs->xDelete(place.vfs, (place.path + part).c_str(), 1);
    if (done != SQLITE_IOERR_DELETE_NOENT) DOORSTEP_CHECK(status_of(done, "a file cannot be deleted"));
  }
  return {};
}

}  // namespace doorstep::sql
