#pragma once

#include <string>
#include <vector>

#include "app/roster.hpp"
#include "tabular/sheet.hpp"

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
std::vector<HeaderUse> read_headers(const Pack& pack, const Table& table, const tabular::Row& first,
                                    std::vector<RosterProblem>& problems);

/// Whether this looks like the heading of a file for this table: most of it is known.
bool is_heading(const Pack& pack, const Table& table, const tabular::Row& first);

/// Says in which cell of its row each problem is, as far as it is in one.
void locate_problems(const Pack& pack, const Table& table, const tabular::Row& first,
                     std::vector<RosterProblem>& problems);

/// One column of a form to fill in.
struct FormColumn {
  std::string heading;             ///< In Chinese.
  const Column* column = nullptr;  ///< What is filled in; of this table, or of another that it stands for.
  bool required = false;
};
std::vector<FormColumn> form_columns(const Pack& pack, const Table& table);

inline constexpr const char* kRowIdHeader = "记录编号";
/// Of the column in which a copy to correct says what is wrong. Nothing is read from it.
inline constexpr const char* kFaultHeader = "填写问题";
/// Headings that begin so are for people to read: nothing is read from their columns.
inline constexpr const char* kForReading = "※";

}  // namespace doorstep::server
