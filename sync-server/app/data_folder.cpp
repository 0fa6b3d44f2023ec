#include "app/data_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/error.hpp"

namespace doorstep::server {
namespace {

namespace fs = std::filesystem;

constexpr const char* kServedAt = "served-at";
constexpr const char* kSamplePack = "changchun";
/// From build/release/bin up to the project, or from bin up to the installation's root.
constexpr int kParentsSearched = 4;

tl::unexpected<Error> fail_file(const fs::path& file, int code) {
  const std::string why = file.string() + ": " + std::strerror(code);
  if (code == ENOENT)
    return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never, "找不到文件:" + file.string(),
                "There is no such file: " + file.string());
  return fail_storage(code == ENOSPC ? ErrorCode::storage_full : ErrorCode::storage_failed, why);
}

Status sync_path(const fs::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) return fail_file(path, errno);
  const int failed = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (failed != 0) return fail_file(path, failed);
  return {};
}

fs::path containing_folder(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

}  // namespace

Status DataFolder::check_office() const {
  std::error_code ignored;
  if (fs::exists(database(), ignored)) return {};
  return fail(
      ErrorDomain::usage, ErrorCode::not_found, Retry::never,
      path_.string() + " 里没有街道的数据。请核对 --data,或先运行 doorstep-server init。",
      "There is no office in " + path_.string() + ". Check --data, or run `doorstep-server init` first.");
}

Status DataFolder::create() const {
  std::error_code failed;
  if (fs::exists(path_, failed) && !(fs::is_directory(path_, failed) && fs::is_empty(path_, failed)))
    return fail(ErrorDomain::usage, ErrorCode::already_exists, Retry::never,
                path_.string() + " 里已经有内容,没有改动它。请换一个新的文件夹。",
                path_.string() + " is not empty and was left as it is. Choose a new folder.");
  fs::create_directories(path_, failed);
  if (failed) return fail_file(path_, failed.value());
  fs::permissions(path_, fs::perms::owner_all, failed);
  return {};
}

void DataFolder::remove() const {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::optional<std::string> DataFolder::served_at() const {
  auto text = read_file(path_ / kServedAt);
  if (!text) return std::nullopt;
  text->erase(text->find_last_not_of(" \r\n") + 1);
  return text->empty() ? std::nullopt : std::optional<std::string>(*text);
}

Status DataFolder::remember_served_at(const std::string& url) const {
  return write_file(path_ / kServedAt, url + "\n");
}

Result<std::string> read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail_file(file, errno);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (in.bad()) return fail_file(file, EIO);
  return std::move(bytes).str();
}

Result<FileWriter> FileWriter::create(const fs::path& file) {
  FileWriter writer(file);
  writer.out_.open(writer.partial(), std::ios::binary | std::ios::trunc);
  if (!writer.out_) return fail_file(writer.partial(), errno);
  return writer;
}

FileWriter::~FileWriter() {
  if (!out_.is_open()) return;
  out_.close();
  std::error_code ignored;
  fs::remove(partial(), ignored);
}

bool FileWriter::append(std::string_view bytes) {
  if (failed_ != 0) return false;
  errno = 0;
  out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out_) failed_ = errno == 0 ? EIO : errno;
  size_ += bytes.size();
  return failed_ == 0;
}

Status FileWriter::finish() {
  errno = 0;
  out_.flush();
  if (!out_ && failed_ == 0) failed_ = errno == 0 ? EIO : errno;
  if (failed_ != 0) return fail_file(partial(), failed_);
  DOORSTEP_CHECK(sync_path(partial(), O_RDONLY));
  if (std::rename(partial().c_str(), file_.c_str()) != 0) return fail_file(file_, errno);
  out_.close();
  return sync_path(containing_folder(file_), O_RDONLY | O_DIRECTORY);
}

Status write_file(const fs::path& file, std::string_view bytes) {
  DOORSTEP_TRY(writer, FileWriter::create(file));
  writer.append(bytes);
  return writer.finish();
}

Status write_secret_file(const fs::path& file, std::string_view bytes) {
  const mode_t before = ::umask(0077);
  Status written = write_file(file, bytes);
  ::umask(before);
  return written;
}

Status sync_file(const fs::path& file) {
  DOORSTEP_CHECK(sync_path(file, O_RDONLY));
  return sync_path(containing_folder(file), O_RDONLY | O_DIRECTORY);
}

Result<fs::path> find_pack(const std::string& typed) {
  const std::string wanted = typed.empty() ? kSamplePack : typed;
  std::error_code ignored;
  if (!typed.empty() && fs::exists(fs::path(typed) / "pack.toml", ignored)) return fs::path(typed);
  const std::string name = fs::path(wanted).lexically_normal().filename().string();
  fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (int i = 0; i <= kParentsSearched && !folder.empty(); ++i, folder = folder.parent_path())
    for (const char* place : {"schemas", "share/doorstep/schemas"})
      if (wanted == name && fs::exists(folder / place / name / "pack.toml", ignored))
        return folder / place / name;
  return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
              "找不到表格包“" + wanted + "”:那里应有 pack.toml。",
              "There is no schema pack at '" + wanted + "': a folder with a pack.toml is expected.");
}

}  // namespace doorstep::server
