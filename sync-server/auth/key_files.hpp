#pragma once

#include <doorstep/error.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

/// Files that only their owner may read. Inside the auth room only.
namespace doorstep::server::auth {

/// Makes `directory` (mode 0700) with `files` (name, content; mode 0600), all of it or nothing, on disk when
/// this returns. Errors: already_exists, storage_full, storage_failed.
Status write_key_directory(const std::filesystem::path& directory,
                           const std::vector<std::pair<std::string, std::string>>& files);

/// Puts `files` in the place of those in `directory`, all of them at once, on disk when this returns. Errors:
/// storage_full, storage_failed; then the directory is as it was.
Status replace_key_directory(const std::filesystem::path& directory,
                             const std::vector<std::pair<std::string, std::string>>& files);

/// Errors: not_found; storage_failed when other users may read it: then it is no secret any more.
Result<std::string> read_key_file(const std::filesystem::path& file);

}  // namespace doorstep::server::auth
