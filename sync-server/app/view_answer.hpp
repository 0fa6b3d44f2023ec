#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "schema/pack.hpp"
#include "schema/view_arguments.hpp"
#include "sqlite/office_file.hpp"

namespace doorstep::server {

/// What one of the pack's views answers, by the names of its columns.
class ViewAnswer {
 public:
  /// Asks as the office, which is no person. Errors: not_found; usage when the view lacks a column that is
  /// `needed`; those of view_arguments() and of reading.
  static Result<ViewAnswer> ask(const Pack& pack, const std::string& database, std::string_view view,
                                const std::vector<NamedValue>& given, std::int64_t now_ms,
                                std::initializer_list<const char*> needed);

  std::size_t size() const { return rows_.size(); }
  /// Empty for NULL.
  std::string text(std::size_t row, std::string_view column) const;
  bool is_true(std::size_t row, std::string_view column) const;
  std::optional<RowId> id(std::size_t row, std::string_view column) const;
  /// A choice's label; the value itself where it is none.
  Label label(std::size_t row, std::string_view column) const;

 private:
  ViewAnswer(const Pack& pack, const View& view, std::vector<std::vector<Value>> rows)
      : pack_(&pack), view_(&view), rows_(std::move(rows)) {}
  std::size_t position(std::string_view column) const;
  const Value& at(std::size_t row, std::string_view column) const { return rows_[row][position(column)]; }

  const Pack* pack_;
  const View* view_;
  std::vector<std::vector<Value>> rows_;
};

}  // namespace doorstep::server
