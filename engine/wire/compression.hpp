#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// zstd (RFC 8878) behind two functions. Private to the room.
namespace doorstep::wire {

/// Level 3 with a content checksum. Thread-safe: each thread keeps its own context, which is dear to make.
std::string compress(std::string_view raw);

/// Exactly `raw_size` bytes (bounded by the caller) or Malformed.
std::string decompress(std::string_view stored, std::size_t raw_size);

}  // namespace doorstep::wire
