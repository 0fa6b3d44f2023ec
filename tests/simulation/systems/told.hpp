#pragma once

#include <catch2/catch.hpp>

#include "simulation/field.hpp"

/// Short words for what scenarios ask of answers.
namespace doorstep::simulation {

/// A column of an answer, in its order, with blanks between.
inline std::string told(const AnswerRows& rows, const std::string& column) {
  std::string out;
  for (const auto& row : rows) out += (out.empty() ? "" : " ") + row.at(column);
  return out;
}

/// A column of an answer that has one row.
inline std::string only(const AnswerRows& rows, const std::string& column) {
  REQUIRE(rows.size() == 1);
  return rows.front().at(column);
}

/// Rows whose column reads so.
inline AnswerRows where(const AnswerRows& rows, const std::string& column, const std::string& value) {
  AnswerRows out;
  for (const auto& row : rows)
    if (row.at(column) == value) out.push_back(row);
  return out;
}

/// The sum of a column of numbers.
inline long sum(const AnswerRows& rows, const std::string& column) {
  long total = 0;
  for (const auto& row : rows)
    if (!row.at(column).empty()) total += std::stol(row.at(column));
  return total;
}

/// Nothing is wrong with the office's file, nor with what the phones have.
inline bool wrong_is_none(Field& field) {
  const std::vector<std::string> wrong = field.wrong();
  for (const std::string& what : wrong) UNSCOPED_INFO(what);
  return wrong.empty();
}

}  // namespace doorstep::simulation
