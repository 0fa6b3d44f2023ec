#pragma once

#include <doorstep/error.hpp>

#include "schema/pack.hpp"
#include "sql/connection.hpp"

namespace doorstep::server {

/// Version of the office file's layout (PRAGMA user_version). History:
/// 1  first.
inline constexpr int kFileFormat = 1;

/// Makes the doorstep_ tables of an empty file. Errors: `newer_format` for a file of a later version,
/// `storage_damaged` for a database that is not an office's.
Status prepare_file(sql::Connection& connection);

/// Makes the pack's tables, and the indexes by which rows find the rows that lend them their places.
Status create_pack_tables(sql::Connection& connection, const Pack& pack);

}  // namespace doorstep::server
