#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace doorstep {

/// BLAKE2b (RFC 7693) of 16 bytes under a key of 16 to 64: equal texts meet, and without the key nobody can
/// try out which text it was.
using KeyedDigest = std::array<std::uint8_t, 16>;
KeyedDigest keyed_digest(std::string_view key, std::string_view text);

}  // namespace doorstep
