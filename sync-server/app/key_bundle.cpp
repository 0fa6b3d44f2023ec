#include "app/key_bundle.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "app/data_folder.hpp"
#include "base/crypto.hpp"
#include "base/error.hpp"

namespace doorstep::server {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;

tl::unexpected<Error> fail_write(const fs::path& file) {
  return fail_storage(errno == ENOSPC ? ErrorCode::storage_full : ErrorCode::storage_failed,
                      file.string() + ": " + std::strerror(errno));
}

Status write_secret(const fs::path& file, const std::string& bytes) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode);
  if (descriptor < 0) return fail_write(file);
  const bool written =
      ::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
      ::fsync(descriptor) == 0;
  Status done;
  if (!written) done = fail_write(file);
  ::close(descriptor);
  return done;
}

}  // namespace

Result<std::string> bundle_keys(const fs::path& keys) {
  std::error_code failed;
  nlohmann::json files = nlohmann::json::object();
  for (const auto& entry : fs::directory_iterator(keys, failed)) {
    if (!entry.is_regular_file()) continue;
    DOORSTEP_TRY(bytes, read_file(entry.path()));
    files[entry.path().filename().string()] = to_base64url(bytes);
  }
  if (failed || files.empty())
    return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never, "找不到街道的密钥:" + keys.string(),
                "The office's keys are missing: " + keys.string());
  return files.dump();
}

Status unbundle_keys(const std::string& bundle, const fs::path& keys) {
  const nlohmann::json files = nlohmann::json::parse(bundle, nullptr, false);
  if (!files.is_object()) return fail_format("the keys in the backup are not what they should be");
  if (::mkdir(keys.c_str(), kFolderMode) != 0) return fail_write(keys);
  for (const auto& [name, text] : files.items()) {
    const auto bytes = text.is_string() ? from_base64url(text.get<std::string>()) : std::nullopt;
    if (!bytes || name.empty() || name != fs::path(name).filename() || name == "." || name == "..")
      return fail_format("the keys in the backup are not what they should be");
    DOORSTEP_CHECK(write_secret(keys / name, *bytes));
  }
  return sync_file(keys);
}

}  // namespace doorstep::server
