#pragma once

#include <doorstep/error.hpp>
#include <doorstep/id.hpp>
#include <string>
#include <string_view>

/// What a questionnaire on paper bears besides its address (docs/paper.md, "The code").
namespace doorstep::server::paper {

/// `6EF2V-4X98C`: which campaign and which door a paper is of, to whoever has the office's rows, and nothing
/// to anybody else. The same two always have the same one.
std::string paper_code(const RowId& campaign, const RowId& door);

/// `typed` as paper_code() writes it: any case, full-width characters, blanks and dashes, O for 0, I and L
/// for
/// 1. Errors: validation_failed when it is no code. Every single wrong character and every two that changed
/// places are found.
Result<std::string> parse_paper_code(std::string_view typed);

}  // namespace doorstep::server::paper
