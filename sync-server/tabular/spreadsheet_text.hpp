#pragma once

#include <string>
#include <string_view>

/// How a cell's text must be written so that Excel, WPS and LibreOffice show it as it is when they open a CSV
/// file, and how to read it back. from_spreadsheet(to_spreadsheet(text)) == text for every text.
///
/// - What a spreadsheet would recalculate (ID numbers, codes with leading zeros, "3-2" that becomes 2 March,
///   "1E10") gets a leading tab: an invisible text mark. An apostrophe would show as a character of the cell,
///   and ="..." is a live formula.
/// - What would run as a formula (first character = + - @, plain or full-width, tab, carriage return or line
///   feed, and no plain number) gets a leading apostrophe (OWASP, "CSV Injection").
namespace doorstep::server::tabular {

std::string to_spreadsheet(std::string_view text);

/// Also takes off the marks that other systems' exports put before numbers.
std::string_view from_spreadsheet(std::string_view cell);

/// Whether a spreadsheet has replaced a long number by its scientific notation, as in "1.10101E+17": the last
/// digits are lost, and only the source can bring them back.
[[nodiscard]] bool is_scientific_notation(std::string_view cell);

/// Whether a cell is what a spreadsheet shows in place of a value: #N/A, #REF! and the like, or the ##### of
/// a column that was too narrow when it was saved as CSV.
[[nodiscard]] bool is_spreadsheet_error(std::string_view cell);

/// A spreadsheet's name of a column, counted from 1: C, AB.
std::string column_letters(std::size_t column);

}  // namespace doorstep::server::tabular
