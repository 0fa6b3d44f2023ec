#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace doorstep::simulation {

/// What happened, in order: hashed always (same seed, same hash), printed on demand.
class Trace {
 public:
  explicit Trace(bool print) : print_(print) {}

  void say(std::int64_t now_ms, std::string_view who, const std::string& what) {
    mix(std::to_string(now_ms));
    mix(who);
    mix(what);
    if (print_)
      std::printf("%8.3f s  %-10.*s %s\n", static_cast<double>(now_ms) / 1000.0, static_cast<int>(who.size()),
                  who.data(), what.c_str());
  }
  void mix(std::string_view bytes) {
    for (const char c : bytes) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    hash_ = (hash_ ^ 0xFF) * 0x100000001B3ULL;
  }
  std::uint64_t hash() const { return hash_; }

 private:
  bool print_;
  std::uint64_t hash_ = 0xCBF29CE484222325ULL;  // FNV-1a.
};

}  // namespace doorstep::simulation
