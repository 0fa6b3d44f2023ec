#pragma once

#include <string>
#include <vector>

#include "app/roster.hpp"
#include "tabular/csv.hpp"

namespace doorstep::server {

/// What one column of a file is.
struct HeaderUse {
  enum class Kind {
    ignored,   ///< No heading and no cells, or a running number.
    row_id,    ///< The id of the row itself.
    cell,      ///< A column of the table.
    detail,    ///< Tells apart rows that `column`, a reference, could mean: a phone beside a person's name.
    residency  ///< Of a resident's home: `column` belongs to household or residency.
  };
  Kind kind = Kind::ignored;
  const Column* column = nullptr;
  const Column* detail = nullptr;  ///< Of the reference's target.
};

/// Reads a file's first row, and says what each of its columns is. Headings are names of columns, or their zh
/// or en labels. Faults (an unknown heading, the same one twice) are added to `problems`.
std::vector<HeaderUse> read_headers(const Pack& pack, const Table& table, const tabular::CsvRow& first,
                                    std::vector<RosterProblem>& problems);

/// Headings of a file for this table, in Chinese, as a template has them.
std::vector<std::string> template_headers(const Pack& pack, const Table& table);

inline constexpr const char* kRowIdHeader = "记录编号";

}  // namespace doorstep::server
