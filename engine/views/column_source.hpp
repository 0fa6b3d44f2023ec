#pragma once

#include <optional>
#include <string>

#include "schema/pack.hpp"
#include "sql/statement.hpp"

namespace doorstep {

/// The column of the pack, or of the calendar, that a column of an answer is.
struct ColumnSource {
  std::string name;  ///< `household.status`
  ColumnType type = ColumnType::text;
  std::optional<TableId> target;  ///< For `reference`; of an `id` its own table.
};

/// None where the answer computes it.
std::optional<ColumnSource> source_of(const Pack& pack, const sql::Statement::Origin& origin);

/// Whether what `source` holds can be shown as `declared` says.
bool shows(const ViewColumn& declared, const ColumnSource& source);

/// `reference (target = "place")`
std::string type_text(const Pack& pack, ColumnType type, const std::optional<TableId>& target);

}  // namespace doorstep
