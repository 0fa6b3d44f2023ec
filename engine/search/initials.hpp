#pragma once

#include <cstdint>

namespace doorstep {

/// The letters with which a Chinese character's readings begin in pinyin: a bit each, `a` lowest. 单 has
/// those of chán, dān and shàn. 0 for any other character.
std::uint32_t initials_of(char32_t character);

}  // namespace doorstep
