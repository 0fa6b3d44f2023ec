#pragma once

#include <doorstep/error.hpp>
#include <vector>

#include "schema/pack.hpp"
#include "schema/view_fault.hpp"
#include "sql/connection.hpp"

namespace doorstep::server {

/// Version of the office file's layout (PRAGMA user_version). History:
/// 1  first.
inline constexpr int kFileFormat = 1;

/// Makes the doorstep_ tables of an empty file. Errors: `newer_format` for a file of a later version,
/// `storage_damaged` for a database that is not an office's.
Status prepare_file(sql::Connection& connection);

/// Brings the pack's tables from `older` (nullptr: there are none) to `pack` with all their rows, and makes
/// the indexes by which rows find the rows that lend them their places. To be run in a transaction.
Status upgrade_pack_tables(sql::Connection& connection, const Pack* older, const Pack& pack);

/// What keeps a pack's views from being asked of its tables, without any office.
Result<std::vector<ViewFault>> try_views(const Pack& pack);

}  // namespace doorstep::server
