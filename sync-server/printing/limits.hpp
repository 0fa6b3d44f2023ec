#pragma once

#include <cstddef>

/// Every bound of printing, with its unit and its reason.
namespace doorstep::server::printing::limits {

/// Of one file: five pages for each of 4,000 doors, some 60 MB, which a viewer still opens.
inline constexpr std::size_t kPages = 20'000;
/// Of one place; who stands for more is no longer looked for at a door.
inline constexpr std::size_t kLeadersOnPlate = 48;
/// Of a text on a plate or a card, in bytes; more would not be legible there anyway.
inline constexpr std::size_t kTextBytes = 512;
/// Side of a portrait in pixels: a preview is a few hundred, and a small file can claim to be huge.
inline constexpr int kPortraitPixels = 2'048;
/// Characters without a glyph that are told by name.
inline constexpr std::size_t kUnprintable = 16;
/// Blocks for a repeat that does not say how many, and for one that does.
inline constexpr std::size_t kRepeatBlocks = 3;
inline constexpr std::size_t kRepeatBlocksSaid = 10;
/// Blocks of one questionnaire, repeats within repeats included: some fifty pages a door.
inline constexpr std::size_t kBlocks = 2'000;

}  // namespace doorstep::server::printing::limits
