#pragma once

#include <doorstep/error.hpp>
#include <string>
#include <string_view>

#include "merge/text.hpp"

/// Bytes of texts: a patch as it travels in a group (a blob value; docs/wire.md, "Text patches"), and what
/// the metadata of a row keeps of a text beyond what it shows (docs/store.md, "Texts").
namespace doorstep {

std::string encode_patch(const TextPatch& patch);

/// Untrusted bytes: bounded, and only in the one form that encode_patch writes. Whether the places it names
/// are there, apply_text finds out.
Result<TextPatch> decode_patch(std::string_view bytes);

/// Everything but the characters that show.
std::string encode_text(const TextState& state);

/// `shown` is the text that the state showed.
Result<TextState> decode_text(std::string_view bytes, std::string_view shown);

}  // namespace doorstep
