#pragma once

#include <doorstep/error.hpp>
#include <string>
#include <string_view>

#include "schema/pack.hpp"

namespace doorstep {

/// A validation failure of one column: 「label」 and `zh`; label (name) and `en`.
tl::unexpected<Error> invalid(const Column& column, const std::string& zh, const std::string& en);

/// The same, with what was written instead. Documents, phones and sensitive columns are never repeated:
/// messages end up in logs.
tl::unexpected<Error> invalid(const Column& column, std::string_view written, const std::string& zh,
                              const std::string& en);

/// `value` in words for a message.
std::string written_text(const Value& value);

/// Choices for a message: labels for zh, values for en.
tl::unexpected<Error> invalid_choice(const Column& column, std::string_view written);

/// The most bytes that a text of `column` may have.
std::size_t max_bytes(const Column& column);

/// A number past the column's bounds.
tl::unexpected<Error> invalid_range(const Column& column, std::string_view written);
/// Past max_bytes(), or not UTF-8.
tl::unexpected<Error> invalid_length(const Column& column);
tl::unexpected<Error> invalid_encoding(const Column& column);

/// Neither a mainland phone number nor one written abroad.
tl::unexpected<Error> invalid_phone(const Column& column);
/// No Base64.
tl::unexpected<Error> invalid_base64(const Column& column);
/// No resident ID number; names the damage that Excel does to long numbers when `written` shows it.
tl::unexpected<Error> invalid_resident_id(const Column& column, std::string_view written);

/// A stored form that `column` does not take: what to write, by type.
tl::unexpected<Error> invalid_type(const Column& column, std::string_view written);

}  // namespace doorstep
