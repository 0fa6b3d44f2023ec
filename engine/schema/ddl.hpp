#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/pack.hpp"

namespace doorstep {

/// Name of the hidden last column of every synced table: births and versions of the row's cells
/// (docs/store.md). NULL on a phone while the office has not decided anything about the row yet.
inline constexpr const char* kMetaColumn = "_meta";

/// SQL that creates a pack's tables and their indexes in SQLite: `id TEXT PRIMARY KEY`, the pack's columns,
/// then `_meta`; WITHOUT ROWID. Each statement is idempotent.
std::vector<std::string> create_statements(const Table& table);

/// The first of them, for a table of another name.
std::string create_table_statement(const Table& table, std::string_view name);

/// SQL that turns a pack's table as `before` made it into the one `after` makes, with every row: nothing when
/// the columns are the same, else the table is made anew beside the old one, filled, and put in its place, so
/// that an upgraded file has the very columns, in the very order, of a new one. Indexes come and go with
/// their columns' `indexed`; triggers and other indexes of a table that is made anew must be made again. To
/// be run in one transaction.
std::vector<std::string> upgrade_statements(const Table& before, const Table& after);

/// `"name"`, with quotes doubled.
std::string quote_name(std::string_view name);

/// Comma-separated quoted column names in pack order, without id and `_meta`.
std::string column_list(const Table& table);

}  // namespace doorstep
