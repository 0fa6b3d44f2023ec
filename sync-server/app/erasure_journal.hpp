#pragma once

#include <doorstep/error.hpp>
#include <filesystem>
#include <vector>

#include "app/open_office.hpp"

/// What was erased on request, in a file of its own: a backup that is older than an erasure does not know of
/// it. One JSON object a line; no value of anybody is in it (docs/erasure.md).
namespace doorstep::server {

/// The journal that belongs beside a backup.
std::filesystem::path journal_beside(const std::filesystem::path& backup);

/// Writes what the office has erased. Lines of other offices stay: they may share a folder of backups.
Status write_journal(OpenOffice& opened, const std::filesystem::path& file);

/// Erases again, in an office that was put back, what the journal has of it; then sweeps. Returns how many
/// rows. Errors: not_found, `validation_failed` for a line that cannot be read.
Result<std::size_t> apply_journal(OpenOffice& opened, const std::filesystem::path& file);

}  // namespace doorstep::server
