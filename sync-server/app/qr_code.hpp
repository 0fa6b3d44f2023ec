#pragma once

#include <optional>
#include <string>

namespace doorstep::server {

/// A QR code of `text` drawn with half-block characters, two rows of modules a line, dark on light whatever
/// the terminal's colours, with its quiet zone. nullopt when the text is too long for a code.
std::optional<std::string> draw_qr_code(const std::string& text);

/// Pixels of a module's side in qr_code_png().
inline constexpr int kQrModulePixels = 8;

/// The same as a PNG in shades of grey, for printing and for chat programs.
std::optional<std::string> qr_code_png(const std::string& text);

}  // namespace doorstep::server
