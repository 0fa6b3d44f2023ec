#pragma once

#include <doorstep/error.hpp>
#include <string>

/// Files beside and of a database, through the same VFS as SQLite's own.
namespace doorstep::sql {

/// Writes a file whole and onto the disk; one that was there goes. Errors: `storage_full`, `storage_failed`.
Status write_file(const std::string& path, const std::string& bytes, const std::string& vfs);

/// Deletes a database that nobody has open here, its log and journal first. What is not there is no error.
Status remove_database(const std::string& path, const std::string& vfs);

}  // namespace doorstep::sql
