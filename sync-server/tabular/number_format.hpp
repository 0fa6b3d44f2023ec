#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// How a workbook's numbers are meant: its number formats (ECMA-376 part 1, 18.8.30 and 18.8.31) tell dates.
namespace doorstep::server::tabular {

struct NumberFormat {
  bool date = false;       ///< Shows a year, month or day,
  bool clock = false;      ///< hours, minutes or seconds.
  std::size_t digits = 0;  ///< Whole numbers are filled up with zeros to so many.
};

/// A format that every workbook has without saying so; those of Chinese Excel included.
NumberFormat built_in_format(unsigned id);
NumberFormat read_format(std::string_view code);

/// What `number`, the stored form, stands for: a text as read_sheet() says. nullopt when it is no number.
std::optional<std::string> number_text(std::string_view number, const NumberFormat& format, bool from_1904);

}  // namespace doorstep::server::tabular
