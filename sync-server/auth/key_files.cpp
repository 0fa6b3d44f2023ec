#include "auth/key_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/error.hpp"

namespace doorstep::server::auth {
namespace {

namespace fs = std::filesystem;

/// A key is a few hundred bytes, the list of keys about a thousand.
constexpr std::size_t kFileBytes = 64 * 1024;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

tl::unexpected<Error> fail_file(const char* zh, const char* en, const fs::path& file, int error) {
  const auto code = error == ENOSPC || error == EDQUOT ? ErrorCode::storage_full : ErrorCode::storage_failed;
  const std::string detail = file.string() + "(" + std::generic_category().message(error) + ")";
  return fail(ErrorDomain::storage, code, Retry::never, zh + detail, en + detail);
}

tl::unexpected<Error> fail_write(const fs::path& file, int error) {
  return fail_file("无法写入密钥文件,请检查磁盘空间和权限:",
                   "Cannot write the office's keys; check the disk's space and permissions: ", file, error);
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Status write_file(const fs::path& file, const std::string& content) {
  const Descriptor fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd || !write_all(fd.get(), content) || ::fsync(fd.get()) != 0) return fail_write(file, errno);
  return {};
}

Status sync_directory(const fs::path& directory) {
  const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return fail_write(directory, errno);
  return {};
}

using Files = std::vector<std::pair<std::string, std::string>>;

/// Fills a directory beside `directory`, and lets `place` bring it there in one step.
template <typename Place>
Status fill_and_place(const fs::path& directory, const Files& files, Place place) {
  std::error_code ignored;
  const fs::path unfinished = directory.string() + ".unfinished";
  fs::remove_all(unfinished, ignored);  // Of a run that was cut off.
  const auto fill = [&]() -> Status {
    if (::mkdir(unfinished.c_str(), 0700) != 0) return fail_write(unfinished, errno);
    for (const auto& [name, content] : files) DOORSTEP_CHECK(write_file(unfinished / name, content));
    DOORSTEP_CHECK(sync_directory(unfinished));
    if (place(unfinished.c_str()) != 0) return fail_write(directory, errno);
    return sync_directory(directory.parent_path());
  };
  Status done = fill();
  fs::remove_all(unfinished, ignored);
  return done;
}

}  // namespace

Status write_key_directory(const fs::path& directory, const Files& files) {
  std::error_code ignored;
  if (fs::exists(directory, ignored))
    return fail(ErrorDomain::usage, ErrorCode::already_exists, Retry::never,
                directory.string() + "里已有密钥,没有改动。",
                "There are keys in " + directory.string() + " already; nothing was changed.");
  return fill_and_place(directory, files,
                        [&](const char* made) { return ::rename(made, directory.c_str()); });
}

Status replace_key_directory(const fs::path& directory, const Files& files) {
  return fill_and_place(directory, files, [&](const char* made) {
    return ::renameat2(AT_FDCWD, made, AT_FDCWD, directory.c_str(), RENAME_EXCHANGE);
  });
}

Result<std::string> read_key_file(const fs::path& file) {
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) {
    if (errno != ENOENT) return fail_file("无法读取密钥文件:", "Cannot read a key file: ", file, errno);
    return fail(
        ErrorDomain::storage, ErrorCode::not_found, Retry::never,
        "缺少密钥文件" + file.string() + "。请先运行init,或从备份中恢复。",
        "The key file " + file.string() + " is missing. Run init first, or restore it from a backup.");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(ErrorDomain::storage, ErrorCode::storage_failed, Retry::never,
                "密钥文件" + file.string() + "允许其他用户读取,已停止。请运行:chmod 600 " + file.string(),
                "Other users may read the key file " + file.string() + ". Run: chmod 600 " + file.string());
  std::array<char, kFileBytes> buffer;
  std::string content;
  while (true) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_file("无法读取密钥文件:", "Cannot read a key file: ", file, errno);
    content.append(buffer.data(), static_cast<std::size_t>(got));
    // What is longer than a key file is no key file, and will not parse.
    if (got == 0 || content.size() > kFileBytes) return content;
  }
}

}  // namespace doorstep::server::auth
