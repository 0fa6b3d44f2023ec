#include "app/qr_code.hpp"

#include <png.h>

#include <vector>

#include "printing/qr_modules.hpp"

namespace doorstep::server {
namespace {

using printing::kQuietZone;
using printing::QrModules;

constexpr const char* kBlackOnWhite = "\x1b[30;107m";
constexpr const char* kPlain = "\x1b[0m";

}  // namespace

std::optional<std::string> draw_qr_code(const std::string& text) {
  const QrModules code(text);
  if (!code) return std::nullopt;
  std::string out;
  for (int y = -kQuietZone; y < code.width() + kQuietZone; y += 2) {
    out += kBlackOnWhite;
    for (int x = -kQuietZone; x < code.width() + kQuietZone; ++x) {
      const bool upper = code.is_dark(x, y);
      const bool lower = code.is_dark(x, y + 1);
      out += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
    }
    out += kPlain;
    out += '\n';
  }
  return out;
}

std::optional<std::string> qr_code_png(const std::string& text) {
  const QrModules code(text);
  if (!code) return std::nullopt;
  const int side = (code.width() + 2 * kQuietZone) * kQrModulePixels;
  std::vector<png_byte> pixels;
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x)
      pixels.push_back(
          code.is_dark(x / kQrModulePixels - kQuietZone, y / kQrModulePixels - kQuietZone) ? 0 : 255);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = static_cast<png_uint_32>(side);
  image.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string png(size, '\0');
  if (png_image_write_to_memory(&image, png.data(), &size, 0, pixels.data(), 0, nullptr) == 0)
    return std::nullopt;
  png.resize(size);
  return png;
}

}  // namespace doorstep::server
