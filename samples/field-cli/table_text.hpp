#pragma once

#include <cstddef>
#include <doorstep/result_set.hpp>
#include <doorstep/value.hpp>
#include <string>
#include <string_view>

namespace field {

/// Columns a terminal gives to UTF-8 text: wide East Asian characters take two, combining marks none.
std::size_t display_width(std::string_view text);

/// Aligned columns under a ruled heading, every line ended. Numbers stand right; control characters, which
/// could drive the terminal, are shown as spaces; bytes as hexadecimal.
std::string table_text(const doorstep::ResultSet& rows);

/// A value as a cell shows it.
std::string text_of(const doorstep::Value& value);

std::string hex(const doorstep::Bytes& bytes);

}  // namespace field
