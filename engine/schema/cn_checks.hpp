#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Mainland phone and document numbers as people write them; is_cn_phone and is_cn_resident_id are in
/// schema/validation.hpp.
namespace doorstep {

/// Digits alone of a phone number typed with spaces, dashes, brackets or +86; nullopt when it is none.
/// A landline keeps its area code: 043188888888.
std::optional<std::string> read_cn_phone(std::string_view plain);

/// An ID number or a passport number as stored: no spaces, capital letters.
std::string read_document_number(std::string_view plain);

/// `1.10101E+17`: a long number after Excel took it for a quantity. The digits are lost.
bool is_scientific_notation(std::string_view plain);

}  // namespace doorstep
