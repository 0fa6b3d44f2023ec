#pragma once

#include <optional>
#include <string>

namespace doorstep::server {

/// A QR code of `text` drawn with half-block characters, two rows of modules a line, dark on light whatever
/// the terminal's colours, with its quiet zone. nullopt when the text is too long for a code.
std::optional<std::string> draw_qr_code(const std::string& text);

}  // namespace doorstep::server
