#pragma once

#include <doorstep/error.hpp>
#include <vector>

#include "schema/pack.hpp"

namespace doorstep {

/// Turns what a person typed or a program bound into the column's stored form: text to numbers, local date
/// and time spellings to the canonical ones, full-width digits to half-width, choice labels (zh or en) to
/// their values, lists to JSON. Errors name the column and say what to write instead. Null stays null.
Result<Value> normalize(const Column& column, Value value);

/// Checks a whole row (`values` in `table.columns` order) before it is written: required columns, choices,
/// types, phone and ID-number checks. The first failure, with the column's zh and en label in it.
Status validate_row(const Table& table, const std::vector<Value>& values);

/// The same for the cells in which `after` differs from `before`: an edit is not refused for what it leaves
/// alone.
Status validate_edit(const Table& table, const std::vector<Value>& before, const std::vector<Value>& after);

/// Whether a workflow may go from the state that was read (null: nobody wrote it) to `to`; true of any other
/// column. The error names the moves that there are.
Status validate_move(const Table& table, const Column& column, const Value& from, const Value& to);

/// GB 11643: 18 characters, a real date, ISO 7064 MOD 11-2 check character.
bool is_cn_resident_id(std::string_view text);
/// A mainland mobile number (11 digits from 1[3-9]), or a landline with area code.
bool is_cn_phone(std::string_view text);

/// RFC 4648, section 4, with padding and without line breaks.
bool is_base64(std::string_view text);
/// Whether a number keeps its column's bounds; true of anything else.
bool is_in_range(const Column& column, const Value& value);

/// Canonical time text for milliseconds since 1970 (UTC), and back. Only the canonical form parses.
std::string format_time(std::int64_t ms);
std::optional<std::int64_t> parse_canonical_time(std::string_view text);

}  // namespace doorstep
