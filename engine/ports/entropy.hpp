#pragma once

#include <cstddef>

namespace doorstep {

/// The only way core code gets randomness. Must be unpredictable on real devices; seeded in simulation.
class EntropyPort {
 public:
  virtual ~EntropyPort() = default;
  virtual void fill(void* bytes, std::size_t size) = 0;
};

}  // namespace doorstep
