#pragma once

#include <doorstep/error.hpp>
#include <doorstep/found.hpp>
#include <doorstep/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/records.hpp"

/// What people do to an office's file as a whole, besides serving it: read it with SQL, copy it, put it back.
namespace doorstep::server {

struct QueryRows {
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;
};

/// Runs one SQL statement that reads, while others may write. Errors: usage for SQL that is wrong, that
/// writes, or that is more than one statement.
Result<QueryRows> query_office_file(const std::string& path, std::string_view sql);

/// The same of a view of the pack, with the arguments that view_arguments() gives.
Result<QueryRows> view_office_file(const std::string& path, const View& view,
                                   const std::vector<Value>& arguments);

/// The rows that people mean by `text` (docs/search.md); `today` in China.
Result<std::vector<Found>> find_in_office_file(const std::string& path, const Pack& pack,
                                               std::string_view text, std::string_view today,
                                               std::size_t limit);

/// A consistent, compact copy of the file while others write it. `to` must not exist; the caller syncs it. On
/// an Error nothing is left of it.
Status copy_office_file(const std::string& path, const std::string& to);

/// Puts `bytes` into a copy, beside the office's tables, under a name; and takes them out again.
Status attach_to_copy(const std::string& copy, const std::string& name, std::string_view bytes);
Result<std::optional<std::string>> read_attachment(const std::string& copy, const std::string& name);

/// What is in a copy, which stays as it is. `vfs`: a registered SQLite VFS, empty for the default.
Result<CopiedOffice> read_copy(const std::string& copy, const std::string& vfs = {});

/// Makes an office of a copy that was put in place: without attachments, and under the next incarnation, so
/// that no actor id of before is given again. `least` is the smallest number it may have; `vfs` a registered
/// SQLite VFS, empty for the default.
Status open_incarnation(const std::string& path, std::uint32_t least, const std::string& vfs = {});

}  // namespace doorstep::server
