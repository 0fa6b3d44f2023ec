#pragma once

#include <cstdint>
#include <iterator>

#include <rapidcheck.h>

#include "base/random.hpp"

namespace doorstep::test {

/// Where random tests draw from: a seed, or rapidcheck, which then shrinks what failed.
class Draw {
 public:
  virtual ~Draw() = default;
  /// Uniform in [0, bound); 0 when the bound is 0 or 1.
  virtual std::uint64_t below(std::uint64_t bound) = 0;

  bool chance(unsigned percent) { return below(100) >= 100 - percent; }
  template <typename Items>
  const auto& pick(const Items& items) {
    return items[below(std::size(items))];
  }
};

class SeededDraw : public Draw {
 public:
  explicit SeededDraw(std::uint64_t seed) : random_(seed) {}
  std::uint64_t below(std::uint64_t bound) override { return random_.below(bound); }

 private:
  SeededRandom random_;
};

/// For use inside rc::check: shrinks towards 0, that is towards "no" and towards the first of a list.
class PropertyDraw : public Draw {
 public:
  std::uint64_t below(std::uint64_t bound) override {
    return bound < 2 ? 0 : *rc::gen::inRange<std::uint64_t>(0, bound);
  }
};

}  // namespace doorstep::test
