#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace doorstep {

/// Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_valid_utf8(std::string_view text);

/// Without leading and trailing Unicode white space (the White_Space property).
std::string_view trim(std::string_view text);

/// Unicode normalization form NFKC (UAX #15): full-width digits and letters become half-width. Text that is
/// not valid UTF-8 comes back unchanged.
std::string nfkc(std::string_view text);

/// NFKC, trimmed: how numbers, dates, codes and choices are read whatever keyboard typed them.
std::string plain_form(std::string_view typed);

/// `typed` without characters that nobody sees: controls (tab and line breaks stay), zero-width and direction
/// marks. Spreadsheets, contact lists and chat programs leave them in copied text.
std::string without_invisible(std::string_view typed);

/// Every character is assigned in this Unicode version and visible or a space. NFKC of such text is the same
/// in every later Unicode version, so it can be a key.
bool is_stable_visible(std::string_view text);

/// Size of the first grapheme cluster (UAX #29), of what a person calls one character: an emoji with its skin
/// tone, a letter with its accents, a Hangul syllable, CR with LF. `text` is not empty; a byte that is not
/// UTF-8 stands alone.
std::size_t first_grapheme_size(std::string_view text);

/// ASCII letters only.
std::string to_ascii_lower(std::string_view text);
std::string to_ascii_upper(std::string_view text);

}  // namespace doorstep
