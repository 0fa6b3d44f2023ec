#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace doorstep::server::printing {

/// Modules of light margin that ISO/IEC 18004 asks for.
inline constexpr int kQuietZone = 4;

/// How much of a code may be unreadable: a screen shows it whole, paper gets scratched.
enum class QrCorrection : std::uint8_t { low, medium };

/// A QR code's squares.
class QrModules {
 public:
  explicit QrModules(const std::string& text, QrCorrection correction = QrCorrection::low);

  /// False when the text is too long for a code.
  explicit operator bool() const { return width_ > 0; }
  /// Of the code without its quiet zone.
  int width() const { return width_; }
  /// Light around the code.
  bool is_dark(int x, int y) const {
    if (x < 0 || y < 0 || x >= width_ || y >= width_) return false;
    return dark_[static_cast<std::size_t>(y * width_ + x)];
  }

 private:
  int width_ = 0;
  std::vector<bool> dark_;
};

}  // namespace doorstep::server::printing
