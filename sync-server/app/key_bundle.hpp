#pragma once

#include <doorstep/error.hpp>
#include <filesystem>
#include <string>

namespace doorstep::server {

/// The office's keys as one secret text, for its backups: every file of `<data>/keys`.
Result<std::string> bundle_keys(const std::filesystem::path& keys);

/// Writes them back, for their owner only. Errors: malformed; already_exists; storage_*.
Status unbundle_keys(const std::string& bundle, const std::filesystem::path& keys);

}  // namespace doorstep::server
