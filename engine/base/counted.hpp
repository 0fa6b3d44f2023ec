#pragma once

#include <cstdint>
#include <string>

namespace doorstep {

/// `1 row`, `2 rows`; `1 row is`, `0 rows are`. Chinese has no plural.
inline std::string counted(std::uint64_t count, const std::string& one, const std::string& several) {
  return std::to_string(count) + ' ' + (count == 1 ? one : several);
}
inline std::string counted(std::uint64_t count, const std::string& one) {
  return counted(count, one, one + 's');
}

}  // namespace doorstep
