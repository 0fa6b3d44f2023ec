#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "xlsform/xlsform.hpp"

namespace doorstep::server::xlsform {

/// Where each known thing of a sheet stands.
class Headings {
 public:
  /// `known` are headings without language, `texts` those that may have one. Other columns are `others`.
  Headings(const Sheet& sheet, const std::vector<std::string_view>& known,
           const std::vector<std::string_view>& texts);

  struct Other {
    std::size_t column = 0;
    std::string heading;
  };

  /// Trimmed; empty when the column or the cell is not there.
  std::string cell(const Row& row, std::string_view heading) const;
  /// Both languages; a heading without language serves both.
  FormText text(const Row& row, std::string_view heading) const;
  bool has(std::string_view heading) const;
  /// The letter of the column that holds it; of a text the Chinese one. Empty when there is none.
  std::string letter(std::string_view heading) const;
  std::string letter(std::size_t column) const;
  const std::vector<Other>& others() const { return others_; }
  /// Of headings that come twice.
  const std::vector<Other>& repeated() const { return repeated_; }

 private:
  std::optional<std::size_t> column(std::string_view heading) const;

  std::size_t first_column_;
  std::map<std::string, std::size_t, std::less<>> columns_;  ///< Texts as `label:zh`, `label:en`, `label`.
  std::vector<Other> others_;
  std::vector<Other> repeated_;
};

/// The cell, trimmed.
std::string cell_at(const Row& row, std::size_t column);

/// How headings are compared: lower case, `_` for spaces.
std::string plain_heading(std::string_view heading);

}  // namespace doorstep::server::xlsform
