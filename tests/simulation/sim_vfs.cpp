#include "simulation/sim_vfs.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "simulation/sim_disk.hpp"
#include "simulation/sim_file.hpp"

namespace doorstep::simulation {

namespace {
constexpr int kMaxPathBytes = 512;
constexpr int kSectorBytes = 512;
/// 1970-01-01 in the milliseconds since noon, 24 November 4714 BC that SQLite counts.
constexpr sqlite3_int64 kUnixEpochJulianMs = 210'866'760'000'000;
}  // namespace

/// What SQLite allocates for each open file; it sees only the leading sqlite3_file.
struct SimVfs::Handle {
  sqlite3_file base{};
  SimVfs* vfs;
  std::shared_ptr<SimFile> file;
  std::string name;  ///< empty for a temporary file
  bool read_only;
  bool keep_wal = false;  ///< SQLITE_FCNTL_PERSIST_WAL
  int lock = SQLITE_LOCK_NONE;
  /// Held by every connection that mapped it, dead ones too: SQLite touches the memory without asking.
  std::shared_ptr<WalIndex> wal_index;
  WalIndex::Held wal_locks;
};

struct SimVfs::FileCalls {
  static Handle& handle(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }

  static int close(sqlite3_file* file) noexcept {
    Handle& h = handle(file);
    unlock(file, SQLITE_LOCK_NONE);
    unmap_wal_index(file, 0);
    --h.vfs->open_handles_;
    h.~Handle();
    return SQLITE_OK;
  }

  static int read(sqlite3_file* file, void* out, int size_bytes, sqlite3_int64 offset) noexcept {
    Handle& h = handle(file);
    if (!h.vfs->answers()) return SQLITE_IOERR;
    const auto& bytes = h.file->bytes();
    const auto wanted = static_cast<std::size_t>(size_bytes);
    const std::size_t begin = std::min(static_cast<std::size_t>(offset), bytes.size());
    const std::size_t found = std::min(wanted, bytes.size() - begin);
    std::copy_n(bytes.data() + begin, found, static_cast<std::uint8_t*>(out));
    std::memset(static_cast<std::uint8_t*>(out) + found, 0, wanted - found);
    return found == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }

  static int write(sqlite3_file* file, const void* data, int size_bytes, sqlite3_int64 offset) noexcept {
    Handle& h = handle(file);
    if (!h.vfs->answers()) return SQLITE_IOERR;
    if (h.read_only) return SQLITE_READONLY;
    return h.vfs->disk_.write(*h.file, static_cast<std::uint64_t>(offset), data,
                              static_cast<std::size_t>(size_bytes));
  }

  static int truncate(sqlite3_file* file, sqlite3_int64 size_bytes) noexcept {
    Handle& h = handle(file);
    if (!h.vfs->answers()) return SQLITE_IOERR;
    if (h.read_only) return SQLITE_READONLY;
    return h.vfs->disk_.truncate(*h.file, static_cast<std::uint64_t>(size_bytes));
  }

  static int sync(sqlite3_file* file, int) noexcept {
    Handle& h = handle(file);
    return h.vfs->answers() ? h.vfs->disk_.sync(*h.file, h.name) : SQLITE_IOERR;
  }

  static int size(sqlite3_file* file, sqlite3_int64* out) noexcept {
    Handle& h = handle(file);
    if (!h.vfs->answers()) return SQLITE_IOERR;
    *out = static_cast<sqlite3_int64>(h.file->bytes().size());
    return SQLITE_OK;
  }

  static int lock(sqlite3_file* file, int level) noexcept {
    Handle& h = handle(file);
    if (!h.vfs->answers()) return SQLITE_IOERR;
    return h.file->locks.raise(h.lock, level) ? SQLITE_OK : SQLITE_BUSY;
  }

  // A stopped disk does not keep a living process from letting go of its locks; a dead process has none.
  static int unlock(sqlite3_file* file, int level) noexcept {
    Handle& h = handle(file);
    if (!h.vfs->alive_) return SQLITE_IOERR;
    h.file->locks.lower(h.lock, level);
    return SQLITE_OK;
  }

  static int check_reserved(sqlite3_file* file, int* out) noexcept {
    Handle& h = handle(file);
    if (!h.vfs->answers()) return SQLITE_IOERR;
    *out = h.file->locks.reserved() ? 1 : 0;
    return SQLITE_OK;
  }

  static int control(sqlite3_file* file, int op, void* arg) noexcept {
    Handle& h = handle(file);
    if (!h.vfs->answers()) return SQLITE_IOERR;
    if (op != SQLITE_FCNTL_PERSIST_WAL) return SQLITE_NOTFOUND;
    int& flag = *static_cast<int*>(arg);
    if (flag >= 0) h.keep_wal = flag != 0;
    flag = h.keep_wal ? 1 : 0;
    return SQLITE_OK;
  }

  static int sector_size(sqlite3_file*) noexcept { return kSectorBytes; }

  // As the Unix VFS says by default: a write never harms its neighbours in a sector.
  static int characteristics(sqlite3_file*) noexcept { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static int map_wal_index(sqlite3_file* file, int region, int size_bytes, int create,
                           void volatile** out) noexcept {
    Handle& h = handle(file);
    *out = nullptr;
    if (!h.vfs->answers()) return SQLITE_IOERR;
    if (!h.wal_index) h.wal_index = h.file->wal_index.lock();
    if (!h.wal_index) {
      h.wal_index = std::make_shared<WalIndex>();
      h.file->wal_index = h.wal_index;
    }
    *out = h.wal_index->region(static_cast<std::size_t>(region), static_cast<std::size_t>(size_bytes),
                               create != 0);
    return SQLITE_OK;
  }

  static int lock_wal_index(sqlite3_file* file, int first, int count, int flags) noexcept {
    Handle& h = handle(file);
    const bool release = (flags & SQLITE_SHM_UNLOCK) != 0;
    if (!(release ? h.vfs->alive_ : h.vfs->answers()) || !h.wal_index) return SQLITE_IOERR;
    if (release) {
      h.wal_index->unlock(h.wal_locks, first, count);
      return SQLITE_OK;
    }
    const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    return h.wal_index->lock(h.wal_locks, first, count, exclusive) ? SQLITE_OK : SQLITE_BUSY;
  }

  static void barrier(sqlite3_file*) noexcept {}  // one thread

  static int unmap_wal_index(sqlite3_file* file, int) noexcept {
    Handle& h = handle(file);
    if (!h.wal_index) return SQLITE_OK;
    h.wal_index->unlock(h.wal_locks, 0, SQLITE_SHM_NLOCK);
    h.wal_index.reset();
    return SQLITE_OK;
  }

  static const sqlite3_io_methods* methods() {
    static const sqlite3_io_methods table = {
        .iVersion = 2,
        .xClose = close,
        .xRead = read,
        .xWrite = write,
        .xTruncate = truncate,
        .xSync = sync,
        .xFileSize = size,
        .xLock = lock,
        .xUnlock = unlock,
        .xCheckReservedLock = check_reserved,
        .xFileControl = control,
        .xSectorSize = sector_size,
        .xDeviceCharacteristics = characteristics,
        .xShmMap = map_wal_index,
        .xShmLock = lock_wal_index,
        .xShmBarrier = barrier,
        .xShmUnmap = unmap_wal_index,
        .xFetch = nullptr,
        .xUnfetch = nullptr,
    };
    return &table;
  }
};

struct SimVfs::DiskCalls {
  static SimVfs& vfs(sqlite3_vfs* self) { return *static_cast<SimVfs*>(self->pAppData); }

  static int open(sqlite3_vfs* self, const char* path, sqlite3_file* out, int flags,
                  int* out_flags) noexcept {
    SimVfs& v = vfs(self);
    out->pMethods = nullptr;  // tells SQLite not to close what was not opened
    if (!v.answers()) return SQLITE_IOERR;
    const std::string name = path == nullptr ? "" : path;
    std::shared_ptr<SimFile> file = name.empty() ? std::make_shared<SimFile>() : v.disk_.find(name);
    const bool may_create = (flags & SQLITE_OPEN_CREATE) != 0;
    const bool must_create = may_create && (flags & SQLITE_OPEN_EXCLUSIVE) != 0;
    if (file ? must_create && !name.empty() : !may_create) return SQLITE_CANTOPEN;
    if (!file) file = v.disk_.create(name);
    const bool read_only = (flags & SQLITE_OPEN_READONLY) != 0;
    auto* handle = new (static_cast<void*>(out))
        Handle{{}, &v, std::move(file), name, read_only, false, SQLITE_LOCK_NONE, nullptr, {}};
    handle->base.pMethods = FileCalls::methods();
    ++v.open_handles_;
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs* self, const char* path, int sync_directory) noexcept {
    SimVfs& v = vfs(self);
    return v.answers() ? v.disk_.remove(path, sync_directory != 0) : SQLITE_IOERR;
  }

  static int access(sqlite3_vfs* self, const char* path, int flags, int* out) noexcept {
    SimVfs& v = vfs(self);
    if (!v.answers()) return SQLITE_IOERR;
    const auto file = v.disk_.find(path);
    // Like the Unix VFS, whose behaviour SQLite relies on: an empty file does not count as existing.
    *out = file && (flags != SQLITE_ACCESS_EXISTS || !file->bytes().empty()) ? 1 : 0;
    return SQLITE_OK;
  }

  static int full_path(sqlite3_vfs*, const char* path, int capacity, char* out) noexcept {
    const std::size_t size_bytes = std::strlen(path) + 1;
    if (size_bytes > static_cast<std::size_t>(capacity)) return SQLITE_CANTOPEN;
    std::memcpy(out, path, size_bytes);
    return SQLITE_OK;
  }

  static int randomness(sqlite3_vfs* self, int size_bytes, char* out) noexcept {
    SeededRandom& random = vfs(self).disk_.random_;
    for (int i = 0; i < size_bytes; ++i) out[i] = static_cast<char>(random.next() >> 56);
    return size_bytes;
  }

  static int last_error(sqlite3_vfs*, int, char*) noexcept { return 0; }

  static int sleep(sqlite3_vfs*, int duration_us) noexcept { return duration_us; }

  static int time_int64(sqlite3_vfs* self, sqlite3_int64* out) noexcept {
    *out = vfs(self).disk_.now_ms_() + kUnixEpochJulianMs;
    return SQLITE_OK;
  }

  static int time(sqlite3_vfs* self, double* out) noexcept {
    sqlite3_int64 now_ms = 0;
    time_int64(self, &now_ms);
    *out = static_cast<double>(now_ms) / 86'400'000.0;
    return SQLITE_OK;
  }
};

SimVfs::SimVfs(SimDisk& disk) : disk_(disk) {
  vfs_.iVersion = 2;
  vfs_.szOsFile = sizeof(Handle);
  vfs_.mxPathname = kMaxPathBytes;
  vfs_.zName = disk.vfs_name().c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = DiskCalls::open;
  vfs_.xDelete = DiskCalls::remove;
  vfs_.xAccess = DiskCalls::access;
  vfs_.xFullPathname = DiskCalls::full_path;
  vfs_.xRandomness = DiskCalls::randomness;
  vfs_.xGetLastError = DiskCalls::last_error;
  vfs_.xSleep = DiskCalls::sleep;
  vfs_.xCurrentTime = DiskCalls::time;
  vfs_.xCurrentTimeInt64 = DiskCalls::time_int64;
  sqlite3_vfs_register(&vfs_, 0);
}

SimVfs::~SimVfs() {
  if (open_handles_ != 0) {
    std::fprintf(stderr, "simulated disk destroyed while %d of its files are open\n", open_handles_);
    std::abort();
  }
  die();
}

void SimVfs::die() {
  if (alive_) sqlite3_vfs_unregister(&vfs_);
  alive_ = false;
}

void SimVfs::reseed_sqlite() {
  sqlite3_vfs* previous_default = sqlite3_vfs_find(nullptr);
  sqlite3_vfs_register(&vfs_, 1);
  sqlite3_randomness(0, nullptr);  // forget the state …
  unsigned char drawn = 0;
  sqlite3_randomness(1, &drawn);  // … and draw a new one from the default VFS
  sqlite3_vfs_register(previous_default, 1);
}

bool SimVfs::answers() const { return alive_ && !disk_.stopped_; }

}  // namespace doorstep::simulation
