#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <optional>
#include <string>
#include <vector>

#include "forms/form_content.hpp"
#include "schema/pack.hpp"
#include "tabular/sheet.hpp"
#include "tabular/sheet_writer.hpp"

/// The sheet into which a clerk types a pile of papers (docs/paper.md, "The entry sheet").
namespace doorstep::server::paper {

/// What the sheet is for. `form` is nullptr of a campaign that asks nothing but who was met.
struct EntryTarget {
  const Pack& pack;
  const Table& answer;
  const Form* form = nullptr;
};

/// A door whose paper may come.
struct ExpectedPaper {
  std::string code;
  std::string address;
};

/// Headings, lists to choose from, and a row for each paper that may come. Errors: usage for a form that
/// cannot be entered by sheet (repeats in repeats, more columns than a sheet has).
Result<tabular::Sheet> entry_sheet(const EntryTarget& target, const std::vector<ExpectedPaper>& expected);

/// One paper as a row has it. `answers` and the values are in the form in which they are stored.
struct EnteredPaper {
  std::size_t row = 0;
  std::size_t code_cell = 0;      ///< From 1.
  std::size_t asked_by_cell = 0;  ///< 0: the row does not say who asked.
  std::string code;
  std::optional<std::int64_t> number;  ///< Of the household, where a door has several.
  std::string asked_by;
  std::string asked_by_phone;
  Value at;
  Value outcome;
  Value note;
  Value answers;  ///< Null unless the door answered.
};

struct EntryProblem {
  std::size_t row = 0;
  std::size_t cell = 0;  ///< From 1; 0: the row.
  std::string heading;
  Error error;
};

struct EnteredPapers {
  std::vector<EnteredPaper> papers;    ///< Without those that have a problem.
  std::vector<EntryProblem> problems;  ///< In row order; of wrong headings alone, when there are any.
  std::size_t left_empty = 0;          ///< Rows in which nothing but the code stands.
};

/// Reads what was typed; evaluates every paper with the form itself. `now_ms` is today for papers without a
/// date.
Result<EnteredPapers> read_entries(const EntryTarget& target, const std::vector<tabular::Row>& file,
                                   std::int64_t now_ms);

/// Whether this row is the heading of such a sheet.
bool is_entry_heading(const EntryTarget& target, const tabular::Row& first);

}  // namespace doorstep::server::paper
